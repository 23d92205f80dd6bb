//! The same controller over a grid of initial hyperparameters.

use serde::{Deserialize, Serialize};

/// The score of one controller started at one value of one hyperparameter.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct SensitivityRow {
    /// Label of the controller.
    pub controller: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the hyperparameter varied.
    pub hyperparameter: String,
    /// Initial value, positive where the grid is logarithmic.
    pub initial: f64,
    /// Index of the seed.
    pub seed: u64,
    /// Value of the primary metric.
    pub score: f64,
}
