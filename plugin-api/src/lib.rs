//! Write a controller for `oha-host`.
//!
//! A *controller* sets hyperparameters (learning rate, momentum, ...) at each step of one training run:
//! `lambda_t = pi(H_{1:t-1})`. Implement [`Controller`], export it with one line, compile a `cdylib`.

pub mod abi;
pub mod bridge;
mod config;
mod controller;
mod descriptor;
pub mod export;
mod observation;
pub mod random;
pub mod rig;
mod signal;
mod spec;
#[cfg(feature = "abi_stable")]
pub mod stable;
pub mod state;

pub use config::{Config, ConfigError};
pub use controller::{Controller, ControllerError, Proposal, Report};
pub use descriptor::{Descriptor, InformationClass, Parameter, ParameterKind};
pub use observation::{Evaluator, Observation};
pub use signal::Signal;
pub use spec::{EpisodeSpec, HyperparameterSpec, Scale};

/// Nothing more to export without the feature `abi_stable`.
#[cfg(not(feature = "abi_stable"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_stable {
    ($library:ident) => {};
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
