//! Histograms of durations: logarithmic bins that hide no tail, and the ten equal bins of the script this program replaces.

/// Above this many values a decade has ten bins, else five.
const FINE_FROM: usize = 2000;
/// Values up to here, in the unit of the values, have no place on a logarithmic axis. For milliseconds: one nanosecond.
const SMALLEST: f64 = 1e-6;

/// Counts in bins whose edges are `10^(i / per_decade)`; a bin holds its lower edge.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogHistogram {
    /// Bins a decade: 5, or 10 for more than 2000 values.
    pub per_decade: u8,
    /// Edges in rising order, one more than there are bins; empty without values.
    pub edges: Vec<f64>,
    /// Values in each bin. First and last are never empty.
    pub counts: Vec<u64>,
    /// Values too near to 0 (or negative) to have a logarithm worth drawing: below 1e-6.
    pub too_small: u64,
    /// Values that are no finite numbers.
    pub invalid: u64,
}

impl LogHistogram {
    /// Counts values in logarithmic bins that hold them all.
    pub fn of(values: &[f64]) -> Self {
        let per_decade = if values.len() > FINE_FROM { 10 } else { 5 };
        let invalid = values.iter().filter(|value| !value.is_finite()).count() as u64;
        let usable = || values.iter().copied().filter(|value| value.is_finite() && *value >= SMALLEST);
        let too_small = values.iter().filter(|value| value.is_finite() && **value < SMALLEST).count() as u64;
        let Some((low, high)) = ends(usable()) else { return Self { per_decade, too_small, invalid, ..Self::default() } };
        let (first, last) = (bin_of(low, per_decade), bin_of(high, per_decade));
        let edges: Vec<f64> = (first..=last + 1).map(|i| edge(i, per_decade)).collect();
        let mut counts = vec![0; edges.len() - 1];
        for value in usable() {
            let bin = usize::try_from(bin_of(value, per_decade) - first).unwrap_or(0);
            counts[bin] += 1;
        }
        Self { per_decade, edges, counts, too_small, invalid }
    }

    /// Returns all finite values, those too small for a bin included.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum::<u64>() + self.too_small
    }
}

fn ends(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |ends, value| {
        let (low, high) = ends.unwrap_or((value, value));
        Some((value.min(low), value.max(high)))
    })
}

fn edge(i: i32, per_decade: u8) -> f64 {
    10.0_f64.powf(f64::from(i) / f64::from(per_decade))
}

/// Returns the bin of a positive value; the logarithm may be off by one at an edge, so the edges decide.
fn bin_of(value: f64, per_decade: u8) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "logarithms of finite numbers, times ten")]
    let mut bin = (value.log10() * f64::from(per_decade)).floor() as i32;
    if value < edge(bin, per_decade) {
        bin -= 1;
    } else if value >= edge(bin + 1, per_decade) {
        bin += 1;
    }
    bin
}

/// Bins of equal width, as `numpy.histogram` makes them: the last bin holds its upper edge too.
#[derive(Debug, Clone, PartialEq)]
pub struct EqualHistogram {
    /// Edges in rising order, one more than there are bins.
    pub edges: Vec<f64>,
    /// Values in each bin.
    pub counts: Vec<u64>,
}

/// Counts values in bins of equal width from their minimum to their maximum, or from half below to half above where these are equal.
///
/// For compatibility only: with a tail, nearly all values share the first bin. `None` without values, without bins, or when a value
/// is not finite.
pub fn equal_width_histogram(values: &[f64], bins: u32) -> Option<EqualHistogram> {
    if bins == 0 || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let (low, high) = ends(values.iter().copied())?;
    let (low, high) = if low < high { (low, high) } else { (low - 0.5, high + 0.5) };
    let step = (high - low) / f64::from(bins);
    let mut edges: Vec<f64> = (0..bins).map(|i| low + f64::from(i) * step).collect();
    edges.push(high);
    let last = edges.len() - 2;
    let mut counts = vec![0; edges.len() - 1];
    for &value in values {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the number of bins")]
        let mut bin = (((value - low) / (high - low) * f64::from(bins)) as usize).min(last);
        // As NumPy does: rounding may have put a value beside its bin, and the edges decide.
        if value < edges[bin] {
            bin = bin.saturating_sub(1);
        } else if bin < last && value >= edges[bin + 1] {
            bin += 1;
        }
        counts[bin] += 1;
    }
    Some(EqualHistogram { edges, counts })
}

/// Returns the standard deviation with divisor n (`numpy.std`); `None` without values.
///
/// For compatibility only: of a heavy tail, a standard deviation says little.
pub fn population_std(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = (n > 0.0).then(|| values.iter().sum::<f64>() / n)?;
    Some((values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{assert_near, assert_some_near};

    const LAT22_MS: [f64; 22] = [
        234.1, 655.1, 886.7, 1015.1, 1145.6, 1462.4, 1774.2, 2096.5, 2328.7, 2601.1, 2921.0, 3468.5, 3932.6, 4020.2, 4752.6,
        5000.0, 5702.0, 7169.6, 9700.0, 13301.1, 70584.2, 426_958.6,
    ];

    #[test]
    fn logarithmic_bins_match() {
        let found = LogHistogram::of(&LAT22_MS);
        assert_eq!(found.counts, [1, 0, 0, 2, 3, 3, 4, 4, 2, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
        let edges = [
            158.489_319_2,
            251.188_643_2,
            398.107_170_6,
            630.957_344_5,
            1000.0,
            1_584.893_192,
            2_511.886_432,
            3_981.071_706,
            6_309.573_445,
            10000.0,
            15_848.931_92,
            25_118.864_32,
            39_810.717_06,
            63_095.734_45,
            100_000.0,
            158_489.319_2,
            251_188.643_2,
            398_107.170_6,
            630_957.344_5,
        ];
        assert_eq!(found.edges.len(), edges.len());
        for (found, wanted) in found.edges.iter().zip(edges) {
            assert_near(*found, wanted);
        }
    }

    #[test]
    fn odd_values_are_counted_apart() {
        let found = LogHistogram::of(&[0.0, -3.0, f64::NAN, f64::INFINITY, 1000.0, 999.999_999]);
        assert_eq!((found.too_small, found.invalid, found.total()), (2, 2, 4));
        assert_eq!(found.counts, [1, 1]);
        assert_eq!(LogHistogram::of(&[]).counts, [] as [u64; 0]);
        assert_eq!(LogHistogram::of(&vec![5.0; 2001]).per_decade, 10);
    }

    /// `numpy.histogram(values, bins=10)` and `numpy.std(values)` on the same values.
    #[test]
    fn numpy_agrees_on_equal_bins() {
        let found = equal_width_histogram(&LAT22_MS, 10).unwrap();
        assert_eq!(found.counts, [20, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_near(found.edges[1], 42_906.55);
        assert_near(found.edges[10], 426_958.6);
        assert_some_near(population_std(&LAT22_MS), 88_651.268_41);
        assert_eq!(equal_width_histogram(&[7.0, 7.0], 10).unwrap().counts, [0, 0, 0, 0, 0, 2, 0, 0, 0, 0]);
        assert_eq!(equal_width_histogram(&[], 10), None);
        assert_eq!(equal_width_histogram(&[1.0, f64::NAN], 10), None);
        assert_eq!(population_std(&[]), None);
        assert_eq!(equal_width_histogram(&[0.0, 0.1, 0.2, 0.3, 1.0], 10).unwrap().counts, [1, 1, 2, 0, 0, 0, 0, 0, 0, 1]);
    }

    proptest! {
        #[test]
        fn every_value_lies_in_its_bin(values in prop::collection::vec(prop_oneof![1e-7..1e9_f64, Just(1000.0), Just(1e5)], 1..80)) {
            let found = LogHistogram::of(&values);
            prop_assert_eq!(found.total(), values.len() as u64);
            for (i, count) in found.counts.iter().enumerate() {
                let inside = values.iter().filter(|value| (found.edges[i]..found.edges[i + 1]).contains(*value)).count();
                prop_assert_eq!(*count, inside as u64);
            }
            prop_assert!(found.counts.first().is_none_or(|count| *count > 0) && found.counts.last().is_none_or(|count| *count > 0));
            let equal = equal_width_histogram(&values, 10).unwrap();
            prop_assert_eq!(equal.counts.iter().sum::<u64>(), values.len() as u64);
        }
    }
}
