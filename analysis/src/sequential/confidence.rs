//! A confidence sequence of a mean with unknown variance.
//!
//! The Bayes factor of a normal mean with the right Haar prior of the deviation and a normal prior of variance `g` of the standardised effect,
//! `E_n = (1 + n g)^(-1/2) ((1 + x) / (1 + x / (1 + n g)))^(n/2)` with `x = n (mean - mu)^2 / ((n - 1) s^2)`, is an e-process for the mean `mu`
//! (Perez-Ortiz et al. 2024, doi:10.1214/24-AOS2394; Wang and Ramdas 2025, doi:10.1080/07474946.2024.2428245). The means with
//! `E_n < 1/alpha` form an interval that covers at every `n` at once: with `A = (sqrt(1 + n g) / alpha)^(2/n)`, it is
//! `mean +- s sqrt((n - 1)/n (A - 1) / (1 - A / (1 + n g)))`, and unbounded where `A >= 1 + n g`.
//! Exact for normal differences; for others it holds as the t interval does, as the calibration test shows.

use crate::error::StatError;
use crate::estimate::{mean_of, variance_of};
use crate::sample::{Sample, check_level};
use crate::verdict::Estimate;

/// Prior variance of the standardised effect: a standard deviation of one half.
const PRIOR_VARIANCE: f64 = 0.25;

/// Mean with an interval that holds at every number of values at once.
///
/// # Errors
/// A level outside `(0, 1)`.
pub fn t_confidence_sequence(sample: &Sample, level: f64) -> Result<Estimate, StatError> {
    check_level(level)?;
    let n = sample.len();
    let size = n as f64;
    let value = mean_of(sample.values());
    let spread = 1.0 + size * PRIOR_VARIANCE;
    let ratio = libm::exp(2.0 / size * libm::log(spread.sqrt() / (1.0 - level)));
    if n < 2 || ratio >= spread {
        return Ok(Estimate::without_interval(value, level, n, "mean, t confidence sequence, too few values for an interval"));
    }
    let x = (ratio - 1.0) / (1.0 - ratio / spread);
    let half = (variance_of(sample.values()) * x * (size - 1.0) / size).sqrt();
    Ok(Estimate { value, lower: value - half, upper: value + half, level, method: String::from("mean, t confidence sequence"), n })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At the ends of the interval the Bayes factor is exactly `1/alpha`.
    #[test]
    fn the_ends_solve_the_equation() {
        let values: Vec<f64> = (0..15).map(|i| f64::from(i % 7) * 0.3 + f64::from(i) * 0.01).collect();
        let found = t_confidence_sequence(&Sample::new("x", values.clone()).unwrap(), 0.9).unwrap();
        let (n, s2) = (15.0, variance_of(&values));
        let t2 = n * (found.upper - found.value).powi(2) / s2;
        let bayes = |g: f64| {
            let spread = 1.0 + n * g;
            spread.powf(-0.5) * ((1.0 + t2 / (n - 1.0)) / (1.0 + t2 / ((n - 1.0) * spread))).powf(n / 2.0)
        };
        assert!((bayes(PRIOR_VARIANCE) - 10.0).abs() < 1e-9, "{}", bayes(PRIOR_VARIANCE));
    }

    #[test]
    fn few_values_give_no_interval() {
        let of = |n: usize| t_confidence_sequence(&Sample::new("x", (0..n).map(|i| i as f64).collect::<Vec<_>>()).unwrap(), 0.95).unwrap();
        assert!(!of(1).is_bounded() && !of(4).is_bounded() && of(12).is_bounded());
    }
}
