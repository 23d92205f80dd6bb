//! Order statistics of a small resample, without a branch on the data.
//!
//! The multiplicities of at most 128 sorted values stand in bytes, eight in a word. A product with a word of ones makes every byte the sum of those up to
//! it, and the place of the order statistic `r` (from 0) is the number of bytes whose sum does not exceed `r`.

use super::Statistic;
use crate::estimate::{interpolate, midpoint};

const SIZE: usize = 128;
const WORD: usize = 8;
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;

/// Multiplicities of at most 128 sorted values that were drawn at most 127 times together.
pub(super) struct Few([u8; SIZE]);

impl Default for Few {
    fn default() -> Self {
        Self([0; SIZE])
    }
}

impl Few {
    /// Whether so few values and draws fit.
    #[inline]
    pub(super) fn suits(n_values: usize, n_drawn: usize) -> bool {
        n_values <= SIZE && n_drawn < SIZE
    }

    /// Whether the statistic is a function of two order statistics.
    #[inline]
    pub(super) fn knows(statistic: Statistic) -> bool {
        matches!(statistic, Statistic::Median | Statistic::Quantile(..))
    }

    #[inline]
    pub(super) fn add(&mut self, position: usize) {
        self.0[position % SIZE] += 1;
    }

    /// The statistic of `n` draws from the sorted values.
    #[inline]
    pub(super) fn value(&self, statistic: Statistic, sorted: &[f64], n: usize) -> f64 {
        match statistic {
            Statistic::Quantile(p, kind) => {
                let (first, second, weight) = kind.position(n, p);
                let [first, second] = self.locate([first, second], sorted.len());
                interpolate(sorted[first], sorted[second], weight)
            }
            _ => {
                let [low, high] = self.locate([(n - 1) / 2, n / 2], sorted.len());
                if n % 2 == 1 { sorted[high] } else { midpoint(sorted[low], sorted[high]) }
            }
        }
    }

    /// Places of two order statistics.
    #[inline]
    fn locate(&self, ranks: [usize; 2], n_values: usize) -> [usize; 2] {
        let limits = ranks.map(|rank| HIGH + rank as u64 * ONES);
        let mut places = [0; 2];
        let mut below = 0;
        let (words, _) = self.0.as_chunks::<WORD>();
        for word in &words[..n_values.div_ceil(WORD)] {
            // All sums stay below 128, so no byte carries into the next.
            let sums = u64::from_le_bytes(*word).wrapping_mul(ONES) + below * ONES;
            for (place, limit) in places.iter_mut().zip(limits) {
                let passed = ((limit - sums) & HIGH) >> 7;
                *place += (passed.wrapping_mul(ONES) >> 56) as usize;
            }
            below = sums >> 56;
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::QuantileType;
    use proptest::prelude::*;

    proptest! {
        /// The same as sorting what was drawn.
        #[test]
        fn order_statistics_are_those_of_the_sorted_draws(
            mut values in prop::collection::vec(-9.0_f64..9.0, 1..=SIZE),
            draws in prop::collection::vec(any::<prop::sample::Index>(), 1..SIZE),
            p in 0.0_f64..=1.0,
        ) {
            values.sort_by(f64::total_cmp);
            let mut places: Vec<usize> = draws.iter().map(|draw| draw.index(values.len())).collect();
            let mut few = Few::default();
            places.iter().for_each(|&place| few.add(place));
            places.sort_unstable();
            let drawn: Vec<f64> = places.iter().map(|&place| values[place]).collect();
            for statistic in [Statistic::Median, Statistic::Quantile(p, QuantileType::Type7), Statistic::Quantile(p, QuantileType::Type1)] {
                prop_assert_eq!(few.value(statistic, &values, drawn.len()).to_bits(), statistic.of(&drawn).to_bits());
            }
        }
    }
}
