//! Paired samples and their differences `x - y`.

use super::Sample;
use crate::error::StatError;

/// Two samples paired by position, with their differences and the rounding error that these may carry.
///
/// A difference of two decimal numbers is not exact in binary: `0.3 - 0.2` and `0.2 - 0.1` differ by 2.8e-17. Differences that agree
/// within the rounding error of their operands count as tied, and those within it of 0 as zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    x: Vec<f64>,
    y: Vec<f64>,
    differences: Vec<f64>,
    roundings: Vec<f64>,
}

impl Pairs {
    /// Pairs two samples.
    ///
    /// # Errors
    /// Different lengths; a difference that overflows.
    pub fn new(x: &Sample, y: &Sample) -> Result<Self, StatError> {
        if x.len() != y.len() {
            return Err(StatError::Unpaired { first: x.len(), second: y.len() });
        }
        let mut differences = Vec::with_capacity(x.len());
        let mut roundings = Vec::with_capacity(x.len());
        for (a, b) in x.values().iter().zip(y.values()) {
            let rounding = f64::EPSILON * a.abs().max(b.abs());
            let difference = a - b;
            differences.push(if difference.abs() <= rounding { 0.0 } else { difference });
            roundings.push(rounding);
        }
        super::check(&format!("{} - {}", x.name(), y.name()), &differences)?;
        Ok(Self { x: x.values().to_vec(), y: y.values().to_vec(), differences, roundings })
    }

    /// Takes differences that are exact as they stand.
    #[must_use]
    pub fn from_differences(differences: &Sample) -> Self {
        let n = differences.len();
        Self { x: differences.values().to_vec(), y: vec![0.0; n], differences: differences.values().to_vec(), roundings: vec![0.0; n] }
    }

    /// First sample.
    #[must_use]
    pub fn x(&self) -> &[f64] {
        &self.x
    }

    /// Second sample.
    #[must_use]
    pub fn y(&self) -> &[f64] {
        &self.y
    }

    /// Differences `x - y`; one within rounding of 0 is 0.
    #[must_use]
    pub fn differences(&self) -> &[f64] {
        &self.differences
    }

    /// Bound of the rounding error of each difference.
    #[must_use]
    pub fn roundings(&self) -> &[f64] {
        &self.roundings
    }

    /// Number of pairs, at least 1.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "pairs are never empty")]
    pub fn len(&self) -> usize {
        self.differences.len()
    }

    /// The differences as a sample.
    #[must_use]
    pub fn to_sample(&self) -> Sample {
        Sample { name: String::from("differences"), values: self.differences.clone() }
    }

    pub(crate) fn require(&self, allowed: usize, method: &'static str) -> Result<(), StatError> {
        if self.len() < allowed {
            return Err(StatError::TooFew { sample: String::from("pairs"), found: self.len(), allowed, method });
        }
        Ok(())
    }
}
