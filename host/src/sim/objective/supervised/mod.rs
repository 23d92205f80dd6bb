//! Supervised learning of a [`Model`] on a data set: minibatches, loss, held-out evaluation. The families of real models are settings for this.
//!
//! Minibatches and held-out rows come from [`Sampler`]. The metric is the loss (without label smoothing) and accuracy on the first `n_evaluated`
//! held-out rows.

use super::{Defaults, Evaluation, Family, Objective, Setting, Step};
use crate::sim::agreement::Agreement;
use crate::sim::data::sampler::permutation;
use crate::sim::data::{Dataset, Sampler, Split};
use crate::sim::kernel::loss::{cross_entropy, cross_entropy_gradient, squared_error};
use crate::sim::kernel::other_loss::{absolute_error, brier_gradient};
use crate::sim::model::{Initialization, Model};
use crate::sim::regime::Touches;
use crate::sim::rng::Streams;
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use oha_plugin_api::{HyperparameterSpec, Scale};
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// Rows that are evaluated at once, so that buffers stay in the cache.
const EVALUATION_ROWS: usize = 64;
/// Largest batch, in nominal batches.
const BATCH_GROWTH: usize = 16;

/// Settings that all supervised families share.
#[derive(Clone, Copy, Debug)]
pub struct Common {
    /// Nominal batch size.
    pub batch_size: usize,
    /// Held-out rows of an evaluation; 0 for all.
    pub evaluation_size: usize,
    /// How initial weights are drawn.
    pub initialization: Initialization,
    /// Factor of initial weights.
    pub initial_scale: f64,
    /// Steps between two permutations of the features; 0 for never.
    pub permute_every: u64,
}

/// A supervised task: a model, its data and how it is trained.
#[derive(Clone, Debug)]
pub struct Supervised<M> {
    model: M,
    split: Arc<Split>,
    common: Common,
    n_evaluated: usize,
    learning_rate: (f64, f64, f64),
    ceiling: f64,
}

impl<M: Model> Supervised<M> {
    /// Checks the shared settings against the data.
    ///
    /// # Errors
    /// A setting outside its range.
    pub fn new(model: M, split: Arc<Split>, common: Common, learning_rate: (f64, f64, f64)) -> Result<Self, SpecError> {
        let (n, n_held_out) = (split.train.len(), split.held_out.len());
        within("task.batch_size", common.batch_size as f64, 1.0, n as f64)?;
        within("task.evaluation_size", common.evaluation_size as f64, 0.0, n_held_out as f64)?;
        within("task.initial_scale", common.initial_scale, 0.0, 1e6)?;
        let n_evaluated = if common.evaluation_size == 0 { n_held_out } else { common.evaluation_size };
        // Twenty times the loss of the answer that knows nothing.
        let blind =
            if split.train.n_classes > 0 { libm::log(f64::from(split.train.n_classes.max(2))) } else { half_mean_square(&split.train) };
        Ok(Self { model, split, common, n_evaluated, learning_rate, ceiling: 20.0 * blind })
    }
}

/// Hyperparameters of training on examples: the batch size, at most `n_examples`, and the smoothing of labels where there are classes.
#[must_use]
pub fn example_hyperparameters(nominal: usize, n_examples: usize, has_classes: bool) -> Vec<HyperparameterSpec> {
    let max = (BATCH_GROWTH * nominal).min(n_examples);
    let number = |name: &str, range: (f64, f64), scale, integer, initial| HyperparameterSpec {
        name: name.into(),
        min: range.0,
        max: range.1,
        scale,
        integer,
        initial,
    };
    let mut all = vec![number("batch_size", (1.0, max as f64), Scale::Log, true, nominal as f64)];
    if has_classes {
        all.push(number("label_smoothing", (0.0, 0.9), Scale::Linear, false, 0.0));
    }
    all
}

/// Number of classes of a data set.
///
/// # Errors
/// When it has none.
pub fn classes(name: &str, split: &Split) -> Result<usize, SpecError> {
    match split.train.n_classes {
        0 => Err(SpecError::new("task.data", format!("`{name}`, which has no classes"), "a data set for classification")),
        n => Ok(n as usize),
    }
}

/// Layer sizes with these hidden ones between inputs and outputs.
///
/// # Errors
/// A hidden layer that is empty or very large.
pub fn hidden(n_inputs: usize, hidden: &[usize], n_outputs: usize) -> Result<Vec<usize>, SpecError> {
    for (i, &size) in hidden.iter().enumerate() {
        within(&format!("task.hidden[{i}]"), size as f64, 1.0, 65_536.0)?;
    }
    Ok(std::iter::once(n_inputs).chain(hidden.iter().copied()).chain(std::iter::once(n_outputs)).collect())
}

fn half_mean_square(set: &Dataset) -> f64 {
    0.5 * set.targets.iter().map(|&t| f64::from(t) * f64::from(t)).sum::<f64>() / set.targets.len() as f64
}

impl<M: Model> Family for Supervised<M> {
    fn defaults(&self) -> Defaults {
        Defaults {
            n_steps: 1000,
            ceiling: self.ceiling,
            learning_rate: self.learning_rate,
            steps_per_epoch: (self.split.train.len() / self.common.batch_size) as u64,
        }
    }

    fn hyperparameters(&self) -> Vec<HyperparameterSpec> {
        example_hyperparameters(self.common.batch_size, self.split.train.len(), self.split.train.n_classes > 0)
    }

    fn period(&self) -> u64 {
        self.common.permute_every
    }

    fn data(&self) -> Vec<(String, String)> {
        vec![(self.split.name.clone(), self.split.sha256.clone())]
    }

    fn accepts(&self) -> Touches {
        Touches::DATA | Touches::SAMPLING | Touches::GRADIENT | Touches::FEEDBACK | Touches::STATE | Touches::LOSS | Touches::BATCH
    }

    fn flops_per_step(&self) -> f64 {
        self.common.batch_size as f64 * self.model.flops()
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        setting.train(World::new(self))
    }
}

/// The running world: the minibatch in force and the held-out rows as they are now.
#[derive(Clone)]
struct World<M> {
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
    fn new(family: &Supervised<M>) -> Self {
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
#[cfg(test)]
mod tests {
    use crate::sim::rng::Streams;
    use crate::sim::scenario::{Scenario, from_json};
    use crate::sim::trainer::Training;
    use serde_json::{Value, json};

    fn scenario(task: Value, more: Value) -> Scenario {
        let mut spec = json!({ "name": "test", "task": task });
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        from_json(&spec).unwrap()
    }

    fn run(scenario: &Scenario, training: &mut dyn Training, lambda: &[f64]) -> Vec<(f64, f64)> {
        let evaluations = (0..scenario.n_steps).map(|t| training.step(t, lambda));
        evaluations.map(|e| (e.loss, e.accuracy)).collect()
    }

    #[test]
    fn digits_are_learned_as_well_as_scikit_learn_does() {
        let reference: Value = serde_json::from_str(include_str!("../../../tests/data/models.json")).unwrap();
        let accuracies: Vec<f64> = reference["digits"]["accuracy"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
        let expected = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
        let task = json!({ "kind": "mlp", "evaluation_size": 0, "initialization": "glorot" });
        let scenario = scenario(task, json!({ "n_steps": 20, "optimizer_steps_per_decision": 44 }));
        let mut found = 0.0;
        for seed in 0..3 {
            let mut training = scenario.start(&Streams::new(1, "digits", seed));
            let lambda = [0.05, 0.9, 0.0, 32.0, 0.0];
            found += run(&scenario, &mut *training, &lambda).last().unwrap().1 / 3.0;
        }
        assert!((found - expected).abs() < 0.015, "{found} for scikit-learn's {expected}");
    }

    #[test]
    fn examples_do_not_depend_on_batch_sizes_before() {
        let scenario = scenario(json!({ "kind": "softmax-regression" }), json!({ "n_steps": 60 }));
        let streams = Streams::new(1, "batches", 0);
        // With a learning rate of 0 only the examples tell.
        let losses = |sizes: &dyn Fn(u64) -> f64| -> Vec<f64> {
            let mut training = scenario.start(&streams);
            training.watch(crate::sim::trainer::SignalSet::new(&[oha_plugin_api::Signal::GradientNorm]));
            (0..60)
                .map(|t| {
                    let _ = training.step(t, &[0.0, 0.0, 0.0, sizes(t), 0.0]);
                    training.signals()[oha_plugin_api::Signal::GradientNorm as usize]
                })
                .collect()
        };
        let constant = losses(&|_| 32.0);
        let varied = losses(&|t| if t % 3 == 0 { 32.0 } else { 1.0 + (t * 37 % 400) as f64 });
        for t in 0..60 {
            assert_eq!(constant[t] == varied[t], t % 3 == 0 || t * 37 % 400 == 31, "step {t}");
        }
    }

    #[test]
    fn a_clone_goes_on_as_the_original() {
        let scenario = scenario(json!({ "kind": "mlp", "hidden": [16, 8], "activation": "gelu" }), json!({ "n_steps": 30 }));
        let mut training = scenario.start(&Streams::new(1, "clone", 0));
        let lambda = [0.1, 0.9, 0.0, 48.0, 0.1];
        for t in 0..15 {
            let _ = training.step(t, &lambda);
        }
        let mut copy = training.boxed_clone();
        for t in 15..30 {
            assert_eq!(training.step(t, &lambda), copy.step(t, &lambda));
        }
        assert_eq!(training.parameters(), copy.parameters());
    }

    #[test]
    fn linear_regression_reaches_the_least_squares_solution() {
        let split = crate::sim::data::load("wine-quality-red").unwrap();
        let scenario = scenario(
            json!({ "kind": "linear-regression", "batch_size": 256 }),
            json!({ "n_steps": 60, "optimizer_steps_per_decision": 20 }),
        );
        let mut training = scenario.start(&Streams::new(1, "wine", 0));
        let last = run(&scenario, &mut *training, &[0.05, 0.9, 0.0, 256.0]).last().unwrap().0;
        // The normal equations by Gauss-Jordan elimination.
        let m = split.train.n_features + 1;
        let mut system = vec![vec![0.0f64; m + 1]; m];
        for i in 0..split.train.len() {
            let x: Vec<f64> = split.train.row(i).iter().map(|x| f64::from(*x)).chain([1.0, f64::from(split.train.targets[i])]).collect();
            for (a, row) in system.iter_mut().enumerate() {
                row.iter_mut().zip(&x).for_each(|(s, b)| *s += x[a] * b);
            }
        }
        for p in 0..m {
            let pivot = system[p].clone();
            for (i, row) in system.iter_mut().enumerate() {
                let factor = if i == p { 1.0 - 1.0 / pivot[p] } else { row[p] / pivot[p] };
                row.iter_mut().zip(&pivot).for_each(|(x, y)| *x -= factor * y);
            }
        }
        let held_out = &split.held_out;
        let error = |i: usize| {
            let y: f64 = (0..m - 1).map(|j| system[j][m] * f64::from(held_out.row(i)[j])).sum::<f64>() + system[m - 1][m];
            y - f64::from(held_out.targets[i])
        };
        let best = (0..held_out.len()).map(|i| 0.5 * error(i) * error(i)).sum::<f64>() / held_out.len() as f64;
        assert!((last - best).abs() < 0.02 * best, "{last} for {best}");
    }

    #[test]
    fn a_new_permutation_makes_the_network_begin_anew() {
        let task = json!({ "kind": "permuted-images", "permute_every": 300 });
        let scenario = scenario(task, json!({ "n_steps": 600 }));
        let mut training = scenario.start(&Streams::new(1, "permuted", 0));
        let accuracy: Vec<f64> = run(&scenario, &mut *training, &[0.1, 0.0, 0.0, 16.0, 0.0]).iter().map(|e| e.1).collect();
        assert!(
            accuracy[299] > 0.85 && accuracy[300] < 0.5 && accuracy[599] > 0.85,
            "{} {} {}",
            accuracy[299],
            accuracy[300],
            accuracy[599]
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        let refused = |task: Value| from_json(&json!({ "name": "x", "task": task })).unwrap_err().to_string();
        assert!(refused(json!({ "kind": "mlp", "data": "digit" })).contains("task.data"));
        assert!(refused(json!({ "kind": "mlp", "hidden": [0] })).contains("task.hidden[0]"));
        assert!(refused(json!({ "kind": "mlp", "batch_size": 0 })).contains("task.batch_size"));
        assert!(refused(json!({ "kind": "mlp", "depth": 3 })).contains("hidden"));
    }
}
