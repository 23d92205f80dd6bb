//! Compare online hyperparameter adaptation controllers on reproducible non-stationary scenarios.

pub mod executor;
pub mod plugin;
pub mod sim;
