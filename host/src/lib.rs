//! Compare online hyperparameter adaptation controllers on reproducible non-stationary scenarios.

pub mod plugin;
