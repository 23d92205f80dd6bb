//! Minibatches and the held-out set of one episode, as the regime alters them.
//!
//! Training rows come in passes (epochs), and slot `k` of optimizer step `t` depends on `t` and `k` only: so a larger batch extends a smaller one,
//! and nothing that a controller does changes a draw. With `stride` B (the nominal batch) and n rows a pass has `floor(n / B)` steps, and step t takes
//! slots `(t mod steps) B ..` of the permutation of its pass; the rest of the pass is dropped. Slots beyond B come from further
//! permutations of their own. A stream is read in order instead: step `t` begins at row `t * stride`, and begins anew after its end.

use super::{Dataset, Order, Split};
use crate::sim::objective::Step;
use crate::sim::regime::{Batch, Choice, Touches};
use crate::sim::rng::{Generator, below};
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
    /// The permutations of the pass, one for each nominal batch within a step.
    orders: Vec<Permutation>,
    /// Optimizer steps after which the inputs are permuted anew; 0 for never.
    permute_every: u64,
    features: Option<Permutation>,
    scratch: Vec<f32>,
}

/// An order of rows or of inputs, and the pass or period that it belongs to.
#[derive(Clone, Debug)]
struct Permutation {
    pass: u64,
    of: Vec<u32>,
}

impl Permutation {
    /// A uniform permutation (Durstenfeld 1964, doi:10.1145/364520.364540).
    fn new(pass: u64, n: usize, draws: &mut Generator) -> Self {
        let mut of: Vec<u32> = (0..n as u32).collect();
        for i in (1..n).rev() {
            of.swap(i, below(draws, i as u64 + 1) as usize);
        }
        Self { pass, of }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Batch,
    HeldOut,
}

impl Sampler {
    /// A sampler at the start of an episode; `stride` is the nominal batch size.
    #[must_use]
    pub fn new(split: Arc<Split>, stride: usize) -> Self {
        Self {
            split,
            stride,
            rows: Vec::new(),
            batch: Dataset::default(),
            held_out: Dataset::default(),
            altered_for: Vec::new(),
            orders: Vec::new(),
            permute_every: 0,
            features: None,
            scratch: Vec::new(),
        }
    }

    /// Permutes the inputs of every example, training and held-out alike, anew after each `every` optimizer steps.
    #[must_use]
    pub const fn permuting_features(mut self, every: u64) -> Self {
        self.permute_every = every;
        self
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
            Order::Exchangeable => self.draw(step, n),
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
        self.permute_features(step, Which::Batch);
        &self.batch
    }

    /// Rows of a step from the permutations of its pass.
    fn draw(&mut self, step: &Step<'_>, n: usize) {
        let total = self.split.train.len();
        let steps = (total / self.stride).max(1) as u64;
        let (pass, first) = (step.index / steps, (step.index % steps) as usize * self.stride);
        for block in 0..n.div_ceil(self.stride) {
            let make = || Permutation::new(pass, total, &mut step.streams.batch.indexed(block as u64).at(pass));
            match self.orders.get_mut(block) {
                Some(order) if order.pass == pass => {}
                Some(order) => *order = make(),
                None => self.orders.push(make()),
            }
            let count = (n - block * self.stride).min(self.stride);
            self.rows.extend_from_slice(&self.orders[block].of[first..first + count]);
        }
    }

    /// Moves the inputs of examples to other places, as the permutation in force says.
    fn permute_features(&mut self, step: &Step<'_>, which: Which) {
        if self.permute_every == 0 {
            return;
        }
        let pass = step.index / self.permute_every;
        if self.features.as_ref().is_none_or(|p| p.pass != pass) {
            self.features = Some(Permutation::new(pass, self.split.train.n_features, &mut step.streams.drift.at(pass)));
        }
        let order = &self.features.as_ref().expect("it was just made").of;
        let data = if which == Which::Batch { &mut self.batch } else { &mut self.held_out };
        for row in data.inputs.chunks_exact_mut(order.len()) {
            self.scratch.clear();
            self.scratch.extend(order.iter().map(|&j| row[j as usize]));
            row.copy_from_slice(&self.scratch);
        }
    }

    /// The minibatch drawn last.
    #[must_use]
    pub const fn current(&self) -> &Dataset {
        &self.batch
    }

    /// The held-out set as the regime alters it at this decision. It is a function of the strengths of the changes alone, so that losses of
    /// steps under one regime differ by the parameters only.
    pub fn held_out(&mut self, step: &Step<'_>) -> &Dataset {
        if self.permute_every == 0 && !step.regime.touches(step.decision, Touches::DATA) {
            return &self.split.held_out;
        }
        let mut strengths = step.regime.strengths_of(step.decision, Touches::DATA);
        if self.permute_every > 0 {
            strengths.push((step.index / self.permute_every) as f64);
        }
        if strengths != self.altered_for {
            self.rows.clear();
            self.rows.extend(0..self.split.held_out.len() as u32);
            let mut choice = Choice { rows: &mut self.rows, index: &self.split.held_out_index, for_training: false };
            step.regime.alter_choice(step.decision, 0, &mut choice);
            self.held_out.gather(&self.split.held_out, self.rows.iter().map(|&i| i as usize));
            step.regime.alter_data(step.decision, 0, &mut view(&mut self.held_out, false));
            self.permute_features(step, Which::HeldOut);
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
