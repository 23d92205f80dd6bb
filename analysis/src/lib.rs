//! Statistics, tables and figures for paired comparisons over scenarios and seeds.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests compare with the platform's own functions"))]

mod analyze;
pub mod bayes;
pub mod curve;
pub mod distribution;
pub mod effect;
pub mod error;
pub mod estimate;
pub mod figure;
mod float;
pub mod input;
pub mod interval;
pub mod many;
pub mod report;
pub mod resample;
pub mod sample;
pub mod sequential;
pub mod sum;
pub mod table;
pub mod test;
pub mod verdict;

pub use analyze::{Look, analyze, look};
pub use error::{AnalysisError, StatError};
pub use verdict::{Estimate, Verdict};
