//! Probability of improvement: that a run of `x` exceeds a run of `y`, ties as one half.

use super::cliffs_delta;
use crate::error::StatError;
use crate::estimate::mean_of;
use crate::sample::{Pairs, Sample, Strata};

/// Probability of improvement over tasks (Agarwal et al. 2021, arXiv:2108.13264).
#[derive(Clone, Debug, PartialEq)]
pub struct Improvement {
    /// Mean over the tasks.
    pub p: f64,
    /// Each task's own.
    pub per_task: Vec<f64>,
}

/// Probability that a random run of `x` exceeds a random run of `y` on the same task, averaged over tasks; runs are not paired.
///
/// # Errors
/// Different numbers of tasks.
pub fn probability_of_improvement(x: &Strata, y: &Strata) -> Result<Improvement, StatError> {
    if x.n_groups() != y.n_groups() {
        return Err(StatError::Unpaired { first: x.n_groups(), second: y.n_groups() });
    }
    let mut per_task = Vec::with_capacity(x.n_groups());
    for (a, b) in x.groups().zip(y.groups()) {
        per_task.push(cliffs_delta(&Sample::new("x", a)?, &Sample::new("y", b)?).a12);
    }
    Ok(Improvement { p: mean_of(&per_task), per_task })
}

/// Fraction of pairs with `x > y`, ties as one half.
#[must_use]
pub fn paired_improvement(pairs: &Pairs) -> f64 {
    pairs.differences().iter().map(|&d| half_step(d)).sum::<f64>() / pairs.len() as f64
}

/// 1 above 0, one half at 0, 0 below.
pub(crate) fn half_step(d: f64) -> f64 {
    if d > 0.0 {
        1.0
    } else if d == 0.0 {
        0.5
    } else {
        0.0
    }
}
