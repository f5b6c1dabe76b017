//! Intervals of a mean over tasks: the trials behind it are scaled to the independent ones they are worth.

use super::{
    distribution::{beta_quantile, normal_quantile, t_factor, t_quantile},
    interval::{Ci, Interval, clopper_pearson, wilson},
};

/// Up to this many effective successes (or failures) Wilson's limit on their side is too near to the estimate.
const FEW: f64 = 3.0;
/// Mean squares of deviations up to this are rounding errors.
const NO_SPREAD: f64 = 1e-20;

/// Returns the scaled Wilson interval of the mean of one value per task, each within `[0, 1]`.
///
/// `total_trials` is the number of valid trials behind the values. `None` for fewer than two tasks.
pub fn scaled_wilson(values: &[f64], total_trials: f64, conf: f64) -> Option<Interval> {
    scaled_interval(values, total_trials, Ci::ScaledWilson, conf)
}

/// Returns the interval of the mean of one value per task, by the chosen method.
pub fn scaled_interval(values: &[f64], total_trials: f64, ci: Ci, conf: f64) -> Option<Interval> {
    MeanSummary::of(values, total_trials)?.interval(ci, conf)
}

/// What an interval needs to know of a mean over tasks.
///
/// The scaled intervals replace the number of trials by an effective sample size, so that trials of one task do not count as
/// independent. Sources: Korn & Graubard 1998; Kott 2017 (Survey Methodology 12-001-x); Franco, Little, Louis & Slud 2019
/// (PMC6690503).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanSummary {
    /// The estimate.
    pub mean: f64,
    /// Its variance with divisor m², `Σ(u - mean)² / m²`; for chained pass^k the sum of squared influences.
    pub variance: f64,
    /// Degrees of freedom of the variance, from the kurtosis of the task values.
    pub freedom: f64,
    /// Tasks behind the estimate, m.
    pub tasks: usize,
    /// Smallest effective sample size, as if the trials of a task were one: the tasks that bear on the estimate.
    pub n_eff_min: f64,
    /// Largest effective sample size: all valid trials used, N.
    pub n_eff_max: f64,
}

impl MeanSummary {
    /// Summarises one value per task; `None` without tasks or when a value is not finite.
    pub fn of(values: &[f64], total_trials: f64) -> Option<Self> {
        let tasks = values.len();
        if tasks == 0 || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let m = tasks as f64;
        let mean = values.iter().sum::<f64>() / m;
        let deviations = || values.iter().map(|value| value - mean);
        let variance = deviations().map(|x| x * x).sum::<f64>() / (m * m);
        Some(Self { mean, variance, freedom: freedom(deviations()), tasks, n_eff_min: m, n_eff_max: total_trials })
    }

    /// Returns the standard error over tasks, `sd(u; ddof = 1) / √m`; `None` for fewer than two tasks.
    pub fn se(&self) -> Option<f64> {
        let m = self.tasks as f64;
        (self.tasks > 1).then(|| (self.variance * m / (m - 1.0)).sqrt())
    }

    /// Returns the effective sample size: independent trials that would give this variance, within its two limits.
    ///
    /// `None` for fewer than two tasks, or when the mean is not within `[0, 1]`.
    pub fn n_eff(&self) -> Option<f64> {
        if !(0.0..=1.0).contains(&self.mean) || self.tasks < 2 {
            return None;
        }
        let spread = self.mean * (1.0 - self.mean);
        if spread <= 0.0 {
            return Some(self.n_eff_min);
        }
        // No variance gives an infinite ratio, which the upper limit catches. NaN falls to the lower limit.
        Some((spread / self.variance).min(self.n_eff_max).max(self.n_eff_min))
    }

    /// Returns the effective sample size less what its own uncertainty costs, `n_eff (z / t)²` (Korn & Graubard 1998), t having the
    /// degrees of freedom of the variance. Where the trials of a task all end alike nothing is estimated but the mean, so that it
    /// never falls below what the number of tasks alone gives.
    pub fn scaled_n(&self, conf: f64) -> Option<f64> {
        let n_eff = self.n_eff()?;
        let z = normal_quantile(conf)?;
        let scaled = |n: f64, freedom: f64| Some(n * (z / t_factor(conf, freedom)?).powi(2));
        let least = scaled(self.n_eff_min, (self.n_eff_min - 1.0).max(1.0))?;
        Some(scaled(n_eff, self.freedom)?.max(least))
    }

    /// Returns the interval at level `conf`; `None` for fewer than two tasks, or for a scaled interval of a mean outside `[0, 1]`.
    pub fn interval(&self, ci: Ci, conf: f64) -> Option<Interval> {
        match ci {
            Ci::T => {
                let half = t_quantile(conf, self.tasks.checked_sub(1)?)? * self.se()?;
                let (lo, hi) = (self.mean - half, self.mean + half);
                (lo.is_finite() && hi.is_finite()).then_some(Interval { lo, hi })
            }
            Ci::Conservative => {
                let n = self.scaled_n(conf)?;
                clopper_pearson(self.mean * n, n, conf)
            }
            Ci::ScaledWilson => modified_wilson(self.mean, self.scaled_n(conf)?, conf),
        }
    }
}

/// Returns the degrees of freedom of a variance estimated from deviations that add up to zero: `2m / (κ - (m-3)/(m-1))`, κ being
/// their kurtosis, within `[1, m - 1]`.
///
/// A few tasks far from the others (the rare task that is always solved) make the variance far less certain than the usual m - 1
/// says. Source: Satterthwaite 1946, with the variance of a sample variance, `σ⁴ (κ - (m-3)/(m-1)) / m`.
pub(crate) fn freedom(deviations: impl Iterator<Item = f64>) -> f64 {
    let (mut m, mut second, mut fourth) = (0.0, 0.0, 0.0);
    for square in deviations.map(|x| x * x) {
        m += 1.0;
        second += square;
        fourth += square * square;
    }
    let usual = f64::max(m - 1.0, 1.0);
    // Deviations that are only rounding errors have no kurtosis.
    if second <= m * NO_SPREAD {
        return usual;
    }
    let kurtosis = m * fourth / (second * second);
    let freedom = 2.0 * m / (kurtosis - (m - 3.0) / (m - 1.0));
    if freedom.is_finite() { freedom.clamp(1.0, usual) } else { usual }
}

/// Returns Wilson's interval of a share with n trials. With at most three successes its lower limit is no higher than the exact one-sided
/// limit, and the same for failures: Wilson's is too near to so few.
///
/// Source: Brown, Cai & DasGupta 2001, "Interval estimation for a binomial proportion", section 4.1.1.
fn modified_wilson(share: f64, n: f64, conf: f64) -> Option<Interval> {
    let plain = wilson(share * n, n, conf)?;
    let exact = |rare: f64| {
        let few = rare > 0.0 && rare <= 0.5 && rare * n <= FEW;
        // Less than one success is none that an exact limit knows.
        let count = (rare * n).max(1.0);
        if few { beta_quantile(count, n - count + 1.0, 1.0 - conf) } else { None }
    };
    Some(Interval {
        lo: exact(share).map_or(plain.lo, |limit| plain.lo.min(limit)),
        hi: exact(1.0 - share).map_or(plain.hi, |limit| plain.hi.max(1.0 - limit)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::{
        pass_at_k, pass_hat_k,
        testing::{assert_interval, assert_near, assert_some_near, gpt4o_airline, ragged12},
    };

    /// Rows: statistic, k, lower end, upper end, effective sample size.
    #[test]
    fn scaled_wilson_matches_on_the_gpt_4o_airline_run() {
        type PerTask = fn(u32, u32, u32) -> Option<f64>;
        let rows: [(PerTask, u32, f64, f64, f64); 8] = [
            (pass_hat_k, 1, 0.321_686_008_4, 0.525_100_774_3, 91.167_664_67),
            (pass_hat_k, 2, 0.178_494_235_3, 0.394_372_556_1, 65.836_770_77),
            (pass_hat_k, 3, 0.128_920_974_4, 0.349_599_603_3, 54.789_272_03),
            (pass_hat_k, 4, 0.110_796_351_8, 0.334_042_798, 50.0),
            (pass_at_k, 1, 0.321_686_008_4, 0.525_100_774_3, 91.167_664_67),
            (pass_at_k, 2, 0.453_261_830_6, 0.673_493_402_2, 77.816_901_41),
            (pass_at_k, 3, 0.533_226_636_9, 0.767_363_904, 62.541_806_02),
            (pass_at_k, 4, 0.579_719_317_9, 0.827_398_638_9, 50.0),
        ];
        for (statistic, k, lo, hi, n_eff) in rows {
            let values: Vec<f64> = gpt4o_airline().iter().filter_map(|task| statistic(task.n, task.c, k)).collect();
            assert_interval(scaled_wilson(&values, 200.0, 0.95), lo, hi);
            assert_some_near(MeanSummary::of(&values, 200.0).unwrap().n_eff(), n_eff);
        }
    }

    #[test]
    fn scaled_wilson_matches_in_the_corners() {
        let airline: Vec<f64> = gpt4o_airline().iter().filter_map(|task| task.success_rate()).collect();
        assert_interval(scaled_wilson(&airline, 200.0, 0.9), 0.337_001_811_3, 0.507_783_663_3);
        let ragged: Vec<f64> = ragged12().iter().filter_map(|task| task.success_rate()).collect();
        assert_interval(scaled_wilson(&ragged, 46.0, 0.95), 0.300_510_580_5, 0.756_624_294_3);
        assert_interval(scaled_wilson(&[0.0; 34], 170.0, 0.95), 0.0, 0.108_529_984_9);
        assert_interval(scaled_wilson(&[1.0; 34], 170.0, 0.95), 0.891_470_015_1, 1.0);
        assert_interval(scaled_wilson(&[0.5; 20], 80.0, 0.95), 0.386_074_082_7, 0.613_925_917_3);
        assert_eq!(scaled_wilson(&[0.5], 4.0, 0.95), None);
        assert_eq!(MeanSummary::of(&[0.5], 4.0).unwrap().n_eff(), None);
    }

    #[test]
    fn one_trial_a_task_gives_the_number_of_tasks() {
        let values: Vec<f64> = (0..50).map(|i| if i < 21 { 1.0 } else { 0.0 }).collect();
        assert_some_near(MeanSummary::of(&values, 50.0).unwrap().n_eff(), 50.0);
        assert_interval(scaled_wilson(&values, 50.0, 0.95), 0.290_921_388, 0.561_035_718_6);
    }

    #[test]
    fn t_interval_matches_on_the_gpt_4o_airline_run() {
        let values: Vec<f64> = gpt4o_airline().iter().filter_map(|task| task.success_rate()).collect();
        assert_interval(scaled_interval(&values, 200.0, Ci::T, 0.95), 0.315_067_635_4, 0.524_932_364_6);
        // Not a share: t answers, the scaled intervals do not.
        assert!(scaled_interval(&[2.0, 4.0], 2.0, Ci::T, 0.95).is_some());
        assert_eq!(scaled_interval(&[2.0, 4.0], 2.0, Ci::ScaledWilson, 0.95), None);
    }

    /// Reference values from an independent program with scipy. Before, 3.5 degrees of freedom counted as 49.
    #[test]
    fn a_few_tasks_far_from_the_others_leave_few_degrees_of_freedom() {
        let mut values = vec![0.0; 45];
        values.extend([1.0, 5.0, 15.0, 35.0, 70.0].map(|passes| passes / 70.0));
        let summary = MeanSummary::of(&values, 400.0).unwrap();
        assert_near(summary.freedom, 3.467_706_162);
        assert_some_near(summary.n_eff(), 70.170_075_66);
        assert_interval(summary.interval(Ci::ScaledWilson, 0.95), 0.005_209_555_854, 0.132_286_438_5);
        assert_near(MeanSummary::of(&[0.5; 8], 16.0).unwrap().freedom, 7.0);
        assert_near(MeanSummary::of(&[0.2, 0.9], 8.0).unwrap().freedom, 1.0);
    }

    /// With one trial a task the interval is that of 50 independent trials, and its lower limit the exact one of one success.
    #[test]
    fn one_success_of_fifty_has_the_exact_lower_limit() {
        let mut values = vec![0.0; 50];
        values[7] = 1.0;
        assert_interval(scaled_wilson(&values, 50.0, 0.95), 0.001_077_875_957, 0.108_326_035);
    }

    #[test]
    fn unusable_values_give_none() {
        assert_eq!(MeanSummary::of(&[0.5, f64::NAN], 2.0), None);
        assert_eq!(MeanSummary::of(&[], 0.0), None);
    }

    proptest! {
        #[test]
        fn task_intervals_hold_the_mean_and_ignore_order(values in prop::collection::vec(0.0..=1.0_f64, 2..60), n in 1_u32..6) {
            let trials = values.len() as f64 * f64::from(n);
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let mut backwards = values.clone();
            backwards.reverse();
            for ci in [Ci::ScaledWilson, Ci::Conservative, Ci::T] {
                let found = scaled_interval(&values, trials, ci, 0.95).unwrap();
                prop_assert!(found.lo <= mean + 1e-12 && mean <= found.hi + 1e-12);
                let again = scaled_interval(&backwards, trials, ci, 0.95).unwrap();
                prop_assert!((found.lo - again.lo).abs() < 1e-9 && (found.hi - again.hi).abs() < 1e-9);
            }
        }

        #[test]
        fn more_confidence_is_wider_and_conservative_is_wider(values in prop::collection::vec(0.0..=1.0_f64, 2..60)) {
            let trials = values.len() as f64;
            let at = |ci, conf| scaled_interval(&values, trials, ci, conf).unwrap();
            let width = |found: Interval| found.hi - found.lo;
            prop_assert!(width(at(Ci::ScaledWilson, 0.9)) <= width(at(Ci::ScaledWilson, 0.99)));
            prop_assert!(at(Ci::ScaledWilson, 0.95).mirrored().mirrored().contains(values.iter().sum::<f64>() / trials));
        }

        #[test]
        fn failures_mirror_successes(values in prop::collection::vec(0.0..=1.0_f64, 2..60)) {
            let trials = values.len() as f64 * 3.0;
            let flipped: Vec<f64> = values.iter().map(|value| 1.0 - value).collect();
            for ci in [Ci::ScaledWilson, Ci::Conservative] {
                let direct = scaled_interval(&values, trials, ci, 0.95).unwrap();
                let mirror = scaled_interval(&flipped, trials, ci, 0.95).unwrap().mirrored();
                prop_assert!((direct.lo - mirror.lo).abs() < 1e-9 && (direct.hi - mirror.hi).abs() < 1e-9);
            }
        }
    }
}
