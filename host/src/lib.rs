//! Compare online hyperparameter adaptation controllers on reproducible non-stationary scenarios.

pub mod executor;
pub mod plugin;
pub mod session;
pub mod sim;
pub mod study;
