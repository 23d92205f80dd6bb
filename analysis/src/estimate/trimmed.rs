//! Trimmed means. The interquartile mean drops `floor(n / 4)` values at each end (Agarwal et al. 2021, arXiv:2108.13264).

use crate::error::StatError;
use crate::sample::Sample;
use crate::sum::exact_sum;

/// Mean after dropping `floor(n * fraction)` values at each end.
///
/// # Errors
/// A `fraction` outside `[0, 0.5)`.
pub fn trimmed_mean(sample: &Sample, fraction: f64) -> Result<f64, StatError> {
    if !(0.0..0.5).contains(&fraction) {
        return Err(StatError::Parameter { parameter: "fraction", found: fraction, allowed: "at least 0, below 0.5" });
    }
    Ok(trimmed_mean_of_sorted(&sample.sorted(), fraction))
}

/// Mean of the middle half.
#[must_use]
pub fn interquartile_mean(sample: &Sample) -> f64 {
    trimmed_mean_of_sorted(&sample.sorted(), 0.25)
}

/// Number of values dropped at each end: at least one is kept.
pub(crate) fn trim_count(n: usize, fraction: f64) -> usize {
    let place = n as f64 * fraction;
    let nearest = place.round();
    let place = if (place - nearest).abs() <= 4.0 * f64::EPSILON * n as f64 { nearest } else { place.floor() };
    (place as usize).min(n.saturating_sub(1) / 2)
}

pub(crate) fn trimmed_mean_of_sorted(sorted: &[f64], fraction: f64) -> f64 {
    let dropped = trim_count(sorted.len(), fraction);
    let kept = &sorted[dropped..sorted.len() - dropped];
    exact_sum(kept.iter().copied()) / kept.len() as f64
}
