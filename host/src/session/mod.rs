//! One study from start to report: comparators, blocks over threads, store, analysis.

mod analysis;
pub mod block;
pub mod comparators;
pub mod oracle_cache;
pub mod oracle_files;
mod run;
pub mod worker;

pub use analysis::{Material, MaterialError, material};
pub use run::{Monitor, Place, Prepared};
