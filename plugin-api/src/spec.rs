//! What a controller is told about the episode before the first step.

use serde::{Deserialize, Serialize};

/// The scale on which a hyperparameter is searched and moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Differences matter (momentum).
    Linear,
    /// Ratios matter (learning rate); both bounds are positive.
    Log,
}

/// One hyperparameter that the controller sets in this episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HyperparameterSpec {
    /// The field's standard name: `learning_rate`, `momentum`, `weight_decay`, `batch_size`, ...
    pub name: String,
    /// Smallest value that the guard lets through.
    pub min: f64,
    /// Largest value that the guard lets through.
    pub max: f64,
    /// Scale of the range.
    pub scale: Scale,
    /// Whether only whole numbers are meant; the guard rounds to the nearest.
    #[serde(default)]
    pub integer: bool,
    /// Value in force before the first proposal.
    pub initial: f64,
}

/// The episode as the controller sees it: never its change points, its future or the oracle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpisodeSpec {
    /// Number of decisions in the episode, `T`.
    pub n_steps: u64,
    /// Optimizer steps between two decisions.
    pub optimizer_steps_per_decision: u64,
    /// Decisions that make one pass over the training data, where the task has a finite set; otherwise 0.
    #[serde(default)]
    pub steps_per_epoch: u64,
    /// The hyperparameters to propose, in the order of [`crate::Proposal::values`].
    pub hyperparameters: Vec<HyperparameterSpec>,
}

impl EpisodeSpec {
    /// Position of the hyperparameter `name` in a proposal.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.hyperparameters.iter().position(|h| h.name == name)
    }
}
