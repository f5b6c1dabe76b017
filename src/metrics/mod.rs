//! Statistics of τ-bench results: plain numbers in, plain numbers out. No IO, no clock, no formatting; random draws only from
//! a seed that is given ([`bootstrap`]).
//!
//! The task is the unit of analysis throughout: trials of one task are alike, so they are never counted as independent evidence.
//! `docs/metrics.md` explains every figure to its reader.

pub mod bootstrap;
pub mod bounds;
pub mod cluster;
pub mod compare;
pub mod conventions;
pub mod decomposition;
pub mod detectable;
pub mod distribution;
pub mod histogram;
pub mod interval;
pub mod latency;
pub mod latency_ratio;
pub mod mann_whitney;
pub mod mover;
pub mod multiplicity;
pub mod paired;
pub mod pareto;
pub mod pass_k;
pub mod planning;
pub mod quantile;
pub mod quantile_interval;
pub mod ragged;
pub mod ranking;
pub mod rate;
pub mod ratio;
pub mod reliability;
pub mod sign_flip;
pub mod task_mean;
#[cfg(test)]
pub(crate) mod testing;
pub mod tests2x2;
pub mod timeline;
pub mod tokens;

pub use bounds::{Bounds, PlannedTask, missing_trial_bounds};
pub use conventions::{Convention, TaskTrials, TrialState, explain_pass_k};
pub use interval::{Ci, Interval, clopper_pearson, jeffreys, wilson};
pub use pass_k::{g_pass_at_k, pass_at_k, pass_hat_k};
pub use ragged::{CurvePoint, Ragged, curve};
pub use rate::{ErrorRate, Rate, error_rate, mean_reward, success_rate};
pub use ratio::{RatioOfSums, TaskSums, ratio_of_sums};
pub use task_mean::{MeanSummary, scaled_interval, scaled_wilson};

/// Valid trials and successes of one task.
///
/// Invariant: `c <= n`, except where a caller means to reproduce an upstream figure from duplicated rows.
/// No function here panics when it is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskCounts {
    /// Valid trials.
    pub n: u32,
    /// Successes among them.
    pub c: u32,
}

impl TaskCounts {
    /// Makes the counts of a task with `n` valid trials, `c` of them successes.
    pub fn new(n: u32, c: u32) -> Self {
        Self { n, c }
    }

    /// Returns the share of successes, `c / n`; `None` without trials.
    pub fn success_rate(self) -> Option<f64> {
        (self.n > 0).then(|| f64::from(self.c) / f64::from(self.n))
    }
}
