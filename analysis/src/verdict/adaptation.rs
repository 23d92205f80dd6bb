//! Recovery, degradation and divergence.

use serde::{Deserialize, Serialize};

use crate::verdict::Estimate;

/// A Kaplan-Meier curve: fraction not yet recovered.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct SurvivalCurve {
    /// Times of the steps of the curve, ascending, starting at 0.
    pub times: Vec<f64>,
    /// Fraction not yet recovered just after each time, in `[0, 1]`.
    pub survival: Vec<f64>,
    /// Lower ends of the pointwise interval (log-log).
    pub lower: Vec<f64>,
    /// Upper ends of the pointwise interval (log-log).
    pub upper: Vec<f64>,
    /// Runs still waited for just before each time.
    pub n_at_risk: Vec<usize>,
    /// Times at which a run was censored, ascending, for the tick marks.
    pub censored_times: Vec<f64>,
}

/// Recovery of one controller after the changes of one scenario, or of all.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct RecoverySummary {
    /// Label of the controller.
    pub controller: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Index of the change; absent where all changes of the scenario are pooled.
    pub change: Option<usize>,
    /// Number of recoveries waited for.
    pub n: usize,
    /// Number that never came within the time waited.
    pub n_censored: usize,
    /// Survival curve.
    pub curve: SurvivalCurve,
    /// Median recovery steps; infinite where not reached.
    pub median: Estimate,
    /// Mean recovery steps up to the longest time waited (restricted mean).
    pub restricted_mean: Estimate,
    /// Time to which the mean is restricted.
    pub restriction_steps: f64,
    /// Mean of the largest excess loss.
    pub degradation_depth: Estimate,
    /// Mean of the summed excess loss.
    pub degradation_area: Estimate,
    /// Median of the recovery steps over the oracle's; absent where unknown.
    pub normalised_recovery: Option<Estimate>,
}

/// How often one controller diverged or faulted in one scenario (or in all: `scenario` absent).
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct DivergenceRate {
    /// Label of the controller.
    pub controller: String,
    /// Name of the scenario; absent for the sum over all.
    pub scenario: Option<String>,
    /// Number of episodes.
    pub n: usize,
    /// Number that diverged.
    pub n_diverged: usize,
    /// Number that faulted or are missing.
    pub n_failed: usize,
    /// Fraction diverged with its Clopper-Pearson interval.
    pub diverged: Estimate,
    /// Fraction faulted or missing with its Clopper-Pearson interval.
    pub failed: Estimate,
}
