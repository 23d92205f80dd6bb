//! Integration tests of the analysis: one binary of modules.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs)]

mod browser;
mod calibration;
mod figures;
mod fixture;
mod guards;
mod reference;
mod report;
mod study;
mod tables;
mod typeset;
