//! Quantiles of the distributions behind the intervals.

use statrs::{
    distribution::{ContinuousCDF, Normal, StudentsT},
    function::beta::checked_beta_reg,
};

/// Returns the half-width factor of the normal distribution at level `conf`, e.g. 1.96 at 0.95; `None` unless `0 < conf < 1`.
pub fn normal_quantile(conf: f64) -> Option<f64> {
    let z = -Normal::standard().inverse_cdf(tail(conf)?);
    z.is_finite().then_some(z)
}

/// Degrees of freedom from which Student's t is the normal distribution to six digits.
const NORMAL_FREEDOM: f64 = 1e6;

/// Returns the half-width factor of Student's t with `freedom` degrees of freedom at level `conf`.
///
/// `None` for no degree of freedom, or unless `0 < conf < 1`.
pub fn t_quantile(conf: f64, freedom: usize) -> Option<f64> {
    t_factor(conf, freedom as f64)
}

/// Returns the same for degrees of freedom that need not be whole.
pub fn t_factor(conf: f64, freedom: f64) -> Option<f64> {
    let both_tails = 2.0 * tail(conf)?;
    if freedom >= NORMAL_FREEDOM {
        return normal_quantile(conf);
    }
    if freedom.is_nan() || freedom <= 0.0 {
        return None;
    }
    // freedom / (freedom + T²) is Beta(freedom/2, ½).
    let x = beta_quantile(freedom / 2.0, 0.5, both_tails)?;
    let t = (freedom * (1.0 - x) / x).sqrt();
    t.is_finite().then_some(t)
}

/// Returns the two-sided p of Student's t; `None` for no degree of freedom.
pub fn two_sided_t(t: f64, freedom: usize) -> Option<f64> {
    let distribution = StudentsT::new(0.0, 1.0, freedom as f64).ok()?;
    Some((2.0 * distribution.sf(t.abs())).min(1.0))
}

/// Largest sum of shapes [`beta_quantile`] takes: beyond about 3e7 the continued fraction of statrs is cut short.
/// At a million, some eight digits are right.
const MOST_SHAPE: f64 = 1e7;

/// Returns the quantile of Beta(`a`, `b`) at the lower-tail probability `p`; `None` when `a + b` is above 10 million.
///
/// Bisects over the bit patterns of the numbers from 0 to 1, which are in the order of the numbers: always 62 steps or so, and as
/// exact near 0 as elsewhere. (statrs' own inverse, and its t quantile with it, is far off below 1e-15 and does not end for some
/// unequal shapes around 1e9.)
pub(crate) fn beta_quantile(a: f64, b: f64, p: f64) -> Option<f64> {
    if !(0.0..=MOST_SHAPE).contains(&(a + b)) {
        return None;
    }
    let (mut low, mut high) = (0.0_f64.to_bits(), 1.0_f64.to_bits());
    while high - low > 1 {
        let middle = low.midpoint(high);
        if checked_beta_reg(a, b, f64::from_bits(middle)).ok()? < p { low = middle } else { high = middle }
    }
    Some(f64::from_bits(high))
}

/// Returns the probability in one tail of a two-sided level; `None` unless `0 < conf < 1`.
pub(crate) fn tail(conf: f64) -> Option<f64> {
    (conf > 0.0 && conf < 1.0).then_some((1.0 - conf) / 2.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::assert_some_near;

    #[test]
    fn factors_match_scipy() {
        assert_some_near(normal_quantile(0.95), 1.959_963_985);
        for (freedom, wanted) in [
            (1, 12.706_204_74),
            (3, 3.182_446_305),
            (33, 2.034_515_297),
            (49, 2.009_575_237),
            (114, 1.980_992_298),
            (1000, 1.962_339_081),
        ] {
            assert_some_near(t_quantile(0.95, freedom), wanted);
        }
        assert_some_near(t_factor(0.95, 2.5), 3.574_654_842);
        assert!((t_factor(0.95, 999_999.0).unwrap() - t_factor(0.95, 1e6).unwrap()).abs() < 1e-5);
    }

    #[test]
    fn beta_quantiles_match_scipy() {
        for (a, b, lower, upper) in [
            (0.5, 5.5, 9.342_060_004e-5, 0.379_377_142_3),
            (21.5, 29.5, 0.290_867_376_7, 0.558_100_166_7),
            (84.5, 116.5, 0.353_151_628_5, 0.489_145_144_5),
            (0.5, 100.5, 4.898_073_104e-6, 0.024_745_270_02),
        ] {
            assert_some_near(beta_quantile(a, b, 0.025), lower);
            assert_some_near(beta_quantile(a, b, 0.975), upper);
        }
    }

    #[test]
    fn levels_outside_zero_to_one_have_no_factor() {
        for conf in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1.0, 2.0] {
            assert_eq!((normal_quantile(conf), t_quantile(conf, 3)), (None, None));
        }
        assert_eq!(t_quantile(0.95, 0), None);
        assert_eq!(beta_quantile(0.0, 1.0, 0.5), None);
    }

    #[test]
    fn uneven_shapes_keep_their_digits() {
        // Closed forms: Beta(a, 1) has quantile p^(1/a), Beta(1, b) has 1 - (1 - p)^(1/b), Beta(½, ½) has sin²(πp/2).
        assert_some_near(beta_quantile(0.05, 1.0, 0.025), 0.025_f64.powi(20));
        assert_some_near(beta_quantile(1.0, 1e3, 0.025), -((-0.025_f64).ln_1p() / 1e3).exp_m1());
        assert_some_near(beta_quantile(0.5, 0.5, 1e-12), (std::f64::consts::FRAC_PI_2 * 1e-12).sin().powi(2));
        assert_eq!(beta_quantile(1.0, 1e9, 0.025), None);
    }

    proptest! {
        #[test]
        fn the_quantile_inverts_the_distribution(a in 0.5..500.0_f64, b in 0.5..500.0_f64, p in 0.001..0.999_f64) {
            let x = beta_quantile(a, b, p).unwrap();
            prop_assert!((checked_beta_reg(a, b, x).unwrap() - p).abs() < 1e-9);
        }

        #[test]
        fn t_comes_down_to_normal(conf in 0.5..0.999_f64, freedom in 1_usize..500) {
            let (t, next) = (t_quantile(conf, freedom).unwrap(), t_quantile(conf, freedom + 1).unwrap());
            prop_assert!(t > next && next > normal_quantile(conf).unwrap());
        }
    }
}
