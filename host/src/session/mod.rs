//! One study from start to report: comparators, blocks over threads, store, analysis.

pub mod block;
pub mod comparators;
