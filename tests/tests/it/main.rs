//! The program as a user runs it: one binary of modules.

mod analysis;
mod check;
mod cli;
mod cluster;
mod determinism;
mod new;
mod oracles;
mod readme;
mod study;
