//! Percentile, basic and BCa bootstrap intervals (Efron 1987, doi:10.1080/01621459.1987.10478410; DiCiccio and Efron 1996).
//!
//! With replicates `t*` of a statistic `t`: percentile is `[q(a/2), q(1-a/2)]`, basic is `[2t - q(1-a/2), 2t - q(a/2)]`, and BCa takes
//! the quantiles at `Phi(z0 + (z0 + z)/(1 - a (z0 + z)))` with bias `z0 = Phi^-1(P(t* < t) + P(t* = t)/2)` and acceleration `a`.

use super::acceleration;
use crate::distribution::{normal_cdf, normal_quantile};
use crate::error::StatError;
use crate::estimate::{QuantileType, interpolate, variance_of};
use crate::resample::{Plan, Resampler, Statistic};
use crate::sample::{Sample, check_level};
use crate::verdict::Estimate;

/// Replicates of a statistic, from which every interval is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Bootstrap {
    theta: f64,
    replicates: Vec<f64>,
    /// Least and greatest replicate.
    ends: (f64, f64),
    label: String,
    n: usize,
}

/// Resamples one sample.
///
/// # Errors
/// Fewer than two values: one run says nothing of its variation. A bad parameter of the statistic.
pub fn bootstrap(sample: &Sample, statistic: Statistic, resampler: Resampler) -> Result<Bootstrap, StatError> {
    sample.require(2, "a bootstrap interval")?;
    statistic.check()?;
    let plan = Plan::Simple(sample.len());
    let replicates = resampler.replicates(&plan, sample.values(), statistic);
    Ok(Bootstrap::from_replicates(statistic.of(sample.values()), replicates, statistic.name(), sample.len()))
}

/// Resamples the difference `statistic(x) - statistic(y)` of two independent samples, each drawn on its own.
///
/// # Errors
/// Fewer than two values in a sample; a bad parameter of the statistic.
pub fn bootstrap_two_sample(x: &Sample, y: &Sample, statistic: Statistic, resampler: Resampler) -> Result<Bootstrap, StatError> {
    x.require(2, "a bootstrap interval")?;
    y.require(2, "a bootstrap interval")?;
    statistic.check()?;
    let replicates =
        |sample: &Sample, part| resampler.branch(part).replicates(&Plan::Simple(sample.len()), sample.values(), statistic).into_iter();
    let differences = replicates(x, 1).zip(replicates(y, 2)).map(|(a, b)| a - b).collect();
    let theta = statistic.of(x.values()) - statistic.of(y.values());
    Ok(Bootstrap::from_replicates(theta, differences, format!("difference of {}s", statistic.name()), x.len() + y.len()))
}

impl Bootstrap {
    /// Wraps replicates; `label` is what the method string starts with and `n` the number of observations.
    ///
    /// # Panics
    /// Without any replicate.
    #[must_use]
    pub fn from_replicates(theta: f64, replicates: Vec<f64>, label: String, n: usize) -> Self {
        assert!(!replicates.is_empty(), "a resampler has at least one resample");
        let [least, greatest] = crate::order::select(&replicates, [0, replicates.len() - 1]);
        Self { theta, replicates, ends: (least, greatest), label, n }
    }

    /// Value of the statistic for the sample itself.
    #[must_use]
    pub fn theta(&self) -> f64 {
        self.theta
    }

    /// Standard deviation of the replicates.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        let mut sorted = self.replicates.clone();
        crate::order::sort(&mut sorted);
        variance_of(&sorted).sqrt()
    }

    /// Percentile interval.
    ///
    /// # Errors
    /// A level outside `(0, 1)`.
    pub fn percentile(&self, level: f64) -> Result<Estimate, StatError> {
        check_level(level)?;
        let tail = 0.5 * (1.0 - level);
        let [lower, upper] = self.quantiles([tail, 1.0 - tail]);
        Ok(self.estimate(lower, upper, level, "percentile"))
    }

    /// Basic (reflected) interval.
    ///
    /// # Errors
    /// A level outside `(0, 1)`.
    pub fn basic(&self, level: f64) -> Result<Estimate, StatError> {
        check_level(level)?;
        let tail = 0.5 * (1.0 - level);
        let [low, high] = self.quantiles([tail, 1.0 - tail]);
        Ok(self.estimate(2.0 * self.theta - high, 2.0 * self.theta - low, level, "basic"))
    }

    /// Normal interval around the value, with the standard deviation of the replicates as its standard error.
    ///
    /// # Errors
    /// A level outside `(0, 1)`.
    pub fn normal(&self, level: f64) -> Result<Estimate, StatError> {
        check_level(level)?;
        let half = normal_quantile(0.5 * (1.0 + level)) * self.standard_error();
        Ok(self.estimate(self.theta - half, self.theta + half, level, &format!("normal with {} resamples,", self.replicates.len())))
    }

    /// BCa interval with a given acceleration.
    ///
    /// # Errors
    /// A level outside `(0, 1)`; all replicates on one side of the value, so that the bias is infinite.
    pub fn bca_with(&self, level: f64, acceleration: f64) -> Result<Estimate, StatError> {
        check_level(level)?;
        if self.ends.0 == self.ends.1 {
            return Ok(self.estimate(self.ends.0, self.ends.0, level, "BCa"));
        }
        let bias = self.bias();
        if !bias.is_finite() {
            return Err(StatError::Undefined { method: "the BCa interval", reason: "all replicates lie on one side of the value" });
        }
        let (low, high) = bca_levels(level, bias, acceleration);
        let [lower, upper] = self.quantiles([low, high]);
        Ok(self.estimate(lower, upper, level, "BCa"))
    }

    /// BCa interval, acceleration by the jackknife of the sample.
    ///
    /// # Errors
    /// As [`Bootstrap::bca_with`].
    pub fn bca(&self, level: f64, sample: &Sample, statistic: Statistic) -> Result<Estimate, StatError> {
        self.bca_with(level, acceleration(sample, statistic)?)
    }

    /// Bias correction `z0`; a replicate within rounding of the value counts as one half.
    #[must_use]
    pub fn bias(&self) -> f64 {
        let slack = 1e-13 * self.theta.abs().max(self.ends.0.abs()).max(self.ends.1.abs());
        let (low, high) = (self.theta - slack, self.theta + slack);
        let halves: usize = self.replicates.iter().map(|&value| usize::from(value < low) + usize::from(value <= high)).sum();
        normal_quantile(0.5 * halves as f64 / self.replicates.len() as f64)
    }

    fn quantiles(&self, [low, high]: [f64; 2]) -> [f64; 2] {
        let position = |p: f64| QuantileType::Type7.position(self.replicates.len(), p);
        let ((a, b, low_weight), (c, d, high_weight)) = (position(low), position(high));
        let [a, b, c, d] = crate::order::select(&self.replicates, [a, b, c, d]);
        [interpolate(a, b, low_weight), interpolate(c, d, high_weight)]
    }

    fn estimate(&self, lower: f64, upper: f64, level: f64, kind: &str) -> Estimate {
        let method = format!("{}, {kind} bootstrap", self.label);
        Estimate { value: self.theta, lower, upper, level, method, n: self.n }
    }
}

/// The two probabilities at which BCa reads its quantiles.
pub(crate) fn bca_levels(level: f64, bias: f64, acceleration: f64) -> (f64, f64) {
    let z = normal_quantile(0.5 * (1.0 + level));
    let adjusted = |z: f64| normal_cdf(bias + (bias + z) / (1.0 - acceleration * (bias + z)));
    (adjusted(-z), adjusted(z))
}
