//! A generator whose whole state is one number, for controllers that draw.
//!
//! SplitMix64: `s <- s + 0x9e3779b97f4a7c15`, then two rounds of xor-shift-multiply (Steele, Lea and Flood, *Fast splittable pseudorandom
//! number generators*, OOPSLA 2014, doi:10.1145/2660193.2660195; constants of Vigna's reference implementation).
//!
//! A controller that needs another generator takes `rand_pcg`, seeded with the `seed` of [`crate::Controller::new`], and saves seed and number
//! of draws. Never seed from entropy, the clock or the environment.
//!
//! ```
//! use oha_plugin_api::random::SplitMix64;
//!
//! let mut generator = SplitMix64::new(42);
//! let first = generator.uniform();
//! let saved = generator.state();
//! let second = generator.uniform();
//! assert_eq!(SplitMix64::from_state(saved).uniform(), second);
//! assert!(first < 1.0 && first != second);
//! ```

/// The generator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// A generator for this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The generator that had this [`SplitMix64::state`].
    #[must_use]
    pub const fn from_state(state: u64) -> Self {
        Self { state }
    }

    /// The whole state, to be saved.
    #[must_use]
    pub const fn state(&self) -> u64 {
        self.state
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in `[0, 1)`, a multiple of `2^-53`.
    pub const fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Uniform in `0 .. n`, without bias.
    ///
    /// # Panics
    /// When `n` is 0.
    pub const fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "there is nothing to draw from");
        let limit = u64::MAX - (u64::MAX % n + 1) % n;
        loop {
            let draw = self.next_u64();
            if draw <= limit {
                return draw % n;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_reference_implementation() {
        // First outputs of Vigna's splitmix64.c from state 1234567.
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431_u64];
        let mut generator = SplitMix64::new(1_234_567);
        assert_eq!(expected.map(|_| generator.next_u64()), expected);
    }

    #[test]
    fn draws_below_cover_the_range_evenly() {
        let mut generator = SplitMix64::new(1);
        let mut counts = [0_u32; 6];
        for _ in 0..60_000 {
            counts[generator.below(6) as usize] += 1;
        }
        // 10 000 expected each, standard deviation 91; five of them.
        assert!(counts.iter().all(|c| c.abs_diff(10_000) < 456), "{counts:?}");
        assert_eq!(generator.below(1), 0);
    }
}
