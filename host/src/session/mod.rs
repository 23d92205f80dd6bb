//! One study from start to report: comparators, blocks over threads, store, analysis.

mod analysis;
pub mod block;
pub mod comparators;
mod run;
pub mod verify;
pub mod worker;

pub use analysis::{Material, MaterialError, material};
pub use run::{Monitor, Place, Prepared};
