//! The program as a user runs it: one binary of modules.

mod analysis;
mod check;
mod cli;
mod cluster;
mod determinism;
mod examples;
#[cfg(target_os = "linux")]
mod faults;
mod new;
mod oracles;
mod readme;
#[cfg(target_os = "linux")]
mod slurm;
mod study;
#[cfg(unix)]
mod submit;
#[cfg(target_os = "linux")]
mod unload;
mod user_data;
