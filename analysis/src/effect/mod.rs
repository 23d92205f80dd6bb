//! Effect sizes. All are positive (or above one half) where `x` tends to be larger than `y`.

mod dominance;
mod improvement;
mod shift;
mod standardized;

pub use dominance::{Dominance, cliffs_delta, cliffs_delta_interval};
pub(crate) use improvement::half_step;
pub use improvement::{Improvement, paired_improvement, probability_of_improvement};
pub use shift::{hodges_lehmann, rank_biserial};
pub use standardized::{CohensD, cohens_d, cohens_dz};
