//! p-values adjusted for the size of their family.
//!
//! Holm's method for a handful of planned comparisons, Benjamini and Hochberg's for screening many (a test a task).

pub use super::paired::holm;

/// Returns p-values adjusted by Benjamini & Hochberg's method (1995), in the order given: calling those below q discoveries, a share
/// of at most q of them is false on average. NaN leaves the family and stays NaN.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|i| !p[*i].is_nan()).collect();
    order.sort_by(|a, b| p[*b].total_cmp(&p[*a]));
    let mut adjusted = vec![f64::NAN; p.len()];
    let (family, mut smallest) = (order.len(), 1.0_f64);
    for (from_last, index) in order.into_iter().enumerate() {
        smallest = smallest.min(family as f64 * p[index] / (family - from_last) as f64);
        adjusted[index] = smallest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::near;

    #[test]
    fn benjamini_hochberg_matches_statsmodels() {
        let p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34];
        let mut wanted = vec![0.015, 0.06, 0.126, 0.126, 0.126, 0.15, 0.158_571_428_6];
        wanted.extend([0.294_642_857_1; 7]);
        wanted.push(0.34);
        let found = benjamini_hochberg(&p);
        assert!(found.iter().zip(wanted).all(|(found, wanted)| near(*found, wanted)), "{found:?}");
        let ties = benjamini_hochberg(&[0.5, 0.01, f64::NAN, 0.01, 0.2, 1.0]);
        assert!(ties[2].is_nan());
        let rest: Vec<f64> = ties.into_iter().filter(|p| !p.is_nan()).collect();
        assert!(rest.iter().zip([0.625, 0.025, 0.025, 0.333_333_333_3, 1.0]).all(|(a, b)| near(*a, b)), "{rest:?}");
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_holm_is_the_stricter(p in prop::collection::vec(prop_oneof![0.0..=1.0_f64, Just(0.01)], 1..20)) {
            let backwards: Vec<f64> = p.iter().rev().copied().collect();
            for adjust in [holm, benjamini_hochberg] {
                let mut again = adjust(&backwards);
                again.reverse();
                prop_assert!(adjust(&p).iter().zip(&again).all(|(a, b)| (a - b).abs() < 1e-12));
            }
            for ((p, strict), lenient) in p.iter().zip(holm(&p)).zip(benjamini_hochberg(&p)) {
                prop_assert!(*p <= lenient + 1e-12 && lenient <= strict + 1e-12 && strict <= 1.0);
            }
        }
    }
}
