//! Classification of a generated stream of examples that never repeats: softmax regression, or a perceptron where `hidden` names layers.
//!
//! Examples are drawn anew at each optimizer step from the concept in force; the metric is loss and accuracy on `evaluation_size` further examples of the same
//! concept. A stream's concept is a function of (seed, optimizer step), never of what a controller did, and so is each example; changes of the data are laid over both.
//! A new stream is one file that implements [`Stream`] and [`StreamSpec`], and one line in [`registry`].

pub mod led;
pub mod random_rbf;
pub mod stagger;
#[cfg(test)]
mod tests;

use super::supervised::{example_hyperparameters, hidden};
use super::{Defaults, Evaluation, Family, FamilySpec, Objective, Setting, Step};
use crate::sim::agreement::Agreement;
use crate::sim::data::Dataset;
use crate::sim::kernel::activation::Activation;
use crate::sim::kernel::loss::{cross_entropy, cross_entropy_gradient};
use crate::sim::model::{Initialization, Model, mlp::Mlp};
use crate::sim::regime::Touches;
use crate::sim::rng::{Generator, Streams};
use crate::sim::scenario::split_kind;
use crate::sim::spec::{SpecError, lookup, parse, within};
use crate::sim::trainer::Training;
use oha_plugin_api::HyperparameterSpec;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt::Debug;
use std::sync::Arc;

#[cfg(test)]
pub(super) use tests::check as reference_check;

/// A source of labelled examples whose concept may drift.
pub trait Stream: Debug + Send + Sync {
    /// Number of inputs of an example.
    fn n_features(&self) -> usize;
    /// Number of classes.
    fn n_classes(&self) -> usize;
    /// Accuracy of the best classifier, where it is known and the same for every concept.
    fn best_accuracy(&self) -> Option<f64> {
        None
    }
    /// Optimizer steps between two concepts; 0 where there is one concept or it drifts.
    fn period(&self) -> u64 {
        0
    }
    /// The concept at its start.
    fn start(&self, streams: &Streams) -> Box<dyn Concept>;
}

/// The concept in force.
pub trait Concept: Send {
    /// Brings the concept to `n_examples` nominal examples and to this optimizer step; neither ever falls, except where [`Stream::period`] is known.
    fn advance(&mut self, step: u64, n_examples: u64, streams: &Streams);
    /// Draws an example into `inputs` and returns its class.
    fn draw(&self, draws: &mut Generator, inputs: &mut [f32]) -> u32;
    /// A copy that goes on as this one would.
    fn boxed_clone(&self) -> Box<dyn Concept>;
}

/// A stream as `stream.kind` in task settings and `oha-host list streams` know it.
pub struct StreamEntry {
    /// The `kind`.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Reads and checks the settings beside `kind`.
    pub build: fn(&Value) -> Result<Arc<dyn Stream>, SpecError>,
    /// Every setting with its default.
    pub defaults: fn() -> Value,
}

/// What a settings type needs to be a registry line.
pub trait StreamSpec: Stream + Serialize + DeserializeOwned + Default + 'static {
    /// The `kind` in the task's settings.
    const NAME: &'static str;
    /// One sentence.
    const SUMMARY: &'static str;
    /// Checks the settings.
    ///
    /// # Errors
    /// A setting outside its range.
    fn check(&self) -> Result<(), SpecError>;
}

const fn entry<S: StreamSpec>() -> StreamEntry {
    StreamEntry {
        name: S::NAME,
        summary: S::SUMMARY,
        build: |value| {
            let spec = parse::<S>("stream", value)?;
            spec.check()?;
            Ok(Arc::new(spec))
        },
        defaults: || serde_json::to_value(S::default()).expect("settings are plain data"),
    }
}

/// Every stream, in the order of the docs.
#[must_use]
pub const fn registry() -> &'static [StreamEntry] {
    const { &[entry::<stagger::Stagger>(), entry::<led::Led>(), entry::<random_rbf::RandomRbf>()] }
}

/// Settings of the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StreamClassification {
    /// `kind` and settings of the stream.
    pub stream: Value,
    /// Sizes of the hidden layers; none for softmax regression.
    pub hidden: Vec<usize>,
    /// Function after each hidden layer.
    pub activation: Activation,
    /// Nominal batch size, the initial value of the hyperparameter.
    pub batch_size: usize,
    /// Examples of an evaluation.
    pub evaluation_size: usize,
    /// How initial weights are drawn.
    pub initialization: Initialization,
    /// Factor of initial weights.
    pub initial_scale: f64,
}

impl Default for StreamClassification {
    fn default() -> Self {
        Self {
            stream: json!({ "kind": "stagger" }),
            hidden: Vec::new(),
            activation: Activation::Relu,
            batch_size: 16,
            evaluation_size: 64,
            initialization: Initialization::He,
            initial_scale: 1.0,
        }
    }
}

impl FamilySpec for StreamClassification {
    const NAME: &'static str = "stream";
    const SUMMARY: &'static str = "a linear classifier or a perceptron on a generated stream with concept drift: stagger, led, random-rbf";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        let (kind, settings) = split_kind("task.stream", &self.stream)?;
        let found = lookup("task.stream.kind", &kind, registry().iter().map(|e| (e.name, e)))?;
        let stream = (found.build)(&settings).map_err(|e| e.within("task"))?;
        within("task.batch_size", self.batch_size as f64, 1.0, 65_536.0)?;
        within("task.evaluation_size", self.evaluation_size as f64, 1.0, 65_536.0)?;
        within("task.initial_scale", self.initial_scale, 0.0, 1e6)?;
        let model = Mlp::new(hidden(stream.n_features(), &self.hidden, stream.n_classes())?, self.activation);
        Ok(Arc::new(Task { model, stream, spec: self }))
    }
}

/// The checked task.
#[derive(Clone, Debug)]
struct Task {
    model: Mlp,
    stream: Arc<dyn Stream>,
    spec: StreamClassification,
}

impl Family for Task {
    fn defaults(&self) -> Defaults {
        let blind = libm::log(self.stream.n_classes() as f64);
        Defaults { n_steps: 1000, ceiling: 20.0 * blind, learning_rate: (1e-3, 10.0, 0.1), steps_per_epoch: 0 }
    }

    fn hyperparameters(&self) -> Vec<HyperparameterSpec> {
        example_hyperparameters(self.spec.batch_size, usize::MAX, true)
    }

    fn accepts(&self) -> Touches {
        Touches::DATA | Touches::GRADIENT | Touches::FEEDBACK | Touches::STATE | Touches::BATCH
    }

    fn best_accuracy(&self) -> Option<f64> {
        self.stream.best_accuracy()
    }

    fn period(&self) -> u64 {
        self.stream.period()
    }

    fn flops_per_step(&self) -> f64 {
        self.spec.batch_size as f64 * self.model.flops()
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        let data = || Dataset { n_features: self.stream.n_features(), n_classes: self.stream.n_classes() as u32, ..Dataset::default() };
        let concept = self.stream.start(&setting.streams);
        setting.train(World {
            concept,
            model: self.model.clone(),
            batch: data(),
            held_out: data(),
            smoothing: 0.0,
            agreement: Agreement::new(self.stream.n_classes()),
            task: Arc::new(self.clone()),
        })
    }
}

/// The running world.
struct World {
    task: Arc<Task>,
    concept: Box<dyn Concept>,
    model: Mlp,
    batch: Dataset,
    held_out: Dataset,
    smoothing: f32,
    agreement: Agreement,
}

impl Clone for World {
    fn clone(&self) -> Self {
        Self {
            task: Arc::clone(&self.task),
            concept: self.concept.boxed_clone(),
            model: self.model.clone(),
            batch: self.batch.clone(),
            held_out: self.held_out.clone(),
            smoothing: self.smoothing,
            agreement: self.agreement.clone(),
        }
    }
}

/// `n` examples of the concept into `data`, whose former ones are overwritten; more are the same ones and others.
fn draw(concept: &dyn Concept, draws: &mut Generator, n: usize, data: &mut Dataset) {
    data.inputs.resize(n * data.n_features, 0.0);
    data.labels.clear();
    for row in data.inputs.chunks_exact_mut(data.n_features) {
        data.labels.push(concept.draw(draws, row));
    }
}

impl World {
    fn advance(&mut self, step: &Step<'_>) {
        self.concept.advance(step.index, step.index.saturating_mul(self.task.spec.batch_size as u64), step.streams);
    }

    /// Evaluates on examples of the step's concept; answers are counted where that is asked for.
    fn assess(&mut self, step: &Step<'_>, theta: &[f32], count: bool) -> Evaluation {
        self.advance(step);
        let n = self.task.spec.evaluation_size;
        draw(&*self.concept, &mut step.streams.evaluation.at(step.index), n, &mut self.held_out);
        if step.regime.touches(step.decision, Touches::DATA) {
            step.regime.alter_data(step.decision, 0, &mut self.held_out.view(false));
        }
        let (outputs, agreement) = (self.model.forward(&self.held_out.inputs, n, theta), &mut self.agreement);
        agreement.begin();
        let found = cross_entropy(outputs, &self.held_out.labels, self.held_out.n_classes as usize, |answer, label| {
            if count {
                agreement.record(answer, label);
            }
        });
        Evaluation { loss: found.loss, accuracy: found.n_correct as f64 / n as f64 }
    }
}

impl Objective for World {
    type Real = f32;

    fn n_parameters(&self) -> usize {
        self.model.n_parameters()
    }

    fn initial(&self, streams: &Streams, theta: &mut [f32]) {
        let StreamClassification { initialization, initial_scale, .. } = self.task.spec;
        self.model.initial(initialization, initial_scale as f32, &mut streams.initial.at(0), theta);
    }

    fn begin(&mut self, step: &Step<'_>, extras: &[f64]) {
        self.advance(step);
        let size = step.regime.batch_size(step.decision, extras[0] as usize, usize::MAX);
        self.smoothing = extras[1] as f32;
        draw(&*self.concept, &mut step.streams.batch.at(step.index), size, &mut self.batch);
        if step.regime.touches(step.decision, Touches::DATA) {
            step.regime.alter_data(step.decision, step.index, &mut self.batch.view(true));
        }
    }

    fn gradient(&mut self, step: &Step<'_>, extras: &[f64], theta: &[f32], gradient: &mut [f32]) -> f64 {
        let loss = self.batch_loss(step, extras, theta);
        self.model.backward(&self.batch.inputs, self.batch.len(), theta, gradient);
        loss
    }

    fn batch_loss(&mut self, _step: &Step<'_>, extras: &[f64], theta: &[f32]) -> f64 {
        let smoothing = extras.get(1).map_or(self.smoothing, |&s| s as f32);
        let outputs = self.model.forward(&self.batch.inputs, self.batch.labels.len(), theta);
        cross_entropy_gradient(outputs, &self.batch.labels, self.batch.n_classes as usize, smoothing)
    }

    fn evaluate(&mut self, step: &Step<'_>, theta: &[f32]) -> Evaluation {
        self.assess(step, theta, true)
    }

    fn recall(&mut self, step: &Step<'_>, theta: &[f32]) -> Option<Evaluation> {
        (self.task.stream.period() > 0).then(|| self.assess(step, theta, false))
    }

    fn agreement(&self) -> Option<&Agreement> {
        Some(&self.agreement)
    }
}
