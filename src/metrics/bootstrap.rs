//! Resampling of whole tasks, repeatable: the same seed gives the same draws everywhere.

use super::{distribution::tail, interval::Interval, quantile::quantile_type7};

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bootstrap {
    /// Number of draws.
    pub draws: u32,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for Bootstrap {
    /// 2,000 draws from seed 0.
    fn default() -> Self {
        Self { draws: 2_000, seed: 0 }
    }
}

/// A generator of random numbers, SplitMix64 (Steele, Lea & Flood 2014): small, fast and good enough for resampling.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Starts the sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a number from 0 to `n - 1`; 0 for `n` = 0.
    pub fn below(&mut self, n: usize) -> usize {
        // The upper half of the product: even to within n / 2⁶⁴ (Lemire 2019).
        let product = u128::from(self.bits()) * (n as u128);
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// Returns a number in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Returns the percentile interval of drawn values at level `conf`: their type 7 quantiles. `None` without values.
pub fn percentile_interval(mut values: Vec<f64>, conf: f64) -> Option<Interval> {
    values.sort_by(f64::total_cmp);
    let tail = tail(conf)?;
    Some(Interval { lo: quantile_type7(&values, tail)?, hi: quantile_type7(&values, 1.0 - tail)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_splitmix64() {
        // First outputs of the reference implementation (Vigna, prng.di.unimi.it/splitmix64.c) for seed 1234567.
        let mut random = Random::new(1_234_567);
        assert_eq!([random.bits(), random.bits()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn numbers_are_even_and_within_their_range() {
        let mut random = Random::new(0);
        let mut seen = [0_u32; 7];
        for _ in 0..70_000 {
            seen[random.below(7)] += 1;
        }
        assert!(seen.iter().all(|count| (9_600..10_400).contains(count)), "{seen:?}");
        assert!((0..10_000).all(|_| (0.0..1.0).contains(&random.unit())));
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn the_interval_cuts_equal_tails() {
        let interval = percentile_interval((0..=1000).rev().map(f64::from).collect(), 0.95).unwrap();
        assert!((interval.lo - 25.0).abs() < 1e-9 && (interval.hi - 975.0).abs() < 1e-9);
        assert_eq!(percentile_interval(Vec::new(), 0.95), None);
    }
}
