//! Tables of a verdict.

pub mod number;
