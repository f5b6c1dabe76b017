//! The figures a gate can be about, and amounts with units.

use std::fmt;

/// A percentile of a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Percentile {
    /// The median.
    P50,
    /// P90.
    P90,
    /// P95.
    P95,
    /// P99.
    P99,
}

impl Percentile {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::P50, Self::P90, Self::P95, Self::P99];

    /// Returns the percentile as a share: 0.95.
    pub fn share(self) -> f64 {
        match self {
            Self::P50 => 0.5,
            Self::P90 => 0.9,
            Self::P95 => 0.95,
            Self::P99 => 0.99,
        }
    }

    /// Returns the name: `p95`.
    pub fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
        }
    }
}

/// A figure a gate can be about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// pass^k.
    PassHat {
        /// Trials of a task that must all succeed, from 1 on.
        k: u32,
    },
    /// Mean reward over tasks.
    MeanReward,
    /// Share of trials that ended in an error of the infrastructure.
    ErrorRate,
    /// Cost of an episode in US dollars.
    CostPerEpisode,
    /// Cost of all episodes divided by successes, in US dollars.
    CostPerSuccess,
    /// A percentile of durations, in seconds.
    Latency {
        /// Which one.
        percentile: Percentile,
        /// Of the calls of this role in logs (`agent`, `user`, …, as [`crate::records::log::Role::typed`] reads it); `None` = of whole
        /// episodes.
        role: Option<String>,
    },
}

/// What kind of number a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    Share,
    Reward,
    Money,
    Time,
}

impl Metric {
    /// Reads a metric without its role.
    pub(super) fn named(name: &str) -> Option<Self> {
        if let Some(k) = name.strip_prefix("pass^") {
            let digits = !k.is_empty() && k.bytes().all(|byte| byte.is_ascii_digit());
            return k.parse().ok().filter(|k| digits && *k > 0).map(|k| Self::PassHat { k });
        }
        if let Some(percentile) = name.strip_suffix("_latency") {
            let percentile = Percentile::ALL.into_iter().find(|one| one.name() == percentile)?;
            return Some(Self::Latency { percentile, role: None });
        }
        let plain = [Self::MeanReward, Self::ErrorRate, Self::CostPerEpisode, Self::CostPerSuccess];
        plain.into_iter().find(|metric| metric.to_string() == name)
    }

    pub(super) fn nature(&self) -> Nature {
        match self {
            Self::PassHat { .. } | Self::ErrorRate => Nature::Share,
            Self::MeanReward => Nature::Reward,
            Self::CostPerEpisode | Self::CostPerSuccess => Nature::Money,
            Self::Latency { .. } => Nature::Time,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PassHat { k } => write!(f, "pass^{k}"),
            Self::MeanReward => f.write_str("mean_reward"),
            Self::ErrorRate => f.write_str("error_rate"),
            Self::CostPerEpisode => f.write_str("cost_per_episode"),
            Self::CostPerSuccess => f.write_str("cost_per_success"),
            Self::Latency { percentile, role: None } => write!(f, "{}_latency", percentile.name()),
            Self::Latency { percentile, role: Some(role) } => write!(f, "{}_latency:{role}", percentile.name()),
        }
    }
}

/// The unit of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// None: a share or a reward.
    None,
    /// `pp`: percentage points, a hundredth.
    Points,
    /// `%`: a hundredth, of the whole or of BASE's figure.
    Percent,
    /// `ms`.
    Milliseconds,
    /// `s`.
    Seconds,
    /// `min`.
    Minutes,
    /// `$`, before the number.
    Dollars,
}

impl Unit {
    /// Units that follow the number.
    pub(super) const SUFFIXES: [(&'static str, Self); 6] = [
        ("", Self::None),
        ("pp", Self::Points),
        ("%", Self::Percent),
        ("ms", Self::Milliseconds),
        ("s", Self::Seconds),
        ("min", Self::Minutes),
    ];

    fn suffix(self) -> &'static str {
        Self::SUFFIXES.iter().find(|(_, unit)| *unit == self).map_or("", |(suffix, _)| suffix)
    }
}

/// An amount as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    /// The number before or after the unit; finite.
    pub number: f64,
    /// The unit.
    pub unit: Unit,
}

impl Amount {
    /// Returns the amount as a fraction, in seconds or in US dollars.
    pub fn value(self) -> f64 {
        match self.unit {
            Unit::None | Unit::Seconds | Unit::Dollars => self.number,
            // Divided, not multiplied by 0.01: 55% is to be the number nearest to 0.55.
            Unit::Points | Unit::Percent => self.number / 100.0,
            Unit::Milliseconds => self.number / 1000.0,
            Unit::Minutes => self.number * 60.0,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unit == Unit::Dollars {
            let sign = if self.number < 0.0 { "-" } else { "" };
            return write!(f, "{sign}${}", self.number.abs());
        }
        write!(f, "{}{}", self.number, self.unit.suffix())
    }
}
