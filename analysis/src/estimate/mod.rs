//! Point estimates.

mod aggregate;
mod mean;
mod quantile;
mod trimmed;

pub use aggregate::{AggregateScores, aggregate_scores, optimality_gap};
pub use mean::{mean, standard_deviation, variance};
pub(crate) use mean::{mean_of, variance_of};
pub use quantile::{QuantileType, median, quantile, quantiles};
pub(crate) use quantile::{interpolate, median_of_sorted, midpoint, quantile_of_sorted};
pub use trimmed::{interquartile_mean, trimmed_mean};
pub(crate) use trimmed::{trim_count, trimmed_mean_of_sorted};
