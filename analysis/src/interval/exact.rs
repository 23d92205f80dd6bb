//! The bootstrap distribution itself for small samples: all multisets with their multinomial weights instead of a simulation.

use super::bootstrap::bca_levels;
use super::{acceleration, jackknife};
use crate::distribution::normal_quantile;
use crate::error::StatError;
use crate::resample::Statistic;
use crate::sample::{Sample, check_level};
use crate::verdict::Estimate;

/// Largest sample: 92 378 multisets at 10 values, 705 432 at 12.
const EXACT_MAX: usize = 12;

/// The limit of the bootstrap as the number of resamples grows.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactBootstrap {
    theta: f64,
    /// Distinct values, ascending, with their probabilities.
    atoms: Vec<(f64, f64)>,
    acceleration: f64,
    label: String,
    n: usize,
}

/// Enumerates the bootstrap distribution of a statistic.
///
/// # Errors
/// Fewer than 2 values or more than 12; a bad parameter of the statistic.
pub fn exact_bootstrap(sample: &Sample, statistic: Statistic) -> Result<ExactBootstrap, StatError> {
    sample.require(2, "an exact bootstrap")?;
    let n = sample.len();
    if n > EXACT_MAX {
        return Err(StatError::Parameter { parameter: "sample size", found: n as f64, allowed: "2 to 12 for an exact bootstrap" });
    }
    jackknife(sample, statistic)?;
    let sorted = sample.sorted();
    let mut atoms = Vec::new();
    let mut drawn = Vec::with_capacity(n);
    let mut counts = vec![0; n];
    enumerate(&sorted, 0, n, &mut counts, &mut |counts| {
        drawn.clear();
        for (value, &count) in sorted.iter().zip(counts) {
            drawn.extend(std::iter::repeat_n(*value, count));
        }
        atoms.push((statistic.of(&drawn), multinomial(counts)));
    });
    let label = statistic.name();
    Ok(ExactBootstrap {
        theta: statistic.of(sample.values()),
        atoms: merge(atoms, &sorted),
        acceleration: acceleration(sample, statistic)?,
        label,
        n,
    })
}

fn enumerate(sorted: &[f64], index: usize, left: usize, counts: &mut [usize], visit: &mut impl FnMut(&[usize])) {
    if index + 1 == sorted.len() {
        counts[index] = left;
        visit(counts);
        return;
    }
    for count in 0..=left {
        counts[index] = count;
        enumerate(sorted, index + 1, left - count, counts, visit);
    }
}

/// `n! / (c_1! ... c_n!) / n^n`, exact in integers up to the last division.
fn multinomial(counts: &[usize]) -> f64 {
    let n = counts.len() as u128;
    let factorial = |m: usize| (1..=m as u128).product::<u128>();
    let ways = factorial(counts.len()) / counts.iter().map(|&count| factorial(count)).product::<u128>();
    ways as f64 / n.pow(counts.len() as u32) as f64
}

fn merge(mut atoms: Vec<(f64, f64)>, sorted: &[f64]) -> Vec<(f64, f64)> {
    let slack = 1e-13 * sorted[0].abs().max(sorted[sorted.len() - 1].abs());
    atoms.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut merged: Vec<(f64, f64)> = Vec::new();
    let mut previous = f64::NEG_INFINITY;
    for (value, weight) in atoms {
        match merged.last_mut() {
            Some(last) if value - previous <= slack => last.1 += weight,
            _ => merged.push((value, weight)),
        }
        previous = value;
    }
    merged
}

impl ExactBootstrap {
    /// Value of the statistic for the sample itself.
    #[must_use]
    pub fn theta(&self) -> f64 {
        self.theta
    }

    /// Number of distinct values of the statistic.
    #[must_use]
    pub fn n_atoms(&self) -> usize {
        self.atoms.len()
    }

    /// Acceleration by the jackknife.
    #[must_use]
    pub fn acceleration(&self) -> f64 {
        self.acceleration
    }

    /// Probabilities that a resample's value lies below the sample's own, and at it.
    #[must_use]
    pub fn probabilities(&self) -> (f64, f64) {
        let slack = 1e-12 * self.theta.abs().max(self.atoms[self.atoms.len() - 1].0.abs());
        let below = self.atoms.iter().filter(|atom| atom.0 < self.theta - slack).map(|atom| atom.1).sum();
        let equal = self.atoms.iter().filter(|atom| (atom.0 - self.theta).abs() <= slack).map(|atom| atom.1).sum();
        (below, equal)
    }

    /// Standard deviation of the distribution.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        let mean: f64 = self.atoms.iter().map(|(value, weight)| value * weight).sum();
        self.atoms.iter().map(|(value, weight)| weight * (value - mean) * (value - mean)).sum::<f64>().sqrt()
    }

    /// Percentile interval.
    ///
    /// # Errors
    /// A level outside `(0, 1)`.
    pub fn percentile(&self, level: f64) -> Result<Estimate, StatError> {
        check_level(level)?;
        let tail = 0.5 * (1.0 - level);
        Ok(self.estimate(self.quantile(tail), self.quantile(1.0 - tail), level, "percentile"))
    }

    /// Basic interval.
    ///
    /// # Errors
    /// A level outside `(0, 1)`.
    pub fn basic(&self, level: f64) -> Result<Estimate, StatError> {
        let percentile = self.percentile(level)?;
        Ok(self.estimate(2.0 * self.theta - percentile.upper, 2.0 * self.theta - percentile.lower, level, "basic"))
    }

    /// Bias correction; with `half_ties`, values equal to the sample's own count as one half, otherwise not at all.
    #[must_use]
    pub fn bias(&self, half_ties: bool) -> f64 {
        let (below, equal) = self.probabilities();
        normal_quantile(if half_ties { below + 0.5 * equal } else { below })
    }

    /// Probabilities at which BCa reads its quantiles.
    ///
    /// # Errors
    /// A level outside `(0, 1)`.
    pub fn bca_levels(&self, level: f64, half_ties: bool) -> Result<(f64, f64), StatError> {
        check_level(level)?;
        Ok(bca_levels(level, self.bias(half_ties), self.acceleration))
    }

    /// BCa interval.
    ///
    /// # Errors
    /// A level outside `(0, 1)`; an infinite bias correction.
    pub fn bca(&self, level: f64, half_ties: bool) -> Result<Estimate, StatError> {
        let (low, high) = self.bca_levels(level, half_ties)?;
        if self.atoms.len() == 1 {
            return Ok(self.estimate(self.theta, self.theta, level, "BCa"));
        }
        if !self.bias(half_ties).is_finite() {
            return Err(StatError::Undefined { method: "the BCa interval", reason: "all replicates lie on one side of the value" });
        }
        Ok(self.estimate(self.quantile(low), self.quantile(high), level, "BCa"))
    }

    /// Smallest atom whose cumulative probability reaches `p`.
    fn quantile(&self, p: f64) -> f64 {
        let mut cumulative = 0.0;
        for (value, weight) in &self.atoms {
            cumulative += weight;
            if cumulative >= p - 1e-12 {
                return *value;
            }
        }
        self.atoms[self.atoms.len() - 1].0
    }

    fn estimate(&self, lower: f64, upper: f64, level: f64, kind: &str) -> Estimate {
        let method = format!("{}, exact {kind} bootstrap", self.label);
        Estimate { value: self.theta, lower, upper, level, method, n: self.n }
    }
}
