//! pass^k, pass@k and G-Pass@k of one task, from its trials and successes.
//!
//! All three are complete U-statistics: if the trials are independent with success probability p, the expected value of
//! [`pass_hat_k`] is exactly p^k. The plug-in `(c/n)^k` is biased upward and is not offered.
//!
//! Ratios of binomials are formed as running products, which neither overflow nor lose digits for any n met in practice.

/// Returns pass^k of one task, `C(c,k) / C(n,k)`: the probability that `k` trials drawn from its `n` all succeed.
///
/// `None` when `k` is 0 or larger than `n`: the figure is undefined there, not zero.
/// With `c > n` (duplicated rows) the formula is still followed, and the value exceeds 1 as it does upstream.
///
/// Source: τ-bench (arXiv 2406.12045).
pub fn pass_hat_k(n: u32, c: u32, k: u32) -> Option<f64> {
    (1..=n).contains(&k).then(|| binomial_ratio(c, n, k))
}

/// Returns pass@k of one task, `1 - C(n-c,k) / C(n,k)`: the probability that at least one of `k` trials drawn succeeds.
///
/// `None` when `k` is 0 or larger than `n`.
///
/// Source: Chen et al. 2021 (arXiv 2107.03374).
pub fn pass_at_k(n: u32, c: u32, k: u32) -> Option<f64> {
    (1..=n).contains(&k).then(|| 1.0 - binomial_ratio(n.saturating_sub(c), n, k))
}

/// Returns G-Pass@k with threshold `tau`: the probability that at least `ceil(tau k)` of `k` trials drawn succeed.
///
/// `tau = 1` is pass^k; `tau = 0` is read as the limit from above, which is pass@k.
/// `None` when `k` is 0 or larger than `n`, when `c > n`, or when `tau` is not within `[0, 1]`.
///
/// Source: arXiv 2412.13147.
pub fn g_pass_at_k(n: u32, c: u32, k: u32, tau: f64) -> Option<f64> {
    if !(1..=n).contains(&k) || c > n || !(0.0..=1.0).contains(&tau) {
        return None;
    }
    let wanted = least_successes(k, tau);
    let lowest = k.saturating_sub(n - c);
    let highest = c.min(k);
    let mut weight = 1.0;
    let mut total = 0.0;
    let mut reached = 0.0;
    // The hypergeometric weights, up to a factor. Growing weights are rescaled, so no n overflows.
    for j in lowest..=highest {
        total += weight;
        if j >= wanted {
            reached += weight;
        }
        if j < highest {
            let up = f64::from(c - j) * f64::from(k - j);
            let down = f64::from(j + 1) * f64::from(n - c + j + 1 - k);
            weight *= up / down;
        }
        if weight > 1e200 {
            weight /= 1e200;
            total /= 1e200;
            reached /= 1e200;
        }
    }
    Some(reached / total)
}

/// Returns `C(top,k) / C(bottom,k)`, stopping at the first zero factor.
fn binomial_ratio(top: u32, bottom: u32, k: u32) -> f64 {
    if top < k {
        return 0.0;
    }
    (0..k).map(|i| f64::from(top - i) / f64::from(bottom - i)).product()
}

/// Returns `ceil(tau k)`, at least 1.
fn least_successes(k: u32, tau: f64) -> u32 {
    // The allowance keeps 0.1 × 30 = 3.0000000000000004 from becoming 4.
    let exact = tau * f64::from(k) - 1e-9;
    (1..=k).find(|&j| f64::from(j) >= exact).unwrap_or(k)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{assert_some_near, near};

    #[test]
    fn pass_hat_k_matches_exact_arithmetic() {
        for (n, c, k, wanted) in [
            (4, 0, 1, 0.0),
            (4, 1, 1, 0.25),
            (4, 2, 2, 0.166_666_666_7),
            (4, 3, 2, 0.5),
            (4, 3, 3, 0.25),
            (4, 4, 4, 1.0),
            (5, 3, 2, 0.3),
            (5, 4, 3, 0.4),
            (8, 6, 4, 0.214_285_714_3),
            (8, 7, 8, 0.0),
            (1, 1, 1, 1.0),
            (2, 1, 2, 0.0),
            (20, 13, 7, 0.022_136_222_91),
            (1030, 900, 515, 6.428_599_691e-44),
            (10_000, 9_000, 100, 2.513_021_302e-5),
            (10_000, 9_999, 5_000, 0.5),
            (10_000, 5_000, 50, 7.852_975_943e-16),
            (10_000, 10_000, 10_000, 1.0),
            (10_000, 9_990, 1_000, 0.348_504_027_9),
        ] {
            assert_some_near(pass_hat_k(n, c, k), wanted);
        }
    }

    #[test]
    fn pass_at_k_matches_exact_arithmetic() {
        for (n, c, k, wanted) in [
            (4, 0, 1, 0.0),
            (4, 1, 1, 0.25),
            (4, 2, 2, 0.833_333_333_3),
            (4, 3, 2, 1.0),
            (5, 3, 2, 0.9),
            (8, 7, 8, 1.0),
            (20, 13, 7, 0.999_987_100_1),
            (1030, 900, 515, 1.0),
            (10_000, 9_990, 1_000, 1.0),
        ] {
            assert_some_near(pass_at_k(n, c, k), wanted);
        }
    }

    #[test]
    fn g_pass_at_k_matches_exact_arithmetic() {
        for (n, c, k, tau, wanted) in [
            (16, 10, 4, 1.0, 0.115_384_615_4),
            (16, 10, 4, 0.5, 0.881_868_131_9),
            (16, 10, 4, 0.75, 0.510_989_011),
            (16, 10, 4, 0.01, 0.991_758_241_8),
            (8, 5, 4, 0.5, 0.928_571_428_6),
            (8, 5, 4, 1.0, 0.071_428_571_43),
        ] {
            assert_some_near(g_pass_at_k(n, c, k, tau), wanted);
        }
    }

    #[test]
    fn too_few_trials_are_undefined_not_zero() {
        assert_eq!(pass_hat_k(3, 3, 4), None);
        assert_eq!(pass_at_k(3, 3, 4), None);
        assert_eq!(g_pass_at_k(3, 3, 4, 0.5), None);
        assert_eq!(pass_hat_k(3, 3, 0), None);
        assert_eq!(pass_at_k(0, 0, 0), None);
        assert_eq!(g_pass_at_k(3, 3, 1, f64::NAN), None);
        assert_eq!(g_pass_at_k(3, 3, 1, 1.5), None);
    }

    #[test]
    fn duplicated_rows_exceed_one_as_upstream_does() {
        assert_some_near(pass_hat_k(1, 4, 1), 4.0);
        assert_some_near(pass_hat_k(2, 4, 2), 6.0);
        assert_some_near(pass_at_k(1, 4, 1), 1.0);
    }

    #[test]
    fn a_threshold_just_above_an_integer_is_that_integer() {
        assert_eq!(least_successes(30, 0.1), 3);
        assert_eq!(least_successes(4, 0.51), 3);
        assert_eq!(least_successes(4, 0.0), 1);
        assert_eq!(least_successes(4, 1.0), 4);
    }

    #[test]
    fn g_pass_at_k_survives_large_counts() {
        let half = g_pass_at_k(10_000, 5_000, 5_000, 0.5).unwrap();
        assert!((0.5..0.51).contains(&half), "{half}");
    }

    fn case() -> impl Strategy<Value = (u32, u32, u32)> {
        (1_u32..60).prop_flat_map(|n| (Just(n), 0..=n, 1..=n))
    }

    proptest! {
        #[test]
        fn values_are_probabilities_and_ordered((n, c, k) in case()) {
            let hat = pass_hat_k(n, c, k).unwrap();
            let at = pass_at_k(n, c, k).unwrap();
            let rate = f64::from(c) / f64::from(n);
            prop_assert!(0.0 <= hat && hat <= rate + 1e-12 && rate <= at + 1e-12 && at <= 1.0);
        }

        #[test]
        fn pass_hat_falls_and_pass_at_rises_with_k((n, c, k) in case()) {
            if k < n {
                prop_assert!(pass_hat_k(n, c, k + 1) <= pass_hat_k(n, c, k));
                prop_assert!(pass_at_k(n, c, k + 1) >= pass_at_k(n, c, k));
            }
        }

        #[test]
        fn the_ends_are_exact((n, c, k) in case()) {
            if c == n { prop_assert_eq!(pass_hat_k(n, c, k), Some(1.0)); }
            if c < k { prop_assert_eq!(pass_hat_k(n, c, k), Some(0.0)); }
            if n - c < k { prop_assert_eq!(pass_at_k(n, c, k), Some(1.0)); }
            if c == 0 { prop_assert_eq!(pass_at_k(n, c, k), Some(0.0)); }
        }

        #[test]
        fn g_pass_at_k_joins_the_two((n, c, k) in case()) {
            let low = g_pass_at_k(n, c, k, 0.0).unwrap();
            let high = g_pass_at_k(n, c, k, 1.0).unwrap();
            prop_assert!((low - pass_at_k(n, c, k).unwrap()).abs() < 1e-12);
            prop_assert!(near(high, pass_hat_k(n, c, k).unwrap()));
        }

        #[test]
        fn success_and_failure_are_mirror_images((n, c, k) in case()) {
            let direct = pass_at_k(n, c, k).unwrap();
            prop_assert!((direct - (1.0 - pass_hat_k(n, n - c, k).unwrap())).abs() < 1e-12);
        }
    }
}
