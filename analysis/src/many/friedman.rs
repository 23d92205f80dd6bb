//! Friedman's rank test (1937) with the correction for ties, and Iman and Davenport's F (1980).
//!
//! `chi2 = 12 / (N k (k+1)) sum R_j^2 - 3 N (k+1)`, divided by `1 - sum(t^3 - t) / (N k (k^2 - 1))`;
//! `F = (N-1) chi2 / (N (k-1) - chi2)` with `k - 1` and `(k-1)(N-1)` degrees of freedom; Kendall's `W = chi2 / (N (k-1))`.

use crate::distribution::{chi_squared_sf, f_sf};
use crate::error::StatError;
use crate::sample::Blocks;
use crate::test::midranks;

/// Result of Friedman's test.
#[derive(Clone, Debug, PartialEq)]
pub struct Friedman {
    /// Mean rank of each treatment; 1 is the smallest value.
    pub average_ranks: Vec<f64>,
    /// Chi-squared, corrected for ties.
    pub chi2: f64,
    /// Chi-squared without that correction, as Demsar (2006) prints it.
    pub chi2_uncorrected: f64,
    /// Degrees of freedom, `k - 1`.
    pub df: usize,
    /// p-value of `chi2`.
    pub p_chi2: f64,
    /// p-value of `chi2_uncorrected`.
    pub p_chi2_uncorrected: f64,
    /// Iman and Davenport's F from `chi2`; infinite where all blocks agree.
    pub f: f64,
    /// The same from `chi2_uncorrected`.
    pub f_uncorrected: f64,
    /// Second degrees of freedom of F, `(k-1)(N-1)`.
    pub df2: usize,
    /// p-value of `f`; 0 only where F is infinite.
    pub p_f: f64,
    /// p-value of `f_uncorrected`.
    pub p_f_uncorrected: f64,
    /// Kendall's coefficient of concordance, corrected for ties.
    pub kendall_w: f64,
}

/// Mean rank of each treatment over the blocks; 1 is the smallest value, ties share midranks.
#[must_use]
pub fn average_ranks(blocks: &Blocks) -> Vec<f64> {
    let mut sums = vec![0.0; blocks.n_treatments()];
    for row in blocks.rows() {
        for (sum, rank) in sums.iter_mut().zip(midranks(&row, |_| 0.0).0) {
            *sum += rank;
        }
    }
    sums.into_iter().map(|sum| sum / blocks.n_blocks() as f64).collect()
}

/// Runs the test.
///
/// # Errors
/// Fewer than two blocks; every block tied throughout.
pub fn friedman(blocks: &Blocks) -> Result<Friedman, StatError> {
    let (n, k) = (blocks.n_blocks() as f64, blocks.n_treatments() as f64);
    if blocks.n_blocks() < 2 {
        return Err(StatError::TooFew { sample: String::from("blocks"), found: 1, allowed: 2, method: "Friedman's test" });
    }
    let average_ranks = average_ranks(blocks);
    let ties: f64 = blocks.rows().flat_map(|row| midranks(&row, |_| 0.0).1).map(|t| (t * t * t - t) as f64).sum();
    let correction = 1.0 - ties / (n * k * (k * k - 1.0));
    if correction <= 0.0 {
        return Err(StatError::Undefined { method: "Friedman's test", reason: "every block is tied throughout" });
    }
    let spread: f64 = average_ranks.iter().map(|rank| (rank - 0.5 * (k + 1.0)) * (rank - 0.5 * (k + 1.0))).sum();
    let chi2_uncorrected = 12.0 * n / (k * (k + 1.0)) * spread;
    let limit = n * (k - 1.0);
    let chi2 = snap(chi2_uncorrected / correction, limit);
    let chi2_uncorrected = snap(chi2_uncorrected, limit);
    let f = |chi2: f64| if chi2 >= limit { f64::INFINITY } else { (n - 1.0) * chi2 / (limit - chi2) };
    let (df1, df2) = (k - 1.0, (k - 1.0) * (n - 1.0));
    let (f, f_uncorrected) = (f(chi2), f(chi2_uncorrected));
    Ok(Friedman {
        average_ranks,
        chi2,
        chi2_uncorrected,
        df: df1 as usize,
        p_chi2: chi_squared_sf(chi2, df1),
        p_chi2_uncorrected: chi_squared_sf(chi2_uncorrected, df1),
        f,
        f_uncorrected,
        df2: df2 as usize,
        p_f: f_sf(f, df1, df2),
        p_f_uncorrected: f_sf(f_uncorrected, df1, df2),
        kendall_w: chi2 / limit,
    })
}

/// Takes a value within rounding of its limit for the limit: all blocks agree.
fn snap(chi2: f64, limit: f64) -> f64 {
    if chi2 > limit * (1.0 - 1e-12) { limit } else { chi2 }
}

impl Friedman {
    /// The result where every block is tied throughout: no evidence at all.
    pub(crate) fn of_ties(average_ranks: Vec<f64>, n_blocks: usize) -> Self {
        let df = average_ranks.len() - 1;
        Self {
            average_ranks,
            chi2: 0.0,
            chi2_uncorrected: 0.0,
            df,
            p_chi2: 1.0,
            p_chi2_uncorrected: 1.0,
            f: 0.0,
            f_uncorrected: 0.0,
            df2: df * (n_blocks - 1),
            p_f: 1.0,
            p_f_uncorrected: 1.0,
            kendall_w: 0.0,
        }
    }
}
