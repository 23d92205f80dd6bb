//! Student's paired t test.

use super::Tails;
use crate::distribution::student_t_sf;
use crate::error::StatError;
use crate::estimate::{mean_of, variance_of};
use crate::sample::Pairs;

/// Result of the paired t test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedT {
    /// Mean difference over its standard error.
    pub t: f64,
    /// Degrees of freedom, `n - 1`.
    pub df: usize,
    /// Mean of `x - y`.
    pub mean_difference: f64,
    /// p-values.
    pub tails: Tails,
}

/// Runs the test.
///
/// # Errors
/// Fewer than two pairs; differences that are all equal, so that the variance is 0.
pub fn paired_t(pairs: &Pairs) -> Result<PairedT, StatError> {
    pairs.require(2, "a paired t test")?;
    let differences = pairs.differences();
    let n = differences.len() as f64;
    let mean_difference = mean_of(differences);
    let variance = variance_of(differences);
    let rounding = pairs.roundings().iter().fold(0.0_f64, |a, &b| a.max(b));
    if variance.sqrt() <= rounding {
        return Err(StatError::Undefined { method: "the paired t test", reason: "the differences have zero variance" });
    }
    let t = mean_difference / (variance / n).sqrt();
    let tails = Tails::doubled(student_t_sf(t, n - 1.0), student_t_sf(-t, n - 1.0));
    Ok(PairedT { t, df: pairs.len() - 1, mean_difference, tails })
}
