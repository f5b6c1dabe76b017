//! Durations of calls: percentiles with honest intervals, shares within a limit, points of the empirical distribution.
//!
//! Calls of one task are alike, as trials are: intervals draw whole tasks wherever tasks are known.

use rayon::prelude::*;

use super::{
    bootstrap::Bootstrap,
    cluster_bootstrap::{Clustered, FEWEST_CLUSTERS},
    interval::{Ci, Interval, MeanSummary, wilson},
    order_statistics::{fewest_for_closed_interval, quantile_ranks},
    quantile::{quantile_type1, quantile_type7},
};

/// Percentiles shown unless others are asked for.
pub const DEFAULT_LEVELS: [f64; 7] = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
/// Levels with an interval, as far as there are calls enough for it.
const INTERVAL_LEVELS: [f64; 4] = [0.5, 0.9, 0.95, 0.99];
/// From this level on a percentile is shown only where at least one call lies beyond it: P99 from 100 calls on, P99.9 from 1000 on.
const EXTREME_LEVEL: f64 = 0.99;
/// Most clusters of a bootstrap: beyond, nearly all calls would stand for themselves, and drawing them would take seconds.
const MOST_CLUSTERS: usize = 20_000;
/// Levels this near to each other are the same.
const SAME_LEVEL: f64 = 1e-12;

/// One call: its duration in milliseconds, and its task where that is known.
pub type TimedCall = (f64, Option<u32>);

/// How a quantile is read off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QuantileKind {
    /// Type 7: linear interpolation, NumPy's default.
    #[default]
    Linear,
    /// Type 1: nearest rank, always an observed value.
    NearestRank,
}

/// What a summary should hold.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryOptions {
    /// Levels of the percentiles, within `[0, 1]`.
    pub levels: Vec<f64>,
    /// How percentiles are read off. Intervals by bootstrap are those of type 7.
    pub kind: QuantileKind,
    /// Level of the intervals.
    pub conf: f64,
    /// Draws behind the intervals.
    pub bootstrap: Bootstrap,
    /// Number of the series within the run, so that two series do not share their draws.
    pub stream: u64,
}

impl Default for SummaryOptions {
    fn default() -> Self {
        Self {
            levels: DEFAULT_LEVELS.to_vec(),
            kind: QuantileKind::default(),
            conf: 0.95,
            bootstrap: Bootstrap::default(),
            stream: 0,
        }
    }
}

/// Where the intervals of a summary come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalMethod {
    /// Bootstrap over this many tasks.
    TaskBootstrap {
        /// Tasks drawn.
        tasks: usize,
    },
    /// Order statistics: assumes independent calls, since too few of them have a known task.
    OrderStatistics,
    /// None: the calls belong to fewer than six tasks.
    TooFewTasks,
}

/// One percentile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percentile {
    /// Level within `[0, 1]`: 0.95 for P95.
    pub level: f64,
    /// Value in milliseconds; `None` without calls, or where an extreme percentile would be guesswork (P99 of fewer than 100 calls,
    /// P99.9 of fewer than 1000).
    pub value_ms: Option<f64>,
    /// Interval, for P50, P90, P95 and P99 of enough calls (6, 36, 72 and 368 at 95 %).
    pub interval_ms: Option<Interval>,
}

/// Figures of a series of calls, in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Calls with a usable duration.
    pub n: usize,
    /// Calls whose duration is negative or no finite number: in no other figure.
    pub invalid: usize,
    /// Mean; `None` without calls, like the next two.
    pub mean_ms: Option<f64>,
    /// Shortest.
    pub min_ms: Option<f64>,
    /// Longest.
    pub max_ms: Option<f64>,
    /// Percentiles at the levels asked for, in that order.
    pub percentiles: Vec<Percentile>,
    /// Where the intervals come from.
    pub method: IntervalMethod,
}

/// Share of calls quicker than a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareBelow {
    /// Calls strictly below the limit.
    pub below: usize,
    /// All usable calls.
    pub n: usize,
    /// `below / n`.
    pub share: f64,
    /// Interval: scaled Wilson over tasks where tasks are known, else Wilson over calls.
    pub interval: Option<Interval>,
    /// Whether the interval is over tasks.
    pub by_task: bool,
}

/// Durations in rising order, with their clusters where these are known.
#[derive(Debug, Clone)]
pub struct Durations {
    sorted: Vec<f64>,
    /// Cluster of each duration, as dense numbers; empty where too few calls have a task.
    clusters: Vec<u32>,
    cluster_count: usize,
    invalid: usize,
}

impl Durations {
    /// Sorts the calls of a series.
    ///
    /// Durations that are negative or not finite are counted and left out. Tasks count as known where at least half of the calls have
    /// one; a call without a task then stands for itself (unless that makes more than 20,000 clusters).
    pub fn new(calls: &[TimedCall]) -> Self {
        let mut usable: Vec<TimedCall> = calls.iter().copied().filter(|(ms, _)| ms.is_finite() && *ms >= 0.0).collect();
        // With the task as second key the order does not depend on the order of the input.
        usable.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut tasks: Vec<u32> = usable.iter().filter_map(|call| call.1).collect();
        let (with_task, without) = (tasks.len(), usable.len() - tasks.len());
        tasks.sort_unstable();
        tasks.dedup();
        let known = with_task > 0 && with_task >= without && tasks.len() + without <= MOST_CLUSTERS;
        let mut cluster_count = if known { tasks.len() } else { 0 };
        let mut cluster = |task: Option<u32>| {
            let found = task.and_then(|task| tasks.binary_search(&task).ok()).unwrap_or_else(|| {
                cluster_count += 1;
                cluster_count - 1
            });
            u32::try_from(found).unwrap_or(u32::MAX)
        };
        let clusters = if known { usable.iter().map(|call| cluster(call.1)).collect() } else { Vec::new() };
        let invalid = calls.len() - usable.len();
        Self { sorted: usable.into_iter().map(|call| call.0).collect(), clusters, cluster_count, invalid }
    }

    /// Returns the durations in rising order.
    pub fn sorted_ms(&self) -> &[f64] {
        &self.sorted
    }

    /// Returns the number of usable calls.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Returns whether there is no usable call.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// Returns a quantile whatever the number of calls; `None` without calls or for a level outside `[0, 1]`.
    pub fn quantile_ms(&self, level: f64, kind: QuantileKind) -> Option<f64> {
        match kind {
            QuantileKind::Linear => quantile_type7(&self.sorted, level),
            QuantileKind::NearestRank => quantile_type1(&self.sorted, level),
        }
    }

    /// Returns a percentile as it may be shown: extreme ones only where at least one call lies beyond them.
    pub fn percentile_ms(&self, level: f64, kind: QuantileKind) -> Option<f64> {
        let beyond = self.sorted.len() as f64 * (1.0 - level);
        let guesswork = (EXTREME_LEVEL - SAME_LEVEL..1.0).contains(&level) && beyond < 1.0 - 1e-9;
        self.quantile_ms(level, kind).filter(|_| !guesswork)
    }

    /// Returns the mean; `None` without calls.
    pub fn mean_ms(&self) -> Option<f64> {
        (!self.sorted.is_empty()).then(|| self.sorted.iter().sum::<f64>() / self.sorted.len() as f64)
    }

    /// Summarises the series.
    pub fn summary(&self, options: &SummaryOptions) -> Summary {
        let method = self.method();
        let wanted: Vec<f64> = options.levels.iter().copied().filter(|level| self.has_interval(*level, options.conf)).collect();
        let intervals = match method {
            IntervalMethod::TaskBootstrap { .. } => {
                let clustered = Clustered::new(&self.sorted, &self.clusters, self.cluster_count);
                clustered.intervals(&wanted, options.bootstrap, options.stream, options.conf)
            }
            IntervalMethod::OrderStatistics => wanted.iter().map(|&level| self.order_interval(level, options.conf)).collect(),
            IntervalMethod::TooFewTasks => vec![None; wanted.len()],
        };
        let mut intervals = intervals.into_iter();
        let percentile = |&level: &f64| {
            let value_ms = self.percentile_ms(level, options.kind);
            let interval_ms = if self.has_interval(level, options.conf) { intervals.next().flatten() } else { None };
            Percentile { level, value_ms, interval_ms }
        };
        Summary {
            n: self.sorted.len(),
            invalid: self.invalid,
            mean_ms: self.mean_ms(),
            min_ms: self.sorted.first().copied(),
            max_ms: self.sorted.last().copied(),
            percentiles: options.levels.iter().map(percentile).collect(),
            method,
        }
    }

    /// Returns the share of calls strictly quicker than `limit_ms`; `None` without calls or for a limit that is no number.
    ///
    /// Over tasks the variance is that of the ratio of sums, `Σ (below_t - share n_t)² / n²`, which is that of the mean of the tasks'
    /// shares where all tasks have as many calls; the interval is the scaled Wilson interval of [`MeanSummary`].
    pub fn share_below(&self, limit_ms: f64, conf: f64) -> Option<ShareBelow> {
        let n = self.sorted.len();
        if n == 0 || limit_ms.is_nan() {
            return None;
        }
        let below = self.sorted.partition_point(|ms| *ms < limit_ms);
        let share = below as f64 / n as f64;
        let by_task = !self.clusters.is_empty();
        let interval = if by_task {
            self.share_summary(below, share).interval(Ci::ScaledWilson, conf)
        } else {
            wilson(below as f64, n as f64, conf)
        };
        Some(ShareBelow { below, n, share, interval, by_task })
    }

    fn share_summary(&self, below: usize, share: f64) -> MeanSummary {
        let mut residuals = vec![0.0; self.cluster_count];
        for (i, cluster) in self.clusters.iter().enumerate() {
            residuals[*cluster as usize] += f64::from(u8::from(i < below)) - share;
        }
        let n = self.sorted.len() as f64;
        let variance = residuals.iter().map(|residual| residual * residual).sum::<f64>() / (n * n);
        let tasks = self.cluster_count;
        MeanSummary { mean: share, variance, tasks, n_eff_min: tasks as f64, n_eff_max: n }
    }

    fn method(&self) -> IntervalMethod {
        match self.cluster_count {
            0 => IntervalMethod::OrderStatistics,
            few if few < FEWEST_CLUSTERS => IntervalMethod::TooFewTasks,
            tasks => IntervalMethod::TaskBootstrap { tasks },
        }
    }

    fn has_interval(&self, level: f64, conf: f64) -> bool {
        let listed = INTERVAL_LEVELS.iter().any(|wanted| (wanted - level).abs() < SAME_LEVEL);
        listed && fewest_for_closed_interval(level, conf).is_some_and(|fewest| self.sorted.len() as u64 >= fewest)
    }

    fn order_interval(&self, level: f64, conf: f64) -> Option<Interval> {
        let ranks = quantile_ranks(self.sorted.len() as u64, level, conf)?;
        let value = |rank: u64| self.sorted.get(usize::try_from(rank.checked_sub(1)?).ok()?).copied();
        Some(Interval { lo: value(ranks.lo)?, hi: value(ranks.hi)? })
    }
}

/// Returns points `(value, share of values at or below it)` of the empirical distribution of values in rising order: the first and
/// the last, and between them each point by which the share has risen by at least `1 / steps` since the one before.
///
/// Every returned point is exact; what lies between two of them differs from a straight line by less than `1 / steps`, except within a
/// run of equal values, whose end is always kept.
pub fn ecdf_points(sorted: &[f64], steps: u32) -> Vec<(f64, f64)> {
    let n = sorted.len();
    let least = n as f64 / f64::from(steps.max(1));
    let mut points = Vec::new();
    let mut kept = 0;
    for (i, value) in sorted.iter().enumerate() {
        let last = i + 1 == n;
        let run_ends = last || sorted[i + 1] > *value;
        if run_ends && (points.is_empty() || last || (i + 1 - kept) as f64 >= least) {
            points.push((*value, (i + 1) as f64 / n as f64));
            kept = i + 1;
        }
    }
    points
}

#[cfg(test)]
mod tests;
