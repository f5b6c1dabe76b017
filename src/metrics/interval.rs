//! Intervals for shares and for means over tasks.
//!
//! All are two-sided. A level outside `(0, 1)`, a non-finite input or too little data gives `None`, never a panic.

use super::distribution::{beta_quantile, normal_quantile, t_quantile, tail};

/// A closed interval with `lo <= hi`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
}

impl Interval {
    /// Returns the interval of `1 - x` when this one is of `x`.
    #[must_use]
    pub fn mirrored(self) -> Self {
        Self { lo: 1.0 - self.hi, hi: 1.0 - self.lo }
    }

    /// Returns whether `x` lies inside, ends included.
    pub fn contains(self, x: f64) -> bool {
        (self.lo..=self.hi).contains(&x)
    }
}

/// How the interval of a mean over tasks is formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ci {
    /// Wilson's score interval with the effective sample size of the task values.
    #[default]
    ScaledWilson,
    /// Clopper–Pearson with the same effective sample size: wider, covers where successes are few.
    Conservative,
    /// Student's t on the task values. May leave `[0, 1]` and has no width when all tasks agree.
    T,
}

impl Ci {
    /// Returns the name used on the command line and in footers.
    pub fn name(self) -> &'static str {
        match self {
            Self::ScaledWilson => "scaled-wilson",
            Self::Conservative => "conservative",
            Self::T => "t",
        }
    }
}

/// Returns Wilson's score interval for `successes` of `n`; both may be fractional.
///
/// Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
pub fn wilson(successes: f64, n: f64, conf: f64) -> Option<Interval> {
    let p = share(successes, n)?;
    let z = normal_quantile(conf)?;
    let z2n = z * z / n;
    let centre = (p + z2n / 2.0) / (1.0 + z2n);
    let half = (p * (1.0 - p) / n + z2n / (4.0 * n)).sqrt() * z / (1.0 + z2n);
    Some(exact_ends(p, centre - half, centre + half))
}

/// Returns the equal-tailed Jeffreys interval for `successes` of `n` (Beta(½, ½) prior); both may be fractional.
/// `None` above 10 million trials.
///
/// At 0 successes the lower end is 0, at `n` the upper end is 1, after Brown, Cai & DasGupta 2001.
pub fn jeffreys(successes: f64, n: f64, conf: f64) -> Option<Interval> {
    let p = share(successes, n)?;
    let tail = tail(conf)?;
    let (a, b) = (successes + 0.5, n - successes + 0.5);
    let lo = if p <= 0.0 { 0.0 } else { beta_quantile(a, b, tail)? };
    let hi = if p >= 1.0 { 1.0 } else { 1.0 - beta_quantile(b, a, tail)? };
    Some(exact_ends(p, lo, hi))
}

/// Returns the Clopper–Pearson interval for `successes` of `n`; both may be fractional. `None` above 10 million trials.
///
/// Source: Clopper & Pearson 1934; Beta form after Korn & Graubard 1998.
pub fn clopper_pearson(successes: f64, n: f64, conf: f64) -> Option<Interval> {
    let p = share(successes, n)?;
    let tail = tail(conf)?;
    let failures = n - successes;
    let lo = if p <= 0.0 { 0.0 } else { beta_quantile(successes, failures + 1.0, tail)? };
    let hi = if p >= 1.0 { 1.0 } else { 1.0 - beta_quantile(failures, successes + 1.0, tail)? };
    Some(exact_ends(p, lo, hi))
}

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
    /// Tasks behind the estimate, m: one more than the degrees of freedom.
    pub tasks: usize,
    /// Smallest effective sample size: the tasks that bear on the estimate.
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
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Some(Self { mean, variance: squares / (m * m), tasks, n_eff_min: m, n_eff_max: total_trials })
    }

    /// Returns the standard error over tasks, `sd(u; ddof = 1) / √m`; `None` for fewer than two tasks.
    pub fn se(&self) -> Option<f64> {
        let m = self.tasks as f64;
        (self.tasks > 1).then(|| (self.variance * m / (m - 1.0)).sqrt())
    }

    /// Returns the effective sample size: independent trials that would give this variance, within its two limits.
    ///
    /// `None` when the mean is not within `[0, 1]`.
    pub fn n_eff(&self) -> Option<f64> {
        if !(0.0..=1.0).contains(&self.mean) {
            return None;
        }
        let spread = self.mean * (1.0 - self.mean);
        if spread <= 0.0 || self.tasks < 2 {
            return Some(self.n_eff_min);
        }
        // No variance gives an infinite ratio, which the upper limit catches. NaN falls to the lower limit.
        Some((spread / self.variance).min(self.n_eff_max).max(self.n_eff_min))
    }

    /// Returns the interval at level `conf`; `None` for fewer than two tasks, or for a scaled interval of a mean outside `[0, 1]`.
    pub fn interval(&self, ci: Ci, conf: f64) -> Option<Interval> {
        let t = t_quantile(conf, self.tasks.checked_sub(1)?)?;
        if ci == Ci::T {
            return finite(self.mean - t * self.se()?, self.mean + t * self.se()?);
        }
        let z = normal_quantile(conf)?;
        let n = self.n_eff()? * (z / t).powi(2);
        match ci {
            Ci::Conservative => clopper_pearson(self.mean * n, n, conf),
            Ci::ScaledWilson | Ci::T => wilson(self.mean * n, n, conf),
        }
    }
}

fn share(successes: f64, n: f64) -> Option<f64> {
    let valid = n.is_finite() && n > 0.0 && (0.0..=n).contains(&successes);
    valid.then(|| successes / n)
}

fn finite(lo: f64, hi: f64) -> Option<Interval> {
    (lo.is_finite() && hi.is_finite()).then_some(Interval { lo, hi })
}

/// Keeps the interval in `[0, 1]` and around the estimate, with ends that are exactly 0 or 1 where they must be.
fn exact_ends(p: f64, lo: f64, hi: f64) -> Interval {
    Interval { lo: if p <= 0.0 { 0.0 } else { lo.clamp(0.0, p) }, hi: if p >= 1.0 { 1.0 } else { hi.clamp(p, 1.0) } }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::{
        pass_at_k, pass_hat_k,
        testing::{assert_interval, assert_some_near, gpt4o_airline, ragged12},
    };

    #[test]
    fn binomial_intervals_match_statsmodels() {
        for (x, n, w, j, c) in [
            (0., 50., [0.0, 0.071_347_599_13], [0.0, 0.048_758_459_44], [0.0, 0.071_121_736_46]),
            (
                1.,
                50.,
                [0.003_539_259_272, 0.104_954_435_9],
                [0.002_166_494_175, 0.089_680_351_06],
                [0.000_506_227_983, 0.106_469_545_7],
            ),
            (
                21.,
                50.,
                [0.293_750_033_5, 0.557_665_582_3],
                [0.290_867_376_7, 0.558_100_166_7],
                [0.281_882_241_1, 0.567_939_564_9],
            ),
            (50., 50., [0.928_652_400_9, 1.0], [0.951_241_540_6, 1.0], [0.928_878_263_5, 1.0]),
            (
                84.,
                200.,
                [0.353_735_991_6, 0.489_279_260_6],
                [0.353_151_628_5, 0.489_145_144_5],
                [0.350_743_857_8, 0.491_663_825_1],
            ),
            (
                3.,
                34.,
                [0.030_465_943_67, 0.229_604_865_6],
                [0.025_482_629_68, 0.217_113_147_3],
                [0.018_579_503_44, 0.236_775_274_3],
            ),
            (
                33.,
                34.,
                [0.850_844_267_1, 0.994_789_093_7],
                [0.870_651_897_9, 0.996_807_985_7],
                [0.846_732_330_4, 0.999_255_635_8],
            ),
            (115., 115., [0.967_675_768_6, 1.0], [0.978_440_340_3, 1.0], [0.968_431_804, 1.0]),
            (
                2172.,
                3453.,
                [0.612_770_882_7, 0.644_978_861],
                [0.612_803_276_8, 0.645_017_028_9],
                [0.612_657_308_3, 0.645_160_419_5],
            ),
        ] {
            assert_interval(wilson(x, n, 0.95), w[0], w[1]);
            assert_interval(jeffreys(x, n, 0.95), j[0], j[1]);
            assert_interval(clopper_pearson(x, n, 0.95), c[0], c[1]);
        }
    }

    /// Rows: statistic, k, lower end, upper end, effective sample size.
    #[test]
    fn scaled_wilson_matches_on_the_gpt_4o_airline_run() {
        type PerTask = fn(u32, u32, u32) -> Option<f64>;
        let rows: [(PerTask, u32, f64, f64, f64); 8] = [
            (pass_hat_k, 1, 0.321_686_008_4, 0.525_100_774_3, 91.167_664_67),
            (pass_hat_k, 2, 0.178_494_235_3, 0.394_372_556_1, 65.836_770_77),
            (pass_hat_k, 3, 0.128_996_931_3, 0.349_445_864_1, 54.789_272_03),
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
        assert_some_near(MeanSummary::of(&[0.5], 4.0).unwrap().n_eff(), 1.0);
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

    #[test]
    fn unusable_inputs_give_none() {
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0];
        for x in odd {
            for interval in [wilson, jeffreys, clopper_pearson] {
                assert_eq!(interval(x, 10.0, 0.95), None);
                assert_eq!(interval(0.0, x, 0.95), None);
                assert_eq!(interval(1.0, 10.0, x), None);
            }
        }
        assert_eq!(wilson(0.0, 0.0, 0.95), None);
        assert_eq!(wilson(11.0, 10.0, 0.95), None);
        assert_eq!(MeanSummary::of(&[0.5, f64::NAN], 2.0), None);
        assert_eq!(MeanSummary::of(&[], 0.0), None);
    }

    #[test]
    fn extreme_counts_have_an_answer() {
        for n in [1e-3, 0.5, 1.0, 50.0, 1e6] {
            for share in [0.0, 1e-15, 1e-9, 1e-3, 0.5, 1.0 - 1e-3, 1.0 - 1e-12, 1.0] {
                for (name, interval) in
                    [("wilson", wilson as fn(f64, f64, f64) -> _), ("jeffreys", jeffreys), ("cp", clopper_pearson)]
                {
                    let found: Option<Interval> = interval(share * n, n, 0.95);
                    assert!(found.is_some_and(|found| found.lo <= found.hi), "{name} {share} of {n}: {found:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn binomial_intervals_hold_the_share(n in 1_u32..2000, share in 0.0..=1.0_f64, conf in 0.5..0.999_f64) {
            let (n, x) = (f64::from(n), f64::from(n) * share);
            for interval in [wilson, jeffreys, clopper_pearson] {
                let found = interval(x, n, conf).unwrap();
                prop_assert!(found.contains(x / n) && found.lo >= 0.0 && found.hi <= 1.0, "{:?} {} {}", found, x, n);
            }
        }

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
