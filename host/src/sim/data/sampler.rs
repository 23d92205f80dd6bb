//! Minibatches and the held-out set of one episode, as the regime alters them.
//!
//! Training rows are drawn uniformly with replacement: draw `k` of optimizer step `t` depends on `t` and `k` only, so a larger batch extends a
//! smaller one and nothing that a controller does changes a draw. A stream is read in order instead: step `t` begins at row `t * stride`, and
//! begins anew after its end.

use super::{Dataset, Order, Split};
use crate::sim::objective::Step;
use crate::sim::regime::{Batch, Choice, Touches};
use crate::sim::rng::below;
use std::sync::Arc;

/// Draws the data of one episode.
#[derive(Clone, Debug)]
pub struct Sampler {
    split: Arc<Split>,
    /// Rows by which a stream moves on at each optimizer step.
    stride: usize,
    rows: Vec<u32>,
    batch: Dataset,
    held_out: Dataset,
    /// Strengths for which `held_out` was altered; a function of them alone.
    altered_for: Vec<f64>,
}

impl Sampler {
    /// A sampler at the start of an episode; `stride` is the nominal batch size.
    #[must_use]
    pub fn new(split: Arc<Split>, stride: usize) -> Self {
        Self { split, stride, rows: Vec::new(), batch: Dataset::default(), held_out: Dataset::default(), altered_for: Vec::new() }
    }

    /// The data set.
    #[must_use]
    pub fn split(&self) -> &Arc<Split> {
        &self.split
    }

    /// The minibatch of this optimizer step with `n` examples.
    pub fn minibatch(&mut self, step: &Step<'_>, n: usize) -> &Dataset {
        let total = self.split.train.len() as u64;
        self.rows.clear();
        match self.split.order {
            Order::Exchangeable => {
                let mut draws = step.streams.batch.at(step.index);
                self.rows.extend((0..n).map(|_| below(&mut draws, total) as u32));
            }
            Order::Stream => {
                let start = step.index.wrapping_mul(self.stride as u64);
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
            step.regime.alter_data(step.decision, step.index, &mut view(&mut self.batch, true));
        }
        &self.batch
    }

    /// The minibatch drawn last.
    #[must_use]
    pub const fn current(&self) -> &Dataset {
        &self.batch
    }

    /// The held-out set as the regime alters it at this decision. It is a function of the strengths of the changes alone, so that losses of
    /// steps under one regime differ by the parameters only.
    pub fn held_out(&mut self, step: &Step<'_>) -> &Dataset {
        if !step.regime.touches(step.decision, Touches::DATA) {
            return &self.split.held_out;
        }
        let strengths = step.regime.strengths_of(step.decision, Touches::DATA);
        if strengths != self.altered_for {
            self.rows.clear();
            self.rows.extend(0..self.split.held_out.len() as u32);
            let mut choice = Choice { rows: &mut self.rows, index: &self.split.held_out_index, for_training: false };
            step.regime.alter_choice(step.decision, 0, &mut choice);
            self.held_out.gather(&self.split.held_out, self.rows.iter().map(|&i| i as usize));
            step.regime.alter_data(step.decision, 0, &mut view(&mut self.held_out, false));
            self.altered_for = strengths;
        }
        &self.held_out
    }
}

/// What alterations may change of a data set.
fn view(data: &mut Dataset, for_training: bool) -> Batch<'_> {
    Batch {
        inputs: &mut data.inputs,
        labels: &mut data.labels,
        targets: &mut data.targets,
        n_features: data.n_features,
        n_classes: data.n_classes,
        image: data.image,
        for_training,
        ..Batch::default()
    }
}
