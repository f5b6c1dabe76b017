//! A tiny seeded generator: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).

/// The state. Integers only, so that every machine draws the same.
pub(super) struct SplitMix64(u64);

impl SplitMix64 {
    /// Starts from a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Draws 64 bits.
    pub(super) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Draws a number below `end`. The bias of the high-bits method is far below what a fixture could show.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        ((self.next_u64() >> 32) * end) >> 32
    }

    /// Is true in `percent` of 100 draws.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Draws one of the items.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[usize::try_from(self.below(items.len() as u64)).expect("an index below a length fits")]
    }

    /// Puts the items into a random order (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.below(last as u64 + 1)).expect("an index below a length fits");
            items.swap(last, other);
        }
    }
}

#[test]
fn draws_the_published_numbers() {
    // First outputs for seed 1234567, as listed with the reference C code (prng.di.unimi.it) and on Rosetta Code.
    let mut rng = SplitMix64::new(1_234_567);
    assert_eq!([rng.next_u64(), rng.next_u64()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
}
