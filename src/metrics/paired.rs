//! Two cells on the same tasks: is the difference more than noise?
//!
//! The task is the unit: `d_i` is the difference of the two task means. Paired analysis after Miller 2024 (arXiv 2411.00640), with
//! Student's t in place of z; beside it the exact sign-flip (paired permutation) test, whose mid-p decides where tasks are few.

use super::{
    TaskCounts,
    distribution::{t_quantile, two_sided_t},
    interval::Interval,
    sign_flip::{SignFlip, sign_flip},
};

/// Differences smaller than this are ties.
const TIE: f64 = 1e-9;
/// A standard error up to this is that of tasks which all differ by the same.
pub const NO_SPREAD: f64 = 1e-9;
/// With fewer common tasks than this, the sign flips decide.
pub const FEW_TASKS: usize = 20;
/// With fewer tasks that differ than this, the sign flips decide.
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
    /// Interval of the difference: Student's t. Between shares ([`paired`]) it stays within ±1, and is [`constant_interval`] where all tasks
    /// differ by the same.
    pub interval: Option<Interval>,
    /// Two-sided p of the paired t test; `None` where the standard error is zero or undefined, but 1 for identical cells.
    pub p_t: Option<f64>,
    /// The exact sign-flip test; `None` where the sums are too many to enumerate, which is never so where it decides.
    pub flips: Option<SignFlip>,
    /// Tasks on which B is better.
    pub wins: usize,
    /// Tasks on which B is worse.
    pub losses: usize,
}

impl Paired {
    /// Returns the p-value that decides: the sign flips' mid-p with fewer than 20 tasks, fewer than 10 that differ, or all differing by
    /// the same; else that of the paired t test.
    pub fn p(&self) -> Option<f64> {
        if self.t_decides() { self.p_t } else { self.flips.map(|flips| flips.mid_p) }
    }

    /// Whether the paired t test decides.
    pub fn t_decides(&self) -> bool {
        self.p_t.is_some() && self.tasks >= FEW_TASKS && self.wins + self.losses >= FEW_DIFFERENT
    }
}

/// Compares B with A, given both cells' counts of every common task. Tasks without trials on either side are left out.
///
/// `None` without common tasks.
pub fn paired(pairs: &[(TaskCounts, TaskCounts)], conf: f64) -> Option<Paired> {
    let pairs: Vec<(TaskCounts, TaskCounts)> = pairs.iter().copied().filter(|(a, b)| a.n > 0 && b.n > 0).collect();
    let d: Vec<f64> = pairs.iter().filter_map(|(a, b)| Some(b.success_rate()? - a.success_rate()?)).collect();
    let mut found = of_differences(&d, conf)?;
    let of_t = found.interval.filter(|_| found.se.is_some_and(|se| se > NO_SPREAD));
    found.interval = share_interval(of_t, found.tasks, found.difference, conf);
    Some(found)
}

/// Returns the interval of a mean difference of shares: one from their spread, within ±1; without any spread that has no width, which no data
/// support, and [`constant_interval`] stands for it.
pub(super) fn share_interval(of_spread: Option<Interval>, tasks: usize, difference: f64, conf: f64) -> Option<Interval> {
    of_spread.map(within_shares).or_else(|| constant_interval(tasks, difference, conf))
}

fn within_shares(ends: Interval) -> Interval {
    Interval { lo: ends.lo.max(-1.0), hi: ends.hi.min(1.0) }
}

/// Returns the interval of a mean difference of shares where all `tasks` tasks differ by the same, in particular not at all.
///
/// Tasks that differ otherwise were not met, so with confidence they are at most a share `q = 1 - (α/2)^(1/m)` of all (exact binomial limit
/// for 0 of m, Clopper & Pearson 1934); at worst these differ by -1 or by 1. `None` for fewer than two tasks.
pub fn constant_interval(tasks: usize, difference: f64, conf: f64) -> Option<Interval> {
    let tail = super::distribution::tail(conf)?;
    let others = 1.0 - tail.powf(1.0 / tasks as f64);
    (tasks > 1).then(|| {
        within_shares(Interval { lo: difference - others * (1.0 + difference), hi: difference + others * (1.0 - difference) })
    })
}

/// Tests the mean of per-task differences. `None` without differences.
pub(super) fn of_differences(d: &[f64], conf: f64) -> Option<Paired> {
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
    Some(Paired { tasks: m, difference, se, interval, p_t, flips: sign_flip(d), wins, losses })
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
    fn intervals_of_shares_stay_within_and_have_a_width() {
        let pairs = |b: &[u32]| -> Vec<(TaskCounts, TaskCounts)> {
            b.iter().map(|b| (TaskCounts { n: 1, c: 1 }, TaskCounts { n: 1, c: *b })).collect()
        };
        let ends = |b: &[u32]| {
            let interval = paired(&pairs(b), 0.95).unwrap().interval.unwrap();
            (interval.lo, interval.hi)
        };
        // Student's t gives [-1.262, -0.405], and intervals of no width for the other two.
        let (lo, hi) = ends(&[1, 0, 0, 0, 0, 0]);
        assert!(close(lo, -1.0) && (hi + 0.404_903_0).abs() < 1e-6, "{lo} {hi}");
        // q = 1 - 0.025^(1/6) = 0.4592.
        let q = 0.459_258_1;
        let (lo, hi) = ends(&[0; 6]);
        assert!(close(lo, -1.0) && (hi - (2.0 * q - 1.0)).abs() < 1e-6, "{lo} {hi}");
        let (lo, hi) = ends(&[1; 6]);
        assert!((lo + q).abs() < 1e-6 && (hi - q).abs() < 1e-6, "{lo} {hi}");
    }

    #[test]
    fn matches_the_reference_comparison() {
        let got = paired(&pairs(), 0.95).unwrap();
        assert!(close(got.difference, 0.06) && close(got.se.unwrap(), 0.035_398_604_84));
        assert!(close(got.p_t.unwrap(), 0.096_425_736_77), "{:?}", got.p_t);
        let interval = got.interval.unwrap();
        assert!(close(interval.lo, -0.011_136_159_71) && close(interval.hi, 0.131_136_159_7));
        assert!(close(got.flips.unwrap().exact, 0.127_949_476_2), "{:?}", got.flips);
        assert_eq!((got.wins, got.losses, got.tasks), (14, 10, 50));
    }

    #[test]
    fn identical_cells_are_no_different() {
        let same: Vec<(TaskCounts, TaskCounts)> = pairs().into_iter().map(|(a, _)| (a, a)).collect();
        let got = paired(&same, 0.95).unwrap();
        assert_eq!((got.p_t, got.flips.map(|flips| flips.mid_p), got.wins, got.losses), (Some(1.0), Some(1.0), 0, 0));
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
            let (p, q) = (one.flips.unwrap(), two.flips.unwrap());
            prop_assert!((p.mid_p - q.mid_p).abs() < 1e-12 && p.mid_p > 0.0 && p.mid_p <= p.exact && p.exact <= 1.0);
            prop_assert_eq!((one.wins, one.losses), (two.losses, two.wins));
        }
    }
}
