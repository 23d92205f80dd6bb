//! Ready-made sets of scenarios. A new suite is one TOML file and one line in [`registry`].

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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuiteFile {
    scenarios: Vec<ScenarioSpec>,
}

fn read(text: &str) -> Vec<ScenarioSpec> {
    let file: SuiteFile = toml::from_str(text).expect("the suites of this crate are valid, as their test shows");
    file.scenarios
}

/// Every suite, smallest first.
#[must_use]
pub const fn registry() -> &'static [SuiteEntry] {
    &[
        SuiteEntry {
            name: "smoke",
            summary: "tracking tasks in seconds, to see that everything works",
            scenarios: || read(include_str!("smoke.toml")),
        },
        SuiteEntry {
            name: "quick",
            summary: "tracking, quadratics and digits under shifts, drifts and bursts of noise, in less than a minute",
            scenarios: || read(include_str!("quick.toml")),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::Scenario;

    #[test]
    fn every_scenario_of_every_suite_is_valid() {
        for suite in registry() {
            for spec in (suite.scenarios)() {
                Scenario::new(spec).expect("valid");
            }
        }
    }
}
