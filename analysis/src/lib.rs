//! Statistics, tables and figures for paired comparisons over scenarios and seeds.

pub mod error;
pub mod figure;
mod float;
pub mod input;
pub mod report;
pub mod table;
pub mod verdict;

pub use error::{AnalysisError, StatError};
pub use verdict::{Estimate, Verdict};
