//! Curves: bands over time, distributions over targets, performance profiles, running times, survival, sensitivity, regret.

mod band;
mod profile;
mod regret;
mod running_time;
mod sensitivity;
mod survival;
mod target;

pub use band::{Band, mean_bands};
pub use profile::{ScoreProfile, cost_profile, score_profile};
pub use regret::{Regret, regret};
pub use running_time::{RunningTimeEstimate, expected_running_time};
pub use sensitivity::{GoodRegion, good_region};
pub use survival::{KaplanMeier, kaplan_meier, restricted_mean};
pub use target::{first_hits, log_targets, target_ecdf};
