//! Aggregates over scenarios of scores in which higher is better (Agarwal et al. 2021, arXiv:2108.13264).

use super::{interquartile_mean, mean_of, median_of_sorted};
use crate::error::StatError;
use crate::sample::{Sample, Strata};
use crate::sum::exact_sum;

/// Aggregates of one algorithm over tasks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AggregateScores {
    /// Mean of all scores.
    pub mean: f64,
    /// Median of the tasks' means.
    pub median_of_task_means: f64,
    /// Interquartile mean of all scores.
    pub iqm: f64,
}

/// Mean, median of task means and interquartile mean.
#[must_use]
pub fn aggregate_scores(scores: &Strata) -> AggregateScores {
    let mut means = scores.means();
    means.sort_by(f64::total_cmp);
    AggregateScores {
        mean: mean_of(scores.values()),
        median_of_task_means: median_of_sorted(&means),
        iqm: interquartile_mean(&scores.pooled()),
    }
}

/// Optimality gap `gamma - mean(min(score, gamma))`: how far the scores fall short of `gamma` on average.
///
/// # Errors
/// A `gamma` that is not finite.
pub fn optimality_gap(scores: &Sample, gamma: f64) -> Result<f64, StatError> {
    if !gamma.is_finite() {
        return Err(StatError::Parameter { parameter: "gamma", found: gamma, allowed: "a finite number" });
    }
    Ok(exact_sum(scores.values().iter().map(|score| (gamma - score).max(0.0))) / scores.len() as f64)
}
