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

/// Furthest end, in standard errors, that is believed of a studentized bootstrap. Student's t with one degree of freedom has its 97.5 % quantile at 12.7.
const STUDENTIZED_MAX: f64 = 20.0;

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
/// where the sample is [`LARGE`] or so dominated by a few values that resamples without them leave the bootstrap's ends undetermined.
///
/// # Errors
/// A level outside `(0, 1)`.
pub fn mean_interval(sample: &Sample, level: f64, resampler: Resampler) -> Result<Estimate, StatError> {
    check_level(level)?;
    match sample.len() {
        1 => Ok(Estimate::without_interval(sample.values()[0], level, 1, "mean, no interval from one value")),
        n if !(STUDENTIZED_MIN..=LARGE).contains(&n) => student_t_interval(sample, level),
        _ => {
            let found = studentized_interval(sample, level, resampler)?;
            if is_determined(&found, sample) { Ok(found) } else { student_t_interval(sample, level) }
        }
    }
}

/// Whether neither end of a studentized interval lies further off than a ratio of resamples can be trusted to.
fn is_determined(found: &Estimate, sample: &Sample) -> bool {
    let error = (variance_of(sample.values()) / sample.len() as f64).sqrt();
    (found.upper - found.value).max(found.value - found.lower) <= STUDENTIZED_MAX * error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_that_outweighs_all_others_leaves_a_finite_interval() {
        let resampler = Resampler::new(2000, 1).expect("good");
        let interval = |values: Vec<f64>| mean_interval(&Sample::new("x", values).expect("finite"), 0.95, resampler).expect("a level");
        let mut values = vec![0.0; 20];
        values[3] = 0.64;
        let found = interval(values);
        assert_eq!(found.method, "mean, Student t");
        assert!(found.lower > -0.05 && found.upper < 0.11, "{found:?}");
        let found = interval((0..20).map(|i| libm::exp(f64::from(i % 7))).collect());
        assert_eq!(found.method, "mean, studentized bootstrap over seeds");
    }
}
