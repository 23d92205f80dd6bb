//! Standard normal vectors of one stream, one a step, drawn for several neighbouring steps at once.
//!
//! The vector of a step is [`normal::fill`] of that step's own generator, so a block changes speed, never a number: the generators of
//! neighbouring steps do not wait for each other, and what was written long before it is used is read at full width.

use super::normal;
use crate::sim::rng::SeedKey;

/// Numbers that a block holds, about; few enough that clones of a training run stay cheap.
const N_VALUES: usize = 256;
/// Steps of a block at most.
const N_STEPS_MAX: usize = 64;

/// A stream's normal vectors around the current step.
#[derive(Clone, Debug)]
pub struct NormalBlock {
    /// Length of a step's vector.
    n: usize,
    /// Steps of a block, a power of two.
    n_steps: u64,
    /// Which stream and first step the values belong to.
    holds: Option<(SeedKey, u64)>,
    /// `n_steps x n`, row-major.
    values: Vec<f64>,
}

impl NormalBlock {
    /// A block for vectors of `n` numbers; nothing is drawn yet.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let fitting = (N_VALUES / n.max(1)).clamp(1, N_STEPS_MAX);
        let n_steps = if fitting.is_power_of_two() { fitting } else { fitting.next_power_of_two() / 2 };
        Self { n, n_steps: n_steps as u64, holds: None, values: Vec::new() }
    }

    /// The vector of `step` in the stream `key`.
    #[inline]
    pub fn at(&mut self, key: SeedKey, step: u64) -> &[f64] {
        let slot = step & (self.n_steps - 1);
        let first = step - slot;
        if self.holds != Some((key, first)) {
            self.draw(key, first);
        }
        &self.values[slot as usize * self.n..][..self.n]
    }

    #[inline(never)]
    fn draw(&mut self, key: SeedKey, first: u64) {
        self.values.resize(self.n_steps as usize * self.n, 0.0);
        let mut vectors = self.values.chunks_exact_mut(self.n.max(1)).zip(first..);
        while let Some((vector, step)) = vectors.next() {
            match vectors.next() {
                Some((other, after)) => normal::fill_two([key.at(step), key.at(after)], [vector, other]),
                None => normal::fill(&mut key.at(step), vector),
            }
        }
        self.holds = Some((key, first));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_its_own_generators_numbers_in_any_order() {
        let keys = [SeedKey::study(1), SeedKey::study(2)];
        for n in [0, 1, 3, 10, 300] {
            let mut block = NormalBlock::new(n);
            for (key, step) in [(0, 0), (0, 1), (0, 77), (1, 77), (0, 2), (0, 1000), (0, 1 << 60)] {
                let mut expected = vec![0.0; n];
                normal::fill(&mut keys[key].at(step), &mut expected);
                assert_eq!(block.at(keys[key], step), expected, "{n} numbers at step {step}");
            }
        }
    }
}
