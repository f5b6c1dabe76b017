//! A small seeded generator, the same on every machine.

/// `SplitMix64` (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators"): 64 bits of state, passes `BigCrush`, and
/// one generator a replicate makes results independent of the number of threads.
#[derive(Debug, Clone)]
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    /// Starts from a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Starts the generator of one replicate of one stream: the three numbers are mixed, so that neighbours share nothing.
    pub(crate) fn for_replicate(seed: u64, stream: u64, replicate: u64) -> Self {
        let mut mixed = 0;
        for part in [seed, stream, replicate] {
            mixed = Self::new(mixed ^ part).next_u64();
        }
        Self::new(mixed)
    }

    /// Draws 64 bits.
    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Draws an index below `end`, which is not 0: the high half of the 128-bit product (Lemire 2019), whose bias of at most
    /// `end / 2^64` no bootstrap can show.
    #[expect(clippy::cast_possible_truncation, reason = "below `end`, which is a usize")]
    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next_u64()) * end as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_the_published_numbers() {
        // First outputs for seed 1234567 of the reference C code (prng.di.unimi.it).
        let mut rng = SplitMix64::new(1_234_567);
        assert_eq!([rng.next_u64(), rng.next_u64()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn replicates_differ_and_repeat() {
        let first = |seed, stream, replicate| SplitMix64::for_replicate(seed, stream, replicate).next_u64();
        assert_eq!(first(1, 2, 3), first(1, 2, 3));
        let firsts: std::collections::BTreeSet<u64> =
            (0..8).flat_map(|a| (0..8).flat_map(move |b| (0..8).map(move |c| first(a, b, c)))).collect();
        assert_eq!(firsts.len(), 512);
    }

    #[test]
    fn indices_are_even_and_below_the_end() {
        let mut rng = SplitMix64::new(7);
        let mut counts = [0_u32; 5];
        (0..10_000).for_each(|_| counts[rng.below(5)] += 1);
        assert!(counts.iter().all(|count| (1_850..2_150).contains(count)), "{counts:?}");
    }
}
