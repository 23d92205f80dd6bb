//! What is known of a scenario: its horizon, its changes and its reference values.

use serde::{Deserialize, Serialize};

/// A change of the scenario: a shift (`end` absent) or a drift from `step` to `end`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct ChangePoint {
    /// First step under the change.
    pub step: u64,
    /// Step at which a gradual change is complete; absent for a shift.
    pub end: Option<u64>,
    /// Short name shown in figures.
    pub label: String,
}

/// Reference values of the primary metric in one scenario, each absent where unknown.
///
/// All are in the unit of the primary metric and scenario-level (expected, not of one seed).
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct References {
    /// Value of the best constant hyperparameters, tuned over seeds.
    pub best_constant: Option<f64>,
    /// Certified lower bound of what any open-loop schedule reaches.
    pub oracle_lower: Option<f64>,
    /// Value of the best schedule known.
    pub oracle_upper: Option<f64>,
    /// How the oracle was found, for example `coordinate sweeps`.
    pub oracle_method: Option<String>,
    /// `exact`, `interval` or `best known`.
    pub oracle_status: Option<String>,
}

/// What is known of a scenario.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct ScenarioInfo {
    /// Name, unique in the study.
    pub name: String,
    /// Number of steps of an episode; 0 where unknown.
    pub n_steps: u64,
    /// Changes in the order of their first step.
    pub change_points: Vec<ChangePoint>,
    /// Reference values of the primary metric.
    pub references: References,
    /// Value of the primary metric given to an episode that has none under the ceiling policy.
    pub ceiling: Option<f64>,
}

impl ScenarioInfo {
    /// A scenario of which only the name is known.
    #[must_use]
    pub fn from_name(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}
