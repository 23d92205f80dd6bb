//! The named seed tree. Every random number of the simulation is a function of (study seed, scenario, seed, stream, step), never of what a
//! controller did: so controllers are compared in pairs, and clones of a state can be replayed.
//!
//! A node of the tree is a 128-bit key. Named children are made by SHA-256 (outside hot loops); the generator of a step is a
//! `rand_pcg::Pcg64Mcg` whose state is mixed from the stream's key and the step, which costs a few nanoseconds.

use rand_pcg::Pcg64Mcg;
use sha2::{Digest, Sha256};

/// The generator used everywhere in the simulation.
pub type Generator = Pcg64Mcg;

/// A node of the seed tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeedKey {
    high: u64,
    low: u64,
}

impl SeedKey {
    /// The root of a study.
    #[must_use]
    pub fn study(seed: u64) -> Self {
        Self { high: 0, low: seed }.named("oha-host study")
    }

    /// The child with this name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.hashed(b"name", name.as_bytes())
    }

    /// The child with this index.
    #[must_use]
    pub fn indexed(self, index: u64) -> Self {
        self.hashed(b"index", &index.to_le_bytes())
    }

    fn hashed(self, kind: &[u8], bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.high.to_le_bytes());
        hash.update(self.low.to_le_bytes());
        hash.update(kind);
        hash.update(bytes);
        let digest = hash.finalize();
        let word = |at: usize| u64::from_le_bytes(digest[at..at + 8].try_into().expect("SHA-256 has 32 bytes"));
        Self { high: word(0), low: word(8) }
    }

    /// The generator of this stream at `step`.
    #[inline]
    #[must_use]
    pub fn at(self, step: u64) -> Generator {
        let low = mix(self.low.wrapping_add(step.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let high = mix(self.high ^ low.rotate_left(32));
        Pcg64Mcg::new((u128::from(high) << 64) | u128::from(low))
    }

    /// 64 bits of this key, as the seed that a controller receives.
    #[must_use]
    pub fn seed(self) -> u64 {
        mix(self.low ^ self.high.rotate_left(17))
    }
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195).
#[inline]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The keys of one (scenario, seed): a stream for each use of randomness, so that a change in one never moves another.
#[derive(Clone, Copy, Debug)]
pub struct Streams {
    root: SeedKey,
    /// Initial parameters.
    pub initial: SeedKey,
    /// Choice of minibatches.
    pub batch: SeedKey,
    /// Noise of the gradient.
    pub gradient_noise: SeedKey,
    /// Movement of the target or of the data.
    pub drift: SeedKey,
    /// Held-out data.
    pub evaluation: SeedKey,
}

impl Streams {
    /// The streams of one seed of one scenario.
    #[must_use]
    pub fn new(study_seed: u64, scenario: &str, seed: u64) -> Self {
        Self::under(SeedKey::study(study_seed).named(scenario).indexed(seed))
    }

    /// The streams of one tuning seed of one scenario: a branch of its own, so that what is tuned never saw the seeds that it is judged on.
    #[must_use]
    pub fn tuning(study_seed: u64, scenario: &str, seed: u64) -> Self {
        Self::under(SeedKey::study(study_seed).named("tuning").named(scenario).indexed(seed))
    }

    fn under(root: SeedKey) -> Self {
        Self {
            root,
            initial: root.named("initial"),
            batch: root.named("batch"),
            gradient_noise: root.named("gradient-noise"),
            drift: root.named("drift"),
            evaluation: root.named("evaluation"),
        }
    }

    /// The stream of the change at position `index` of the regime; `own_seed` comes from the study file.
    #[must_use]
    pub fn change(&self, index: usize, own_seed: u64) -> SeedKey {
        self.root.named("change").indexed(index as u64).indexed(own_seed)
    }

    /// The seed that the controller `label` receives: apart from every stream of the simulation.
    #[must_use]
    pub fn controller(&self, label: &str) -> u64 {
        self.root.named("controller").named(label).seed()
    }
}

/// A uniform number in [0, 1) with 53 bits.
#[inline]
pub fn uniform(generator: &mut Generator) -> f64 {
    use rand::Rng as _;
    (generator.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A uniform whole number in [0, n), without bias (Lemire 2019, arXiv:1805.10941).
///
/// # Panics
/// When `n` is 0.
#[inline]
pub fn below(generator: &mut Generator, n: u64) -> u64 {
    use rand::Rng as _;
    assert!(n > 0, "the range is not empty");
    let mut product = u128::from(generator.next_u64()) * u128::from(n);
    if (product as u64) < n {
        let threshold = n.wrapping_neg() % n;
        while (product as u64) < threshold {
            product = u128::from(generator.next_u64()) * u128::from(n);
        }
    }
    (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng as _;

    #[test]
    fn a_step_does_not_depend_on_the_steps_before() {
        let key = SeedKey::study(1).named("a");
        let mut alone = key.at(7);
        let mut after = key.at(6);
        after.next_u64();
        assert_eq!(key.at(7).next_u64(), alone.next_u64());
        assert_ne!(key.at(6).next_u64(), key.at(7).next_u64());
    }

    #[test]
    fn names_indices_and_seeds_all_matter() {
        let key = SeedKey::study(1);
        let all = [key, SeedKey::study(2), key.named("1"), key.indexed(1), key.named("2"), key.indexed(1).indexed(1)];
        for (i, a) in all.iter().enumerate() {
            for b in &all[i + 1..] {
                assert_ne!(a, b);
            }
        }
    }

    #[test]
    fn the_tree_is_pinned() {
        // A change here moves every result: it needs a changelog entry.
        let streams = Streams::new(1, "scenario", 2);
        assert_eq!(streams.batch.at(3).next_u64(), 6_624_677_046_264_956_111);
    }

    #[test]
    fn below_is_uniform() {
        let mut generator = SeedKey::study(3).at(0);
        let mut counts = [0u32; 6];
        for _ in 0..60_000 {
            counts[below(&mut generator, 6) as usize] += 1;
        }
        // Chi-squared with 5 degrees of freedom: 99.99 % below 25.7.
        let chi: f64 = counts.iter().map(|&c| (f64::from(c) - 1e4).powi(2) / 1e4).sum();
        assert!(chi < 25.7, "{counts:?}");
    }
}
