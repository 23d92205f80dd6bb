//! AutoTuneNet: Bayesian optimisation of a hyperparameter during the run, with a guard that takes it back.
//!
//! | controller | rule | class | source |
//! | --- | --- | --- | --- |
//! | `autotunenet` | each epoch: a value from a tree-structured Parzen estimator, at most 50 % from the last; rollback after two bad epochs | `scalar` | AutoTuneNet; Bergstra et al. 2011 |
//!
//! See [`controller`] for the rule and for what was corrected, [`tpe`] for the estimator.

pub mod controller;
pub mod tpe;

pub use controller::AutoTuneNet;

oha_plugin_api::export_controller!(AutoTuneNet);
