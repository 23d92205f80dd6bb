//! Compare online hyperparameter adaptation controllers on reproducible non-stationary scenarios.
//!
//! The binary `oha-host` is a thin layer over this library: [`study`] reads and checks what is to be run, [`session`] runs it over threads
//! ([`executor`]) and worker processes ([`plugin`]) into a results folder ([`store`]), [`sim`] is the simulator itself.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests compare with the platform's own functions"))]

pub mod claims;
pub mod cli;
pub mod cluster;
pub mod conformance;
pub mod executor;
pub mod plugin;
pub mod scaffold;
pub mod seeds;
pub mod session;
pub mod sim;
pub mod store;
pub mod study;
pub mod system;
