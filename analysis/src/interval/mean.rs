//! Student's t interval of a mean, and the interval of a mean that the verdict relies on.

use super::studentized_interval;
use crate::distribution::student_t_quantile;
use crate::error::StatError;
use crate::estimate::{mean_of, variance_of};
use crate::resample::{LARGE, Resampler};
use crate::sample::{Sample, check_level};
use crate::verdict::Estimate;

/// Smallest sample for which the studentized bootstrap replaces Student's t: below it, resamples of a single value are common enough to
/// make its tails meaningless.
pub(crate) const STUDENTIZED_MIN: usize = 8;

/// `mean ± t s / sqrt(n)`.
///
/// # Errors
/// Fewer than two values; a level outside `(0, 1)`.
pub fn student_t_interval(sample: &Sample, level: f64) -> Result<Estimate, StatError> {
    check_level(level)?;
    sample.require(2, "a t interval")?;
    let n = sample.len();
    let mean = mean_of(sample.values());
    let half = student_t_quantile(0.5 * (1.0 + level), n as f64 - 1.0) * (variance_of(sample.values()) / n as f64).sqrt();
    Ok(Estimate { value: mean, lower: mean - half, upper: mean + half, level, method: String::from("mean, Student t"), n })
}

/// The interval of a mean that the verdict relies on: unbounded for one value, Student's t for a few, studentized bootstrap beyond, and Student's t again
/// where the sample is [`LARGE`].
///
/// # Errors
/// A level outside `(0, 1)`.
pub fn mean_interval(sample: &Sample, level: f64, resampler: Resampler) -> Result<Estimate, StatError> {
    check_level(level)?;
    match sample.len() {
        1 => Ok(Estimate::without_interval(sample.values()[0], level, 1, "mean, no interval from one value")),
        n if !(STUDENTIZED_MIN..=LARGE).contains(&n) => student_t_interval(sample, level),
        _ => studentized_interval(sample, level, resampler),
    }
}
