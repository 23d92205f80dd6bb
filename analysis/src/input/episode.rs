//! One row of the results: a controller, a scenario, a seed, what became of the episode and what was measured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How an episode ended.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It ran to its horizon.
    Completed,
    /// The loss became non-finite or passed the ceiling; the remaining steps were scored at the ceiling.
    Diverged,
    /// The controller failed (a panic, a timeout, a broken contract).
    Faulted,
    /// There is no result.
    Missing,
}

/// One episode: the metrics that one controller reached in one scenario under one seed.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct EpisodeRow {
    /// Label of the controller, unique in the study.
    pub controller: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Index of the seed; the same index means the same random numbers for every controller.
    pub seed: u64,
    /// How the episode ended.
    pub status: Status,
    /// Value of each metric by name, in the metric's own unit.
    pub metrics: BTreeMap<String, f64>,
}

/// What every table says about a controller.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct ControllerInfo {
    /// Label, unique in the study.
    pub label: String,
    /// What it is allowed to see: `open-loop`, `scalar`, `signals`, `current` or `evaluations`; empty where unknown.
    pub information_class: String,
    /// `controller`, `schedule`, `optimizer` or `oracle`; empty where unknown.
    pub kind: String,
    /// Publication or origin; empty where unknown.
    pub source: String,
    /// One sentence; empty where unknown.
    pub description: String,
}

impl ControllerInfo {
    /// A controller of which only the label is known.
    #[must_use]
    pub fn from_label(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }
}
