//! Exact tests of counts: McNemar, sign test, Fisher.

use super::TaskCounts;

/// Two-sided p-values of a sign test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignTest {
    /// Exact; conservative with few cases.
    pub exact: f64,
    /// Mid-p: only half of the probability of the observed split counts (Fagerland, Lydersen & Laake 2013).
    pub mid_p: f64,
}

/// Tests whether wins and losses are equally likely, ties left out.
///
/// With one trial a task this is McNemar's test on the tasks only one side solved. Both p are 1 where nothing differs.
pub fn sign_test(wins: u32, losses: u32) -> SignTest {
    let cases = wins + losses;
    let chances = chances(0, cases, |j| f64::from(cases - j) / f64::from(j + 1));
    let fewer = wins.min(losses) as usize;
    let up_to: f64 = chances.iter().take(fewer + 1).sum();
    let observed = chances.get(fewer).copied().unwrap_or(0.0);
    SignTest { exact: (2.0 * up_to).min(1.0), mid_p: (2.0 * up_to - observed).min(1.0) }
}

/// Returns the two-sided p of Fisher's exact test that both sides solve the task equally often: the probability of all splits
/// of the successes that are no likelier than the observed one.
///
/// Meant for a single task, where it says little: 0 of 4 against 4 of 4 has p = 0.029. `None` without trials on a side, or with
/// more successes than trials.
pub fn fisher_exact(a: TaskCounts, b: TaskCounts) -> Option<f64> {
    if a.n == 0 || b.n == 0 || a.c > a.n || b.c > b.n {
        return None;
    }
    let successes = a.c + b.c;
    let (lowest, highest) = (successes.saturating_sub(b.n), successes.min(a.n));
    let up = |j: u32| f64::from(a.n - j) * f64::from(successes - j);
    let down = |j: u32| f64::from(j + 1) * f64::from(b.n + j + 1 - successes);
    let chances = chances(lowest, highest, |j| up(j) / down(j));
    let observed = chances.get((a.c - lowest) as usize)?;
    // Equally likely splits differ in their last digits.
    let limit = observed * (1.0 + 1e-9);
    Some(chances.iter().filter(|chance| **chance <= limit).sum::<f64>().min(1.0))
}

/// Returns the probabilities of `lo..=hi` under a distribution with one peak, of which `ratio(j)` = P(j + 1) / P(j) is known.
///
/// Built outward from the peak, so that nothing overflows and only what is below 1e-300 of the peak is lost.
fn chances(lo: u32, hi: u32, ratio: impl Fn(u32) -> f64) -> Vec<f64> {
    let peak = (lo..hi).find(|j| ratio(*j) <= 1.0).unwrap_or(hi);
    let mut below: Vec<f64> = Vec::new();
    let mut weight = 1.0;
    for j in (lo..peak).rev() {
        weight /= ratio(j);
        below.push(weight);
    }
    below.reverse();
    let mut all = below;
    weight = 1.0;
    all.push(weight);
    for j in peak..hi {
        weight *= ratio(j);
        all.push(weight);
    }
    let total: f64 = all.iter().sum();
    all.iter().map(|weight| weight / total).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{assert_near, assert_some_near};

    #[test]
    fn mcnemar_matches_statsmodels() {
        for (b, c, exact, mid_p) in [
            (0, 0, 1.0, 1.0),
            (10, 3, 0.092_285_156_25, 0.057_373_046_88),
            (5, 5, 1.0, 1.0),
            (1, 9, 0.021_484_375, 0.011_718_75),
            (0, 6, 0.031_25, 0.015_625),
            (25, 10, 0.016_673_847_8, 0.011_330_984_18),
            (14, 10, 0.541_256_189_3, 0.424_356_222_2),
        ] {
            let found = sign_test(b, c);
            assert_near(found.exact, exact);
            assert_near(found.mid_p, mid_p);
        }
    }

    #[test]
    fn fisher_matches_scipy() {
        for (a, b, p) in [
            ((4, 0), (4, 4), 0.028_571_428_57),
            ((5, 0), (5, 5), 0.007_936_507_937),
            ((5, 1), (5, 5), 0.047_619_047_62),
            ((8, 2), (8, 8), 0.006_993_006_993),
            ((4, 3), (4, 1), 0.485_714_285_7),
        ] {
            assert_some_near(fisher_exact(TaskCounts::new(a.0, a.1), TaskCounts::new(b.0, b.1)), p);
        }
        assert_eq!(fisher_exact(TaskCounts::new(0, 0), TaskCounts::new(4, 4)), None);
        assert_eq!(fisher_exact(TaskCounts::new(3, 4), TaskCounts::new(4, 4)), None);
        assert_some_near(fisher_exact(TaskCounts::new(3, 3), TaskCounts::new(4, 4)), 1.0);
    }

    #[test]
    fn thousands_of_cases_do_not_overflow() {
        let found = sign_test(5_200, 4_800);
        // z = (5200 - 5000) / 50 = 4.
        assert!((found.mid_p - 6.334e-5).abs() < 2e-7, "{found:?}");
    }

    proptest! {
        #[test]
        fn swapping_the_sides_changes_no_p(n in 1_u32..40, c in 0_u32..40, m in 1_u32..40, d in 0_u32..40) {
            prop_assert_eq!(sign_test(c, d), sign_test(d, c));
            let (a, b) = (TaskCounts::new(n, c.min(n)), TaskCounts::new(m, d.min(m)));
            let (one, two) = (fisher_exact(a, b).unwrap(), fisher_exact(b, a).unwrap());
            prop_assert!((one - two).abs() < 1e-9 && one > 0.0 && one <= 1.0);
            let failures = |task: TaskCounts| TaskCounts::new(task.n, task.n - task.c);
            prop_assert!((one - fisher_exact(failures(a), failures(b)).unwrap()).abs() < 1e-9);
        }
    }
}
