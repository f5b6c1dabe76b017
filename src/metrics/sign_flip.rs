//! The sign-flip (paired permutation) test of per-task differences, by exact enumeration of sums.
//!
//! Under the hypothesis of no difference every difference is as likely with the other sign. All assignments of signs are counted, never
//! drawn: sums that are equal are kept once, and the differences are split into two halves whose sums are combined at the end. So any 36
//! differences can be tested, and thousands that are multiples of a common fraction.

use super::tests2x2::sign_test;

/// Differences smaller than this are no differences.
const NOTHING: f64 = 1e-12;
/// Sums of one half that are this close, as a share of the sum of all sizes, are the same sum.
const SAME_SUM: f64 = 1e-11;
/// Sums of all differences that are this close to the observed one are equal to it: wider, because errors of both halves add up.
const AS_FAR: f64 = 1e-10;
/// Most different sums of one half: 2¹⁸.
const MOST_SUMS: usize = 1 << 18;
/// Most sums formed in all: some hundredths of a second.
const MOST_STEPS: usize = 1 << 22;

/// Two-sided p-values of the sign-flip test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignFlip {
    /// Share of all assignments of signs whose sum is at least as far from zero as the observed one.
    pub exact: f64,
    /// Mid-p: assignments exactly as far from zero as the observed one count half. It decides, as `exact` rejects too rarely with few
    /// tasks (for McNemar's test: Fagerland, Lydersen & Laake 2013).
    pub mid_p: f64,
}

/// Tests whether the mean of the differences is zero. With one trial a task it is McNemar's test.
///
/// `None` where a difference is not finite, or where the sums are too many to enumerate: more than 36 differences, not all of one size,
/// without a common fraction.
pub fn sign_flip(d: &[f64]) -> Option<SignFlip> {
    if !d.iter().map(|x| x.abs()).sum::<f64>().is_finite() {
        return None;
    }
    let mut sizes: Vec<f64> = d.iter().map(|x| x.abs()).filter(|size| *size > NOTHING).collect();
    sizes.sort_by(f64::total_cmp);
    let reach: f64 = sizes.iter().sum();
    let Some((least, most)) = sizes.first().zip(sizes.last()) else { return Some(SignFlip { exact: 1.0, mid_p: 1.0 }) };
    if most - least <= AS_FAR * most {
        // All sizes are equal, so that only the signs count.
        let count = |is: fn(&&f64) -> bool| u32::try_from(d.iter().filter(is).count()).ok();
        let found = sign_test(count(|x| **x > NOTHING)?, count(|x| **x < -NOTHING)?);
        return Some(SignFlip { exact: found.exact, mid_p: found.mid_p });
    }
    let (small, large) = sizes.split_at(sizes.len() / 2);
    let mut steps = MOST_STEPS;
    let (a, b) = (sums(small, SAME_SUM * reach, &mut steps)?, sums(large, SAME_SUM * reach, &mut steps)?);
    let observed = d.iter().sum::<f64>().abs();
    let at_least = chance_above(&a, &b, observed - AS_FAR * reach);
    let above = chance_above(&a, &b, observed + AS_FAR * reach);
    // Both ends are equally likely. Twice `above` and once "equal" is `above` and `at_least`.
    Some(SignFlip { exact: (2.0 * at_least).min(1.0), mid_p: (at_least + above).min(1.0) })
}

/// A sum and its chance.
type Sum = (f64, f64);

/// Returns all sums of the sizes with either sign, in rising order. `None` beyond the limits.
fn sums(sizes: &[f64], same: f64, steps: &mut usize) -> Option<Vec<Sum>> {
    let mut known: Vec<Sum> = vec![(0.0, 1.0)];
    for size in sizes {
        *steps = steps.checked_sub(2 * known.len())?;
        let mut down = known.iter().map(|(sum, chance)| (sum - size, chance / 2.0)).peekable();
        let mut up = known.iter().map(|(sum, chance)| (sum + size, chance / 2.0)).peekable();
        let mut next: Vec<Sum> = Vec::with_capacity(2 * known.len());
        loop {
            let down_first = match (down.peek(), up.peek()) {
                (Some(down), Some(up)) => down.0 <= up.0,
                (down, _) => down.is_some(),
            };
            let Some((sum, chance)) = (if down_first { down.next() } else { up.next() }) else { break };
            match next.last_mut() {
                Some(last) if sum - last.0 <= same => last.1 += chance,
                _ => next.push((sum, chance)),
            }
        }
        known = next;
        if known.len() > MOST_SUMS {
            return None;
        }
    }
    Some(known)
}

/// Returns the chance that a sum of `a` and one of `b` are together more than `limit`; both in rising order.
fn chance_above(a: &[Sum], b: &[Sum], limit: f64) -> f64 {
    let mut from_top = b.iter().rev().peekable();
    let (mut chance_of_b, mut total) = (0.0, 0.0);
    for (sum, chance) in a {
        while let Some((_, more)) = from_top.next_if(|(other, _)| sum + other > limit) {
            chance_of_b += more;
        }
        total += chance * chance_of_b;
    }
    total
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{assert_near, near};

    /// Every assignment of signs, one by one.
    fn brute(d: &[f64]) -> SignFlip {
        let observed = d.iter().sum::<f64>().abs();
        let (mut above, mut equal) = (0_u32, 0_u32);
        for signs in 0_u32..1 << d.len() {
            let sum: f64 = d.iter().enumerate().map(|(i, x)| if signs >> i & 1 == 1 { -x } else { *x }).sum();
            above += u32::from(sum.abs() > observed + 1e-9);
            equal += u32::from((sum.abs() - observed).abs() <= 1e-9);
        }
        let all = 2.0_f64.powi(i32::try_from(d.len()).unwrap());
        let exact = f64::from(above + equal) / all;
        // A sum of zero is both ends at once: nothing is farther on one side only.
        let mid_p = if observed <= 1e-9 { 1.0 } else { (f64::from(above) + f64::from(equal) / 2.0) / all };
        SignFlip { exact, mid_p }
    }

    #[test]
    fn twenty_different_sizes_match_brute_force() {
        let d: Vec<f64> = (1..=20_u32).map(|i| f64::from(i).sqrt() * if i % 3 == 0 { -1.0 } else { 1.0 }).collect();
        let (found, wanted) = (sign_flip(&d).unwrap(), brute(&d));
        assert_near(found.exact, wanted.exact);
        assert_near(found.mid_p, wanted.mid_p);
    }

    /// `scipy.stats.permutation_test(permutation_type="samples", n_resamples=inf)` of the mean.
    #[test]
    fn small_samples_match_scipy() {
        for (d, exact, mid_p) in [
            (&[3.0, -1.0, 2.0, 2.0, 0.0, -2.0, 4.0, 1.0][..], 0.218_75, 0.164_062_5),
            (&[1.0; 6], 0.031_25, 0.015_625),
            (&[0.0, 0.0, 0.0], 1.0, 1.0),
            (&[1.0, -1.0], 1.0, 1.0),
            (&[0.5, 0.25, -0.125, 0.3, 0.7, 0.11, -0.05, 0.6], 0.046_875, 0.042_968_75),
        ] {
            let found = sign_flip(d).unwrap();
            assert!(near(found.exact, exact) && near(found.mid_p, mid_p), "{d:?} {found:?}");
        }
    }

    #[test]
    fn a_constant_shift_is_exact_at_any_size() {
        let found = sign_flip(&[0.5; 40]).unwrap();
        assert_near(found.exact, 0.5_f64.powi(39));
        assert_near(found.mid_p, 0.5_f64.powi(40));
        assert!(sign_flip(&vec![0.25; 100_000]).unwrap().exact < 1e-300);
    }

    #[test]
    fn thirty_six_sizes_are_enumerated_and_more_are_not_claimed() {
        let sizes = |count: u32| (0..count).map(|i| (f64::from(i) * 1.7).sin() + 0.2).collect::<Vec<f64>>();
        assert!(sign_flip(&sizes(36)).is_some());
        assert_eq!(sign_flip(&sizes(45)), None);
        assert_eq!(sign_flip(&[1.0, f64::NAN]), None);
        // Multiples of a fraction have few sums.
        let quarters: Vec<f64> = (0..2_000_i32).map(|i| f64::from(i % 9 - 4) / 4.0).collect();
        assert!(sign_flip(&quarters).is_some());
    }

    proptest! {
        #[test]
        fn any_differences_match_brute_force(
            d in prop::collection::vec(prop_oneof![(-8_i8..=8).prop_map(|x| f64::from(x) / 8.0), -1.0..1.0_f64], 1..13)
        ) {
            let (found, wanted) = (sign_flip(&d).unwrap(), brute(&d));
            prop_assert!(near(found.exact, wanted.exact) && near(found.mid_p, wanted.mid_p), "{:?} {:?}", found, wanted);
            let turned: Vec<f64> = d.iter().rev().map(|x| -x).collect();
            prop_assert_eq!(Some(found), sign_flip(&turned));
        }
    }
}
