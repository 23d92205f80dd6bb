//! A supervised task in training: the minibatch in force, the loss and its derivative, evaluation on held-out rows.

use super::{Common, Supervised};
use crate::sim::agreement::Agreement;
use crate::sim::data::Sampler;
use crate::sim::data::sampler::permutation;
use crate::sim::kernel::loss::{cross_entropy, cross_entropy_gradient, squared_error};
use crate::sim::kernel::other_loss::{absolute_error, brier_gradient};
use crate::sim::model::Model;
use crate::sim::objective::{Evaluation, Objective, Step};
use crate::sim::regime::Touches;
use crate::sim::rng::Streams;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// Rows that are evaluated at once, so that buffers stay in the cache.
const EVALUATION_ROWS: usize = 64;

/// The running world: the minibatch in force and the held-out rows as they are now.
#[derive(Clone)]
pub(super) struct World<M> {
    family: Arc<Supervised<M>>,
    model: M,
    sampler: Sampler,
    smoothing: f32,
    /// Weight of the other loss.
    other_loss: f64,
    /// Permutation of the features and held-out rows under it, where they are permuted.
    permuted: Option<Permuted>,
    scratch: Vec<f32>,
    agreement: Agreement,
}

/// A permutation of the features that is in force for a period.
#[derive(Clone)]
struct Permuted {
    period: u64,
    order: Vec<u32>,
    /// Inputs of the held-out rows; empty until they are evaluated.
    held_out: Vec<f32>,
}

impl<M: Model> World<M> {
    pub(super) fn new(family: &Supervised<M>) -> Self {
        Self {
            model: family.model.clone(),
            sampler: Sampler::new(Arc::clone(&family.split), family.common.batch_size, family.n_evaluated),
            family: Arc::new(family.clone()),
            smoothing: 0.0,
            other_loss: 0.0,
            permuted: None,
            scratch: Vec::new(),
            agreement: Agreement::new(family.split.train.n_classes as usize),
        }
    }

    /// Brings the permutation of the features up to date.
    fn permute_features(&mut self, step: &Step<'_>) {
        let every = self.family.common.permute_every;
        let Some(period) = step.index.checked_div(every) else { return };
        if self.permuted.as_ref().is_none_or(|p| p.period != period) {
            let order = permutation(self.family.split.train.n_features, &mut step.streams.drift.at(period));
            self.permuted = Some(Permuted { period, order, held_out: Vec::new() });
        }
    }

    /// Evaluates on the held-out rows of the step; answers are counted where that is asked for.
    fn assess(&mut self, step: &Step<'_>, theta: &[f32], count: bool) -> Evaluation {
        self.permute_features(step);
        let (n, altered) = (self.family.n_evaluated, step.regime.touches(step.decision, Touches::DATA));
        let set = self.sampler.held_out(step);
        let mut inputs = &set.inputs;
        if let Some(permuted) = &mut self.permuted {
            if altered || permuted.held_out.is_empty() {
                permuted.held_out.clear();
                permuted.held_out.extend_from_slice(&set.inputs[..n * set.n_features]);
                lay(&permuted.order, &mut self.scratch, &mut permuted.held_out);
            }
            inputs = &permuted.held_out;
        }
        let (classes, other_loss) = (set.n_classes as usize, step.regime.other_loss(step.decision));
        self.agreement.begin();
        let (mut total, n_correct, agreement) = (0.0, Cell::new(0usize), RefCell::new(&mut self.agreement));
        for from in (0..n).step_by(EVALUATION_ROWS) {
            let to = (from + EVALUATION_ROWS).min(n);
            let outputs = self.model.forward(&inputs[from * set.n_features..to * set.n_features], to - from, theta);
            let loss = blended(other_loss, outputs, &mut self.scratch, |outputs, other| match (classes > 0, other) {
                (true, false) => {
                    let found = cross_entropy(outputs, &set.labels[from..to], classes, |answer, label| {
                        if count {
                            agreement.borrow_mut().record(answer, label);
                        }
                    });
                    n_correct.set(n_correct.get() + found.n_correct);
                    found.loss
                }
                (true, true) => brier_gradient(outputs, &set.labels[from..to], classes, 0.0),
                (false, false) => squared_error(outputs, &set.targets[from..to], false),
                (false, true) => absolute_error(outputs, &set.targets[from..to], false),
            });
            total += loss * (to - from) as f64;
        }
        Evaluation { loss: total / n as f64, accuracy: if classes > 0 { n_correct.get() as f64 / n as f64 } else { f64::NAN } }
    }

    /// Loss of the batch; the model's outputs become its derivative.
    fn loss(&mut self, theta: &[f32], smoothing: f32) -> f64 {
        let batch = self.sampler.current();
        let outputs = self.model.forward(&batch.inputs, batch.len(), theta);
        blended(self.other_loss, outputs, &mut self.scratch, |outputs, other| match (batch.n_classes > 0, other) {
            (true, false) => cross_entropy_gradient(outputs, &batch.labels, batch.n_classes as usize, smoothing),
            (true, true) => brier_gradient(outputs, &batch.labels, batch.n_classes as usize, smoothing),
            (false, false) => squared_error(outputs, &batch.targets, true),
            (false, true) => absolute_error(outputs, &batch.targets, true),
        })
    }
}

/// A loss of `outputs`, which become its derivative: `1 - weight` of the task's own and `weight` of the other one.
fn blended(weight: f64, outputs: &mut [f32], scratch: &mut Vec<f32>, loss: impl Fn(&mut [f32], bool) -> f64) -> f64 {
    if weight == 0.0 {
        return loss(outputs, false);
    }
    scratch.clear();
    scratch.extend_from_slice(outputs);
    let (own, other) = (loss(outputs, false), loss(scratch, true));
    let w = weight as f32;
    outputs.iter_mut().zip(scratch).for_each(|(y, o)| *y = (1.0 - w) * *y + w * *o);
    (1.0 - weight) * own + weight * other
}

/// Lays a permutation of the features over rows.
fn lay(order: &[u32], scratch: &mut Vec<f32>, inputs: &mut [f32]) {
    for row in inputs.chunks_exact_mut(order.len()) {
        scratch.clear();
        scratch.extend(order.iter().map(|&j| row[j as usize]));
        row.copy_from_slice(scratch);
    }
}

impl<M: Model> Objective for World<M> {
    type Real = f32;

    fn n_parameters(&self) -> usize {
        self.model.n_parameters()
    }

    fn initial(&self, streams: &Streams, theta: &mut [f32]) {
        let Common { initialization, initial_scale, .. } = self.family.common;
        self.model.initial(initialization, initial_scale as f32, &mut streams.initial.at(0), theta);
    }

    fn begin(&mut self, step: &Step<'_>, extras: &[f64]) {
        let size = step.regime.batch_size(step.decision, extras[0] as usize, self.family.split.train.len());
        self.other_loss = step.regime.other_loss(step.decision);
        self.smoothing = extras.get(1).map_or(0.0, |&s| s as f32);
        self.permute_features(step);
        let batch = self.sampler.minibatch(step, size);
        if let Some(permuted) = &self.permuted {
            lay(&permuted.order, &mut self.scratch, &mut batch.inputs);
        }
    }

    fn gradient(&mut self, _step: &Step<'_>, _extras: &[f64], theta: &[f32], gradient: &mut [f32]) -> f64 {
        let loss = self.loss(theta, self.smoothing);
        let batch = self.sampler.current();
        self.model.backward(&batch.inputs, batch.len(), theta, gradient);
        loss
    }

    fn batch_loss(&mut self, _step: &Step<'_>, extras: &[f64], theta: &[f32]) -> f64 {
        let smoothing = extras.get(1).map_or(self.smoothing, |&s| s as f32);
        self.loss(theta, smoothing)
    }

    fn evaluate(&mut self, step: &Step<'_>, theta: &[f32]) -> Evaluation {
        self.assess(step, theta, true)
    }

    fn recall(&mut self, step: &Step<'_>, theta: &[f32]) -> Option<Evaluation> {
        Some(self.assess(step, theta, false))
    }

    fn agreement(&self) -> Option<&Agreement> {
        (self.family.split.train.n_classes > 0).then_some(&self.agreement)
    }
}
