//! Correlated t test for cross-validated scores on one data set (Corani and Benavoli 2015).
//!
//! The posterior of the mean difference is Student's t with `n - 1` degrees of freedom, location `mean(d)` and squared scale
//! `s^2 (1/n + 1/(n/runs - 1))` (Nadeau and Bengio 2003).

use super::{Posterior, check_rope};
use crate::distribution::student_t_sf;
use crate::error::StatError;
use crate::estimate::{mean_of, variance_of};
use crate::sample::Pairs;

/// Posterior of the mean of `x - y`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CorrelatedT {
    /// Location.
    pub mean: f64,
    /// Squared scale.
    pub variance: f64,
    /// Degrees of freedom, `n - 1`.
    pub df: usize,
    /// Probabilities left of, inside and right of the region.
    pub posterior: Posterior,
}

/// Runs the test; `runs` is the number of repetitions of cross-validation among the pairs.
///
/// # Errors
/// A negative or infinite `rope`; a number of pairs that `runs` does not divide, or with fewer than two folds a run.
pub fn correlated_t(pairs: &Pairs, rope: f64, runs: usize) -> Result<CorrelatedT, StatError> {
    check_rope(rope)?;
    let n = pairs.len();
    if runs == 0 || n % runs != 0 || n / runs < 2 {
        let allowed = "a divisor of the number of pairs that leaves at least two folds";
        return Err(StatError::Parameter { parameter: "runs", found: runs as f64, allowed });
    }
    let folds = (n / runs) as f64;
    let mean = mean_of(pairs.differences());
    let variance = variance_of(pairs.differences()) * (1.0 / n as f64 + 1.0 / (folds - 1.0));
    let df = n - 1;
    let (p_left, p_right) = if variance == 0.0 {
        let side = |d: f64| {
            if d > rope {
                1.0
            } else if d == 0.0 && rope == 0.0 {
                0.5
            } else {
                0.0
            }
        };
        (side(-mean), side(mean))
    } else {
        let scale = variance.sqrt();
        (student_t_sf((rope + mean) / scale, df as f64), student_t_sf((rope - mean) / scale, df as f64))
    };
    let p_rope = if rope == 0.0 { 0.0 } else { (1.0 - p_left - p_right).max(0.0) };
    Ok(CorrelatedT { mean, variance, df, posterior: Posterior { p_left, p_rope, p_right } })
}
