//! The form in which every number travels.

use serde::{Deserialize, Serialize};

/// A value with its interval, the level and method of that interval, and the number of observations.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The value. May be infinite where that is the truth (a median recovery time that is not reached); never NaN.
    #[serde(with = "crate::float")]
    pub value: f64,
    /// Lower end of the interval; `-inf` where unbounded or where the data allow no interval.
    #[serde(with = "crate::float")]
    pub lower: f64,
    /// Upper end of the interval; `inf` where unbounded or where the data allow no interval.
    #[serde(with = "crate::float")]
    pub upper: f64,
    /// Confidence level of the interval, inside `(0, 1)`.
    pub level: f64,
    /// Method of value and interval, for example `mean, studentized bootstrap over seeds`.
    pub method: String,
    /// Number of observations.
    pub n: usize,
}

impl Estimate {
    /// A value of which the data allow no interval: both ends are infinite and the method says why.
    #[must_use]
    pub fn without_interval(value: f64, level: f64, n: usize, method: impl Into<String>) -> Self {
        Self { value, lower: f64::NEG_INFINITY, upper: f64::INFINITY, level, method: method.into(), n }
    }

    /// Whether both ends of the interval are finite.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.lower.is_finite() && self.upper.is_finite()
    }

    /// Width of the interval; infinite where unbounded.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.upper - self.lower
    }

    /// Whether `value` lies inside the interval, ends included.
    #[must_use]
    pub fn covers(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}
