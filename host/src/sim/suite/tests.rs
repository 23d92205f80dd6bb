use super::registry;
use crate::sim::audit::audit;
use crate::sim::episode::{View, run};
use crate::sim::policy::Schedule;
use crate::sim::rng::Streams;
use crate::sim::scenario::{Scenario, ScenarioSpec};
use std::collections::BTreeMap;

fn checked(spec: &ScenarioSpec) -> Scenario {
    Scenario::new(spec.clone()).expect("valid")
}

#[test]
fn every_scenario_of_every_suite_is_valid_and_named_once() {
    for suite in registry() {
        let (scenarios, tuning) = ((suite.scenarios)(), (suite.tuning)());
        assert!(!scenarios.is_empty() && !tuning.is_empty(), "{}", suite.name);
        let mut names: Vec<&str> = scenarios.iter().chain(&tuning).map(|s| s.name.as_str()).collect();
        scenarios.iter().chain(&tuning).for_each(|s| drop(checked(s)));
        names.sort_unstable();
        assert!(names.windows(2).all(|w| w[0] != w[1]), "{}: a name stands twice", suite.name);
        let instance = |s: &ScenarioSpec| ScenarioSpec { name: String::new(), ..s.clone() };
        for held_out in &scenarios {
            assert!(tuning.iter().all(|t| instance(t) != instance(held_out)), "{}: {} is tuned on", suite.name, held_out.name);
        }
    }
}

/// Each change of each suite proves its effect; the full suite is made of what the others and the audit's own tests cover.
#[test]
fn the_audit_finds_no_fault_in_the_suites() {
    for suite in registry().iter().filter(|s| s.name != "full") {
        for spec in (suite.scenarios)().iter().chain(&(suite.tuning)()) {
            let faults = audit(&checked(spec), &Streams::tuning(0, &spec.name, 0), 1).faults();
            assert!(faults.is_empty(), "{}/{}: {faults:?}", suite.name, spec.name);
        }
    }
}

/// Digest of one episode of every scenario at its initial hyperparameters, at most 40 decisions: a change of bits is seen here, and belongs into the changelog.
#[test]
fn bits_are_pinned() {
    let mut digests: BTreeMap<String, String> = BTreeMap::new();
    for suite in registry().iter().filter(|s| ["smoke", "quick", "standard", "autotunenet"].contains(&s.name)) {
        for spec in (suite.scenarios)() {
            let n_steps = checked(&spec).n_steps.min(if spec.optimizer_steps_per_decision > 1 { 2 } else { 40 });
            let scenario = checked(&ScenarioSpec { n_steps: Some(n_steps), ..spec });
            let values = scenario.space.controlled_specs().map(|h| h.initial).collect();
            let episode = run(&scenario, &Streams::new(1, &scenario.name, 0), &View::open_loop(), &mut Schedule { values });
            digests.insert(format!("{}/{}", suite.name, scenario.name), episode.trajectory.digest());
        }
    }
    let lines: Vec<String> = digests.iter().map(|(name, digest)| format!("{name} {digest}")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}
