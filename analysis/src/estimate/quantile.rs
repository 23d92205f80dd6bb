//! The nine sample quantiles of Hyndman and Fan (1996, doi:10.1080/00031305.1996.10473566), numbered as R numbers them.
//!
//! With sorted values `x_1 .. x_n`, `j = floor(n p + m)` and `g = n p + m - j`, the quantile is `(1 - w) x_j + w x_{j+1}`. Types 1 to 3
//! are discontinuous (`w` is 0, 1/2 or 1); types 4 to 9 interpolate (`w = g`). Type 7, the default of R and NumPy, has `m = 1 - p`.

use serde::{Deserialize, Serialize};

use crate::error::StatError;
use crate::sample::Sample;

/// Definition of a sample quantile.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantileType {
    /// Inverse of the empirical distribution function.
    Type1,
    /// The same with averaging at discontinuities.
    Type2,
    /// Nearest even order statistic.
    Type3,
    /// Linear interpolation of the empirical distribution function.
    Type4,
    /// Piecewise linear, knots midway through the steps.
    Type5,
    /// Weibull's: `m = p`.
    Type6,
    /// Modal positions: `m = 1 - p`.
    Type7,
    /// Approximately median-unbiased: `m = (p + 1) / 3`.
    Type8,
    /// Approximately unbiased for normal data: `m = p / 4 + 3 / 8`.
    Type9,
}

impl QuantileType {
    /// All types in the order of their numbers.
    pub const ALL: [Self; 9] =
        [Self::Type1, Self::Type2, Self::Type3, Self::Type4, Self::Type5, Self::Type6, Self::Type7, Self::Type8, Self::Type9];

    /// The type of R's number 1 to 9.
    ///
    /// # Errors
    /// Any other number.
    pub fn from_number(number: usize) -> Result<Self, StatError> {
        let refuse = StatError::Parameter { parameter: "quantile type", found: number as f64, allowed: "1 to 9" };
        number.checked_sub(1).and_then(|index| Self::ALL.get(index).copied()).ok_or(refuse)
    }

    /// Weights: 0-based positions of the two order statistics and the weight of the second.
    pub(crate) fn position(self, n: usize, p: f64) -> (usize, usize, f64) {
        let size = n as f64;
        let shift = match self {
            Self::Type1 | Self::Type2 | Self::Type4 => 0.0,
            Self::Type3 => -0.5,
            Self::Type5 => 0.5,
            Self::Type6 => p,
            Self::Type7 => 1.0 - p,
            Self::Type8 => (p + 1.0) / 3.0,
            Self::Type9 => p / 4.0 + 0.375,
        };
        let place = size * p + shift;
        // Rounding must not move a place across an integer: 0.7 * 10 is an integer in spirit.
        let nearest = place.round();
        let place = if (place - nearest).abs() <= 4.0 * f64::EPSILON * size.max(1.0) { nearest } else { place };
        let below = place.floor();
        let gap = place - below;
        let weight = match self {
            Self::Type1 => f64::from(u8::from(gap > 0.0)),
            Self::Type2 => {
                if gap > 0.0 {
                    1.0
                } else {
                    0.5
                }
            }
            Self::Type3 => f64::from(u8::from(!(gap == 0.0 && below.rem_euclid(2.0) == 0.0))),
            _ => gap,
        };
        let clamp = |index: f64| index.clamp(1.0, size) as usize - 1;
        (clamp(below), clamp(below + 1.0), weight)
    }
}

/// Quantile of a sample at probability `p` in `[0, 1]`.
///
/// # Errors
/// `p` outside `[0, 1]` or NaN.
pub fn quantile(sample: &Sample, p: f64, kind: QuantileType) -> Result<f64, StatError> {
    Ok(quantiles(sample, &[p], kind)?[0])
}

/// Quantiles of a sample at several probabilities in `[0, 1]`.
///
/// # Errors
/// A probability outside `[0, 1]` or NaN.
pub fn quantiles(sample: &Sample, probabilities: &[f64], kind: QuantileType) -> Result<Vec<f64>, StatError> {
    if let Some(&p) = probabilities.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(StatError::Parameter { parameter: "p", found: p, allowed: "0 to 1" });
    }
    let sorted = sample.sorted();
    Ok(probabilities.iter().map(|&p| quantile_of_sorted(&sorted, p, kind)).collect())
}

/// Median: the middle value, or the mean of the two middle ones.
#[must_use]
pub fn median(sample: &Sample) -> f64 {
    median_of_sorted(&sample.sorted())
}

pub(crate) fn median_of_sorted(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { midpoint(sorted[half - 1], sorted[half]) }
}

pub(crate) fn midpoint(a: f64, b: f64) -> f64 {
    let sum = a + b;
    if sum.is_finite() { sum / 2.0 } else { a / 2.0 + b / 2.0 }
}

pub(crate) fn quantile_of_sorted(sorted: &[f64], p: f64, kind: QuantileType) -> f64 {
    let (first, second, weight) = kind.position(sorted.len(), p);
    interpolate(sorted[first], sorted[second], weight)
}

pub(crate) fn interpolate(a: f64, b: f64, weight: f64) -> f64 {
    if weight == 0.0 || a == b {
        a
    } else if weight == 1.0 {
        b
    } else if weight == 0.5 {
        midpoint(a, b)
    } else {
        a * (1.0 - weight) + b * weight
    }
}
