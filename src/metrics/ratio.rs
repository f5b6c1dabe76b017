//! Ratios of sums over tasks, such as cost per success.
//!
//! `Σ numerator / Σ denominator`, never the mean of per-task ratios. For cost per success all trials are paid for, the failed ones
//! too (cost-of-pass, arXiv 2504.13359).

use super::{
    distribution::{t_quantile, two_sided_t},
    interval::Interval,
};

/// Numerator and denominator of one task, each summed over its trials.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaskSums {
    /// For cost per success: the cost of all trials of the task.
    pub numerator: f64,
    /// For cost per success: the successes of the task.
    pub denominator: f64,
}

/// A ratio of sums, with the uncertainty of drawing these tasks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioOfSums {
    /// Sum of numerators. Without any denominator it is a lower bound of the ratio per single unit (`> $3.20 per success`).
    pub numerator: f64,
    /// Sum of denominators.
    pub denominator: f64,
    /// The ratio; `None` when the denominators sum to zero.
    pub ratio: Option<f64>,
    /// Standard error by linearisation over tasks; `None` for fewer than two tasks or without a ratio.
    pub se: Option<f64>,
    /// Interval on the log scale with Student's t; `None` without a standard error or a positive ratio.
    pub interval: Option<Interval>,
}

impl RatioOfSums {
    /// Returns the two-sided p of a ratio of 1, by Student's t on the log scale, given the number of tasks behind it: below `1 - conf`
    /// exactly where 1 lies outside the interval. 1 for equal sums without any spread; `None` where there is no interval.
    pub fn p_of_one(&self, tasks: usize) -> Option<f64> {
        let (ratio, se) = (self.ratio?, self.se?);
        if (ratio - 1.0).abs() <= 1e-12 && se <= 1e-12 {
            return Some(1.0);
        }
        let t = ratio.ln() * ratio / se;
        if tasks < 2 || !t.is_finite() { None } else { two_sided_t(t, tasks - 1) }
    }
}

/// Returns the ratio of the sums over tasks, its standard error and interval.
///
/// With R the ratio, residuals `r = numerator - R denominator` and m tasks: `SE = √(m/(m-1) Σr²) / Σ denominator`,
/// interval `R exp(±t SE/R)`. `None` without tasks, or when a value is negative or not finite.
pub fn ratio_of_sums(tasks: &[TaskSums], conf: f64) -> Option<RatioOfSums> {
    let usable = |x: f64| x.is_finite() && x >= 0.0;
    if tasks.is_empty() || !tasks.iter().all(|task| usable(task.numerator) && usable(task.denominator)) {
        return None;
    }
    let numerator: f64 = tasks.iter().map(|task| task.numerator).sum();
    let denominator: f64 = tasks.iter().map(|task| task.denominator).sum();
    let ratio = (denominator > 0.0).then(|| numerator / denominator);
    let se = ratio.and_then(|ratio| linearised_se(tasks, ratio, denominator));
    let interval = ratio.zip(se).and_then(|(ratio, se)| log_t_interval(ratio, se, tasks.len(), conf));
    Some(RatioOfSums { numerator, denominator, ratio, se, interval })
}

fn linearised_se(tasks: &[TaskSums], ratio: f64, denominator: f64) -> Option<f64> {
    let m = tasks.len() as f64;
    let squares: f64 = tasks.iter().map(|task| (task.numerator - ratio * task.denominator).powi(2)).sum();
    (tasks.len() > 1).then(|| (m / (m - 1.0) * squares).sqrt() / denominator)
}

fn log_t_interval(ratio: f64, se: f64, tasks: usize, conf: f64) -> Option<Interval> {
    if ratio <= 0.0 {
        return None;
    }
    let factor = (t_quantile(conf, tasks.checked_sub(1)?)? * se / ratio).exp();
    let interval = Interval { lo: ratio / factor, hi: ratio * factor };
    (interval.lo.is_finite() && interval.hi.is_finite()).then_some(interval)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{assert_interval, assert_near, assert_some_near};

    fn sums(pairs: &[(f64, f64)]) -> Vec<TaskSums> {
        pairs.iter().map(|&(numerator, denominator)| TaskSums { numerator, denominator }).collect()
    }

    #[test]
    fn cost_per_success_counts_failed_trials() {
        let found = ratio_of_sums(&sums(&[(0.075, 2.0), (0.15, 1.0), (0.033, 3.0), (0.24, 0.0)]), 0.95).unwrap();
        assert_some_near(found.ratio, 0.083);
        assert_some_near(found.se, 0.065_835_372_68);
        assert_interval(found.interval, 0.006_649_441_821, 1.036_026_81);
    }

    #[test]
    fn without_a_success_the_sum_is_what_is_known() {
        let found = ratio_of_sums(&sums(&[(0.5, 0.0), (0.25, 0.0)]), 0.95).unwrap();
        assert_eq!((found.ratio, found.se, found.interval), (None, None, None));
        assert_near(found.numerator, 0.75);
    }

    #[test]
    fn odd_inputs_do_not_panic() {
        assert_eq!(ratio_of_sums(&[], 0.95), None);
        assert_eq!(ratio_of_sums(&sums(&[(f64::NAN, 1.0)]), 0.95), None);
        assert_eq!(ratio_of_sums(&sums(&[(1.0, f64::INFINITY)]), 0.95), None);
        assert_eq!(ratio_of_sums(&sums(&[(-1.0, 1.0)]), 0.95), None);
        let one = ratio_of_sums(&sums(&[(2.0, 4.0)]), 0.95).unwrap();
        assert_some_near(one.ratio, 0.5);
        assert_eq!((one.se, one.interval), (None, None));
        let free = ratio_of_sums(&sums(&[(0.0, 1.0), (0.0, 2.0)]), 0.95).unwrap();
        assert_eq!((free.ratio, free.interval), (Some(0.0), None));
    }

    proptest! {
        #[test]
        fn the_p_of_one_agrees_with_the_interval_and_knows_no_side(
            pairs in prop::collection::vec((0.1..10.0_f64, 0.1..10.0_f64), 3..30),
        ) {
            let found = ratio_of_sums(&sums(&pairs), 0.95).unwrap();
            let p = found.p_of_one(pairs.len()).unwrap();
            prop_assert_eq!(p < 0.05, !found.interval.unwrap().contains(1.0));
            let swapped: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
            let other = ratio_of_sums(&sums(&swapped), 0.95).unwrap();
            prop_assert!((other.p_of_one(pairs.len()).unwrap() - p).abs() < 1e-9);
            let same: Vec<(f64, f64)> = pairs.iter().map(|(a, _)| (*a, *a)).collect();
            prop_assert_eq!(ratio_of_sums(&sums(&same), 0.95).unwrap().p_of_one(same.len()), Some(1.0));
        }

        #[test]
        fn the_interval_holds_the_ratio_and_scales_with_the_unit(
            pairs in prop::collection::vec((0.01..10.0_f64, 1.0..5.0_f64), 2..30),
        ) {
            let found = ratio_of_sums(&sums(&pairs), 0.95).unwrap();
            let (ratio, interval) = (found.ratio.unwrap(), found.interval.unwrap());
            prop_assert!(interval.lo <= ratio && ratio <= interval.hi && interval.lo > 0.0);
            let cents: Vec<(f64, f64)> = pairs.iter().map(|&(cost, successes)| (100.0 * cost, successes)).collect();
            let scaled = ratio_of_sums(&sums(&cents), 0.95).unwrap().interval.unwrap();
            prop_assert!((scaled.lo / interval.lo - 100.0).abs() < 1e-6 && (scaled.hi / interval.hi - 100.0).abs() < 1e-6);
        }
    }
}
