//! Intervals for shares and for means over tasks.
//!
//! All are two-sided. A level outside `(0, 1)`, a non-finite input or too little data gives `None`, never a panic.

use super::distribution::{beta_quantile, normal_quantile, tail};

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

fn share(successes: f64, n: f64) -> Option<f64> {
    let valid = n.is_finite() && n > 0.0 && (0.0..=n).contains(&successes);
    valid.then(|| successes / n)
}

/// Keeps the interval in `[0, 1]` and around the estimate, with ends that are exactly 0 or 1 where they must be.
fn exact_ends(p: f64, lo: f64, hi: f64) -> Interval {
    Interval { lo: if p <= 0.0 { 0.0 } else { lo.clamp(0.0, p) }, hi: if p >= 1.0 { 1.0 } else { hi.clamp(p, 1.0) } }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::assert_interval;

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
    }
}
