//! Expected running time (Hansen et al. 2021, arXiv:1603.08785): steps spent by all runs, over the number of successes.
//!
//! An unsuccessful run is charged what it spent, not the largest budget.

use crate::error::StatError;
use crate::sample::Sample;
use crate::sum::exact_sum;

/// Expected running time of a restarted run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunningTimeEstimate {
    /// Expected running time; infinite without success.
    pub ert: f64,
    /// Number of successful runs.
    pub n_success: usize,
    /// Fraction of successful runs.
    pub success_rate: f64,
}

/// Expected running time from what each run spent and whether it succeeded.
///
/// # Errors
/// Different lengths; a negative cost.
pub fn expected_running_time(spent: &Sample, success: &[bool]) -> Result<RunningTimeEstimate, StatError> {
    if spent.len() != success.len() {
        return Err(StatError::Unpaired { first: spent.len(), second: success.len() });
    }
    if let Some(&found) = spent.values().iter().find(|value| **value < 0.0) {
        return Err(StatError::Parameter { parameter: "evaluations", found, allowed: "at least 0" });
    }
    let n_success = success.iter().filter(|hit| **hit).count();
    let total = exact_sum(spent.values().iter().copied());
    let ert = if n_success == 0 { f64::INFINITY } else { total / n_success as f64 };
    Ok(RunningTimeEstimate { ert, n_success, success_rate: n_success as f64 / spent.len() as f64 })
}
