//! The pass^k curve of a cell, with a stated answer to missing trials.
//!
//! When every task has the same number of trials, all policies give the plain mean over tasks. They part when trials are missing.

use super::{
    TaskCounts,
    interval::{Ci, Interval},
    pass_k::{pass_at_k, pass_hat_k},
    task_mean::{MeanSummary, freedom},
};

/// What to do with tasks that have fewer trials than others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ragged {
    /// Product of available-case ratios, in the manner of Kaplan & Meier 1958. Uses all data and never rises with k.
    #[default]
    Chained,
    /// Mean over the tasks with at least k trials (inspect_ai). The task set changes with k, so the curve may rise.
    Available,
    /// As `Available`, but only up to the smallest trial count of any task (τ² `get_metrics_df`).
    Strict,
    /// Every task has `num_trials` trials, the missing ones failures (τ-bench `display_metrics`).
    ///
    /// The value exceeds 1 when some task has more successes than `num_trials`; it is then returned as it is.
    UpstreamV1 {
        /// Distinct trial ids in the file.
        num_trials: u32,
    },
    /// Tasks with fewer than k trials count 0 and stay in the denominator (CSE-598 script).
    ZeroFill,
}

impl Ragged {
    /// Returns the name used on the command line and in footers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chained => "chained",
            Self::Available => "available",
            Self::Strict => "strict",
            Self::UpstreamV1 { .. } => "upstream-v1",
            Self::ZeroFill => "zero-fill",
        }
    }

    /// Returns whether a task without any valid trial stays in the denominator.
    fn keeps_empty_tasks(self) -> bool {
        matches!(self, Self::UpstreamV1 { .. } | Self::ZeroFill)
    }
}

/// One k of the curve.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvePoint {
    /// Number of trials that must all succeed.
    pub k: u32,
    /// pass^k; `None` where it is undefined.
    pub value: Option<f64>,
    /// Interval of `value` over a population of tasks.
    pub interval: Option<Interval>,
    /// Effective sample size behind the scaled intervals.
    pub n_eff: Option<f64>,
    /// Tasks with enough trials for this k, m_k; 0 where `value` is undefined.
    pub tasks_used: usize,
    /// Fewer than 90 % of the tasks have enough trials.
    pub thin: bool,
    /// Some tasks lack the trials, and fewer than 5 tasks, or than a quarter of all, have them.
    pub too_few: bool,
    /// Fewer than 5 expected successes or failures over tasks: the interval is approximate.
    pub few_successes: bool,
    /// Standard error over a population of tasks (divisor m - 1).
    pub se: Option<f64>,
    /// Standard error of running the same tasks again; only where every task used has at least 2k trials.
    pub rerun_se: Option<f64>,
    /// pass@k under the same policy; under `Chained` one minus the chained pass^k of the failures.
    pub pass_at: Option<f64>,
    /// Interval of `pass_at`.
    pub pass_at_interval: Option<Interval>,
}

/// Returns the points k = 1 to `k_max` of the pass^k curve.
///
/// `tasks` holds one entry per task; tasks without valid trials count only where the policy says so. `k_max` is the caller's
/// choice, usually the largest number of trials; beyond the data the values are `None`.
pub fn curve(tasks: &[TaskCounts], ragged: Ragged, k_max: u32, ci: Ci, conf: f64) -> Vec<CurvePoint> {
    let tasks: Vec<TaskCounts> = tasks.iter().copied().filter(|task| task.n > 0 || ragged.keeps_empty_tasks()).collect();
    (1..=k_max).map(|k| point(&tasks, ragged, k, ci, conf)).collect()
}

/// Returns chained pass^k alone, without its interval; tasks without trials are left out. `None` where no task has `k` trials.
pub(crate) fn chained_value(tasks: &[TaskCounts], k: u32) -> Option<f64> {
    let tasks: Vec<TaskCounts> = tasks.iter().copied().filter(|task| task.n > 0).collect();
    Some(pass_hat(&tasks, Ragged::Chained, k)?.mean)
}

fn point(tasks: &[TaskCounts], ragged: Ragged, k: u32, ci: Ci, conf: f64) -> CurvePoint {
    let hat = pass_hat(tasks, ragged, k);
    let at = pass_at(tasks, ragged, k);
    let value = hat.map(|summary| summary.mean);
    let tasks_used = if value.is_some() { tasks_used(tasks, ragged, k) } else { 0 };
    let (all, used) = (tasks.len() as f64, tasks_used as f64);
    let shares = !exceeds_one(tasks, ragged);
    let interval = |summary: Option<MeanSummary>| summary.filter(|_| shares)?.interval(ci, conf);
    CurvePoint {
        k,
        value,
        interval: interval(hat),
        n_eff: hat.filter(|_| shares).and_then(|summary| summary.n_eff()),
        tasks_used,
        thin: used < 0.9 * all,
        too_few: used < all && used < (all / 4.0).max(5.0),
        few_successes: value.is_some_and(|mean| mean.min(1.0 - mean) * used < 5.0),
        se: hat.and_then(|summary| summary.se()),
        rerun_se: value.and_then(|_| rerun_se(tasks, ragged, k)),
        pass_at: at.map(|summary| summary.mean),
        pass_at_interval: interval(at),
    }
}

fn pass_hat(tasks: &[TaskCounts], ragged: Ragged, k: u32) -> Option<MeanSummary> {
    match ragged {
        Ragged::Chained => chained(tasks, k),
        _ => unchained(tasks, ragged, k, pass_hat_k),
    }
}

fn pass_at(tasks: &[TaskCounts], ragged: Ragged, k: u32) -> Option<MeanSummary> {
    if ragged != Ragged::Chained {
        return unchained(tasks, ragged, k, pass_at_k);
    }
    let failures: Vec<TaskCounts> = tasks.iter().map(|task| TaskCounts::new(task.n, task.n.saturating_sub(task.c))).collect();
    let all_fail = chained(&failures, k)?;
    Some(MeanSummary { mean: 1.0 - all_fail.mean, ..all_fail })
}

/// Summarises a per-task statistic under any policy but `Chained`.
fn unchained(tasks: &[TaskCounts], ragged: Ragged, k: u32, statistic: fn(u32, u32, u32) -> Option<f64>) -> Option<MeanSummary> {
    let enough = |task: &&TaskCounts| task.n >= k;
    let (values, trials): (Vec<f64>, f64) = match ragged {
        Ragged::UpstreamV1 { num_trials } => {
            let values = tasks.iter().map(|task| statistic(num_trials, task.c, k)).collect::<Option<_>>()?;
            (values, tasks.len() as f64 * f64::from(num_trials))
        }
        Ragged::ZeroFill if tasks.iter().any(|task| task.n >= k) => {
            let values = tasks.iter().map(|task| statistic(task.n, task.c, k).unwrap_or(0.0)).collect();
            (values, total_trials(tasks.iter()))
        }
        Ragged::ZeroFill => return None,
        Ragged::Strict if tasks.iter().any(|task| task.n < k) => return None,
        Ragged::Chained | Ragged::Available | Ragged::Strict => {
            let values = tasks.iter().filter_map(|task| statistic(task.n, task.c, k)).collect();
            (values, total_trials(tasks.iter().filter(enough)))
        }
    };
    MeanSummary::of(&values, trials)
}

/// Returns chained pass^k: `S_k = S_1 r_2 … r_k`, where S_1 is the mean of pass^1 over all tasks and r_j the sum of pass^j over the
/// sum of pass^(j-1), both over the tasks with at least j trials.
///
/// The variance is the sum of squared influences of the tasks on S_k; with as many trials for every task it reduces to that of
/// the plain mean.
fn chained(tasks: &[TaskCounts], k: u32) -> Option<MeanSummary> {
    if tasks.iter().all(|task| task.n >= k) {
        return unchained(tasks, Ragged::Available, k, pass_hat_k);
    }
    if !tasks.iter().any(|task| task.n >= k) {
        return None;
    }
    let m = tasks.len() as f64;
    let mut links: Vec<Link> = tasks.iter().filter_map(|&task| Link::first(task)).collect();
    let mut survival = links.iter().map(|link| link.value).sum::<f64>() / m;
    for link in &mut links {
        link.influence = (link.value - survival) / (m * survival);
    }
    for j in 2..=k {
        survival *= lengthen(&mut links, j);
    }
    // A chain that has reached zero has no influences (they are divided by zero above), and no variance.
    let squares: f64 = if survival > 0.0 { links.iter().map(|link| link.influence.powi(2)).sum() } else { 0.0 };
    Some(MeanSummary {
        mean: survival,
        variance: survival * survival * squares,
        freedom: freedom(links.iter().map(|link| link.influence)),
        tasks: tasks.len(),
        n_eff_min: tasks.iter().filter(|task| task.n >= k).count() as f64,
        n_eff_max: total_trials(tasks.iter()),
    })
}

/// One task in the chain.
struct Link {
    task: TaskCounts,
    /// pass^j of the task at the current j.
    value: f64,
    /// Influence of the task on the logarithm of the chained estimate.
    influence: f64,
}

impl Link {
    fn first(task: TaskCounts) -> Option<Self> {
        Some(Self { task, value: task.success_rate()?, influence: 0.0 })
    }

    /// Returns pass^j of the task from its pass^(j-1).
    fn next(&self, j: u32) -> f64 {
        let TaskCounts { n, c } = self.task;
        self.value * f64::from((c + 1).saturating_sub(j)) / f64::from(n + 1 - j)
    }
}

/// Takes the links with at least `j` trials from j - 1 to j and returns the ratio r_j; 0 once nothing survives.
fn lengthen(links: &mut [Link], j: u32) -> f64 {
    let reaching = || |link: &&mut Link| link.task.n >= j;
    let (mut before, mut after) = (0.0, 0.0);
    for link in links.iter_mut().filter(reaching()) {
        before += link.value;
        after += link.next(j);
    }
    let ratio = if before > 0.0 { after / before } else { 0.0 };
    for link in links.iter_mut().filter(reaching()) {
        let next = link.next(j);
        link.influence += (next - ratio * link.value) / after;
        link.value = next;
    }
    ratio
}

fn tasks_used(tasks: &[TaskCounts], ragged: Ragged, k: u32) -> usize {
    if ragged.keeps_empty_tasks() { tasks.len() } else { tasks.iter().filter(|task| task.n >= k).count() }
}

fn total_trials<'a>(tasks: impl Iterator<Item = &'a TaskCounts>) -> f64 {
    tasks.map(|task| f64::from(task.n)).sum()
}

fn exceeds_one(tasks: &[TaskCounts], ragged: Ragged) -> bool {
    matches!(ragged, Ragged::UpstreamV1 { num_trials } if tasks.iter().any(|task| task.c > num_trials))
}

/// Returns the standard error of pass^k for these very tasks run again, from the unbiased per-task variance
/// `U² - C(c,2k)/C(n,2k)`, which needs 2k trials of every task used.
pub(crate) fn rerun_se(tasks: &[TaskCounts], ragged: Ragged, k: u32) -> Option<f64> {
    let used: Vec<TaskCounts> = match ragged {
        Ragged::Available => tasks.iter().copied().filter(|task| task.n >= k).collect(),
        // Upstream divides by one trial count: only where it is the task's own is the variance known.
        Ragged::UpstreamV1 { num_trials } if tasks.iter().any(|task| task.n != num_trials) => return None,
        _ => tasks.to_vec(),
    };
    let variances = used.iter().map(|task| {
        let twice = pass_hat_k(task.n, task.c, k.checked_mul(2)?)?;
        Some(pass_hat_k(task.n, task.c, k)?.powi(2) - twice)
    });
    let total = variances.sum::<Option<f64>>()?;
    // An unbiased variance may fall below zero.
    Some(total.max(0.0).sqrt() / used.len() as f64)
}

#[cfg(test)]
mod tests;
