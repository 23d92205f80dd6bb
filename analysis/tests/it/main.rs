//! Tests of the crate from outside, one binary of modules.

mod figures;
mod fixture;
