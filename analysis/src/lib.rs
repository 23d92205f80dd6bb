//! Statistics, tables and figures for paired comparisons over scenarios and seeds.

pub mod error;
mod float;
pub mod input;
pub mod verdict;

pub use error::{AnalysisError, StatError};
pub use verdict::{Estimate, Verdict};
