//! Supervised learning of a [`Model`] on a data set: minibatches, loss, held-out evaluation. The families of real models are settings for this.
//!
//! **Minibatches** are a function of (seed, optimizer step, slot) alone. With the nominal batch size B and n training rows, an epoch has
//! `floor(n / B)` steps; step t takes slots `(t mod steps) B ..` of the permutation of epoch `t / steps`; the rest of the epoch is dropped. Slots beyond B, when a
//! controller asks for a larger batch, come from further permutations of their own: so a smaller batch is the beginning of a larger one, and
//! no choice of a controller moves a later example.
//!
//! **Evaluation** is the loss (without label smoothing) and accuracy on the first `n_evaluated` held-out rows, altered as the training data are; altered
//! rows are kept while the changes keep their strengths.

use super::{Defaults, Evaluation, Family, Objective, Setting, Step};
use crate::sim::data::{Dataset, Split};
use crate::sim::kernel::loss::{cross_entropy, cross_entropy_gradient, squared_error};
use crate::sim::model::{Initialization, Model};
use crate::sim::regime::{Batch, Touches};
use crate::sim::rng::{Streams, below};
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use oha_plugin_api::{HyperparameterSpec, Scale};
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
        let (n, n_held_out) = (n_rows(&split.train), n_rows(&split.held_out));
        within("task.batch_size", common.batch_size as f64, 1.0, (n / 2) as f64)?;
        within("task.evaluation_size", common.evaluation_size as f64, 0.0, n_held_out as f64)?;
        within("task.initial_scale", common.initial_scale, 0.0, 1e6)?;
        let n_evaluated = if common.evaluation_size == 0 { n_held_out } else { common.evaluation_size };
        // Twenty times the loss of the answer that knows nothing.
        let blind =
            if split.train.n_classes > 0 { libm::log(f64::from(split.train.n_classes.max(2))) } else { half_mean_square(&split.train) };
        Ok(Self { model, split, common, n_evaluated, learning_rate, ceiling: 20.0 * blind })
    }
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

fn n_rows(set: &Dataset) -> usize {
    set.inputs.len() / set.n_features
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
            steps_per_epoch: (n_rows(&self.split.train) / self.common.batch_size) as u64,
        }
    }

    fn hyperparameters(&self) -> Vec<HyperparameterSpec> {
        let nominal = self.common.batch_size;
        let max = (BATCH_GROWTH * nominal).min(n_rows(&self.split.train));
        let number = |name: &str, range: (f64, f64), scale, integer, initial| HyperparameterSpec {
            name: name.into(),
            min: range.0,
            max: range.1,
            scale,
            integer,
            initial,
        };
        let mut all = vec![number("batch_size", (1.0, max as f64), Scale::Log, true, nominal as f64)];
        if self.split.train.n_classes > 0 {
            all.push(number("label_smoothing", (0.0, 0.9), Scale::Linear, false, 0.0));
        }
        all
    }

    fn accepts(&self) -> Touches {
        Touches::DATA | Touches::GRADIENT | Touches::FEEDBACK | Touches::STATE
    }

    fn flops_per_step(&self) -> f64 {
        self.common.batch_size as f64 * self.model.flops()
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        setting.train(World::new(self))
    }
}

/// Rows in memory that alterations may change.
#[derive(Clone, Debug, Default)]
struct Rows {
    inputs: Vec<f32>,
    labels: Vec<u32>,
    targets: Vec<f32>,
}

impl Rows {
    fn view(&mut self, set: &Dataset, for_training: bool) -> Batch<'_> {
        Batch {
            inputs: &mut self.inputs,
            labels: &mut self.labels,
            targets: &mut self.targets,
            n_classes: set.n_classes,
            image: set.image,
            for_training,
        }
    }

    fn clear(&mut self) {
        self.inputs.clear();
        self.labels.clear();
        self.targets.clear();
    }

    /// Appends row `i` of a data set.
    fn push(&mut self, set: &Dataset, i: usize) {
        self.inputs.extend_from_slice(&set.inputs[i * set.n_features..(i + 1) * set.n_features]);
        self.labels.extend(set.labels.get(i));
        self.targets.extend(set.targets.get(i));
    }
}

/// Order of the training rows in one epoch.
#[derive(Clone, Debug)]
struct Order {
    epoch: u64,
    rows: Vec<u32>,
}

impl Order {
    /// The permutation of `n` rows in `epoch` for the given nominal batch within a step.
    fn new(streams: &Streams, block: u64, epoch: u64, n: usize) -> Self {
        let mut draws = streams.batch.indexed(block).at(epoch);
        Self { epoch, rows: permutation(n, &mut draws) }
    }
}

/// A uniform permutation (Fisher and Yates 1938; Durstenfeld 1964, doi:10.1145/364520.364540).
fn permutation(n: usize, draws: &mut crate::sim::rng::Generator) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    for i in (1..n).rev() {
        order.swap(i, below(draws, i as u64 + 1) as usize);
    }
    order
}

/// The running world: the minibatch in force and the held-out rows as they are now.
#[derive(Clone)]
struct World<M> {
    family: Arc<Supervised<M>>,
    model: M,
    /// One order for each nominal batch within a step.
    orders: Vec<Order>,
    batch: Rows,
    smoothing: f32,
    /// Altered held-out rows; `None` while the data are as they were.
    held_out: Option<Rows>,
    /// Period and permutation of the features, where they are permuted.
    permuted: Option<Order>,
    scratch: Vec<f32>,
}

impl<M: Model> World<M> {
    fn new(family: &Supervised<M>) -> Self {
        Self {
            model: family.model.clone(),
            family: Arc::new(family.clone()),
            orders: Vec::new(),
            batch: Rows::default(),
            smoothing: 0.0,
            held_out: None,
            permuted: None,
            scratch: Vec::new(),
        }
    }

    /// Fills the batch with the rows of a step.
    fn draw(&mut self, streams: &Streams, index: u64, size: usize) {
        let train = &self.family.split.train;
        let (n, nominal) = (n_rows(train), self.family.common.batch_size);
        let steps = (n / nominal) as u64;
        let (epoch, first) = (index / steps, (index % steps) as usize * nominal);
        self.batch.clear();
        for block in 0..size.div_ceil(nominal) {
            match self.orders.get_mut(block) {
                Some(order) if order.epoch == epoch => {}
                Some(order) => *order = Order::new(streams, block as u64, epoch, n),
                None => self.orders.push(Order::new(streams, block as u64, epoch, n)),
            }
            let count = (size - block * nominal).min(nominal);
            for &i in &self.orders[block].rows[first..first + count] {
                self.batch.push(train, i as usize);
            }
        }
    }

    /// Brings the permutation of the features up to date; returns whether it changed.
    fn permute_features(&mut self, streams: &Streams, index: u64) -> bool {
        let every = self.family.common.permute_every;
        if every == 0 {
            return false;
        }
        let period = index / every;
        if self.permuted.as_ref().is_some_and(|p| p.epoch == period) {
            return false;
        }
        let n = self.family.split.train.n_features;
        self.permuted = Some(Order { epoch: period, rows: permutation(n, &mut streams.drift.at(period)) });
        true
    }

    /// Lays the permutation in force over rows.
    fn lay_permutation(permuted: Option<&Order>, scratch: &mut Vec<f32>, inputs: &mut [f32]) {
        let Some(order) = permuted else { return };
        for row in inputs.chunks_exact_mut(order.rows.len()) {
            scratch.clear();
            scratch.extend(order.rows.iter().map(|&j| row[j as usize]));
            row.copy_from_slice(scratch);
        }
    }

    /// Brings the held-out rows up to date.
    fn refresh_held_out(&mut self, step: &Step<'_>, permutation_changed: bool) {
        let altered = step.regime.touches(step.decision, Touches::DATA);
        if !altered && self.permuted.is_none() {
            self.held_out = None;
            return;
        }
        if self.held_out.is_some() && !permutation_changed && !step.regime.data_changes_at(step.decision) {
            return;
        }
        let mut rows = self.held_out.take().unwrap_or_default();
        rows.clear();
        for i in 0..self.family.n_evaluated {
            rows.push(&self.family.split.held_out, i);
        }
        Self::lay_permutation(self.permuted.as_ref(), &mut self.scratch, &mut rows.inputs);
        if altered {
            step.regime.alter_data(step.decision, step.index, &mut rows.view(&self.family.split.held_out, false));
        }
        self.held_out = Some(rows);
    }

    /// Loss of the batch; the model's outputs become its derivative.
    fn loss(&mut self, theta: &[f32], smoothing: f32) -> f64 {
        let train = &self.family.split.train;
        let n = self.batch.inputs.len() / train.n_features;
        let outputs = self.model.forward(&self.batch.inputs, n, theta);
        if train.n_classes > 0 {
            cross_entropy_gradient(outputs, &self.batch.labels, train.n_classes as usize, smoothing)
        } else {
            squared_error(outputs, &self.batch.targets, true)
        }
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
        let size = (extras[0] as usize).max(1);
        self.smoothing = extras.get(1).map_or(0.0, |&s| s as f32);
        self.draw(step.streams, step.index, size);
        if self.permute_features(step.streams, step.index) {
            // The held-out rows follow at the next evaluation.
            self.held_out = None;
        }
        Self::lay_permutation(self.permuted.as_ref(), &mut self.scratch, &mut self.batch.inputs);
        if step.regime.touches(step.decision, Touches::DATA) {
            step.regime.alter_data(step.decision, step.index, &mut self.batch.view(&self.family.split.train, true));
        }
    }

    fn gradient(&mut self, _step: &Step<'_>, _extras: &[f64], theta: &[f32], gradient: &mut [f32]) -> f64 {
        let loss = self.loss(theta, self.smoothing);
        let n = self.batch.inputs.len() / self.family.split.train.n_features;
        self.model.backward(&self.batch.inputs, n, theta, gradient);
        loss
    }

    fn batch_loss(&mut self, _step: &Step<'_>, extras: &[f64], theta: &[f32]) -> f64 {
        let smoothing = extras.get(1).map_or(self.smoothing, |&s| s as f32);
        self.loss(theta, smoothing)
    }

    fn evaluate(&mut self, step: &Step<'_>, theta: &[f32]) -> Evaluation {
        let permutation_changed = self.permute_features(step.streams, step.index);
        self.refresh_held_out(step, permutation_changed);
        let set = &self.family.split.held_out;
        let (inputs, labels, targets) = match &self.held_out {
            Some(rows) => (&rows.inputs, &rows.labels, &rows.targets),
            None => (&set.inputs, &set.labels, &set.targets),
        };
        let (n, classes) = (self.family.n_evaluated, set.n_classes as usize);
        let (mut total, mut n_correct) = (0.0, 0);
        for from in (0..n).step_by(EVALUATION_ROWS) {
            let to = (from + EVALUATION_ROWS).min(n);
            let outputs = self.model.forward(&inputs[from * set.n_features..to * set.n_features], to - from, theta);
            let loss = if classes > 0 {
                let found = cross_entropy(outputs, &labels[from..to], classes);
                n_correct += found.n_correct;
                found.loss
            } else {
                squared_error(outputs, &targets[from..to], false)
            };
            total += loss * (to - from) as f64;
        }
        Evaluation { loss: total / n as f64, accuracy: if classes > 0 { n_correct as f64 / n as f64 } else { f64::NAN } }
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
    fn an_epoch_shows_each_row_at_most_once() {
        let streams = Streams::new(1, "epochs", 0);
        let mut rows = super::Order::new(&streams, 0, 3, 100).rows;
        assert_ne!(rows, super::Order::new(&streams, 0, 4, 100).rows);
        assert_ne!(rows, super::Order::new(&streams, 1, 3, 100).rows);
        rows.sort_unstable();
        assert_eq!(rows, (0..100).collect::<Vec<u32>>());
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
    fn what_does_not_fit_is_refused_with_its_place() {
        let refused = |task: Value| from_json(&json!({ "name": "x", "task": task })).unwrap_err().to_string();
        assert!(refused(json!({ "kind": "mlp", "data": "digit" })).contains("task.data"));
        assert!(refused(json!({ "kind": "mlp", "hidden": [0] })).contains("task.hidden[0]"));
        assert!(refused(json!({ "kind": "mlp", "batch_size": 0 })).contains("task.batch_size"));
        assert!(refused(json!({ "kind": "mlp", "depth": 3 })).contains("hidden"));
    }
}
