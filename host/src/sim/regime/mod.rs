//! The non-stationarity laid over a task: a list of changes, each an [`Alteration`] with a [`Shape`] in time and a seed.
//!
//! A new alteration is one file that implements [`Alteration`] and one line in [`registry`].

mod batch_size;
mod corpus;
mod feedback;
mod gradient;
mod inputs;
mod label_noise;
mod label_permutation;
mod landscape;
mod loss_function;
mod mixture;
mod noise;
mod precision;
mod prior;
mod rotation;
mod shape;
mod state;
#[cfg(test)]
mod tests;

pub use landscape::Landscape;
pub use shape::{ChangePoint, Position, Shape, ShapeKind};

use crate::sim::data::Index;
use crate::sim::real::VectorMut;
use crate::sim::rng::{Generator, SeedKey, Streams};
use crate::sim::spec::{SpecError, lookup, parse};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::fmt::Debug;
use std::sync::Arc;

/// What an alteration touches: a set of flags, checked against what the task accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touches(pub u16);

impl Touches {
    /// Nothing (a placebo).
    pub const NONE: Self = Self(0);
    /// Curvature, noise, drift or target of a synthetic objective.
    pub const LANDSCAPE: Self = Self(1);
    /// Inputs or labels of the data.
    pub const DATA: Self = Self(2);
    /// The gradient, between its computation and the update.
    pub const GRADIENT: Self = Self(4);
    /// The loss that the controller is told (the recorded one stays true).
    pub const FEEDBACK: Self = Self(8);
    /// Parameters or optimizer state, once, when the change begins.
    pub const STATE: Self = Self(16);
    /// Condition number or orientation of a synthetic objective whose curvatures differ.
    pub const SPECTRUM: Self = Self(32);

    /// The text that a sequence model reads.
    pub const CORPUS: Self = Self(64);
    /// The loss of the objective.
    pub const LOSS: Self = Self(128);
    /// The size of minibatches.
    pub const BATCH: Self = Self(256);

    /// Which examples are drawn from a finite set.
    pub const SAMPLING: Self = Self(512);

    /// Whether some flag of `other` is in this set.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether every flag of `other` is in this set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The names of the flags, for messages.
    #[must_use]
    pub fn names(self) -> String {
        let all = [
            (Self::LANDSCAPE, "landscape"),
            (Self::DATA, "data"),
            (Self::GRADIENT, "gradient"),
            (Self::FEEDBACK, "feedback"),
            (Self::STATE, "state"),
            (Self::CORPUS, "corpus"),
            (Self::SPECTRUM, "spectrum"),
            (Self::LOSS, "loss"),
            (Self::BATCH, "batch size"),
            (Self::SAMPLING, "sampling"),
        ];
        let names: Vec<&str> = all.iter().filter(|(flag, _)| self.contains(*flag)).map(|(_, name)| *name).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    }
}

impl std::ops::BitOr for Touches {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Data that an alteration may change in place: a minibatch, or the whole held-out set.
#[derive(Debug, Default)]
pub struct Batch<'a> {
    /// `n x n_features`, row-major.
    pub inputs: &'a mut [f32],
    /// One class a row; empty for regression.
    pub labels: &'a mut [u32],
    /// One target a row for regression; empty for classification.
    pub targets: &'a mut [f32],
    /// Number of inputs of an example.
    pub n_features: usize,
    /// Number of classes; 0 for regression.
    pub n_classes: u32,
    /// Height, width, channels where the inputs are images (row-major, channels last), else `None`.
    pub image: Option<[usize; 3]>,
    /// Whether this is training data (label noise is not laid over held-out data; a rotation is).
    pub for_training: bool,
    /// Which text each window of a sequence model is read from: 0 for the task's own, 1 for its other one; empty elsewhere.
    pub texts: &'a mut [u8],
}

/// The choice of examples that an alteration may change: a change of the sampling distribution.
#[derive(Debug)]
pub struct Choice<'a> {
    /// The rows chosen.
    pub rows: &'a mut [u32],
    /// The rows to choose from.
    pub index: &'a Index,
    /// Whether this is training data.
    pub for_training: bool,
}

/// One kind of change, at full severity; `strength` in [0, 1] is the shape's value at this step.
pub trait Alteration: Debug + Send + Sync {
    /// What it touches.
    fn touches(&self) -> Touches;
    /// Changes the landscape in force at a step; `onset` at the first step of the change (each first step of a recurring one).
    fn landscape(&self, strength: f64, onset: bool, landscape: &mut Landscape) {
        let _ = (strength, onset, landscape);
    }
    /// Changes which examples are drawn, before [`Alteration::data`]; the arguments are the same.
    fn choice(&self, strength: f64, fixed: SeedKey, draws: &mut Generator, choice: &mut Choice<'_>) {
        let _ = (strength, fixed, draws, choice);
    }
    /// Changes data. `fixed` is a key that stays the same over the episode (for permutations, directions); `draws` is this step's generator.
    fn data(&self, strength: f64, fixed: SeedKey, draws: &mut Generator, batch: &mut Batch<'_>) {
        let _ = (strength, fixed, draws, batch);
    }
    /// Changes the gradient.
    fn gradient(&self, strength: f64, fixed: SeedKey, draws: &mut Generator, gradient: &mut VectorMut<'_>) {
        let _ = (strength, fixed, draws, gradient);
    }
    /// Coefficient of a penalty `|theta|^2 / 2` on the training loss; belongs to [`Touches::GRADIENT`].
    fn penalty(&self, strength: f64) -> f64 {
        let _ = strength;
        0.0
    }
    /// Weight of the other loss in the objective; belongs to [`Touches::LOSS`].
    fn other_loss(&self, strength: f64) -> f64 {
        let _ = strength;
        0.0
    }
    /// Factor on the batch size in force; belongs to [`Touches::BATCH`].
    fn batch_size(&self, strength: f64) -> f64 {
        let _ = strength;
        1.0
    }
    /// Changes the loss that the controller is told; NaN is a missing observation.
    /// `history` holds the true losses of the past decisions, newest last.
    fn feedback(&self, strength: f64, draws: &mut Generator, history: &[f64], loss: &mut f64) {
        let _ = (strength, draws, history, loss);
    }
    /// Changes the parameters once, when the strength leaves 0; returns whether the optimizer's state is to be forgotten.
    fn state(&self, fixed: SeedKey, theta: &mut VectorMut<'_>) -> bool {
        let _ = (fixed, theta);
        false
    }
}

/// A change as the study file and `oha-host list regimes` know it.
pub struct AlterationEntry {
    /// The `kind` in the study file.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Reads and checks the settings beside `kind` and the shape.
    pub build: fn(&Value) -> Result<Arc<dyn Alteration>, SpecError>,
    /// Every setting with its default.
    pub defaults: fn() -> Value,
}

/// What a settings type needs to be a registry line.
pub trait AlterationSpec: Alteration + Serialize + DeserializeOwned + Default + 'static {
    /// The `kind` in the study file.
    const NAME: &'static str;
    /// One sentence.
    const SUMMARY: &'static str;
    /// Checks the settings.
    ///
    /// # Errors
    /// A setting outside its range.
    fn check(&self) -> Result<(), SpecError>;
}

const fn entry<S: AlterationSpec>() -> AlterationEntry {
    AlterationEntry {
        name: S::NAME,
        summary: S::SUMMARY,
        build: |value| {
            let spec = parse::<S>("regime", value)?;
            spec.check()?;
            Ok(Arc::new(spec))
        },
        defaults: || serde_json::to_value(S::default()).expect("settings are plain data"),
    }
}

/// Every alteration, in the order of the docs.
#[must_use]
pub const fn registry() -> &'static [AlterationEntry] {
    const {
        &[
            entry::<landscape::Curvature>(),
            entry::<landscape::GradientNoise>(),
            entry::<landscape::Drift>(),
            entry::<landscape::Jump>(),
            entry::<landscape::Rotation>(),
            entry::<landscape::Conditioning>(),
            entry::<noise::AdditiveGradientNoise>(),
            entry::<gradient::Multiplicative>(),
            entry::<gradient::HeavyTailed>(),
            entry::<gradient::Mask>(),
            entry::<gradient::FrozenCoordinates>(),
            entry::<gradient::LossScale>(),
            entry::<precision::LowPrecision>(),
            entry::<state::Regularisation>(),
            entry::<state::OptimizerReset>(),
            entry::<state::PoorParameters>(),
            entry::<feedback::Noise>(),
            entry::<feedback::Delay>(),
            entry::<feedback::Missing>(),
            entry::<state::Placebo>(),
            entry::<label_noise::LabelNoise>(),
            entry::<label_permutation::LabelPermutation>(),
            entry::<label_permutation::ConceptSwap>(),
            entry::<prior::PriorShift>(),
            entry::<prior::ClassSubset>(),
            entry::<prior::Curriculum>(),
            entry::<rotation::Rotation>(),
            entry::<inputs::Affine>(),
            entry::<inputs::InputNoise>(),
            entry::<inputs::FeatureScale>(),
            entry::<inputs::FeaturePermutation>(),
            entry::<corpus::CorpusSwap>(),
            entry::<loss_function::LossFunction>(),
            entry::<batch_size::BatchSize>(),
        ]
    }
}

/// One checked change: what, when and with which own seed.
#[derive(Clone, Debug)]
pub struct Change {
    /// The `kind` of the study file.
    pub kind: String,
    /// What it does.
    pub alteration: Arc<dyn Alteration>,
    /// When and how fast.
    pub shape: Shape,
    /// Own seed, so that two changes of one kind can be alike or not.
    pub seed: u64,
}

impl Change {
    /// Reads a change from the study file: `kind`, the keys of [`Shape`], `seed`, and the settings of the alteration.
    ///
    /// # Errors
    /// Unknown kinds and keys, values outside their range.
    pub fn parse(value: &Value) -> Result<Self, SpecError> {
        let Value::Object(table) = value else {
            return Err(SpecError::new("", value.to_string(), "a table with `kind`"));
        };
        let mut settings = table.clone();
        let kind = match settings.remove("kind") {
            Some(Value::String(kind)) => kind,
            other => return Err(SpecError::new("kind", format!("{other:?}"), "a word; see `oha-host list regimes`")),
        };
        let seed = match settings.remove("seed") {
            None => 0,
            Some(v) => v.as_u64().ok_or_else(|| SpecError::new("seed", v.to_string(), "a whole number from 0"))?,
        };
        let mut timing = Map::new();
        for key in Shape::KEYS {
            if let Some(v) = settings.remove(*key) {
                timing.insert((*key).to_owned(), v);
            }
        }
        let shape = parse::<Shape>("shape", &Value::Object(timing))?;
        shape.check()?;
        let entry = lookup("kind", &kind, registry().iter().map(|e| (e.name, e)))?;
        let alteration = (entry.build)(&Value::Object(settings)).map_err(|e| e.within(&kind))?;
        Ok(Self { kind, alteration, shape, seed })
    }
}

/// The changes of a scenario, resolved for one horizon and seed: strengths and landscapes of every step are tables.
#[derive(Debug)]
pub struct Regime {
    changes: Vec<Resolved>,
    /// One entry a step; a single one where no change touches the landscape.
    landscape: Vec<Landscape>,
    /// Which kinds of alteration are active at each step (empty for a stationary regime).
    active: Vec<Touches>,
    points: Vec<ChangePoint>,
}

#[derive(Debug)]
struct Resolved {
    alteration: Arc<dyn Alteration>,
    strength: Vec<f64>,
    key: SeedKey,
    touches: Touches,
}

impl Regime {
    /// Lays `changes` over `n_steps` decisions.
    #[must_use]
    pub fn resolve(changes: &[Change], n_steps: u64, streams: &Streams) -> Self {
        Self::resolve_without(changes, n_steps, streams, None)
    }

    /// Likewise, with the change at position `absent` never in force; the others draw what they would draw beside it.
    #[must_use]
    pub fn resolve_without(changes: &[Change], n_steps: u64, streams: &Streams, absent: Option<usize>) -> Self {
        let n = n_steps as usize;
        let mut resolved = Vec::new();
        let mut points = Vec::new();
        for (i, change) in changes.iter().enumerate() {
            let key = streams.change(i, change.seed);
            let timing = change.shape.resolve(n_steps, &mut key.named("time").at(0));
            points.extend(timing.points(&change.kind));
            let strength = (0..n_steps).map(|t| if absent == Some(i) { 0.0 } else { timing.strength(t) }).collect();
            resolved.push(Resolved { alteration: change.alteration.clone(), strength, key, touches: change.alteration.touches() });
        }
        points.sort_by(|a, b| (a.step, &a.label).cmp(&(b.step, &b.label)));
        let steps = if resolved.iter().any(|c| c.touches.intersects(Touches::LANDSCAPE | Touches::SPECTRUM)) { n } else { 1 };
        let mut landscape = vec![Landscape::default(); steps];
        let mut active = if resolved.is_empty() { Vec::new() } else { vec![Touches::NONE; n] };
        for change in &resolved {
            for t in (0..n).filter(|&t| change.strength[t] > 0.0) {
                active[t] = active[t] | change.touches;
                if change.touches.intersects(Touches::LANDSCAPE | Touches::SPECTRUM) {
                    let onset = t == 0 || change.strength[t - 1] == 0.0;
                    change.alteration.landscape(change.strength[t], onset, &mut landscape[t]);
                }
            }
        }
        Self { changes: resolved, landscape, active, points }
    }

    /// The regime without changes.
    #[must_use]
    pub fn stationary() -> Self {
        Self { changes: Vec::new(), landscape: vec![Landscape::default()], active: Vec::new(), points: Vec::new() }
    }

    /// The landscape in force at a decision.
    #[inline]
    #[must_use]
    pub fn landscape(&self, decision: u64) -> &Landscape {
        &self.landscape[(decision as usize).min(self.landscape.len() - 1)]
    }

    /// Where shifts happen and drifts begin and end, in order of time.
    #[must_use]
    pub fn points(&self) -> &[ChangePoint] {
        &self.points
    }

    /// Strength of each change over the steps, `n_changes x n_steps`.
    #[must_use]
    pub fn strengths(&self) -> Vec<&[f64]> {
        self.changes.iter().map(|c| c.strength.as_slice()).collect()
    }

    /// Whether some change of this kind is in force at a decision.
    #[inline]
    #[must_use]
    pub fn touches(&self, decision: u64, what: Touches) -> bool {
        self.active.get(decision as usize).is_some_and(|a| a.contains(what))
    }

    /// Lets every active change alter the choice of examples; `index` keys the draws.
    pub fn alter_choice(&self, decision: u64, index: u64, choice: &mut Choice<'_>) {
        let stream = if choice.for_training { "train-choice" } else { "held-out-choice" };
        for (change, strength) in self.active_changes(decision, Touches::DATA) {
            change.alteration.choice(strength, change.key.named("fixed"), &mut change.key.named(stream).at(index), choice);
        }
    }

    /// Strengths at a decision of the changes that touch `what`, in order.
    #[must_use]
    pub fn strengths_of(&self, decision: u64, what: Touches) -> Vec<f64> {
        self.changes.iter().filter(|c| c.touches.contains(what)).map(|c| c.strength[decision as usize]).collect()
    }

    /// Lets every active change alter data; `index` keys the draws.
    pub fn alter_data(&self, decision: u64, index: u64, batch: &mut Batch<'_>) {
        let stream = if batch.for_training { "train" } else { "held-out" };
        let what = if batch.texts.is_empty() { Touches::DATA } else { Touches::CORPUS };
        for (change, strength) in self.active_changes(decision, what) {
            change.alteration.data(strength, change.key.named("fixed"), &mut change.key.named(stream).at(index), batch);
        }
    }

    /// Lets every active change alter the gradient.
    pub fn alter_gradient(&self, decision: u64, index: u64, gradient: &mut VectorMut<'_>) {
        for (change, strength) in self.active_changes(decision, Touches::GRADIENT) {
            change.alteration.gradient(strength, change.key.named("fixed"), &mut change.key.at(index), gradient);
        }
    }

    /// Coefficient of the penalties in force.
    #[must_use]
    pub fn penalty(&self, decision: u64) -> f64 {
        self.active_changes(decision, Touches::GRADIENT).map(|(change, strength)| change.alteration.penalty(strength)).sum()
    }

    /// Weight in [0, 1] of the other loss in the objective.
    #[must_use]
    pub fn other_loss(&self, decision: u64) -> f64 {
        let weights = self.active_changes(decision, Touches::LOSS).map(|(change, strength)| change.alteration.other_loss(strength));
        weights.fold(0.0, f64::max)
    }

    /// The batch size that training gets where `size` is in force: at least 1 and at most `max`.
    #[must_use]
    pub fn batch_size(&self, decision: u64, size: usize, max: usize) -> usize {
        if !self.touches(decision, Touches::BATCH) {
            return size.max(1);
        }
        let factors = self.active_changes(decision, Touches::BATCH).map(|(change, strength)| change.alteration.batch_size(strength));
        (libm::rint(size as f64 * factors.product::<f64>()) as usize).clamp(1, max)
    }

    /// Lets every active change alter the loss that the controller is told.
    #[must_use]
    pub fn alter_feedback(&self, decision: u64, history: &[f64], mut loss: f64) -> f64 {
        for (change, strength) in self.active_changes(decision, Touches::FEEDBACK) {
            change.alteration.feedback(strength, &mut change.key.named("feedback").at(decision), history, &mut loss);
        }
        loss
    }

    /// Lets every change that begins at this decision alter parameters; returns whether the optimizer's state is to be forgotten.
    #[must_use]
    pub fn alter_state(&self, decision: u64, theta: &mut VectorMut<'_>) -> bool {
        let t = decision as usize;
        let mut forget = false;
        for (change, _) in self.active_changes(decision, Touches::STATE) {
            if t == 0 || change.strength[t - 1] == 0.0 {
                forget |= change.alteration.state(change.key.named("fixed"), theta);
            }
        }
        forget
    }

    fn active_changes(&self, decision: u64, what: Touches) -> impl Iterator<Item = (&Resolved, f64)> {
        let t = decision as usize;
        self.changes.iter().filter(move |c| c.touches.contains(what)).map(move |c| (c, c.strength[t])).filter(|(_, s)| *s > 0.0)
    }
}

#[cfg(test)]
mod data_tests;
