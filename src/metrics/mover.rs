//! Intervals of sums and differences of estimates from their own intervals (MOVER, the method of variance estimates recovery).
//!
//! Each limit of the result rests on the limits on its own side, so that an estimate near 0 or 1 brings its uneven interval with it, and
//! one without any spread still its width. Sources: Zou & Donner 2008, "Construction of confidence limits about effect measures"; Zou 2007
//! for estimates that vary together.

use super::interval::Interval;

/// Returns the interval of the unweighted mean of independent estimates, each with its interval; `None` without any.
pub fn mean_of_independent(estimates: &[(f64, Interval)]) -> Option<Interval> {
    if estimates.is_empty() {
        return None;
    }
    let many = estimates.len() as f64;
    let mean = estimates.iter().map(|(estimate, _)| estimate).sum::<f64>() / many;
    let distance = |side: fn(&(f64, Interval)) -> f64| estimates.iter().map(|one| side(one).powi(2)).sum::<f64>().sqrt() / many;
    let (below, above) = (distance(|(estimate, ends)| estimate - ends.lo), distance(|(estimate, ends)| ends.hi - estimate));
    Some(Interval { lo: mean - below, hi: mean + above })
}

/// Returns the interval of `b - a`, two estimates with their intervals and their correlation.
pub fn difference(a: (f64, Interval), b: (f64, Interval), correlation: f64) -> Interval {
    let ((a, of_a), (b, of_b)) = (a, b);
    let distance = |one: f64, other: f64| (one * one + other * other - 2.0 * correlation * one * other).max(0.0).sqrt();
    Interval { lo: b - a - distance(b - of_b.lo, of_a.hi - a), hi: b - a + distance(of_b.hi - b, a - of_a.lo) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{
        testing::{assert_interval, assert_near},
        wilson,
    };

    fn interval(lo: f64, hi: f64) -> Interval {
        Interval { lo, hi }
    }

    #[test]
    fn a_mean_takes_each_side_from_the_same_side() {
        // 12 of 12 in one environment, 30 of 50 in another, Wilson's limits: computed by hand.
        let (all, most) = (wilson(12.0, 12.0, 0.95).unwrap(), wilson(30.0, 50.0, 0.95).unwrap());
        let found = mean_of_independent(&[(1.0, all), (0.6, most)]).unwrap();
        assert_near(found.lo, 0.8 - ((1.0 - all.lo).powi(2) + (0.6 - most.lo).powi(2)).sqrt() / 2.0);
        assert_near(found.hi, 0.8 + (most.hi - 0.6) / 2.0);
        assert!(found.lo < 0.7, "an environment that was always solved has its own uncertainty: {found:?}");
        assert_eq!(mean_of_independent(&[]), None);
        assert_interval(mean_of_independent(&[(0.4, interval(0.3, 0.6))]), 0.3, 0.6);
    }

    /// Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, method 10: 56/70 - 48/80.
    #[test]
    fn the_difference_of_independent_shares_is_newcombes() {
        let share = |x: f64, n: f64| (x / n, wilson(x, n, 0.95).unwrap());
        let found = difference(share(48.0, 80.0), share(56.0, 70.0), 0.0);
        assert!((found.lo - 0.0524).abs() < 5e-5 && (found.hi - 0.3339).abs() < 5e-5, "{found:?}");
    }

    #[test]
    fn what_varies_together_cancels() {
        let (a, b) = ((5.0, interval(4.0, 6.0)), (7.0, interval(6.0, 8.0)));
        assert_interval(Some(difference(a, b, 1.0)), 2.0, 2.0);
        assert_interval(Some(difference(a, b, -1.0)), 0.0, 4.0);
        assert_interval(Some(difference(a, b, 0.5)), 1.0, 3.0);
    }
}
