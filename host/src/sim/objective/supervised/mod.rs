//! Supervised learning of a [`Model`] on a data set: minibatches, loss, held-out evaluation. The families of real models are settings for this.
//!
//! Minibatches and held-out rows come from [`Sampler`](crate::sim::data::Sampler). The metric is the loss (without label smoothing) and accuracy on the first `n_evaluated`
//! held-out rows.

#[cfg(test)]
mod tests;
mod world;

use super::{Defaults, Family, Setting};
use crate::sim::data::{Dataset, Split};
use crate::sim::model::{Initialization, Model};
use crate::sim::regime::Touches;
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use oha_plugin_api::{HyperparameterSpec, Scale};
use std::sync::Arc;
use world::World;

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
