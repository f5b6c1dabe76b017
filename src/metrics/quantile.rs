//! Quantiles of a sorted list.
//!
//! Types are numbered as in Hyndman & Fan 1996, "Sample quantiles in statistical packages".

/// Returns the type 7 quantile of `sorted` at `p`: linear interpolation, the default of NumPy's `percentile`.
///
/// `sorted` must ascend and hold no NaN. `None` when it is empty or `p` is not within `[0, 1]`.
pub fn quantile_type7(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = in_unit(p)? * last as f64;
    let below = index(position.floor()).min(last);
    let low = sorted[below];
    let high = sorted[(below + 1).min(last)];
    let share = position - position.floor();
    // Infinite neighbours would give NaN where no interpolation is needed.
    if share <= 0.0 || low >= high { Some(low) } else { Some(low + share * (high - low)) }
}

/// Returns the type 1 quantile of `sorted` at `p`: the smallest value with at least a share `p` of the list at or below it
/// (nearest rank, NumPy's `inverted_cdf`). Always a value of the list.
///
/// `sorted` must ascend and hold no NaN. `None` when it is empty or `p` is not within `[0, 1]`.
pub fn quantile_type1(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let rank = in_unit(p)? * sorted.len() as f64;
    // The allowance keeps 100 × 0.07 = 7.000000000000001 at rank 7.
    let rank = (rank * (1.0 - 4.0 * f64::EPSILON)).ceil();
    Some(sorted[index(rank - 1.0).min(last)])
}

fn in_unit(p: f64) -> Option<f64> {
    (0.0..=1.0).contains(&p).then_some(p)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers; the cast saturates at zero")]
fn index(position: f64) -> usize {
    position as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::assert_some_near;

    const LATENCIES_MS: [f64; 22] = [
        234.1, 655.1, 886.7, 1015.1, 1145.6, 1462.4, 1774.2, 2096.5, 2328.7, 2601.1, 2921.0, 3468.5, 3932.6, 4020.2, 4752.6,
        5000.0, 5702.0, 7169.6, 9700.0, 13301.1, 70584.2, 426_958.6,
    ];
    const LEVELS: [f64; 10] = [0.0, 0.1, 0.25, 0.4, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0];

    #[test]
    fn type_7_matches_numpy() {
        let wanted = [234.1, 899.54, 1540.35, 2437.66, 3194.75, 5526.5, 12940.99, 67720.045, 352_119.976, 426_958.6];
        for (p, wanted) in LEVELS.into_iter().zip(wanted) {
            assert_some_near(quantile_type7(&LATENCIES_MS, p), wanted);
        }
    }

    #[test]
    fn type_1_matches_numpy() {
        let wanted = [234.1, 886.7, 1462.4, 2328.7, 2921.0, 5702.0, 13301.1, 70584.2, 426_958.6, 426_958.6];
        for (p, wanted) in LEVELS.into_iter().zip(wanted) {
            assert_some_near(quantile_type1(&LATENCIES_MS, p), wanted);
        }
    }

    #[test]
    fn rounding_does_not_shift_a_rank() {
        let ranks: Vec<f64> = (1..=100).map(f64::from).collect();
        for percent in 1..=100 {
            assert_some_near(quantile_type1(&ranks, f64::from(percent) / 100.0), f64::from(percent));
        }
    }

    #[test]
    fn odd_inputs_have_answers_or_none() {
        assert_eq!(quantile_type7(&[], 0.5), None);
        assert_eq!(quantile_type1(&[], 0.5), None);
        assert_eq!(quantile_type7(&[3.0], 0.9), Some(3.0));
        assert_eq!(quantile_type1(&[3.0], 0.0), Some(3.0));
        for p in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(quantile_type7(&[1.0, 2.0], p), None);
            assert_eq!(quantile_type1(&[1.0, 2.0], p), None);
        }
        let infinite = [f64::INFINITY, f64::INFINITY];
        assert_eq!(quantile_type7(&infinite, 0.5), Some(f64::INFINITY));
    }

    proptest! {
        #[test]
        fn quantiles_stay_inside_and_rise(mut values in prop::collection::vec(-1e6..1e6_f64, 1..50), p in 0.0..=1.0, q in 0.0..=1.0) {
            values.sort_by(f64::total_cmp);
            let (p, q) = if p <= q { (p, q) } else { (q, p) };
            for quantile in [quantile_type1, quantile_type7] {
                let (low, high) = (quantile(&values, p).unwrap(), quantile(&values, q).unwrap());
                prop_assert!(values[0] <= low && low <= high && high <= values[values.len() - 1]);
            }
        }
    }
}
