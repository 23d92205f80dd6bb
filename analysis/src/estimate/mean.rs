//! Mean and variance, by exactly rounded sums.

use crate::error::StatError;
use crate::sample::Sample;
use crate::sum::exact_sum;

/// Arithmetic mean.
#[must_use]
pub fn mean(sample: &Sample) -> f64 {
    mean_of(sample.values())
}

/// Variance with divisor `n - 1`.
///
/// # Errors
/// Fewer than two values.
pub fn variance(sample: &Sample) -> Result<f64, StatError> {
    sample.require(2, "a variance")?;
    Ok(variance_of(sample.values()))
}

/// Standard deviation with divisor `n - 1`.
///
/// # Errors
/// Fewer than two values.
pub fn standard_deviation(sample: &Sample) -> Result<f64, StatError> {
    variance(sample).map(f64::sqrt)
}

pub(crate) fn mean_of(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let total = exact_sum(values.iter().copied());
    if total.is_finite() { total / n } else { exact_sum(values.iter().map(|value| value / n)) }
}

/// Variance with divisor `n - 1`; 0 for one value.
pub(crate) fn variance_of(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let first = values[0];
    if values.iter().all(|&value| value == first) {
        return 0.0;
    }
    let centre = mean_of(values);
    // Squares of very small or large deviations leave the range of numbers.
    let scale = values.iter().fold(0.0_f64, |scale, value| scale.max((value - centre).abs()));
    if !(1e-140..1e140).contains(&scale) && scale.is_finite() && scale > 0.0 {
        let scaled: Vec<f64> = values.iter().map(|value| (value - centre) / scale).collect();
        return variance_of(&scaled) * scale * scale;
    }
    let squares = exact_sum(values.iter().map(|value| (value - centre) * (value - centre)));
    let rest = exact_sum(values.iter().map(|value| value - centre));
    ((squares - rest * rest / values.len() as f64) / (values.len() as f64 - 1.0)).max(0.0)
}
