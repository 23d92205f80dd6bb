//! Trajectories of one quantity in one scenario, already on a common grid of steps.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One quantity (loss, cumulative loss, regret, a hyperparameter) over steps, for each controller and seed.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct CurveSet {
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the quantity, for example `loss`, `regret` or `learning_rate`. Curves named exactly `loss` are also read against
    /// targets (distribution over targets, expected running time).
    pub quantity: String,
    /// Grid of steps, strictly increasing.
    pub steps: Vec<u64>,
    /// Label of the controller -> rows of seeds, each as long as `steps`, all finite.
    pub curves: BTreeMap<String, Vec<Vec<f64>>>,
}
