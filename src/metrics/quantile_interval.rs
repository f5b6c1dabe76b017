//! Intervals of quantiles when the values come in clusters, such as the calls of a task.
//!
//! A quantile at level p is where the distribution reaches p. The interval holds every value at which the share of values found at or
//! below it is compatible with p, after Wilson's test with the effective sample size of clustered values. Closed form, no draws.
//! Sources: Woodruff 1952, "Confidence intervals for medians and other position measures"; Francisco & Fuller 1991 (test inversion).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    distribution::normal_quantile,
    interval::Interval,
    quantile::quantile_type1,
    task_mean::{MeanSummary, freedom},
};

/// Fewest clusters of any interval.
pub const FEWEST_CLUSTERS: usize = 8;
/// Fewest clusters that may be expected beyond the quantile; with [`FEWEST_CLUSTERS`] found by simulation (docs/statistics-checks.md).
pub const FEWEST_BEYOND: f64 = 2.5;

/// Returns the interval of the quantile at each of the levels, of values in any order with their clusters, see [`Clustered::interval`].
pub fn quantile_intervals<C: Ord + Copy>(values: &[(f64, C)], levels: &[f64], conf: f64) -> Vec<Option<Interval>> {
    let names: BTreeSet<C> = values.iter().map(|(_, cluster)| *cluster).collect();
    let numbers: BTreeMap<C, u32> = names.into_iter().zip(0..).collect();
    let mut pairs: Vec<(f64, u32)> =
        values.iter().filter_map(|(value, cluster)| Some((*value, *numbers.get(cluster)?))).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (sorted, clusters): (Vec<f64>, Vec<u32>) = pairs.into_iter().unzip();
    let clustered = Clustered::new(&sorted, &clusters, numbers.len());
    levels.iter().map(|level| clustered.interval(*level, conf)).collect()
}

/// Values in rising order with the cluster of each.
#[derive(Debug, Clone, Copy)]
pub struct Clustered<'a> {
    sorted: &'a [f64],
    /// Dense numbers, one a value; empty = every value is independent.
    clusters: &'a [u32],
    count: usize,
}

impl<'a> Clustered<'a> {
    /// Takes values in rising order; `clusters[i] < count` is the cluster of `sorted[i]`.
    pub fn new(sorted: &'a [f64], clusters: &'a [u32], count: usize) -> Self {
        Self { sorted, clusters, count }
    }

    /// Takes independent values in rising order.
    pub fn independent(sorted: &'a [f64]) -> Self {
        Self { sorted, clusters: &[], count: sorted.len() }
    }

    /// Returns the interval of the quantile at `level`.
    ///
    /// `None` where an end would lie beyond the values, which is so in particular for fewer than 9 independent values at the median,
    /// 38 at P90, 76 at P95 and 383 at P99 (level 95 %), and with fewer clusters than [`FEWEST_CLUSTERS`] or than it takes to expect
    /// [`FEWEST_BEYOND`] of them beyond the quantile.
    pub fn interval(&self, level: f64, conf: f64) -> Option<Interval> {
        let beyond = self.count as f64 * level.min(1.0 - level);
        if self.count < FEWEST_CLUSTERS || beyond.is_nan() || beyond < FEWEST_BEYOND - 1e-9 {
            return None;
        }
        // How alike the values of a cluster are is hard to see in a tail that few clusters reach, and best seen at the median.
        let n = self.scaled_n(level, conf)?.min(self.scaled_n(0.5, conf)?);
        let half = normal_quantile(conf)? * (level * (1.0 - level) / n).sqrt();
        let values = self.sorted.len() as f64;
        // Ranks are counted from 1, and rounded outwards.
        Some(Interval {
            lo: self.at_rank((values * (level - half) + 1e-9).floor())?,
            hi: self.at_rank((values * (level + half) - 1e-9).floor() + 1.0)?,
        })
    }

    fn at_rank(&self, rank: f64) -> Option<f64> {
        if rank < 1.0 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 1 on; too large ones are no index"
        )]
        self.sorted.get(rank as usize - 1).copied()
    }

    /// Returns the effective sample size of the share of values up to the quantile at `level`.
    fn scaled_n(&self, level: f64, conf: f64) -> Option<f64> {
        self.share(self.up_to(level)?).scaled_n(conf)
    }

    /// Returns how many values do not exceed the quantile at `level`.
    fn up_to(&self, level: f64) -> Option<usize> {
        let quantile = quantile_type1(self.sorted, level)?;
        Some(self.sorted.partition_point(|value| *value <= quantile))
    }

    /// Returns the share that the first `below` values are of all.
    ///
    /// Its variance is that of a ratio of sums, `Σ_clusters (below_t - share n_t)² / n²`. Were the values of a cluster all alike, the
    /// effective sample size would be Kish's number of clusters, `n² / Σ n_t²`.
    pub fn share(&self, below: usize) -> MeanSummary {
        let n = self.sorted.len() as f64;
        let mean = below as f64 / n;
        if self.clusters.is_empty() {
            let variance = mean * (1.0 - mean) / n;
            return MeanSummary { mean, variance, freedom: n - 1.0, tasks: self.count, n_eff_min: n, n_eff_max: n };
        }
        let residuals = self.residuals(below);
        let mut sizes = vec![0.0; self.count];
        self.clusters.iter().for_each(|cluster| sizes[*cluster as usize] += 1.0);
        MeanSummary {
            mean,
            variance: residuals.iter().map(|residual| residual * residual).sum::<f64>() / (n * n),
            freedom: freedom(residuals.into_iter()),
            tasks: self.count,
            n_eff_min: n * n / sizes.iter().map(|size| size * size).sum::<f64>(),
            n_eff_max: n,
        }
    }

    /// Returns for each cluster its values among the first `below`, less those expected of as many values.
    fn residuals(&self, below: usize) -> Vec<f64> {
        let share = below as f64 / self.sorted.len() as f64;
        let mut residuals = vec![0.0; self.count];
        for (i, cluster) in self.clusters.iter().enumerate() {
            residuals[*cluster as usize] += f64::from(u8::from(i < below)) - share;
        }
        residuals
    }

    /// Returns how the quantiles at `level` of two sets of values with the same clusters vary together: the correlation of what each
    /// cluster adds to the two; 0 where it adds nothing.
    pub fn correlation(&self, other: &Self, level: f64) -> Option<f64> {
        let (a, b) = (self.residuals(self.up_to(level)?), other.residuals(other.up_to(level)?));
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let scale = (product(&a, &a) * product(&b, &b)).sqrt();
        Some(if scale > 0.0 { (product(&a, &b) / scale).clamp(-1.0, 1.0) } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{assert_interval, assert_near};

    /// 1, 2, 3, … with `clusters` in turn, so that each cluster looks like the whole.
    fn in_turn(n: u32, clusters: u32) -> (Vec<f64>, Vec<u32>) {
        (1..=n).map(|i| (f64::from(i), (i - 1) % clusters)).unzip()
    }

    /// 1, 2, 3, … with each cluster a block of neighbours, so that its values are all alike.
    fn in_blocks(n: u32, clusters: u32) -> (Vec<f64>, Vec<u32>) {
        (1..=n).map(|i| (f64::from(i), (i - 1) / (n / clusters))).unzip()
    }

    fn interval((values, clusters): &(Vec<f64>, Vec<u32>), count: usize, level: f64) -> Option<Interval> {
        Clustered::new(values, clusters, count).interval(level, 0.95)
    }

    #[test]
    fn independent_values_need_as_many_as_order_statistics() {
        let has = |n: u32, level: f64| {
            let values: Vec<f64> = (1..=n).map(f64::from).collect();
            Clustered::independent(&values).interval(level, 0.95).is_some()
        };
        for (level, fewest) in FEWEST_INDEPENDENT {
            assert!(has(fewest, level) && !has(fewest - 1, level), "{level}");
        }
        let values: Vec<f64> = (1..=1000).map(f64::from).collect();
        // The exact binomial ranks are 469 and 532 of the median, 936 and 964 of P95.
        assert_interval(Clustered::independent(&values).interval(0.5, 0.95), 468.0, 532.0);
        assert_interval(Clustered::independent(&values).interval(0.95, 0.95), 936.0, 964.0);
    }

    const FEWEST_INDEPENDENT: [(f64, u32); 4] = [(0.5, 9), (0.9, 38), (0.95, 76), (0.99, 383)];

    /// Reference values from an independent program with scipy.
    #[test]
    fn values_alike_within_clusters_widen_the_interval() {
        let blocks = in_blocks(600, 60);
        assert_interval(interval(&blocks, 60, 0.5), 222.0, 378.0);
        assert_interval(interval(&in_turn(600, 60), 60, 0.5), 275.0, 325.0);
        assert_eq!(interval(&blocks, 60, 0.95), None, "60 values would not do");
        assert_interval(interval(&in_turn(600, 60), 60, 0.95), 559.0, 581.0);
    }

    #[test]
    fn order_and_names_of_clusters_do_not_matter() {
        let (values, clusters) = in_turn(600, 60);
        let named: Vec<(f64, String)> = values.iter().zip(&clusters).map(|(v, c)| (*v, format!("task {c}"))).rev().collect();
        let named: Vec<(f64, &str)> = named.iter().map(|(value, name)| (*value, name.as_str())).collect();
        let found = quantile_intervals(&named, &[0.5, 0.95, 0.99], 0.95);
        assert_interval(found[0], 275.0, 325.0);
        assert_interval(found[1], 559.0, 581.0);
        assert_eq!(found[2], None);
    }

    #[test]
    fn few_clusters_have_no_interval() {
        let at = |clusters: u32, level: f64| interval(&in_turn(clusters * 100, clusters), clusters as usize, level).is_some();
        assert_eq!([7, 8].map(|clusters| at(clusters, 0.5)), [false, true]);
        assert_eq!([24, 25].map(|clusters| at(clusters, 0.9)), [false, true]);
        assert_eq!([49, 50].map(|clusters| at(clusters, 0.95)), [false, true]);
        assert_eq!([249, 250].map(|clusters| at(clusters, 0.99)), [false, true]);
        assert_eq!([0.0, 1.0, f64::NAN].map(|level| at(100, level)), [false; 3]);
        assert!(Clustered::independent(&[]).interval(0.5, 0.95).is_none());
    }

    #[test]
    fn uneven_clusters_count_as_fewer() {
        let values: Vec<f64> = (0..40).map(f64::from).collect();
        let clusters: Vec<u32> = (0..40).map(|i| if i < 20 { 0 } else { i - 19 }).collect();
        // 20 values in one cluster, 20 alone: 40² / (20² + 20).
        assert_near(Clustered::new(&values, &clusters, 21).share(10).n_eff_min, 1600.0 / 420.0);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_quantile_and_turns_with_the_values(
            values in prop::collection::vec(0_u16..500, 20..300),
            clusters in 8_u32..40,
            level in 0.1..0.9_f64,
        ) {
            let mut pairs: Vec<(f64, u32)> = values.iter().zip(0..).map(|(v, i)| (f64::from(*v), i % clusters)).collect();
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (sorted, of): (Vec<f64>, Vec<u32>) = pairs.iter().copied().unzip();
            let count = clusters.min(u32::try_from(values.len()).unwrap()) as usize;
            let found = Clustered::new(&sorted, &of, count).interval(level, 0.9);
            if let Some(found) = found {
                prop_assert!(found.contains(quantile_type1(&sorted, level).unwrap()));
            }
        }
    }
}
