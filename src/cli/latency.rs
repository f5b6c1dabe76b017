//! Options about logs, and the files of the old profile script.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};

use crate::{
    analysis::latency::{DEFAULT_LIMIT_MS, Latency, LatencyOptions},
    bundle::Bundle,
    metrics::latency::{DEFAULT_LEVELS, QuantileKind},
    records::log::Role,
    views::latency::legacy,
};

/// How calls in logs are measured.
#[derive(Debug, Args)]
pub(super) struct LatencyArgs {
    /// Percentiles of latencies, in percent. Default: 10,25,50,75,90,95,99.
    #[arg(long, value_name = "P[,P]", value_delimiter = ',', value_parser = parse_percent, help_heading = "Latency")]
    pub(super) percentiles: Vec<f64>,
    /// How percentiles are read off.
    #[arg(long, value_enum, default_value = "linear", help_heading = "Latency")]
    pub(super) quantile: QuantileArg,
    /// Limit whose share is shown: `5s` for all roles, or `agent=5s`; repeatable. Default: 5s.
    ///
    /// Roles: agent, expert, user, judge, tool, step. A call counts if it is strictly quicker.
    #[arg(long, value_name = "[ROLE=]TIME", value_parser = parse_limit, help_heading = "Latency")]
    pub(super) slo: Vec<(Option<Role>, f64)>,
    /// Also write profile_analysis.json as the old script analyze_profile.py did, into this folder.
    ///
    /// Its keys, its ten bins of equal width and its standard deviation with divisor n. Calls in error, which the script mixed in, are
    /// left out, and the judge's calls stand under their own key.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(super) legacy_profile: Option<std::path::PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum QuantileArg {
    /// Linear between order statistics (type 7, as numpy).
    Linear,
    /// The smallest value at or beyond the level (type 1): always an observed one.
    NearestRank,
}

fn parse_percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_start_matches(['p', 'P']);
    match number.parse::<f64>() {
        // In whole billionths: 99.9 / 100 would be 0.9990000000000001.
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok((percent * 1e7).round() / 1e9),
        _ => Err("a number from 0 to 100 is needed, such as 99 or 99.9".to_owned()),
    }
}

fn parse_limit(text: &str) -> Result<(Option<Role>, f64), String> {
    let (role, time) = match text.split_once('=') {
        Some((role, time)) => (Some(parse_role(role)?), time),
        None => (None, text),
    };
    let (number, factor) = [("ms", 1.0), ("min", 60_000.0), ("s", 1000.0)]
        .iter()
        .find_map(|(unit, factor)| Some((time.trim().strip_suffix(unit)?, *factor)))
        .ok_or_else(|| format!("{time:?} has no unit: write 5s, 800ms or 2min"))?;
    match number.trim().parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok((role, value * factor)),
        _ => Err(format!("{time:?} is no time above 0: write 5s, 800ms or 2min")),
    }
}

fn parse_role(text: &str) -> Result<Role, String> {
    Role::typed(text).ok_or_else(|| format!("{text:?} is no role: agent, expert, user, judge, tool or step"))
}

impl LatencyArgs {
    pub(super) fn options(&self, confidence: f64) -> LatencyOptions {
        let mut levels = if self.percentiles.is_empty() { DEFAULT_LEVELS.to_vec() } else { self.percentiles.clone() };
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let limits_ms: BTreeMap<Role, f64> = self.slo.iter().filter_map(|(role, ms)| Some(((*role)?, *ms))).collect();
        let general = self.slo.iter().rev().find(|(role, _)| role.is_none()).map(|(_, ms)| *ms);
        LatencyOptions {
            levels,
            kind: match self.quantile {
                QuantileArg::Linear => QuantileKind::Linear,
                QuantileArg::NearestRank => QuantileKind::NearestRank,
            },
            limits_ms,
            limit_ms: general.unwrap_or(DEFAULT_LIMIT_MS),
            confidence,
        }
    }

    /// Returns whether the user asked for anything of times.
    pub(super) fn are_given(&self) -> bool {
        !self.flags().is_empty()
    }

    /// Returns the options given, for the report's provenance.
    pub(super) fn flags(&self) -> Vec<(&'static str, String)> {
        let mut flags = Vec::new();
        if !self.percentiles.is_empty() {
            let texts: Vec<String> = self.percentiles.iter().map(|level| ((level * 1e6).round() / 1e4).to_string()).collect();
            flags.push(("--percentiles", texts.join(",")));
        }
        if self.quantile == QuantileArg::NearestRank {
            flags.push(("--quantile", "nearest-rank".to_owned()));
        }
        for (role, ms) in &self.slo {
            let name = role.map_or_else(String::new, |role| format!("{}=", role.name()));
            flags.push(("--slo", format!("{name}{ms}ms")));
        }
        flags
    }

    /// Returns a mistake in the options that clap cannot see.
    pub(super) fn mistake(&self, output_dir: &std::path::Path) -> Option<String> {
        let folder = self.legacy_profile.as_ref()?;
        let real = |path: &std::path::Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        (real(folder) == real(output_dir)).then(|| "--legacy-profile needs another folder than -o".to_owned())
    }

    /// Writes what `--legacy-profile` asks for.
    pub(super) fn write_legacy(&self, latency: Option<&Latency>, force: bool) -> anyhow::Result<()> {
        let Some(folder) = &self.legacy_profile else { return Ok(()) };
        let mut bundle = Bundle::default();
        let series = latency.map_or(&[][..], |latency| &latency.pooled);
        bundle.insert("profile_analysis.json", crate::bundle::json::bytes(&legacy::profile(series))?);
        bundle.seal(crate::bundle::manifest::Manifest::new("analyze", Vec::new(), Vec::new()))?;
        crate::fsio::write_bundle(folder, &bundle, force)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_percentiles_are_read() {
        assert_eq!(parse_limit("agent=5s"), Ok((Some(Role::Agent), 5000.0)));
        assert_eq!(parse_limit("800ms"), Ok((None, 800.0)));
        assert_eq!(parse_limit("judge=2min"), Ok((Some(Role::Judge), 120_000.0)));
        assert!(parse_limit("agnet=5s").unwrap_err().contains("no role"));
        assert!(parse_limit("5").unwrap_err().contains("no unit"));
        assert!(parse_limit("-5s").is_err() && parse_limit("NaNs").is_err());
        assert_eq!(parse_percent("p99.9"), Ok(0.999));
        assert!(parse_percent("101").is_err());
    }
}
