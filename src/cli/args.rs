//! What can be typed: the clap structs and their help text, nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::latency::LatencyArgs;
use crate::{
    records::{Component, plausible::MOST_TRIALS},
    sources::limits::parse_size,
    sweep::{Attempts, ErrorPolicy},
};

/// Offline reports on agent-benchmark sweeps.
#[derive(Debug, Parser)]
#[command(name = "taureport", version, about, long_about = LONG_ABOUT, after_long_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

const LONG_ABOUT: &str = "\
Reads the tree of τ-bench and τ²-bench result files and logs that a sweep leaves behind, as it is (partial, duplicated, renamed), and answers how good \
and how reliable each model, strategy and environment is, with honest uncertainty. Works offline and never changes its input.";

const EXIT_CODES: &str = "\
Exit codes:
  0  done (inputs that could not be read are warned of)
  1  an internal error, or the output could not be written
  2  the command line is wrong
  3  with --strict: the report was written, but some inputs were unreadable or broken
  4  nothing usable was found";

/// Options of every command.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// Say less on stderr: once drops the progress and the notes, twice the warnings too.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "verbose")]
    pub(super) quiet: u8,
    /// Say more on stderr: every finding about every file.
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// Colour in the terminal. `auto` follows the terminal and NO_COLOR.
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(super) color: ColorWhen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Report on result files: tables, charts, Markdown, CSV and JSON.
    Analyze(Box<AnalyzeArgs>),
    /// Show what each file is and how that is known; nothing is computed.
    Inspect(InspectArgs),
    /// Recompute a τ²-bench leaderboard submission from its trajectories.
    Verify(VerifyArgs),
    /// Is NEW better than BASE, or is it noise? The first path is BASE, every other a NEW.
    Compare(Box<super::compare::CompareArgs>),
    /// How many tasks or trials it takes to notice a difference, from results at hand.
    Power(super::compare::PowerArgs),
    /// Write all that was read as tables: Parquet, CSV, NDJSON or Arrow.
    ///
    /// A folder of Parquet or Arrow tables is an input like any other: the same numbers come from it as from the files, and several merge.
    Export(ExportArgs),
    /// Answer an SQL query over the tables.
    Query(QueryArgs),
}

/// Where the results lie and how they are read.
#[derive(Debug, Clone, Args)]
pub(super) struct InputArgs {
    /// Files, directories (searched recursively) or globs; `LABEL=PATH` names a group of them.
    ///
    /// Inside directories, files ending in .json and .jsonl are read, also with .gz or .zst behind, and logs of any name. What a
    /// file is, is told by its content. Files that taureport wrote are left out.
    #[arg(required = true, value_name = "[LABEL=]PATH")]
    pub(super) paths: Vec<String>,
    /// Read parts of the identity from the path, e.g. '{env}/{strategy}/{model}/num_trials-{_}.json'.
    ///
    /// Fields: env, model, strategy, user_model, user_strategy, temperature, task_range, and _ for anything. The template is
    /// matched against the end of each path and overrides content, file name and folders.
    #[arg(long, value_name = "TEMPLATE", help_heading = "Identity")]
    pub(super) layout: Option<String>,
    /// Set parts of the identity where a path matches, e.g. 'runs/(\w+)/=>model=$1,strategy=react'.
    ///
    /// Repeatable, later rules win; overrides everything else. A rule that matches no path, but the name of a model in a log, renames that model.
    #[arg(long, value_name = "REGEX=>FIELD=VALUE,…", help_heading = "Identity")]
    pub(super) map: Vec<String>,
    /// Keep the episodes of which an SQL predicate is true, e.g. "env = 'airline' AND trial < 4".
    ///
    /// Over the columns of the tables `episodes`, `runs` and `tasks` (`taureport query --tables`); copies and repeated attempts are dropped before.
    #[arg(long, value_name = "SQL", help_heading = "Policies")]
    pub(super) filter: Option<String>,
    /// Count variants as trials of one cell.
    ///
    /// Without it, files of one configuration that hold other results of the same trials are cells of their own where their paths
    /// differ in words (baseline/, with_memory/), and further trials where they differ in counters, dates or hashes only (trial_2/, seed42/).
    #[arg(long, help_heading = "Identity")]
    pub(super) pool: bool,
    /// TOML file with more rules that tell infrastructure errors from agent errors; tried before the built-in ones.
    ///
    /// Each rule is `[[rule]]` with name, class ("infrastructure", "agent" or "context-window"), pattern (regex) and why.
    #[arg(long, value_name = "FILE", help_heading = "Policies")]
    pub(super) error_rules: Option<PathBuf>,
    /// Largest result file that is read, unpacked; it is held in memory as a whole.
    #[arg(long, value_name = "SIZE", default_value = "2GiB", value_parser = parse_size, help_heading = "Limits")]
    pub(super) max_file_size: u64,
    /// Largest log that is read, unpacked.
    #[arg(long, value_name = "SIZE", default_value = "64GiB", value_parser = parse_size, help_heading = "Limits")]
    pub(super) max_log_size: u64,
}

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Form of the output.
    #[arg(long, value_enum, default_value = "table")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Folder for the tables.
    #[arg(short, long, default_value = "frames", value_name = "DIR", help_heading = "Output")]
    pub(super) output_dir: PathBuf,
    /// Form of the files. Parquet and Arrow are read back.
    #[arg(long, value_enum, default_value = "parquet", help_heading = "Output")]
    pub(super) format: TableForm,
    /// Replace files in the output folder that taureport did not write.
    #[arg(long, help_heading = "Output")]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) derived: DerivedArgs,
}

/// What counts.
#[derive(Debug, Clone, Args)]
pub(super) struct PolicyArgs {
    /// Episodes that ended in an error.
    #[arg(long, value_enum, default_value = "exclude", help_heading = "Policies")]
    pub(super) errors: ErrorsArg,
    /// Which of several different attempts at one (task, trial) in one run stays.
    #[arg(long, value_enum, default_value = "first", help_heading = "Policies")]
    pub(super) attempts: AttemptsArg,
}

/// What the columns that are computed rest on.
#[derive(Debug, Clone, Args)]
pub(super) struct DerivedArgs {
    #[command(flatten)]
    pub(super) policies: PolicyArgs,
    /// What makes a cell, as with `analyze`.
    #[arg(long, value_name = "COLUMN[,COLUMN]", help_heading = "Policies")]
    pub(super) by: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct QueryArgs {
    /// The query, e.g. "SELECT model, avg(reward) AS reward FROM all_episodes WHERE counted GROUP BY model".
    ///
    /// Tables: those of `--tables`, and `all_episodes`: episodes with the columns of their runs, tasks and cells.
    #[arg(required = true, allow_hyphen_values = true, value_name = "SQL")]
    pub(super) sql: Option<String>,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// List all tables and columns.
    #[arg(long, exclusive = true)]
    pub(super) tables: bool,
    /// Form of the output.
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    pub(super) format: QueryForm,
    /// File for the output; needed for Parquet.
    #[arg(short, long, value_name = "FILE", required_if_eq("format", "parquet"), help_heading = "Output")]
    pub(super) output: Option<PathBuf>,
    /// Replace a file that is there.
    #[arg(long, help_heading = "Output")]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) derived: DerivedArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TableForm {
    Parquet,
    Csv,
    Ndjson,
    Arrow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum QueryForm {
    /// For people.
    Table,
    Csv,
    Json,
    Ndjson,
    Parquet,
}

const VERIFY_EXIT_CODES: &str = "\
Exit codes:
  0  every claim that could be checked is equal at the precision claimed
  1  a claim differs (or an internal error)
  2  the command line is wrong, or the submission cannot be read
  4  nothing to check, or nothing tells which of several trajectories are meant";

#[derive(Debug, Args)]
#[command(after_long_help = VERIFY_EXIT_CODES)]
pub(super) struct VerifyArgs {
    /// The submission: a JSON file with `results` by domain. The paths after it lead to the trajectories.
    #[arg(value_name = "SUBMISSION")]
    pub(super) submission: PathBuf,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Form of the output.
    #[arg(long, value_enum, default_value = "table")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags are what they are")]
pub(super) struct AnalyzeArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Folder for the report, created where missing.
    #[arg(short, long, value_name = "DIR", default_value = "reports", help_heading = "Output")]
    pub(super) output_dir: PathBuf,
    /// Form of what is printed on stdout; `json` is the whole of metrics.json.
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    pub(super) format: Format,
    /// Write every chart as SVG too.
    #[arg(long, help_heading = "Output")]
    pub(super) svg: bool,
    /// Draw no charts.
    #[arg(long, conflicts_with = "svg", help_heading = "Output")]
    pub(super) no_charts: bool,
    /// Replace files in the output folder that taureport did not write.
    #[arg(long, help_heading = "Output")]
    pub(super) force: bool,
    /// Exit with 3 if any input was unreadable or broken.
    #[arg(long, help_heading = "Output")]
    pub(super) strict: bool,
    /// Print every convention of pass^k in use side by side for this data.
    #[arg(long, help_heading = "Output")]
    pub(super) explain_passk: bool,
    /// Episodes whose record holds an error.
    ///
    /// Premature ends of τ²-bench (max_steps, agent_error, …) count as scored and stand under "How episodes ended" in the report.
    #[arg(long, value_enum, default_value = "exclude", help_heading = "Policies")]
    pub(super) errors: ErrorsArg,
    /// Which of several different attempts at one (task, trial) in one run stays, and which of several gradings of one episode.
    #[arg(long, value_enum, default_value = "first", help_heading = "Policies")]
    pub(super) attempts: AttemptsArg,
    /// What makes a cell, e.g. `model,strategy` (pools the rest) or `cell,persona` (splits the usual cells).
    ///
    /// `cell` is the usual configuration; benchmark and env always count. Columns: label, model, strategy, user_model,
    /// user_strategy, temperature, mode, max_steps, variant, version, folder, file, trial, task, seed, outcome, termination,
    /// actions (number of reference actions), intent, persona, and settings by name, e.g. reasoning_effort.
    #[arg(long, value_name = "COLUMN[,COLUMN]", help_heading = "Policies")]
    pub(super) by: Option<String>,
    /// Compute τ²-bench rewards anew under these components: DB, COMMUNICATE, ENV_ASSERTION, NL_ASSERTION, ACTION.
    ///
    /// Uses the checks on record. Premature ends keep the reward on record; episodes whose checks are not on record are left
    /// out, and both are counted in a warning. τ-bench rewards have no components and stay as they are.
    #[arg(long, value_name = "COMPONENT[,COMPONENT]", value_delimiter = ',', value_parser = parse_component, help_heading = "Policies")]
    pub(super) reward_basis: Vec<Component>,
    /// Estimator of pass^k where tasks have different numbers of trials.
    #[arg(long, value_enum, default_value = "chained", help_heading = "Statistics")]
    pub(super) ragged: RaggedArg,
    /// Method of the intervals.
    #[arg(long, value_enum, default_value = "scaled-wilson", help_heading = "Statistics")]
    pub(super) ci: CiArg,
    /// Level of the intervals, between 0.5 and 0.9999.
    #[arg(long, default_value_t = 0.95, value_parser = parse_confidence, value_name = "LEVEL", help_heading = "Statistics")]
    pub(super) confidence: f64,
    /// Largest k of pass^k; at most the largest number of trials of a task.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "K", help_heading = "Statistics")]
    pub(super) k: Option<u32>,
    /// Trials planned for each task, for the coverage. Default: the most that a tenth of the cell's tasks reach.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_TRIALS)), value_name = "N", help_heading = "Statistics")]
    pub(super) planned_trials: Option<u32>,
    #[command(flatten)]
    pub(super) latency: LatencyArgs,
}

fn parse_component(text: &str) -> Result<Component, String> {
    let names: Vec<&str> = Component::ALL.into_iter().map(Component::name).collect();
    Component::parse(&text.trim().to_ascii_uppercase().replace('-', "_"))
        .ok_or_else(|| format!("the components are {}", names.join(", ")))
}

pub(super) fn parse_confidence(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(level) if (0.5..=0.9999).contains(&level) => Ok(level),
        Ok(level) if (50.0..100.0).contains(&level) => Err(format!("write it as a fraction: {}", level / 100.0)),
        _ => Err("a number between 0.5 and 0.9999 is needed".to_owned()),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Table,
    /// GitHub Markdown.
    Md,
    /// Raw values with full precision.
    Csv,
    /// Raw values with full precision.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ErrorsArg {
    /// Leave out infrastructure errors (connection, rate limit, …); agent errors count as recorded.
    Exclude,
    /// Leave out every episode with an error.
    ExcludeAll,
    /// Every episode with an error is a failure (the lower bound).
    Fail,
    /// As τ-bench does: every record counts with its recorded reward.
    Upstream,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AttemptsArg {
    /// The first scored one.
    First,
    /// The last scored one.
    Last,
    /// All, each as a trial of its own.
    All,
}

impl ErrorsArg {
    /// Returns the policy.
    pub(super) fn policy(self) -> ErrorPolicy {
        match self {
            Self::Exclude => ErrorPolicy::Exclude,
            Self::ExcludeAll => ErrorPolicy::ExcludeAll,
            Self::Fail => ErrorPolicy::Fail,
            Self::Upstream => ErrorPolicy::Upstream,
        }
    }

    /// Returns the name as typed.
    pub(super) fn typed(self) -> String {
        typed(&self)
    }
}

impl AttemptsArg {
    /// Returns the policy.
    pub(super) fn policy(self) -> Attempts {
        match self {
            Self::First => Attempts::First,
            Self::Last => Attempts::Last,
            Self::All => Attempts::All,
        }
    }

    /// Returns the name as typed.
    pub(super) fn typed(self) -> String {
        typed(&self)
    }
}

fn typed(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RaggedArg {
    /// Product of available-case ratios: falls with k, uses all data.
    Chained,
    /// Mean over the tasks with at least k trials: another task set at every k.
    Available,
    /// Only up to the smallest number of trials of a task (τ²-bench).
    Strict,
    /// Missing trials count as failures (τ-bench's display_metrics).
    UpstreamV1,
    /// Tasks with fewer than k trials count as 0.
    ZeroFill,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CiArg {
    /// Wilson with the effective number of trials, tasks as the unit.
    ScaledWilson,
    /// Clopper–Pearson with the same effective number: wider; still approximate where few tasks have successes.
    Conservative,
    /// Student's t on task means: may leave [0, 1].
    T,
}
