//! Integration tests of the analysis: one binary of modules.
#![allow(clippy::unwrap_used, missing_docs)]

mod study;
