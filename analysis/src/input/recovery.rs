//! Recovery after a change. A run that never recovers is a censored value, neither infinite nor dropped.

use serde::{Deserialize, Serialize};

/// A time that was observed, or of which only a lower bound is known.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Censored {
    /// Time of the event where `observed`, otherwise the time for which it was waited in vain. Finite, at least 0.
    pub time: f64,
    /// Whether the event happened.
    pub observed: bool,
}

/// What one episode did after one change.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct RecoveryRow {
    /// Label of the controller.
    pub controller: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Index of the seed.
    pub seed: u64,
    /// Index of the change in the scenario's list.
    pub change: usize,
    /// Steps from the change to recovery where `observed`, otherwise steps waited until the horizon or the next change.
    pub recovery_steps: f64,
    /// Whether it recovered.
    pub observed: bool,
    /// Largest excess of the loss over its level before the change.
    pub degradation_depth: f64,
    /// Sum of that excess until recovery or censoring.
    pub degradation_area: f64,
    /// Recovery steps divided by the oracle's own; absent where the oracle's is unknown or censored.
    pub normalised_recovery: Option<f64>,
}
