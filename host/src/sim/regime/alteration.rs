//! One kind of change: what it may alter at a step, and its settings.

use super::{Landscape, Touches};
use crate::sim::data::Index;
use crate::sim::real::VectorMut;
use crate::sim::rng::{Generator, SeedKey};
use crate::sim::spec::SpecError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

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
