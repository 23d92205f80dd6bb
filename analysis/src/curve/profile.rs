//! Performance profiles: the distribution of scores over runs (Dolan and More 2002; Agarwal et al. 2021, arXiv:2108.13264).

use crate::error::StatError;
use crate::sample::Strata;

/// Two profiles of scores in which higher is better.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreProfile {
    /// Fraction of all runs with a score strictly above each threshold.
    pub run_score: Vec<f64>,
    /// Fraction of tasks whose mean score lies strictly above each threshold.
    pub mean_score: Vec<f64>,
}

fn check_taus(taus: &[f64]) -> Result<(), StatError> {
    crate::sample::check("taus", taus)
}

/// Fraction above each threshold, over runs and over the tasks' means.
///
/// # Errors
/// No threshold, or one that is NaN or infinite.
pub fn score_profile(scores: &Strata, taus: &[f64]) -> Result<ScoreProfile, StatError> {
    check_taus(taus)?;
    let means = scores.means();
    let above = |values: &[f64], tau: f64| values.iter().filter(|value| **value > tau).count() as f64 / values.len() as f64;
    Ok(ScoreProfile {
        run_score: taus.iter().map(|&tau| above(scores.values(), tau)).collect(),
        mean_score: taus.iter().map(|&tau| above(&means, tau)).collect(),
    })
}

/// Fraction of runs with a cost at or below each threshold, scenarios weighted equally.
///
/// # Errors
/// No threshold, or one that is NaN or infinite.
pub fn cost_profile(costs: &Strata, taus: &[f64]) -> Result<Vec<f64>, StatError> {
    check_taus(taus)?;
    let below = |group: &[f64], tau: f64| group.iter().filter(|value| **value <= tau).count() as f64 / group.len() as f64;
    let n = costs.n_groups() as f64;
    Ok(taus.iter().map(|&tau| costs.groups().map(|group| below(group, tau)).sum::<f64>() / n).collect())
}
