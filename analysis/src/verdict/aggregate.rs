//! Aggregates of one controller over all scenarios, on the normalised scale.

use serde::{Deserialize, Serialize};

use crate::verdict::Estimate;

/// How values were made comparable between scenarios.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct NormalisationInfo {
    /// Resolved method: `raw`, `oracle-gap`, `log-ratio`, `min-max` or `rank`.
    pub method: String,
    /// The formula, for captions.
    pub formula: String,
    /// Why this one: asked for, or why `auto` came to it.
    pub reason: String,
    /// Controller in the denominator of a log-ratio.
    pub reference: Option<String>,
    /// Normalised cost that the optimality gap is measured from.
    pub target: f64,
}

/// One statistic with the intervals of both claims.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct TwoClaims {
    /// Interval for *these scenarios* (seeds resampled within each scenario).
    pub these_scenarios: Estimate,
    /// Interval for *scenarios like these* (scenarios resampled, and seeds within each).
    pub scenarios_like_these: Estimate,
}

/// One controller over all scenarios; every value is a normalised cost, lower is better.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// Label of the controller.
    pub controller: String,
    /// Mean of the scenarios' means.
    pub mean: TwoClaims,
    /// Median of all normalised costs.
    pub median: TwoClaims,
    /// Interquartile mean of all normalised costs.
    pub iqm: TwoClaims,
    /// Mean of `max(cost - target, 0)`.
    pub optimality_gap: TwoClaims,
    /// Mean normalised cost in each scenario, in the order of the scenarios.
    pub by_scenario: Vec<f64>,
}

/// What the verdict would have been under another missing policy.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct PolicyOutcome {
    /// The policy: `worst-rank`, `ceiling-score`, or `completed-only` (shown for the bracket alone; it is not offered).
    pub policy: String,
    /// Whether it is the policy in force.
    pub in_force: bool,
    /// Why it cannot be applied to these data, where that is so.
    pub obstacle: Option<String>,
    /// Mean normalised cost of each controller, in the order of the controllers; absent for one without any value.
    pub means: Vec<Option<f64>>,
    /// Number of values put in or left out.
    pub n_affected: usize,
}
