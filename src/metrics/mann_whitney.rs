//! Mann–Whitney U and the Hodges–Lehmann shift: descriptions of two lists of times, call by call.
//!
//! They take all values as independent, which calls of one task are not: the p is descriptive, the decision is made by
//! [`super::latency_ratio`].

use statrs::distribution::{ContinuousCDF, Normal};

use super::{distribution::normal_quantile, interval::Interval};

/// With at most so many values on either side and no ties, p is exact.
const EXACT_UP_TO: usize = 20;

/// The Mann–Whitney test of B against A.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannWhitney {
    /// Pairs in which A's value is the larger, ties counting half: U₁ of A.
    pub u_a: f64,
    /// Probability that a value of B is larger than one of A, ties counting half.
    pub b_larger: f64,
    /// Cliff's δ of B over A, `2 b_larger - 1`, within `[-1, 1]`.
    pub cliffs_delta: f64,
    /// Two-sided p from the normal approximation, corrected for ties and continuity; 1 where all values are equal.
    pub p_normal: f64,
    /// Exact two-sided p; only for up to 20 values on either side without ties.
    pub p_exact: Option<f64>,
}

impl MannWhitney {
    /// Returns the exact p where there is one.
    pub fn p(&self) -> f64 {
        self.p_exact.unwrap_or(self.p_normal)
    }
}

/// Compares two lists; values that are not finite are left out. `None` where a list has none left.
///
/// Below four values on either side no p can fall to 0.05.
pub fn mann_whitney(a: &[f64], b: &[f64]) -> Option<MannWhitney> {
    let (a, b) = (sorted(a), sorted(b));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (m, n) = (a.len() as f64, b.len() as f64);
    let (below, tied) = a.iter().fold((0.0, 0.0), |(below, tied), x| {
        let (first, last) = (b.partition_point(|y| y < x), b.partition_point(|y| y <= x));
        (below + first as f64, tied + (last - first) as f64)
    });
    let u_a: f64 = below + tied / 2.0;
    let ties = ties(&a, &b);
    let variance = m * n / 12.0 * (m + n + 1.0 - ties / ((m + n) * (m + n - 1.0)));
    let distance = (u_a - m * n / 2.0).abs();
    let beyond = |distance: f64| 2.0 * Normal::standard().sf((distance - 0.5).max(0.0) / variance.sqrt());
    let p_normal = if variance > 1e-12 { beyond(distance).min(1.0) } else { 1.0 };
    let exact = ties <= 0.0 && a.len() <= EXACT_UP_TO && b.len() <= EXACT_UP_TO;
    let b_larger = 1.0 - u_a / (m * n);
    Some(MannWhitney {
        u_a,
        b_larger,
        cliffs_delta: 2.0 * b_larger - 1.0,
        p_normal,
        p_exact: exact.then(|| exact_p(a.len(), b.len(), m * n / 2.0 + distance)),
    })
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Returns `Σ (t³ - t)` over the groups of equal values.
fn ties(a: &[f64], b: &[f64]) -> f64 {
    let all = sorted(&[a, b].concat());
    let groups = all.chunk_by(|x, y| x >= y);
    groups.map(|group| group.len() as f64).map(|t| t.powi(3) - t).sum()
}

/// Returns the probability that U is as far from its middle as `u`, which lies at or above it, on either side.
fn exact_p(m: usize, n: usize, u: f64) -> f64 {
    // ways[i][s]: choices of i of the ranks so far with the sum s of their U. Ranks come one by one (Mann & Whitney 1947):
    // the distribution of U is that of the sum of i parts of at most n.
    let size = m * n + 1;
    let mut ways = vec![vec![0.0_f64; size]; m + 1];
    ways[0][0] = 1.0;
    for rank in 0..m + n {
        for chosen in (0..m.min(rank + 1)).rev() {
            // The value at this rank is of A; `rank - chosen` values of B lie below it.
            let below = rank - chosen;
            if below > n {
                continue;
            }
            for sum in (0..size - below).rev() {
                let add = ways[chosen][sum];
                ways[chosen + 1][sum + below] += add;
            }
        }
    }
    let total: f64 = ways[m].iter().sum();
    let upper: f64 = ways[m].iter().enumerate().filter(|(sum, _)| *sum as f64 >= u - 1e-9).map(|(_, ways)| ways).sum();
    (2.0 * upper / total).min(1.0)
}

/// The Hodges–Lehmann shift of B against A.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Median of all differences b − a.
    pub shift: f64,
    /// Moses' interval; `None` for lists too short for the level.
    pub interval: Option<Interval>,
}

/// Returns the median of all differences b − a with Moses' interval: the C-th smallest and largest difference, with
/// C = ⌊mn/2 - z √(mn(m+n+1)/12)⌋. Values that are not finite are left out; `None` where a list has none left.
///
/// The differences are never listed, only counted: memory and time grow with m + n, not with mn.
pub fn hodges_lehmann(a: &[f64], b: &[f64], conf: f64) -> Option<Shift> {
    let (a, b) = (sorted(a), sorted(b));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let pairs = a.len() as u64 * b.len() as u64;
    let nth = |rank: u64| nth_difference(&a, &b, rank);
    let middle = pairs.div_ceil(2);
    let shift = if pairs % 2 == 1 { nth(middle) } else { f64::midpoint(nth(middle), nth(middle + 1)) };
    let (m, n) = (a.len() as f64, b.len() as f64);
    let rank = (m * n / 2.0 - normal_quantile(conf)? * (m * n * (m + n + 1.0) / 12.0).sqrt()).floor();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and positive")]
    let interval = (rank >= 1.0).then(|| Interval { lo: nth(rank as u64), hi: nth(pairs + 1 - rank as u64) });
    Some(Shift { shift, interval })
}

/// Returns [`hodges_lehmann`] of the logarithms of the positive values, as ratios: how many times as large B is.
pub fn hodges_lehmann_ratio(a: &[f64], b: &[f64], conf: f64) -> Option<Shift> {
    // The logarithm of what is not positive is not finite, and so left out.
    let logs = |values: &[f64]| -> Vec<f64> { values.iter().map(|value| value.ln()).collect() };
    let found = hodges_lehmann(&logs(a), &logs(b), conf)?;
    let interval = found.interval.map(|ends| Interval { lo: ends.lo.exp(), hi: ends.hi.exp() });
    Some(Shift { shift: found.shift.exp(), interval })
}

/// Returns the difference b − a at the 1-based `rank`, by bisection over the bit patterns of all numbers, which are in their order:
/// 64 steps at most, and exact.
fn nth_difference(a: &[f64], b: &[f64], rank: u64) -> f64 {
    let (mut low, mut high) = (key(f64::NEG_INFINITY), key(f64::INFINITY));
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if count_up_to(a, b, value(middle)) < rank { low = middle } else { high = middle }
    }
    value(high)
}

/// Counts the differences b − a of at most `x` in one sweep over both lists.
fn count_up_to(a: &[f64], b: &[f64], x: f64) -> u64 {
    let (mut count, mut reached) = (0, 0);
    for a in a {
        while b.get(reached).is_some_and(|b| b - a <= x) {
            reached += 1;
        }
        count += reached as u64;
    }
    count
}

/// Returns a whole number that orders as the number does.
fn key(x: f64) -> i128 {
    let bits = i128::from(x.to_bits() & (u64::MAX >> 1));
    if x.is_sign_negative() { -bits } else { bits }
}

fn value(key: i128) -> f64 {
    let size = f64::from_bits(u64::try_from(key.unsigned_abs()).unwrap_or(f64::INFINITY.to_bits()));
    if key < 0 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{assert_interval, assert_near, assert_some_near};

    const A: [f64; 12] = [234.1, 655.1, 886.7, 1015.1, 1145.6, 1462.4, 1774.2, 2096.5, 2328.7, 2601.1, 2921.0, 3468.5];
    const B: [f64; 16] = [
        1369.63, 1539.28, 1951.12, 2356.46, 2775.45, 3077.31, 3431.43, 3847.3, 4559.05, 5162.38, 5276.26, 6228.38, 6550.0,
        7462.6, 1015.1, 2328.7,
    ];

    #[test]
    fn mann_whitney_matches_scipy() {
        let found = mann_whitney(&A, &B).unwrap();
        assert_near(found.u_a, 37.0);
        assert_near(found.p_normal, 0.006_596_864_873);
        assert_near(1.0 - found.b_larger, 0.192_708_333_3);
        assert_near(-found.cliffs_delta, -0.614_583_333_3);
        assert_eq!(found.p_exact, None, "the lists share values");
    }

    #[test]
    fn small_lists_have_an_exact_p() {
        let found = mann_whitney(&[1.1, 2.2, 3.3, 4.4, 5.5], &[2.5, 3.5, 4.5, 6.5, 7.5, 8.5]).unwrap();
        assert_near(found.u_a, 6.0);
        assert_some_near(found.p_exact, 0.125_541_125_5);
        assert_near(found.p_normal, 0.120_690_800_5);
        assert_near(found.p(), 0.125_541_125_5);
        // 2 / C(6, 3).
        assert_some_near(mann_whitney(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]).unwrap().p_exact, 0.1);
    }

    #[test]
    fn hodges_lehmann_matches_the_reference() {
        let found = hodges_lehmann(&A, &B, 0.95).unwrap();
        assert_near(found.shift, 1697.62);
        assert_interval(found.interval, 476.21, 3388.18);
        let ratio = hodges_lehmann_ratio(&A, &B, 0.95).unwrap();
        assert_near(ratio.shift, 2.159_986_174);
        assert_interval(ratio.interval, 1.314_415_453, 3.607_945_842);
    }

    #[test]
    fn odd_lists_have_answers_or_none() {
        assert_eq!(mann_whitney(&[], &[1.0]), None);
        assert_eq!(mann_whitney(&[f64::NAN], &[1.0]), None);
        let equal = mann_whitney(&[2.0; 5], &[2.0; 7]).unwrap();
        assert_near(equal.p(), 1.0);
        assert_near(equal.b_larger, 0.5);
        assert_near(hodges_lehmann(&[2.0; 5], &[2.0; 7], 0.95).unwrap().shift.abs(), 0.0);
        assert_eq!(hodges_lehmann(&[1.0, 2.0], &[3.0], 0.95).unwrap().interval, None);
        assert_eq!(hodges_lehmann_ratio(&[0.0, -1.0], &[3.0], 0.95), None);
    }

    #[test]
    fn ten_billion_pairs_are_counted_not_listed() {
        let list = |shift: f64| -> Vec<f64> { (0..100_000).map(|i| f64::from(i) + shift).collect() };
        assert_near(hodges_lehmann(&list(0.0), &list(0.5), 0.95).unwrap().shift, 0.5);
    }

    proptest! {
        #[test]
        fn the_shift_is_the_median_of_all_differences(
            a in prop::collection::vec(-1e3..1e3_f64, 1..15),
            b in prop::collection::vec(prop_oneof![-1e3..1e3_f64, Just(0.0)], 1..15),
        ) {
            let mut all: Vec<f64> = a.iter().flat_map(|a| b.iter().map(move |b| b - a)).collect();
            all.sort_by(f64::total_cmp);
            let middle = f64::midpoint(all[(all.len() - 1) / 2], all[all.len() / 2]);
            prop_assert!((hodges_lehmann(&a, &b, 0.95).unwrap().shift - middle).abs() < 1e-12);
        }

        #[test]
        fn swapping_the_lists_mirrors_all_but_p(
            a in prop::collection::vec(-50_i32..50, 1..25),
            b in prop::collection::vec(-50_i32..50, 1..25),
        ) {
            let of = |list: &[i32]| -> Vec<f64> { list.iter().map(|x| f64::from(*x)).collect() };
            let (one, two) = (mann_whitney(&of(&a), &of(&b)).unwrap(), mann_whitney(&of(&b), &of(&a)).unwrap());
            prop_assert!((one.p() - two.p()).abs() < 1e-12 && one.p() > 0.0 && one.p() <= 1.0);
            prop_assert!((one.cliffs_delta + two.cliffs_delta).abs() < 1e-12);
            let there = hodges_lehmann(&of(&a), &of(&b), 0.9).unwrap();
            let back = hodges_lehmann(&of(&b), &of(&a), 0.9).unwrap();
            prop_assert!((there.shift + back.shift).abs() < 1e-12);
            prop_assert!(there.interval.zip(back.interval).is_none_or(|(there, back)| (there.lo + back.hi).abs() < 1e-12));
        }
    }
}
