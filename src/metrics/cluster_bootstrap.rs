//! Intervals of quantiles when the values come in clusters: the cluster bootstrap.
//!
//! Whole clusters (the calls of one task) are drawn with replacement, so that calls of one task never count as independent. With an
//! intraclass correlation of 0.1 the order-statistic interval of a median covers some 83 % instead of 95 %, this one 95 %.
//! Source: Davison & Hinkley 1997, "Bootstrap methods and their application", sections 2.4 and 3.8.

use rayon::prelude::*;

use super::{
    bootstrap::{Bootstrap, Random},
    distribution::tail,
    interval::Interval,
    quantile::quantile_type7,
};

/// Fewest clusters: with five, one extreme cluster alone is missing from more than a third of the draws, and no percentile interval of
/// 95 % is to be had (the same bound as for a median of independent values, `2 (½)^m < 0.05`).
pub const FEWEST_CLUSTERS: usize = 6;

/// Most draws of a cluster for one interval: 2000 replicates of 1000 clusters. Beyond there are fewer replicates, but at least 200:
/// with thousands of clusters the distribution is smooth, and 500 replicates say the same.
pub const MOST_DRAWS: usize = 2_000_000;
/// Fewest replicates, if there are any.
const FEWEST_REPLICATES: u32 = 200;

/// Returns the replicates drawn for so many clusters.
fn replicates_for(wanted: u32, clusters: usize) -> u32 {
    let affordable = u32::try_from(MOST_DRAWS / clusters.max(1)).unwrap_or(u32::MAX);
    wanted.min(affordable.max(FEWEST_REPLICATES))
}

/// Values in rising order with the cluster of each, prepared for many draws.
///
/// Exact, and quick enough to be always on: a draw gives each cluster a weight, and the value at a weighted rank is found by
/// bisection over anchors, places in the order whose counts by cluster are known, then by a walk between two anchors. Anchors stand
/// as far apart as there are clusters, so a draw of m clusters costs about `m log(n/m)` steps a quantile instead of `n`, and the table
/// has about `n` entries.
pub(crate) struct Clustered<'a> {
    sorted: &'a [f64],
    clusters: &'a [u32],
    sizes: Vec<u32>,
    spacing: usize,
    /// Per anchor, how many values of each cluster stand before it; the first anchor stands before all.
    anchors: Vec<u32>,
}

/// Closest distance of two anchors.
const CLOSEST: usize = 32;

impl<'a> Clustered<'a> {
    /// Prepares values in rising order; `clusters[i] < count` is the cluster of `sorted[i]`, and no cluster is empty.
    pub(crate) fn new(sorted: &'a [f64], clusters: &'a [u32], count: usize) -> Self {
        let spacing = count.max(CLOSEST);
        let mut sizes = vec![0_u32; count];
        let mut anchors = Vec::with_capacity(count * (sorted.len() / spacing + 1));
        for (i, &cluster) in clusters.iter().enumerate() {
            if i.is_multiple_of(spacing) {
                anchors.extend_from_slice(&sizes);
            }
            sizes[cluster as usize] += 1;
        }
        Self { sorted, clusters, sizes, spacing, anchors }
    }

    /// Returns the percentile interval at level `conf` of the type 7 quantile at each of the levels, equal at any number of threads.
    /// `stream` numbers the series within a run, so that two series do not share their draws.
    pub(crate) fn intervals(&self, levels: &[f64], bootstrap: Bootstrap, stream: u64, conf: f64) -> Vec<Option<Interval>> {
        let count = self.sizes.len();
        let Some(tail) = tail(conf).filter(|_| count >= FEWEST_CLUSTERS && bootstrap.draws > 0) else {
            return vec![None; levels.len()];
        };
        let draw = |weights: &mut Vec<u32>, replicate: u32| -> Vec<f64> {
            let mut rng = Random::for_replicate(bootstrap.seed, stream, u64::from(replicate));
            weights.fill(0);
            (0..count).for_each(|_| weights[rng.below(count)] += 1);
            levels.iter().map(|&p| self.quantile(weights, p)).collect()
        };
        let replicates: Vec<Vec<f64>> =
            (0..replicates_for(bootstrap.draws, count)).into_par_iter().map_init(|| vec![0; count], draw).collect();
        let interval = |level: usize| {
            let mut values: Vec<f64> = replicates.iter().map(|found| found[level]).collect();
            values.sort_unstable_by(f64::total_cmp);
            Some(Interval { lo: quantile_type7(&values, tail)?, hi: quantile_type7(&values, 1.0 - tail)? })
        };
        (0..levels.len()).map(interval).collect()
    }

    /// Returns the type 7 quantile at `p` of the values, each as often as its cluster's weight says.
    fn quantile(&self, weights: &[u32], p: f64) -> f64 {
        let total = weighted(&self.sizes, weights);
        let position = (total - 1) as f64 * p;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number below the total")]
        let rank = position.floor() as u64;
        let (low, high) = self.neighbours(weights, rank);
        low + (position - position.floor()) * (high - low)
    }

    /// Returns the values at a weighted rank, counted from 0, and at the next one (the same at the end).
    fn neighbours(&self, weights: &[u32], rank: u64) -> (f64, f64) {
        let count = weights.len();
        let before = |anchor: usize| weighted(&self.anchors[anchor * count..(anchor + 1) * count], weights);
        // The last anchor with at most `rank` values before it.
        let (mut low, mut high) = (0, self.anchors.len() / count);
        while high - low > 1 {
            let middle = low.midpoint(high);
            if before(middle) <= rank { low = middle } else { high = middle }
        }
        let mut seen = before(low);
        let mut found = None;
        let start = low * self.spacing;
        for (&value, &cluster) in self.sorted[start..].iter().zip(&self.clusters[start..]) {
            seen += u64::from(weights[cluster as usize]);
            if found.is_none() && seen > rank {
                found = Some(value);
            }
            if let Some(found) = found
                && seen > rank + 1
            {
                return (found, value);
            }
        }
        let last = found.or(self.sorted.last().copied()).unwrap_or(f64::NAN);
        (last, last)
    }
}

/// Returns how many values a draw has among those counted by cluster.
fn weighted(counts: &[u32], weights: &[u32]) -> u64 {
    counts.iter().zip(weights).map(|(&count, &weight)| u64::from(count) * u64::from(weight)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values of clusters that differ, in rising order, with their clusters.
    fn sample(n: usize, clusters: usize) -> (Vec<f64>, Vec<u32>) {
        let mut rng = Random::new(n as u64);
        let mut unit = || rng.below(1 << 30) as f64 / f64::from(1 << 30);
        let mut pairs: Vec<(f64, u32)> = (0..n)
            .map(|i| {
                let cluster = i % clusters;
                let spread = unit() + unit() + unit() - 1.5;
                ((0.6 * (cluster as f64 / clusters as f64) + 1.5 * spread + 8.0).exp(), u32::try_from(cluster).unwrap())
            })
            .collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        pairs.into_iter().unzip()
    }

    proptest! {
        #[test]
        fn weighted_quantiles_equal_those_of_the_repeated_values(
            n in 1_usize..300,
            clusters in 1_usize..40,
            p in 0.0..=1.0_f64,
            seed: u64,
        ) {
            let clusters = clusters.min(n);
            let (values, of) = sample(n, clusters);
            let mut rng = Random::new(seed);
            let mut weights = vec![0_u32; clusters];
            (0..clusters).for_each(|_| weights[rng.below(clusters)] += 1);
            let repeated: Vec<f64> =
                values.iter().zip(&of).flat_map(|(&value, &of)| vec![value; weights[of as usize] as usize]).collect();
            let clustered = Clustered::new(&values, &of, clusters);
            let (found, wanted) = (clustered.quantile(&weights, p), quantile_type7(&repeated, p).unwrap());
            prop_assert!((found - wanted).abs() <= 1e-9 * wanted, "{} {}", found, wanted);
        }
    }

    #[test]
    fn few_clusters_have_no_interval() {
        let (values, of) = sample(500, 5);
        assert_eq!(Clustered::new(&values, &of, 5).intervals(&[0.5], Bootstrap::default(), 0, 0.95), [None]);
    }

    #[test]
    fn threads_do_not_matter_but_seeds_do() {
        let (values, of) = sample(2_000, 100);
        let clustered = Clustered::new(&values, &of, 100);
        let intervals = |bootstrap, stream| clustered.intervals(&[0.5, 0.9], bootstrap, stream, 0.95);
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let usual = Bootstrap::default();
        assert_eq!(alone.install(|| intervals(usual, 0)), intervals(usual, 0));
        assert_ne!(intervals(Bootstrap { seed: 1, ..usual }, 0), intervals(usual, 0));
        assert_ne!(intervals(usual, 1), intervals(usual, 0));
    }

    /// With one value a cluster the draws are those of independent values: the interval must come near to the exact one.
    #[test]
    fn single_values_agree_with_order_statistics() {
        let (values, of) = sample(1_000, 1_000);
        let found = Clustered::new(&values, &of, 1_000).intervals(&[0.5], Bootstrap::default(), 0, 0.95)[0].unwrap();
        let rank = |value: f64| values.partition_point(|other| *other < value);
        assert!((460..=480).contains(&rank(found.lo)) && (520..=540).contains(&rank(found.hi)), "{found:?}");
    }
}
