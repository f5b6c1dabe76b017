//! What can be typed after `compare` and `power`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::{Format, InputArgs, PolicyArgs, parse_confidence};

const COMPARE_HELP: &str = "\
Gates (each may be repeated; without a cell they hold for every cell compared):
  --fail-on 'pass^1 < -2pp'              fails where the whole interval of NEW − BASE is beyond the limit
  --fail-on 'airline: mean_reward < 0'   … in one cell: an environment, a row's name, a model, a NEW; `overall` = the averages
  --fail-on 'cost_per_episode > +10%'    … as a relative change; also latencies, cost_per_success
  --min 'pass^1=0.55'                    fails where the figure of NEW is below
  --max 'error_rate=5%'                  fails where the figure of NEW is above
  --max 'p95_latency:agent=8s'           … of the calls of a role, in logs
  Figures: pass^K, mean_reward, error_rate (infrastructure errors), cost_per_episode and cost_per_success (the agent's cost),
  p50_latency, p90_latency, p95_latency, p99_latency (of whole episodes, where the results record times).
  p95_latency:ROLE and the like are of the calls in logs (agent, expert, user, judge, tool, step), all domains of a NEW together; the
  cell of such a gate is a domain or a NEW. With --across, logs belong to sides only where the column is label.
  A gate that finds no figure fails: a check that checks nothing is worse than none.

Exit codes:
  0  compared, whatever the verdict; no gate failed
  1  a gate failed (or an internal error)
  2  the command line is wrong
  4  nothing usable was found, or nothing could be compared";

#[derive(Debug, Args)]
#[command(after_long_help = COMPARE_HELP)]
#[expect(clippy::struct_excessive_bools, reason = "flags are what they are")]
pub(in crate::cli) struct CompareArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Compare within the inputs: the values of this column are the sides.
    ///
    /// Columns: label, model, strategy, user_model, user_strategy, temperature, mode, max_steps, version, folder, file, trial, seed
    /// and the others of `analyze --by`.
    #[arg(long, value_name = "COLUMN", help_heading = "Sides")]
    pub(super) across: Option<String>,
    /// With --across: which values make the sides, e.g. `0+1,2+3`; the first is BASE. Default: each value is one.
    #[arg(long, value_name = "A+B,C", value_delimiter = ',', requires = "across", help_heading = "Sides")]
    pub(super) sides: Vec<String>,
    /// Which side is BASE, by its label or value. Default: the first given; with --across the first in natural order.
    #[arg(long, value_name = "NAME", help_heading = "Sides")]
    pub(super) base: Option<String>,
    /// A file of --save-baseline as BASE; every path is then a NEW. Such a file may also stand in place of a path.
    #[arg(long, value_name = "FILE", conflicts_with = "across", help_heading = "Sides")]
    pub(super) baseline: Option<PathBuf>,
    /// Write what comparing needs of the last side to a file, for later --baseline. A single path is then enough.
    #[arg(long, value_name = "FILE", help_heading = "Sides")]
    pub(super) save_baseline: Option<PathBuf>,
    /// Compare environments of the same name across benchmarks too, although their tasks are not the same. Warned of.
    #[arg(long, help_heading = "Sides")]
    pub(super) allow_mismatch: bool,
    /// Folder for the report, created where missing.
    #[arg(short, long, value_name = "DIR", default_value = "comparison", help_heading = "Output")]
    pub(super) output_dir: PathBuf,
    /// Form of what is printed on stdout.
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    pub(super) format: CompareFormat,
    /// Write every chart as SVG too.
    #[arg(long, help_heading = "Output")]
    pub(super) svg: bool,
    /// Draw no charts.
    #[arg(long, conflicts_with = "svg", help_heading = "Output")]
    pub(super) no_charts: bool,
    /// Replace files that taureport did not write.
    #[arg(long, help_heading = "Output")]
    pub(super) force: bool,
    /// Fail where a difference is beyond a limit, e.g. 'pass^1 < -2pp'.
    #[arg(long, value_name = "GATE", help_heading = "Gates")]
    pub(super) fail_on: Vec<String>,
    /// Fail where a figure of NEW is below, e.g. 'pass^1=0.55'.
    #[arg(long, value_name = "GATE", help_heading = "Gates")]
    pub(super) min: Vec<String>,
    /// Fail where a figure of NEW is above, e.g. 'error_rate=5%'.
    #[arg(long, value_name = "GATE", help_heading = "Gates")]
    pub(super) max: Vec<String>,
    /// Fail where more tasks of a cell than this are solved less often by NEW. A plain count, noise included.
    #[arg(long, value_name = "N", help_heading = "Gates")]
    pub(super) max_regressed_tasks: Option<u64>,
    /// A --fail-on whose interval leaves it open fails too.
    #[arg(long, requires = "fail_on", help_heading = "Gates")]
    pub(super) fail_on_inconclusive: bool,
    /// Judge gates on what there is: by default they fail where NEW lacks a cell of BASE, or more than a tenth of its tasks.
    #[arg(long, help_heading = "Gates")]
    pub(super) allow_missing: bool,
    #[command(flatten)]
    pub(super) policies: PolicyArgs,
    /// Level of the intervals and tests, between 0.5 and 0.9999.
    #[arg(long, default_value_t = 0.95, value_parser = parse_confidence, value_name = "LEVEL", help_heading = "Statistics")]
    pub(super) confidence: f64,
    /// Statistical power for the minimum detectable difference.
    #[arg(long, default_value_t = 0.8, value_parser = parse_power, value_name = "SHARE", help_heading = "Statistics")]
    pub(super) power: f64,
    /// Largest k of pass^k.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "K", help_heading = "Statistics")]
    pub(super) k: Option<u32>,
    /// Seed of what is drawn where there is no formula.
    #[arg(long, default_value_t = 0, value_name = "N", help_heading = "Statistics")]
    pub(super) seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CompareFormat {
    /// For people.
    Table,
    /// GitHub Markdown tables.
    Md,
    /// The table of pass^1 with full precision.
    Csv,
    /// The whole of comparison.json.
    Json,
    /// A short Markdown comment for a pull request.
    Github,
    /// JUnit XML: a test case for each gate and cell.
    Junit,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct PowerArgs {
    /// Results to learn the variances from: files, directories or globs.
    #[arg(long, required = true, num_args = 1.., value_name = "[LABEL=]PATH")]
    pub(super) from: Vec<String>,
    /// The difference in pass^1 that is to be noticed: `5pp`, `5%` or 0.05.
    #[arg(long, value_parser = parse_delta, value_name = "DELTA")]
    pub(super) delta: f64,
    /// The chance to notice it.
    #[arg(long, default_value_t = 0.8, value_parser = parse_power, value_name = "SHARE")]
    pub(super) power: f64,
    /// Level: 1 − LEVEL is the chance of a false alarm.
    #[arg(long, default_value_t = 0.95, value_parser = parse_confidence, value_name = "LEVEL")]
    pub(super) confidence: f64,
    /// Assumed correlation between the two agents of how hard tasks are: 1 = one is better by the same on every task.
    #[arg(long, default_value_t = 0.8, value_parser = parse_correlation, value_name = "RHO")]
    pub(super) correlation: f64,
    #[command(flatten)]
    pub(super) policies: PolicyArgs,
    /// Read parts of the identity from the path, see `analyze`.
    #[arg(long, value_name = "TEMPLATE", help_heading = "Identity")]
    pub(super) layout: Option<String>,
    /// Set parts of the identity where a path matches, see `analyze`.
    #[arg(long, value_name = "REGEX=>FIELD=VALUE,…", help_heading = "Identity")]
    pub(super) map: Vec<String>,
    /// Count variants as trials of one cell, as in `analyze`.
    #[arg(long, help_heading = "Identity")]
    pub(super) pool: bool,
    /// Keep the episodes of which an SQL predicate is true, as with `analyze`.
    #[arg(long, value_name = "SQL", help_heading = "Policies")]
    pub(super) filter: Option<String>,
    /// Form of the output.
    #[arg(long, value_enum, default_value = "table")]
    pub(super) format: Format,
}

fn parse_power(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(power) if power > 0.5 && power < 1.0 => Ok(power),
        Ok(power) if (51.0..100.0).contains(&power) => Err(format!("write it as a fraction: {}", power / 100.0)),
        _ => Err("a number above 0.5 and below 1 is needed".to_owned()),
    }
}

fn parse_correlation(text: &str) -> Result<f64, String> {
    let found = text.parse::<f64>().ok().filter(|rho| (0.0..=1.0).contains(rho));
    found.ok_or_else(|| "a number from 0 to 1 is needed".to_owned())
}

fn parse_delta(text: &str) -> Result<f64, String> {
    let (number, scale) = match text.strip_suffix("pp").or_else(|| text.strip_suffix('%')) {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    let found = number.trim().parse::<f64>().ok().map(|number| number / scale);
    found
        .filter(|delta| *delta > 0.0 && *delta <= 1.0)
        .ok_or_else(|| "5pp, 5% or 0.05 is needed, above 0 and at most 100pp".to_owned())
}
