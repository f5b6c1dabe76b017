//! Distribution-free intervals of quantiles by order statistics, for independent values.
//!
//! Source: Hahn & Meeker 1991, "Statistical intervals", section 5.2 (exact binomial ranks).

use super::distribution::tail;

/// Terms of the binomial distribution this much smaller than the largest are left out.
const NEGLIGIBLE: f64 = 1e-25;

/// The two ranks between which a quantile lies, counted from 1 in rising order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranks {
    /// Lower rank; 0 = no value is low enough, the interval is open below.
    pub lo: u64,
    /// Upper rank; n + 1 = no value is high enough, the interval is open above.
    pub hi: u64,
    /// Probability with which the interval holds the quantile, whatever the distribution.
    pub coverage: f64,
}

/// Returns the ranks of the interval of the quantile at `p` among `n` independent values, at level `conf`:
/// the binomial quantile at `α/2`, and that at `1 - α/2` plus one.
///
/// `None` without values, or unless `0 < p < 1` and `0 < conf < 1`.
pub fn quantile_ranks(n: u64, p: f64, conf: f64) -> Option<Ranks> {
    let tail = tail(conf)?;
    let binomial = Binomial::new(n, p)?;
    let (lo, hi) = (binomial.quantile(tail), binomial.quantile(1.0 - tail) + 1);
    let coverage = binomial.below(hi) - binomial.below(lo);
    Some(Ranks { lo, hi, coverage })
}

/// Returns the smallest number of independent values whose interval of the quantile at `p` is closed at both ends.
///
/// `None` unless `0 < p < 1` and `0 < conf < 1`.
pub fn fewest_for_closed_interval(p: f64, conf: f64) -> Option<u64> {
    let tail = tail(conf)?;
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    // No value lies below with probability (1-p)^n, none above with p^n: both must be less likely than the tail, where the
    // lower end takes "as likely" as open and the upper end as closed, as the two binomial quantiles do.
    let closed = |n: u64| {
        let [none_below, none_above] = [1.0 - p, p].map(|share| share.powf(n as f64));
        none_below < tail && none_above <= tail
    };
    let guess = (tail.ln() / p.max(1.0 - p).ln()).floor();
    if guess >= 1e15 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive whole number below 1e15")]
    let from = (guess as u64).max(1).saturating_sub(1).max(1);
    (from..from + 4).find(|n| closed(*n))
}

/// The binomial distribution where it is not negligible: terms built by their ratios from the largest outwards and divided by their
/// sum, which needs no factorials and keeps twelve digits for a million values.
struct Binomial {
    /// Successes of the first term.
    first: u64,
    /// Probability of `first`, `first + 1`, …
    terms: Vec<f64>,
}

impl Binomial {
    fn new(n: u64, p: f64) -> Option<Self> {
        if n == 0 || !(p > 0.0 && p < 1.0) {
            return None;
        }
        let odds = p / (1.0 - p);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most n + 1, not negative")]
        let mode = (((n + 1) as f64 * p) as u64).min(n);
        let mut below = Vec::new();
        let (mut k, mut term) = (mode, 1.0);
        while k > 0 && term > NEGLIGIBLE {
            term *= k as f64 / ((n - k + 1) as f64 * odds);
            below.push(term);
            k -= 1;
        }
        let mut terms: Vec<f64> = below.into_iter().rev().collect();
        terms.push(1.0);
        let (mut above, mut term) = (mode, 1.0);
        while above < n && term > NEGLIGIBLE {
            term *= (n - above) as f64 / (above + 1) as f64 * odds;
            terms.push(term);
            above += 1;
        }
        let total: f64 = terms.iter().sum();
        for term in &mut terms {
            *term /= total;
        }
        Some(Self { first: k, terms })
    }

    /// Returns the smallest number of successes with at least this much probability at or below it.
    fn quantile(&self, probability: f64) -> u64 {
        let mut sum = 0.0;
        let reaches = |term: &f64| {
            sum += term;
            sum >= probability
        };
        let steps = self.terms.iter().position(reaches).unwrap_or(self.terms.len().saturating_sub(1));
        self.first + steps as u64
    }

    /// Returns the probability of fewer than `k` successes.
    fn below(&self, k: u64) -> f64 {
        let count = usize::try_from(k.saturating_sub(self.first)).unwrap_or(usize::MAX).min(self.terms.len());
        self.terms[..count].iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::assert_near;

    #[test]
    fn ranks_match_scipy() {
        for (n, p, lo, hi, coverage) in [
            (22, 0.5, 6, 17, 0.983_099_460_6),
            (22, 0.9, 17, 23, 0.981_784_018_9),
            (10, 0.5, 2, 9, 0.978_515_625),
            (5, 0.5, 0, 6, 1.0),
            (6, 0.5, 1, 6, 0.968_75),
            (100, 0.5, 40, 61, 0.964_799_799_8),
            (100, 0.95, 90, 100, 0.982_607_060_7),
            (100, 0.99, 97, 101, 0.981_625_963_6),
            (367, 0.99, 359, 368, 0.987_380_746_9),
            (368, 0.99, 360, 368, 0.962_415_820_4),
            (72, 0.95, 64, 72, 0.965_490_047_9),
            (73, 0.95, 65, 73, 0.965_857_560_7),
            (963, 0.99, 947, 960, 0.967_472_671_1),
            (3453, 0.5, 1669, 1785, 0.951_640_437_8),
            (3453, 0.95, 3255, 3306, 0.953_668_797),
            (3453, 0.99, 3407, 3430, 0.951_351_668_3),
            (3453, 0.999, 3446, 3454, 0.975_095_788_3),
            (1_000_000, 0.5, 499_020, 500_981, 0.950_121_031_3),
        ] {
            let found = quantile_ranks(n, p, 0.95).unwrap();
            assert_eq!((found.lo, found.hi), (lo, hi), "n = {n}, p = {p}");
            assert_near(found.coverage, coverage);
        }
    }

    #[test]
    fn smallest_numbers_match() {
        for (p, n) in [(0.5, 6), (0.75, 13), (0.9, 36), (0.95, 72), (0.99, 368)] {
            assert_eq!(fewest_for_closed_interval(p, 0.95), Some(n), "{p}");
        }
        assert_eq!(fewest_for_closed_interval(1.0, 0.95), None);
        assert_eq!(fewest_for_closed_interval(f64::NAN, 0.95), None);
    }

    #[test]
    fn too_little_gives_none() {
        for (n, p, conf) in [(0, 0.5, 0.95), (5, 0.0, 0.95), (5, 1.0, 0.95), (5, f64::NAN, 0.95), (5, 0.5, 1.0)] {
            assert_eq!(quantile_ranks(n, p, conf), None);
        }
    }

    proptest! {
        #[test]
        fn closed_from_the_smallest_number_on(p in 0.02..0.98_f64, conf in 0.5..0.995_f64, more in 0_u64..20) {
            let fewest = fewest_for_closed_interval(p, conf).unwrap();
            let found = quantile_ranks(fewest + more, p, conf).unwrap();
            prop_assert!(found.lo >= 1 && found.hi <= fewest + more && found.coverage >= conf - 1e-9, "{:?}", found);
            if fewest > 1 {
                let open = quantile_ranks(fewest - 1, p, conf).unwrap();
                prop_assert!(open.lo == 0 || open.hi == fewest, "{:?} of {}", open, fewest - 1);
            }
        }
    }
}
