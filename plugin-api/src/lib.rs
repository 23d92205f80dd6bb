//! Write a controller for `oha-host`.
//!
//! A *controller* sets hyperparameters (learning rate, momentum, ...) at each step of one training run:
//! `lambda_t = pi(H_{1:t-1})`. Implement [`Controller`], export it with one line, compile a `cdylib`.

mod config;
mod controller;
mod descriptor;
mod observation;
mod signal;
mod spec;

pub use config::{Config, ConfigError};
pub use controller::{Controller, ControllerError, Proposal, Report};
pub use descriptor::{Descriptor, InformationClass, Parameter, ParameterKind};
pub use observation::Observation;
pub use signal::Signal;
pub use spec::{EpisodeSpec, HyperparameterSpec, Scale};
