//! Ready-made sets of scenarios. A new suite is one TOML file and one line in [`registry`].
//!
//! A suite has two lists: `scenarios`, which results are reported on, and `tuning`, other instances on which controllers may be tuned beforehand. No instance is in both.

use crate::sim::scenario::ScenarioSpec;
use serde::Deserialize;

/// A suite as the study file and `oha-host list suites` know it.
pub struct SuiteEntry {
    /// The name in the study file.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Its scenarios, those that results are reported on.
    pub scenarios: fn() -> Vec<ScenarioSpec>,
    /// Other instances, for tuning.
    pub tuning: fn() -> Vec<ScenarioSpec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuiteFile {
    scenarios: Vec<ScenarioSpec>,
    #[serde(default)]
    tuning: Vec<ScenarioSpec>,
}

fn read(text: &str) -> SuiteFile {
    toml::from_str(text).expect("the suites of this crate are valid, as their test shows")
}

macro_rules! suite {
    ($name:literal, $summary:literal) => {
        SuiteEntry {
            name: $name,
            summary: $summary,
            scenarios: || read(include_str!(concat!($name, ".toml"))).scenarios,
            tuning: || read(include_str!(concat!($name, ".toml"))).tuning,
        }
    };
}

/// Every suite, smallest first.
#[must_use]
pub const fn registry() -> &'static [SuiteEntry] {
    &[
        suite!("smoke", "tracking, a noisy quadratic and the digits in seconds, to see that everything works"),
        suite!("quick", "synthetic tasks and the digits, each with its controls, in about a minute"),
        suite!("standard", "every family of tasks under the main changes, in minutes"),
        suite!("full", "every family of tasks under every change"),
        suite!(
            "autotunenet",
            "the network, regimes and stress tests of AutoTuneNet-Bench on the digits, with noise that reaches the update"
        ),
    ]
}

#[cfg(test)]
mod tests;
