//! Order statistics of a resample without sorting it.
//!
//! The original values are sorted once. A resample is then the number of times that each was drawn, and an order statistic or a
//! trimmed sum is found by walking the cumulative counts: blocks are skipped whole, so a walk costs about one addition in four.

use super::index::Index;

const BLOCK: usize = 16;

/// Multiplicities of the sorted values.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    counts: Vec<i32>,
    /// Number of counts in use, in whole blocks.
    used: usize,
}

impl Counts {
    /// Counts for `n` values and indices of this type.
    pub(crate) fn new<I: Index>(n: usize) -> Self {
        let used = n.div_ceil(BLOCK) * BLOCK;
        Self { counts: vec![0; used.max(I::COVER)], used }
    }

    #[inline]
    pub(crate) fn add<I: Index>(&mut self, position: I) {
        *position.slot(&mut self.counts) += 1;
    }

    pub(crate) fn clear(&mut self) {
        self.counts[..self.used].fill(0);
    }

    /// Position in the sorted values of the order statistic `rank` (from 0), and the counts up to and including it.
    pub(crate) fn locate(&self, rank: usize) -> (usize, usize) {
        let rank = rank as i32;
        let mut below = 0;
        for (index, block) in self.counts[..self.used].chunks_exact(BLOCK).enumerate() {
            let total: i32 = block.iter().sum();
            if below + total > rank {
                for (offset, count) in block.iter().enumerate() {
                    below += count;
                    if below > rank {
                        return (index * BLOCK + offset, below as usize);
                    }
                }
            }
            below += total;
        }
        unreachable!("a rank is smaller than the number of draws")
    }

    /// Position of the next larger value that was drawn, or of the last value where there is none.
    pub(crate) fn after(&self, position: usize) -> usize {
        let next = self.counts[position + 1..self.used].iter().position(|&count| count > 0);
        next.map_or(position, |offset| position + 1 + offset)
    }

    /// Sum of the order statistics with ranks `low` (included) to `high` (excluded).
    pub(crate) fn sum_between(&self, sorted: &[f64], low: usize, high: usize) -> f64 {
        let (first, upto_first) = self.locate(low);
        let taken = upto_first.min(high) - low;
        let mut sum = sorted[first] * taken as f64;
        let mut cumulative = upto_first;
        let mut position = first + 1;
        while cumulative < high {
            let end = (position + BLOCK).min(sorted.len());
            let (values, counts) = (&sorted[position..end], &self.counts[position..end]);
            let total: i32 = counts.iter().sum();
            if cumulative + total as usize > high {
                for (value, &count) in values.iter().zip(counts) {
                    let taken = (count as usize).min(high - cumulative);
                    sum += value * taken as f64;
                    cumulative += taken;
                }
                return sum;
            }
            sum += products(values, counts);
            cumulative += total as usize;
            position = end;
        }
        sum
    }
}

/// Sum of values times their counts, in four lanes.
fn products(values: &[f64], counts: &[i32]) -> f64 {
    let ((whole, rest), (counts, rest_counts)) = (values.as_chunks::<4>(), counts.as_chunks::<4>());
    let mut lanes = [0.0; 4];
    for (values, counts) in whole.iter().zip(counts) {
        for lane in 0..4 {
            lanes[lane] += values[lane] * f64::from(counts[lane]);
        }
    }
    for ((lane, value), count) in lanes.iter_mut().zip(rest).zip(rest_counts) {
        *lane += value * f64::from(*count);
    }
    super::fold(lanes)
}
