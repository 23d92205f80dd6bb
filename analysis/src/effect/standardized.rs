//! Standardised mean differences.

use crate::error::StatError;
use crate::estimate::{mean_of, variance_of};
use crate::sample::{Pairs, Sample};

/// Cohen's d (1988) with its relatives for two independent samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CohensD {
    /// Mean difference over the pooled standard deviation (divisor `n + m - 2`).
    pub cohens_d: f64,
    /// Degrees of freedom, `n + m - 2`.
    pub df: usize,
    /// Hedges' g with the exact correction `Gamma(df/2) / (sqrt(df/2) Gamma((df-1)/2))`.
    pub hedges_g_exact: f64,
    /// Hedges' g with the correction `1 - 3 / (4 df - 1)`.
    pub hedges_g_approx: f64,
    /// Glass's delta: mean difference over the standard deviation of `y`; absent where that is 0.
    pub glass_delta_y_sd: Option<f64>,
}

/// Standardised difference of two independent samples.
///
/// # Errors
/// Fewer than two values in a sample; both samples constant.
pub fn cohens_d(x: &Sample, y: &Sample) -> Result<CohensD, StatError> {
    x.require(2, "Cohen's d")?;
    y.require(2, "Cohen's d")?;
    let (n, m) = (x.len() as f64, y.len() as f64);
    let df = n + m - 2.0;
    let difference = mean_of(x.values()) - mean_of(y.values());
    let (var_x, var_y) = (variance_of(x.values()), variance_of(y.values()));
    let pooled = (((n - 1.0) * var_x + (m - 1.0) * var_y) / df).sqrt();
    if pooled == 0.0 {
        return Err(StatError::Undefined { method: "Cohen's d", reason: "both samples are constant" });
    }
    let cohens_d = difference / pooled;
    let ratio = libm::exp(libm::lgamma(0.5 * df) - libm::lgamma(0.5 * (df - 1.0)));
    Ok(CohensD {
        cohens_d,
        df: df as usize,
        hedges_g_exact: cohens_d * ratio / (0.5 * df).sqrt(),
        hedges_g_approx: cohens_d * (1.0 - 3.0 / (4.0 * df - 1.0)),
        glass_delta_y_sd: (var_y > 0.0).then(|| difference / var_y.sqrt()),
    })
}

/// Mean of the paired differences over their standard deviation.
///
/// # Errors
/// Fewer than two pairs; differences that are all equal.
pub fn cohens_dz(pairs: &Pairs) -> Result<f64, StatError> {
    pairs.require(2, "d_z")?;
    let deviation = variance_of(pairs.differences()).sqrt();
    if deviation == 0.0 {
        return Err(StatError::Undefined { method: "d_z", reason: "the differences have zero variance" });
    }
    Ok(mean_of(pairs.differences()) / deviation)
}
