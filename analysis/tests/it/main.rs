//! Integration tests of the analysis: one binary of modules.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs)]

mod figures;
mod fixture;
mod reference;
mod study;
