//! Minibatches and the held-out rows of one episode, as the regime alters them.
//!
//! **Minibatches** are a function of (seed, optimizer step, slot) alone. With the nominal batch size B and n training rows, an epoch has
//! `floor(n / B)` steps; step t takes slots `(t mod steps) B ..` of the permutation of epoch `t / steps`; the rest of the epoch is dropped. Slots
//! beyond B, when a controller asks for a larger batch, come from further permutations of their own: so a smaller batch is the beginning of a
//! larger one, and no choice of a controller moves a later example. A stream is read in order instead: step t begins at row `t B`, and anew after its end.
//!
//! **Held-out rows** are the first ones, altered as the training data are (noise that belongs to training alone is not); they are a function of the
//! strengths of the changes, and are kept while these stay.

use super::{Dataset, Order, Split};
use crate::sim::objective::Step;
use crate::sim::regime::{Choice, Touches};
use crate::sim::rng::{Generator, Streams, below};
use std::sync::Arc;

/// Draws the data of one episode.
#[derive(Clone, Debug)]
pub struct Sampler {
    split: Arc<Split>,
    /// Nominal batch size B.
    nominal: usize,
    n_held_out: usize,
    /// One order for each nominal batch within a step.
    orders: Vec<Epoch>,
    rows: Vec<u32>,
    batch: Dataset,
    held_out: Dataset,
    /// Strengths for which `held_out` was altered; a function of them alone.
    altered_for: Vec<f64>,
}

/// Order of the training rows in one epoch.
#[derive(Clone, Debug)]
struct Epoch {
    index: u64,
    rows: Vec<u32>,
}

impl Epoch {
    /// The permutation of `n` rows in epoch `index` for the given nominal batch within a step.
    fn new(streams: &Streams, block: u64, index: u64, n: usize) -> Self {
        Self { index, rows: permutation(n, &mut streams.batch.indexed(block).at(index)) }
    }
}

/// A uniform permutation (Fisher and Yates 1938; Durstenfeld 1964, doi:10.1145/364520.364540).
pub fn permutation(n: usize, draws: &mut Generator) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    for i in (1..n).rev() {
        order.swap(i, below(draws, i as u64 + 1) as usize);
    }
    order
}

impl Sampler {
    /// A sampler at the start of an episode, with the nominal batch size and the number of held-out rows in use.
    ///
    /// # Panics
    /// When there are fewer rows than that.
    #[must_use]
    pub fn new(split: Arc<Split>, nominal: usize, n_held_out: usize) -> Self {
        assert!((1..=split.train.len()).contains(&nominal) && n_held_out <= split.held_out.len(), "the data set has enough rows");
        let (batch, held_out) = (Dataset::default(), Dataset::default());
        Self { split, nominal, n_held_out, orders: Vec::new(), rows: Vec::new(), batch, held_out, altered_for: Vec::new() }
    }

    /// The data set.
    #[must_use]
    pub const fn split(&self) -> &Arc<Split> {
        &self.split
    }

    /// The minibatch of this optimizer step with `n` examples.
    pub fn minibatch(&mut self, step: &Step<'_>, n: usize) -> &mut Dataset {
        self.rows.clear();
        match self.split.order {
            Order::Exchangeable => self.draw(step, n),
            Order::Stream => {
                let total = self.split.train.len() as u64;
                let start = step.index.wrapping_mul(self.nominal as u64);
                self.rows.extend((0..n as u64).map(|k| (start.wrapping_add(k) % total) as u32));
            }
        }
        let alters = step.regime.touches(step.decision, Touches::DATA);
        if alters {
            let mut choice = Choice { rows: &mut self.rows, index: &self.split.train_index, for_training: true };
            step.regime.alter_choice(step.decision, step.index, &mut choice);
        }
        self.batch.gather(&self.split.train, self.rows.iter().map(|&i| i as usize));
        if alters {
            step.regime.alter_data(step.decision, step.index, &mut self.batch.view(true));
        }
        &mut self.batch
    }

    /// Rows of a step from the permutations of its epoch.
    fn draw(&mut self, step: &Step<'_>, size: usize) {
        let (n, nominal) = (self.split.train.len(), self.nominal);
        let steps = (n / nominal) as u64;
        let (epoch, first) = (step.index / steps, (step.index % steps) as usize * nominal);
        for block in 0..size.div_ceil(nominal) {
            match self.orders.get_mut(block) {
                Some(order) if order.index == epoch => {}
                Some(order) => *order = Epoch::new(step.streams, block as u64, epoch, n),
                None => self.orders.push(Epoch::new(step.streams, block as u64, epoch, n)),
            }
            let count = (size - block * nominal).min(nominal);
            self.rows.extend_from_slice(&self.orders[block].rows[first..first + count]);
        }
    }

    /// The minibatch drawn last.
    #[must_use]
    pub const fn current(&self) -> &Dataset {
        &self.batch
    }

    /// The held-out rows as the regime alters them at this decision: the first `n_held_out` of the set (where nothing is altered it has more rows).
    /// They are a function of the strengths of the changes alone, so that losses of steps under one regime differ by the parameters only.
    pub fn held_out(&mut self, step: &Step<'_>) -> &Dataset {
        if !step.regime.touches(step.decision, Touches::DATA) {
            return &self.split.held_out;
        }
        let strengths = step.regime.strengths_of(step.decision, Touches::DATA);
        if strengths != self.altered_for {
            self.rows.clear();
            self.rows.extend(0..self.n_held_out as u32);
            let mut choice = Choice { rows: &mut self.rows, index: &self.split.held_out_index, for_training: false };
            step.regime.alter_choice(step.decision, 0, &mut choice);
            self.held_out.gather(&self.split.held_out, self.rows.iter().map(|&i| i as usize));
            step.regime.alter_data(step.decision, 0, &mut self.held_out.view(false));
            self.altered_for = strengths;
        }
        &self.held_out
    }
}

#[cfg(test)]
mod tests {
    use super::Epoch;
    use crate::sim::rng::Streams;

    #[test]
    fn an_epoch_shows_each_row_at_most_once() {
        let streams = Streams::new(1, "epochs", 0);
        let mut rows = Epoch::new(&streams, 0, 3, 100).rows;
        assert_ne!(rows, Epoch::new(&streams, 0, 4, 100).rows);
        assert_ne!(rows, Epoch::new(&streams, 1, 3, 100).rows);
        rows.sort_unstable();
        assert_eq!(rows, (0..100).collect::<Vec<u32>>());
    }
}
