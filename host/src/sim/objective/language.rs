//! Next-character prediction by a [`SequenceModel`]: windows of a text, the mean cross-entropy over all their places, held-out evaluation.
//!
//! **Windows** begin at a uniform place of the training text; the place of window `k` at optimizer step `t` depends on (seed, t, k) alone, so a larger
//! batch extends a smaller one. **Evaluation** is the mean loss and accuracy over `evaluation_windows` windows, evenly spread over the held-out text.
//! A window is read from the task's other text where a change (`corpus-swap`) says so, at the same relative place.

use super::{Defaults, Evaluation, Family, Objective, Setting, Step};
use crate::sim::data::text::Text;
use crate::sim::kernel::loss::{cross_entropy, cross_entropy_gradient};
use crate::sim::model::sequence::SequenceModel;
use crate::sim::regime::{Batch, Touches};
use crate::sim::rng::{Streams, uniform};
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use oha_plugin_api::{HyperparameterSpec, Scale};
use std::sync::Arc;

/// Largest batch, in nominal batches.
const BATCH_GROWTH: usize = 16;

/// A language task: a model, its two texts and how it is trained.
#[derive(Clone, Debug)]
pub struct Language<M> {
    /// The model.
    pub model: M,
    /// The task's own text and the other one.
    pub texts: [Arc<Text>; 2],
    /// Characters of a window.
    pub length: usize,
    /// Nominal number of windows of a batch.
    pub batch_size: usize,
    /// Held-out windows of an evaluation.
    pub evaluation_windows: usize,
    /// Range and initial value of the learning rate.
    pub learning_rate: (f64, f64, f64),
}

impl<M: SequenceModel> Language<M> {
    /// Checks the shared settings.
    ///
    /// # Errors
    /// A setting outside its range.
    pub fn checked(self) -> Result<Self, SpecError> {
        let shortest = self.texts.iter().map(|t| t.held_out.len()).min().unwrap_or(0);
        within("task.length", self.length as f64, 1.0, (shortest / 2) as f64)?;
        within("task.batch_size", self.batch_size as f64, 1.0, 4096.0)?;
        within("task.evaluation_windows", self.evaluation_windows as f64, 1.0, 4096.0)?;
        Ok(self)
    }
}

impl<M: SequenceModel> Family for Language<M> {
    fn defaults(&self) -> Defaults {
        let n = self.texts[0].vocabulary.len() as f64;
        Defaults {
            n_steps: 1000,
            // Twenty times the loss of the answer that knows nothing.
            ceiling: 20.0 * libm::log(n),
            learning_rate: self.learning_rate,
            steps_per_epoch: (self.texts[0].train.len() / (self.batch_size * self.length)) as u64,
        }
    }

    fn hyperparameters(&self) -> Vec<HyperparameterSpec> {
        let (name, max) = ("batch_size".into(), (BATCH_GROWTH * self.batch_size) as f64);
        vec![HyperparameterSpec { name, min: 1.0, max, scale: Scale::Log, integer: true, initial: self.batch_size as f64 }]
    }

    fn accepts(&self) -> Touches {
        Touches::CORPUS | Touches::GRADIENT | Touches::FEEDBACK | Touches::STATE
    }

    fn data(&self) -> Vec<(String, String)> {
        self.texts.iter().map(|t| (t.name.clone(), t.sha256.clone())).collect()
    }

    fn flops_per_step(&self) -> f64 {
        (self.batch_size * self.length) as f64 * self.model.flops()
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        let world = World { model: self.model.clone(), family: Arc::new(self.clone()), batch: Windows::default(), held_out: None };
        setting.train(world)
    }
}

/// Windows in the model's order, with the character that follows each.
#[derive(Clone, Debug, Default)]
struct Windows {
    n: usize,
    tokens: Vec<u8>,
    labels: Vec<u32>,
    texts: Vec<u8>,
    /// Relative places, in [0, 1).
    places: Vec<f64>,
}

impl Windows {
    /// Chooses the texts of the windows at `places` and reads them.
    fn read<M: SequenceModel>(&mut self, family: &Language<M>, step: &Step<'_>, for_training: bool) {
        let (n, length) = (self.places.len(), family.length);
        self.n = n;
        self.texts.clear();
        self.texts.resize(n, 0);
        if step.regime.touches(step.decision, Touches::CORPUS) {
            // Held-out windows keep their draws, so that they are a function of the strengths alone.
            let index = if for_training { step.index } else { 0 };
            let mut batch = Batch { texts: &mut self.texts, for_training, ..Batch::default() };
            step.regime.alter_data(step.decision, index, &mut batch);
        }
        self.tokens.clear();
        self.tokens.resize(n * length, 0);
        self.labels.clear();
        self.labels.resize(n * length, 0);
        for (b, (&place, &text)) in self.places.iter().zip(&self.texts).enumerate() {
            let text = &family.texts[text as usize];
            let codes = if for_training { &text.train } else { &text.held_out };
            let start = (place * (codes.len() - length) as f64) as usize;
            for t in 0..length {
                let at = if M::TIME_FIRST { t * n + b } else { b * length + t };
                self.tokens[at] = codes[start + t];
                self.labels[at] = u32::from(codes[start + t + 1]);
            }
        }
    }
}

/// The running world: the windows in force.
#[derive(Clone)]
struct World<M> {
    family: Arc<Language<M>>,
    model: M,
    batch: Windows,
    /// Held-out windows, and the strengths for which they were read.
    held_out: Option<(Vec<f64>, Windows)>,
}

impl<M: SequenceModel> World<M> {
    fn loss(&mut self, theta: &[f32]) -> f64 {
        let logits = self.model.forward(&self.batch.tokens, self.batch.n, theta);
        cross_entropy_gradient(logits, &self.batch.labels, self.family.texts[0].vocabulary.len(), 0.0)
    }
}

impl<M: SequenceModel> Objective for World<M> {
    type Real = f32;

    fn n_parameters(&self) -> usize {
        self.model.n_parameters()
    }

    fn initial(&self, streams: &Streams, theta: &mut [f32]) {
        self.model.initial(&mut streams.initial.at(0), theta);
    }

    fn begin(&mut self, step: &Step<'_>, extras: &[f64]) {
        let n = (extras[0] as usize).max(1);
        let mut draws = step.streams.batch.at(step.index);
        self.batch.places.clear();
        self.batch.places.extend((0..n).map(|_| uniform(&mut draws)));
        self.batch.read(&self.family, step, true);
    }

    fn gradient(&mut self, _step: &Step<'_>, _extras: &[f64], theta: &[f32], gradient: &mut [f32]) -> f64 {
        let loss = self.loss(theta);
        self.model.backward(&self.batch.tokens, self.batch.n, theta, gradient);
        loss
    }

    fn batch_loss(&mut self, _step: &Step<'_>, _extras: &[f64], theta: &[f32]) -> f64 {
        self.loss(theta)
    }

    fn evaluate(&mut self, step: &Step<'_>, theta: &[f32]) -> Evaluation {
        let strengths = step.regime.strengths_of(step.decision, Touches::CORPUS);
        if self.held_out.as_ref().is_none_or(|(known, _)| *known != strengths) {
            let mut windows = Windows::default();
            let n = self.family.evaluation_windows;
            windows.places.extend((0..n).map(|k| (k as f64 + 0.5) / n as f64));
            windows.read(&self.family, step, false);
            self.held_out = Some((strengths, windows));
        }
        let (_, windows) = self.held_out.as_ref().expect("it was just read");
        let logits = self.model.forward(&windows.tokens, windows.n, theta);
        let found = cross_entropy(logits, &windows.labels, self.family.texts[0].vocabulary.len(), |_, _| ());
        Evaluation { loss: found.loss, accuracy: found.n_correct as f64 / windows.labels.len() as f64 }
    }
}

#[cfg(test)]
mod tests {
    use crate::sim::kernel::{self, Width};
    use crate::sim::rng::Streams;
    use crate::sim::scenario::from_json;
    use serde_json::{Value, json};

    const SMALL_GRU: &str = r#"{"kind":"gru","hidden":48,"embedding":16,"length":24,"batch_size":8,"evaluation_windows":600}"#;
    const SMALL_TRANSFORMER: &str =
        r#"{"kind":"transformer","width":48,"heads":2,"layers":1,"inner":96,"length":24,"batch_size":8,"evaluation_windows":600}"#;

    /// Held-out losses under Adam with a learning rate for each decision of `per_decision` steps.
    fn losses(task: &str, per_decision: u64, rates: &[f64], regime: Value) -> Vec<f64> {
        let task: Value = serde_json::from_str(task).unwrap();
        let spec = json!({ "name": "text", "task": task, "optimizer": { "kind": "adam" }, "n_steps": rates.len(), "regime": regime,
            "optimizer_steps_per_decision": per_decision });
        let scenario = from_json(&spec).unwrap();
        let mut training = scenario.start(&Streams::new(1, "text", 0));
        let mut lambda = scenario.space.initial().to_vec();
        let step = |(t, &rate): (usize, &f64)| {
            lambda[0] = rate;
            training.step(t as u64, &lambda).loss
        };
        rates.iter().enumerate().map(step).collect()
    }

    #[test]
    fn both_learn_and_feel_the_other_spelling() {
        for (task, rate) in [(SMALL_GRU, 0.01), (SMALL_TRANSFORMER, 0.003)] {
            // The spelling changes at decision 2, where nothing is learnt: the same parameters on both texts.
            let swap = json!([{ "kind": "corpus-swap", "start": 2 }]);
            let found = losses(task, 120, &[rate, rate, 0.0, rate], swap);
            // The answer by frequency alone is about 3.1 nats; log 68 = 4.2.
            assert!(found[1] < 2.9 && found[1] < found[0] - 0.05, "{task}: {found:?}");
            assert!(found[2] > found[1] + 0.05, "{task}: {found:?}");
            assert!(found[3] < found[2] - 0.05, "{task}: {found:?}");
        }
    }

    #[test]
    fn the_width_of_the_kernels_reaches_no_bit() {
        for task in [SMALL_GRU, SMALL_TRANSFORMER] {
            let run = || losses(&task.replace("600", "16"), 1, &[0.01; 3], json!([]));
            let usual = kernel::current();
            let all: Vec<Vec<f64>> = [Width::Baseline, usual].map(|w| kernel::force(w).map(|()| run()).unwrap()).into();
            assert_eq!(all[0], all[1], "{task}");
        }
    }

    #[test]
    fn data_sets_are_named_and_foreign_changes_refused() {
        let scenario = from_json(&json!({ "name": "x", "task": "gru" })).unwrap();
        let names: Vec<String> = scenario.family.data().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["hamlet", "hamlet-folio"]);
        assert!(from_json(&json!({ "name": "x", "task": "gru", "regime": [{ "kind": "label-noise" }] })).is_err());
        assert!(from_json(&json!({ "name": "x", "task": { "kind": "gru", "text": "macbeth" } })).is_err());
        assert!(from_json(&json!({ "name": "x", "task": { "kind": "transformer", "heads": 3 } })).is_err());
    }
}
