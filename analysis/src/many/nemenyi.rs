//! Nemenyi's test (1963) of all pairs of mean ranks, and the critical difference of Bonferroni and Dunn with one control (Demsar 2006).

use crate::distribution::{normal_quantile, studentized_range_quantile, studentized_range_sf};
use crate::error::StatError;
use crate::sample::Blocks;

fn check(alpha: f64, k: usize, n: usize) -> Result<(), StatError> {
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(StatError::Parameter { parameter: "alpha", found: alpha, allowed: "a number strictly between 0 and 1" });
    }
    if k < 2 {
        return Err(StatError::Parameter { parameter: "k", found: k as f64, allowed: "at least 2 treatments" });
    }
    if n < 1 {
        return Err(StatError::Parameter { parameter: "n", found: 0.0, allowed: "at least 1 block" });
    }
    Ok(())
}

fn standard_error(k: usize, n: usize) -> f64 {
    (k as f64 * (k as f64 + 1.0) / (6.0 * n as f64)).sqrt()
}

/// Nemenyi's critical difference of mean ranks of `k` treatments over `n` blocks.
///
/// # Errors
/// `alpha` outside `(0, 1)`, fewer than 2 treatments, no block.
pub fn nemenyi_cd(alpha: f64, k: usize, n: usize) -> Result<f64, StatError> {
    check(alpha, k, n)?;
    Ok(studentized_range_quantile(alpha, k) * std::f64::consts::FRAC_1_SQRT_2 * standard_error(k, n))
}

/// Critical difference of mean ranks from one control, by Bonferroni over `k - 1` comparisons.
///
/// # Errors
/// As [`nemenyi_cd`].
pub fn bonferroni_dunn_cd(alpha: f64, k: usize, n: usize) -> Result<f64, StatError> {
    check(alpha, k, n)?;
    Ok(-normal_quantile(alpha / (2.0 * (k as f64 - 1.0))) * standard_error(k, n))
}

/// Symmetric matrix of Nemenyi's p-values, 1 on the diagonal; no correction for ties in the standard error.
#[must_use]
pub fn nemenyi_p(blocks: &Blocks) -> Vec<Vec<f64>> {
    let ranks = super::average_ranks(blocks);
    let k = ranks.len();
    let error = standard_error(k, blocks.n_blocks());
    let p = |a: usize, b: usize| {
        if a == b {
            return 1.0;
        }
        let q = (ranks[a] - ranks[b]).abs() * std::f64::consts::SQRT_2 / error;
        studentized_range_sf(q, k).max(f64::MIN_POSITIVE)
    };
    (0..k).map(|a| (0..k).map(|b| p(a.min(b), a.max(b))).collect()).collect()
}
