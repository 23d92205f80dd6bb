//! A checked description of an objective, from which the training runs of all its episodes start.

use super::{ClosedForm, Exogenous, Gains, Objective};
use crate::sim::optimizer::OptimizerEntry;
use crate::sim::regime::{Regime, Touches};
use crate::sim::rng::Streams;
use crate::sim::spec::SpecError;
use crate::sim::trainer::{Trainer, Training};
use oha_plugin_api::HyperparameterSpec;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::sync::Arc;

/// What a family suggests where the study file is silent.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// Number of decisions.
    pub n_steps: u64,
    /// Loss above which an episode has diverged.
    pub ceiling: f64,
    /// Range and initial value of the learning rate.
    pub learning_rate: (f64, f64, f64),
    /// Decisions in one pass over the training data; 0 where there is no finite set.
    pub steps_per_epoch: u64,
}

/// A checked description of an objective, shared by all its episodes.
pub trait Family: Debug + Send + Sync {
    /// What is suggested where the study file is silent.
    fn defaults(&self) -> Defaults;

    /// Hyperparameters of the objective itself (batch size, label smoothing ...), after those of the optimizer.
    fn hyperparameters(&self) -> Vec<HyperparameterSpec> {
        Vec::new()
    }

    /// The kinds of alteration that have an effect here.
    fn accepts(&self) -> Touches;

    /// The inputs of an exact oracle, where one exists; see [`crate::sim::objective::ClosedForm`].
    fn closed_form(&self) -> Option<ClosedForm> {
        None
    }

    /// Greedy learning rates, where they have a closed form but [`Family::closed_form`] does not hold: of plain stochastic gradient descent inside `range`.
    fn gains(&self, n_steps: u64, range: (f64, f64), regime: &Regime) -> Option<Gains> {
        let _ = (n_steps, range, regime);
        None
    }

    /// The law of the losses, where they depend on the step and one hyperparameter alone.
    fn exogenous(&self) -> Option<&dyn Exogenous> {
        None
    }

    /// The smallest loss that any parameters can reach at each step, where it is known.
    fn loss_floor(&self) -> Option<f64> {
        None
    }

    /// The accuracy that no classifier beats on average, where it is known.
    fn best_accuracy(&self) -> Option<f64> {
        None
    }

    /// Optimizer steps between two tasks of a sequence that the objective itself is; 0 where it is one task.
    fn period(&self) -> u64 {
        0
    }

    /// Whether [`Objective::curvature`] is known here.
    fn gives_curvature(&self) -> bool {
        false
    }

    /// Names and SHA-256 of the data sets in use.
    fn data(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Floating-point operations of one optimizer step, by count.
    fn flops_per_step(&self) -> f64;

    /// A training run at its start.
    fn start(&self, setting: Setting<'_>) -> Box<dyn Training>;
}

/// What a training run is made from, besides the family.
pub struct Setting<'a> {
    /// The optimizer.
    pub optimizer: &'a dyn OptimizerEntry,
    /// Number of hyperparameters that belong to the optimizer: the first ones of each vector.
    pub n_optimizer_hyperparameters: usize,
    /// Optimizer steps between two decisions.
    pub optimizer_steps_per_decision: u64,
    /// Factor on the initial parameters.
    pub initial_scale: f64,
    /// The changes, resolved for this seed.
    pub regime: Arc<Regime>,
    /// The random streams of this seed.
    pub streams: Streams,
}

impl Setting<'_> {
    /// The training run of an objective with the setting's optimizer.
    #[must_use]
    pub fn train<O: Objective>(self, objective: O) -> Box<dyn Training>
    where
        O::Real: crate::sim::optimizer::Startable,
    {
        Box::new(Trainer::new(objective, self))
    }
}

/// What a settings type needs to be a registry line.
pub trait FamilySpec: Serialize + DeserializeOwned + Default {
    /// The `kind` in the study file.
    const NAME: &'static str;
    /// One sentence.
    const SUMMARY: &'static str;
    /// Checks the settings.
    ///
    /// # Errors
    /// A setting outside its range.
    fn build(self) -> Result<Arc<dyn Family>, SpecError>;
}
