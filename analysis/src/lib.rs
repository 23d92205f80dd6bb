//! Statistics, tables and figures for paired comparisons over scenarios and seeds.

mod analyze;
pub mod bayes;
pub mod curve;
pub mod distribution;
pub mod effect;
pub mod error;
pub mod estimate;
mod float;
pub mod input;
pub mod interval;
pub mod many;
pub mod resample;
pub mod sample;
pub mod sum;
pub mod test;
pub mod verdict;

pub use analyze::analyze;
pub use error::{AnalysisError, StatError};
pub use verdict::{Estimate, Verdict};
