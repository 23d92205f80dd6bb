//! Curves with bands: trajectories, profiles, distributions over targets, sensitivity.

use serde::{Deserialize, Serialize};

use crate::verdict::Estimate;

/// What the level of a band speaks about.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum BandKind {
    /// Each point on its own.
    Pointwise,
    /// The whole curve at once.
    Simultaneous,
}

/// Mean curve of one controller with a band.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct CurveBand {
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the quantity.
    pub quantity: String,
    /// Label of the controller.
    pub controller: String,
    /// Grid of steps.
    pub steps: Vec<u64>,
    /// Mean over the seeds.
    pub centre: Vec<f64>,
    /// Lower edge; equal to the centre where the data allow no band (`n` of 1).
    pub lower: Vec<f64>,
    /// Upper edge.
    pub upper: Vec<f64>,
    /// Whether the level holds at each point or for the whole curve.
    pub kind: BandKind,
    /// Confidence level.
    pub level: f64,
    /// Number of seeds.
    pub n: usize,
    /// Method of the band.
    pub method: String,
}

/// Performance profile: fraction of runs with a normalised cost of at most `tau` (seeds within scenarios, scenarios weighted equally).
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Profile {
    /// Label of the controller.
    pub controller: String,
    /// Thresholds, ascending.
    pub taus: Vec<f64>,
    /// Fraction of runs at or below each threshold.
    pub fraction: Vec<f64>,
    /// Lower edge of the simultaneous band.
    pub lower: Vec<f64>,
    /// Upper edge of the simultaneous band.
    pub upper: Vec<f64>,
    /// Confidence level.
    pub level: f64,
    /// Method of the band.
    pub method: String,
}

/// Fraction of (target, seed) pairs reached by each step, over a set of loss targets.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct TargetEcdf {
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the quantity.
    pub quantity: String,
    /// Label of the controller.
    pub controller: String,
    /// Targets, from easy to hard; common to all controllers of the scenario.
    pub targets: Vec<f64>,
    /// Grid of steps.
    pub steps: Vec<u64>,
    /// Fraction reached by each step, non-decreasing.
    pub fraction: Vec<f64>,
}

/// Expected running time to one target: steps spent by all runs over the number of successes.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct RunningTime {
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the quantity.
    pub quantity: String,
    /// Label of the controller.
    pub controller: String,
    /// The target.
    pub target: f64,
    /// Number of runs that reached it.
    pub n_reached: usize,
    /// Expected running time in steps; infinite where no run reached the target.
    pub steps: Estimate,
}

/// Score over the initial value of one hyperparameter.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct SensitivityCurve {
    /// Label of the controller.
    pub controller: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the hyperparameter.
    pub hyperparameter: String,
    /// Initial values, ascending.
    pub initial: Vec<f64>,
    /// Mean score at each, with interval.
    pub score: Vec<Estimate>,
    /// Initial value with the best mean score.
    pub best_initial: f64,
    /// Mean score there.
    pub best_score: f64,
    /// Mean score of a uniformly drawn initial value (area over the grid on the scale stated, divided by its width).
    pub area: Estimate,
    /// Width of the good region in the unit of `scale`.
    pub good_width: Estimate,
    /// What counts as good: a score no worse than this.
    pub good_threshold: f64,
    /// Rule of the threshold in words.
    pub good_rule: String,
    /// `decades` (all initial values positive) or `linear`.
    pub scale: String,
}
