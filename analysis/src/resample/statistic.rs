//! Statistics that can be resampled.

use crate::error::StatError;
use crate::estimate::{QuantileType, mean_of, median_of_sorted, quantile_of_sorted, trimmed_mean_of_sorted, variance_of};

/// A statistic of one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// Arithmetic mean of all values.
    Mean,
    /// Mean of the strata's means; equals the mean where strata have one size.
    MeanOfStrata,
    /// Median.
    Median,
    /// Quantile at a probability in `[0, 1]`.
    Quantile(f64, QuantileType),
    /// Mean of the middle half.
    InterquartileMean,
    /// Mean after dropping this fraction, in `[0, 0.5)`, at each end.
    TrimmedMean(f64),
    /// Standard deviation with divisor `n - 1`.
    StandardDeviation,
}

impl Statistic {
    /// Checks the statistic's own parameter.
    ///
    /// # Errors
    /// A probability outside `[0, 1]` or a fraction outside `[0, 0.5)`.
    pub fn check(self) -> Result<(), StatError> {
        match self {
            Self::Quantile(p, _) if !(0.0..=1.0).contains(&p) => Err(StatError::Parameter { parameter: "p", found: p, allowed: "0 to 1" }),
            Self::TrimmedMean(fraction) if !(0.0..0.5).contains(&fraction) => {
                Err(StatError::Parameter { parameter: "fraction", found: fraction, allowed: "at least 0, below 0.5" })
            }
            _ => Ok(()),
        }
    }

    /// Name for method strings.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Mean => String::from("mean"),
            Self::MeanOfStrata => String::from("mean of scenario means"),
            Self::Median => String::from("median"),
            Self::Quantile(p, kind) => format!("quantile {p} ({kind:?})"),
            Self::InterquartileMean => String::from("interquartile mean"),
            Self::TrimmedMean(fraction) => format!("trimmed mean ({fraction} at each end)"),
            Self::StandardDeviation => String::from("standard deviation"),
        }
    }

    /// Value for a non-empty list of finite values.
    pub(crate) fn of(self, values: &[f64]) -> f64 {
        let sorted = || {
            let mut sorted = values.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted
        };
        match self {
            Self::Mean | Self::MeanOfStrata => mean_of(values),
            Self::Median => median_of_sorted(&sorted()),
            Self::Quantile(p, kind) => quantile_of_sorted(&sorted(), p, kind),
            Self::InterquartileMean => trimmed_mean_of_sorted(&sorted(), 0.25),
            Self::TrimmedMean(fraction) => trimmed_mean_of_sorted(&sorted(), fraction),
            Self::StandardDeviation => variance_of(values).sqrt(),
        }
    }
}
