//! Many treatments over blocks: Friedman's test, critical differences, adjusted p-values.

mod adjust;
mod friedman;
mod groups;
mod nemenyi;

pub use adjust::{Adjustment, adjust};
pub use friedman::{Friedman, average_ranks, friedman};
pub use groups::{cliques, rank_groups};
pub use nemenyi::{bonferroni_dunn_cd, nemenyi_cd, nemenyi_p};
