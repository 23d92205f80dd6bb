//! What one controller reached in one scenario.

use serde::{Deserialize, Serialize};

use crate::verdict::Estimate;

/// Summary of one metric of one controller in one scenario over the seeds.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Cell {
    /// Name of the metric.
    pub metric: String,
    /// Label of the controller.
    pub controller: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Number of episodes, whatever became of them.
    pub n: usize,
    /// Episodes that diverged.
    pub n_diverged: usize,
    /// Episodes that faulted.
    pub n_faulted: usize,
    /// Episodes without result.
    pub n_missing: usize,
    /// Values that the missing policy put in.
    pub n_substituted: usize,
    /// Mean over the seeds.
    pub mean: Estimate,
    /// Median over the seeds.
    pub median: Estimate,
    /// Interquartile mean over the seeds.
    pub iqm: Estimate,
    /// Standard deviation over the seeds (divisor n - 1); 0 for one seed.
    pub standard_deviation: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// The values in the order of the seeds, after the missing policy; none where there are more than [`LARGE`](crate::resample::LARGE).
    pub values: Vec<f64>,
    /// Whether this cell has the best mean of its scenario (primary metric only; ties are all best).
    pub is_best: bool,
}
