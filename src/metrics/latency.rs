//! Durations of calls: percentiles with honest intervals, shares within a limit, points of the empirical distribution.
//!
//! Calls of one task are alike, as trials are: the task is the unit of the intervals wherever tasks are known.

use rayon::prelude::*;

use super::{
    interval::{Ci, Interval, wilson},
    quantile::{quantile_type1, quantile_type7},
    quantile_interval::{Clustered, FEWEST_CLUSTERS},
};

/// Percentiles shown unless others are asked for.
pub const DEFAULT_LEVELS: [f64; 7] = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
/// Levels with an interval, as far as there are calls enough for it.
const INTERVAL_LEVELS: [f64; 4] = [0.5, 0.9, 0.95, 0.99];
/// From this level on a percentile is shown only where at least one call lies beyond it: P99 from 100 calls on, P99.9 from 1000 on.
const EXTREME_LEVEL: f64 = 0.99;
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
    /// How percentiles are read off. The ends of intervals are always observed values.
    pub kind: QuantileKind,
    /// Level of the intervals.
    pub conf: f64,
}

impl Default for SummaryOptions {
    fn default() -> Self {
        Self { levels: DEFAULT_LEVELS.to_vec(), kind: QuantileKind::default(), conf: 0.95 }
    }
}

/// Where the intervals of a summary come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalMethod {
    /// Over this many tasks.
    Tasks {
        /// Tasks, and calls of no task.
        tasks: usize,
    },
    /// Over calls as if they were independent, since too few of them have a known task.
    Calls,
    /// None: the calls belong to fewer than [`FEWEST_CLUSTERS`] tasks.
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
    /// Interval, for P50, P90, P95 and P99 of enough calls and tasks, see [`Clustered::interval`].
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
    /// one; a call without a task then stands for itself.
    pub fn new(calls: &[TimedCall]) -> Self {
        let mut usable: Vec<TimedCall> = calls.iter().copied().filter(|(ms, _)| ms.is_finite() && *ms >= 0.0).collect();
        // With the task as second key the order does not depend on the order of the input.
        usable.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut tasks: Vec<u32> = usable.iter().filter_map(|call| call.1).collect();
        let (with_task, without) = (tasks.len(), usable.len() - tasks.len());
        tasks.sort_unstable();
        tasks.dedup();
        let known = with_task > 0 && with_task >= without;
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
        let clustered = self.clustered();
        let percentile = |&level: &f64| Percentile {
            level,
            value_ms: self.percentile_ms(level, options.kind),
            interval_ms: if is_listed(level) { clustered.interval(level, options.conf) } else { None },
        };
        Summary {
            n: self.sorted.len(),
            invalid: self.invalid,
            mean_ms: self.mean_ms(),
            min_ms: self.sorted.first().copied(),
            max_ms: self.sorted.last().copied(),
            percentiles: options.levels.iter().map(percentile).collect(),
            method: self.method(),
        }
    }

    /// Returns the share of calls strictly quicker than `limit_ms`; `None` without calls or for a limit that is no number.
    ///
    /// The interval over tasks is the scaled Wilson interval of [`Clustered::share`].
    pub fn share_below(&self, limit_ms: f64, conf: f64) -> Option<ShareBelow> {
        let n = self.sorted.len();
        if n == 0 || limit_ms.is_nan() {
            return None;
        }
        let below = self.sorted.partition_point(|ms| *ms < limit_ms);
        let share = below as f64 / n as f64;
        let by_task = !self.clusters.is_empty();
        let interval = if by_task {
            self.clustered().share(below).interval(Ci::ScaledWilson, conf)
        } else {
            wilson(below as f64, n as f64, conf)
        };
        Some(ShareBelow { below, n, share, interval, by_task })
    }

    fn clustered(&self) -> Clustered<'_> {
        if self.clusters.is_empty() {
            Clustered::independent(&self.sorted)
        } else {
            Clustered::new(&self.sorted, &self.clusters, self.cluster_count)
        }
    }

    fn method(&self) -> IntervalMethod {
        match self.cluster_count {
            0 => IntervalMethod::Calls,
            few if few < FEWEST_CLUSTERS => IntervalMethod::TooFewTasks,
            tasks => IntervalMethod::Tasks { tasks },
        }
    }
}

fn is_listed(level: f64) -> bool {
    INTERVAL_LEVELS.iter().any(|wanted| (wanted - level).abs() < SAME_LEVEL)
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
