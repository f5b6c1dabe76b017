//! Every figure of every cell, as typed numbers: cells are put through the frames into the metrics. Nothing is formatted here.

mod cell;
mod comparable;
pub mod compare;
mod contrast;
pub mod latency;
mod overall;
mod plan;
pub mod tau2;
pub mod turns;
pub mod verify;

pub use cell::{CellStats, Cost, CutOff, MOST_K, Outcomes, TaskStats};
pub use contrast::{Contrast, EnvRanking, FEWEST_COMMON_TASKS, Verdict};
pub use overall::{Overall, OverallPoint, OverallRow};
pub use plan::Plan;
pub use tau2::Tau2Stats;

use crate::{
    frames::{of_cell, task_results},
    metrics::interval::Ci,
    sweep::{ErrorPolicy, Sweep},
};

/// The estimator of pass^k where tasks have different numbers of trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RaggedChoice {
    /// Product of available-case ratios.
    #[default]
    Chained,
    /// Mean over the tasks with at least k trials.
    Available,
    /// Only up to the smallest number of trials.
    Strict,
    /// τ-bench's `display_metrics`: missing trials are failures.
    UpstreamV1,
    /// Tasks with fewer than k trials count as 0.
    ZeroFill,
}

/// The choices behind the figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Treatment of errors.
    pub errors: ErrorPolicy,
    /// Estimator of pass^k.
    pub ragged: RaggedChoice,
    /// Method of the intervals.
    pub ci: Ci,
    /// Level of the intervals.
    pub confidence: f64,
    /// Largest k, if limited by the user.
    pub k_max: Option<u32>,
    /// Trials planned for each task, if given by the user.
    pub planned_trials: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            errors: ErrorPolicy::default(),
            ragged: RaggedChoice::default(),
            ci: Ci::ScaledWilson,
            confidence: 0.95,
            k_max: None,
            planned_trials: None,
        }
    }
}

/// All figures of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// The choices in force.
    pub options: Options,
    /// One entry a cell, in the order of the sweep.
    pub cells: Vec<CellStats>,
    /// One entry an environment: who leads, and whether that can be told from noise.
    pub rankings: Vec<EnvRanking>,
    /// Averages over environments, one entry a benchmark that has any.
    pub overall: Vec<Overall>,
}

/// Computes all figures.
pub fn analyze(sweep: &Sweep, options: &Options) -> Analysis {
    let rows = task_results(sweep, options.errors);
    let failed = task_results(sweep, ErrorPolicy::Fail);
    let files = sweep.cell_files();
    let plans = plan::plans(sweep, &files, options.planned_trials);
    let cells: Vec<CellStats> = sweep
        .cells
        .iter()
        .zip(plans)
        .enumerate()
        .map(|(index, (cell, plan))| {
            let mut stats = CellStats::compute(cell, plan, of_cell(&rows, index), of_cell(&failed, index), options);
            stats.tau2 = Tau2Stats::compute(cell, files.of(index), options);
            stats
        })
        .collect();
    let rankings = contrast::rank(sweep, &files, &cells, options);
    let overall = overall::overall(sweep, &cells);
    Analysis { options: *options, cells, rankings, overall }
}
