//! The program as a user runs it: one binary of modules.

mod analysis;
mod cli;
mod cluster;
mod determinism;
mod readme;
mod study;
