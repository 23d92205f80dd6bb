//! Confidence intervals. Each returns an [`Estimate`](crate::Estimate) whose method says what was resampled.

mod bootstrap;
mod exact;
mod jackknife;
mod mean;
mod median;
mod pooled;
mod proportion;
mod studentized;
mod trimmed;

pub use bootstrap::{Bootstrap, bootstrap, bootstrap_two_sample};
pub use exact::{ExactBootstrap, exact_bootstrap};
pub use jackknife::{acceleration, jackknife};
pub(crate) use mean::STUDENTIZED_MIN;
pub use mean::{mean_interval, student_t_interval};
pub use median::median_interval;
pub use pooled::{pooled_interval, pooled_mean_interval, stratified_t_interval};
pub use proportion::{clopper_pearson, wilson};
pub use studentized::{studentized_interval, studentized_stratified_interval};
pub use trimmed::trimmed_mean_interval;
