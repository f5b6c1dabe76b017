//! Two cells on the same tasks: is the difference more than noise?
//!
//! The task is the unit: `d_i` is the difference of the two task means. Paired analysis after Miller 2024 (arXiv 2411.00640), with
//! Student's t in place of z; beside it the exact sign-flip (paired permutation) test, which decides where tasks are few.

use super::{
    TaskCounts,
    distribution::{t_quantile, two_sided_t},
    interval::Interval,
};

/// Differences smaller than this are ties.
const TIE: f64 = 1e-9;
/// Largest common denominator of task means for which the exact test is computed.
const MAX_DENOMINATOR: u64 = 5_040;
/// Most steps spent on the exact test: a second or so.
const MOST_STEPS: u64 = 400_000_000;
/// With fewer common tasks than this, the exact test decides.
const FEW_TASKS: usize = 20;
/// With fewer tasks that differ than this, the exact test decides.
const FEW_DIFFERENT: usize = 10;

/// The paired comparison of B with A on their common tasks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paired {
    /// Common tasks.
    pub tasks: usize,
    /// Mean difference, B − A.
    pub difference: f64,
    /// Its standard error, `sd(d) / √m`; `None` with fewer than two tasks.
    pub se: Option<f64>,
    /// Student's t interval of the difference.
    pub interval: Option<Interval>,
    /// Two-sided p of the paired t test; `None` where the standard error is zero or undefined, but 1 for identical cells.
    pub p_t: Option<f64>,
    /// Two-sided p of the exact sign-flip test; `None` where the denominators are too many to enumerate.
    pub p_sign_flip: Option<f64>,
    /// Tasks on which B is better.
    pub wins: usize,
    /// Tasks on which B is worse.
    pub losses: usize,
}

impl Paired {
    /// Returns the p-value that decides: sign-flip with fewer than 20 tasks or fewer than 10 that differ, else paired t.
    pub fn p(&self) -> Option<f64> {
        if self.few() { self.p_sign_flip.or(self.p_t) } else { self.p_t.or(self.p_sign_flip) }
    }

    /// Whether tasks are too few for the t test to decide.
    pub(super) fn few(&self) -> bool {
        self.tasks < FEW_TASKS || self.wins + self.losses < FEW_DIFFERENT
    }
}

/// Compares B with A, given both cells' counts of every common task. Tasks without trials on either side are left out.
///
/// `None` without common tasks.
pub fn paired(pairs: &[(TaskCounts, TaskCounts)], conf: f64) -> Option<Paired> {
    let pairs: Vec<(TaskCounts, TaskCounts)> = pairs.iter().copied().filter(|(a, b)| a.n > 0 && b.n > 0).collect();
    let d: Vec<f64> = pairs.iter().filter_map(|(a, b)| Some(b.success_rate()? - a.success_rate()?)).collect();
    let fraction = |task: TaskCounts| (u64::from(task.c), u64::from(task.n));
    let fractions: Vec<(Fraction, Fraction)> = pairs.iter().map(|(a, b)| (fraction(*a), fraction(*b))).collect();
    of_differences(&d, sign_flip_of(&fractions), conf)
}

/// Tests the mean of per-task differences; the p of the sign-flip test is found by the caller. `None` without differences.
pub(super) fn of_differences(d: &[f64], p_sign_flip: Option<f64>, conf: f64) -> Option<Paired> {
    let m = d.len();
    if m == 0 {
        return None;
    }
    let difference = d.iter().sum::<f64>() / m as f64;
    let se = (m > 1).then(|| {
        let squares: f64 = d.iter().map(|x| (x - difference).powi(2)).sum();
        (squares / (m as f64 - 1.0) / m as f64).sqrt()
    });
    let identical = d.iter().all(|x| x.abs() <= TIE);
    let p_t = match se {
        _ if identical => Some(1.0),
        Some(se) if se > TIE => two_sided_t(difference / se, m - 1),
        _ => None,
    };
    let interval = se.and_then(|se| {
        let half = t_quantile(conf, m - 1)? * se;
        Some(Interval { lo: difference - half, hi: difference + half })
    });
    let wins = d.iter().filter(|x| **x > TIE).count();
    let losses = d.iter().filter(|x| **x < -TIE).count();
    Some(Paired { tasks: m, difference, se, interval, p_t, p_sign_flip, wins, losses })
}

/// Numerator and positive denominator.
pub(super) type Fraction = (u64, u64);

/// Returns the sign-flip p of pairs of task values given as fractions; `None` where they have no common denominator small enough,
/// or where the sums are too many to enumerate.
pub(super) fn sign_flip_of(pairs: &[(Fraction, Fraction)]) -> Option<f64> {
    let common = pairs
        .iter()
        .flat_map(|(a, b)| [a.1, b.1])
        .try_fold(1_u64, |lcm, n| (lcm / gcd(lcm, n)).checked_mul(n).filter(|lcm| *lcm <= MAX_DENOMINATOR))?;
    let scaled = |(c, n): Fraction| i64::try_from(c * (common / n)).ok();
    let d: Vec<i64> = pairs.iter().map(|(a, b)| Some(scaled(*b)? - scaled(*a)?)).collect::<Option<_>>()?;
    let reach: u64 = d.iter().map(|x| x.unsigned_abs()).sum();
    (reach.saturating_mul(d.len() as u64) <= MOST_STEPS).then(|| sign_flip(&d))
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Returns the two-sided p of the exact sign-flip test: the share of all assignments of signs to `d` whose sum is at least as far
/// from zero as the observed one. With one trial a task it equals the exact McNemar test.
pub fn sign_flip(d: &[i64]) -> f64 {
    let reach: u64 = d.iter().map(|x| x.unsigned_abs()).sum();
    let Ok(size) = usize::try_from(2 * reach + 1) else { return f64::NAN };
    let offset = size / 2;
    let mut chance = vec![0.0_f64; size];
    chance[offset] = 1.0;
    let mut bound = 0;
    for step in d.iter().filter_map(|x| usize::try_from(x.unsigned_abs()).ok()).filter(|step| *step > 0) {
        let mut next = vec![0.0_f64; size];
        for at in offset - bound..=offset + bound {
            let half = chance[at] / 2.0;
            if half > 0.0 {
                next[at - step] += half;
                next[at + step] += half;
            }
        }
        bound += step;
        chance = next;
    }
    let observed = usize::try_from(d.iter().sum::<i64>().unsigned_abs()).unwrap_or(offset);
    if observed == 0 {
        return 1.0;
    }
    chance[..=offset - observed].iter().chain(&chance[offset + observed..]).sum::<f64>().min(1.0)
}

/// Returns p-values adjusted for the size of their family by Holm's step-down method (Holm 1979), in the order given.
/// NaN leaves the family and stays NaN.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|i| !p[*i].is_nan()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![f64::NAN; p.len()];
    let (family, mut largest) = (order.len(), 0.0_f64);
    for (rank, index) in order.into_iter().enumerate() {
        largest = largest.max(((family - rank) as f64 * p[index]).min(1.0));
        adjusted[index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const A: [u32; 50] = [
        0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 4, 2, 0, 2, 1, 1, 4, 0, 4, 3, 0, 0, 4, 0, 2, 2, 0, 1, 2, 2, 0, 0, 3, 4, 4, 3, 4, 1,
        3, 2, 4, 1, 2, 2, 2, 1, 4, 4,
    ];
    const B: [u32; 50] = [
        2, 4, 0, 1, 1, 0, 1, 1, 1, 0, 2, 1, 4, 3, 3, 1, 1, 1, 4, 0, 4, 2, 0, 0, 4, 0, 4, 1, 0, 1, 1, 4, 0, 0, 2, 4, 4, 3, 3, 1,
        4, 2, 4, 1, 3, 3, 3, 0, 4, 3,
    ];

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * b.abs().max(1e-3)
    }

    fn pairs() -> Vec<(TaskCounts, TaskCounts)> {
        A.iter().zip(B).map(|(a, b)| (TaskCounts { n: 4, c: *a }, TaskCounts { n: 4, c: b })).collect()
    }

    #[test]
    fn matches_the_reference_comparison() {
        let got = paired(&pairs(), 0.95).unwrap();
        assert!(close(got.difference, 0.06) && close(got.se.unwrap(), 0.035_398_604_84));
        assert!(close(got.p_t.unwrap(), 0.096_425_736_77), "{:?}", got.p_t);
        let interval = got.interval.unwrap();
        assert!(close(interval.lo, -0.011_136_159_71) && close(interval.hi, 0.131_136_159_7));
        assert!(close(got.p_sign_flip.unwrap(), 0.127_949_476_2), "{:?}", got.p_sign_flip);
        assert_eq!((got.wins, got.losses, got.tasks), (14, 10, 50));
    }

    #[test]
    fn sign_flip_matches_small_references() {
        for (d, p) in [(&[3, -1, 2, 2, 0, -2, 4, 1][..], 0.218_75), (&[1; 6], 0.031_25), (&[0, 0, 0], 1.0), (&[1, -1], 1.0)] {
            assert!(close(sign_flip(d), p), "{d:?} {}", sign_flip(d));
        }
    }

    #[test]
    fn holm_matches_the_reference() {
        let p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34];
        let expected = [0.015, 0.112, 0.507, 0.507, 0.507, 0.6, 0.666, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
        assert!(holm(&p).iter().zip(expected).all(|(a, b)| close(*a, b)));
        let ties = holm(&[0.5, 0.01, f64::NAN, 0.01, 0.2, 1.0]);
        assert!(ties[2].is_nan());
        let rest: Vec<f64> = ties.into_iter().filter(|p| !p.is_nan()).collect();
        assert!(rest.iter().zip([1.0, 0.05, 0.05, 0.6, 1.0]).all(|(a, b)| close(*a, b)));
    }

    #[test]
    fn identical_cells_are_no_different() {
        let same: Vec<(TaskCounts, TaskCounts)> = pairs().into_iter().map(|(a, _)| (a, a)).collect();
        let got = paired(&same, 0.95).unwrap();
        assert_eq!((got.p_t, got.p_sign_flip, got.wins, got.losses), (Some(1.0), Some(1.0), 0, 0));
        assert_eq!(paired(&[], 0.95), None);
    }

    proptest! {
        #[test]
        fn swapping_sides_flips_the_sign_only(counts in prop::collection::vec((1_u32..5, 0_u32..5, 1_u32..5, 0_u32..5), 2..12)) {
            let pairs: Vec<_> = counts.iter()
                .map(|(n, c, m, d)| (TaskCounts { n: *n, c: *c.min(n) }, TaskCounts { n: *m, c: *d.min(m) })).collect();
            let swapped: Vec<_> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
            let (one, two) = (paired(&pairs, 0.95).unwrap(), paired(&swapped, 0.95).unwrap());
            prop_assert!((one.difference + two.difference).abs() < 1e-12);
            prop_assert!(one.p_sign_flip.zip(two.p_sign_flip).is_none_or(|(p, q)| (p - q).abs() < 1e-12 && p > 0.0 && p <= 1.0));
            prop_assert_eq!((one.wins, one.losses), (two.losses, two.wins));
        }
    }
}
