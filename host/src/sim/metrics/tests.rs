//! Every metric on episodes whose values are known by hand.

use super::*;
use crate::sim::episode::{End, Episode, View, run};
use crate::sim::oracle::Kind;
use crate::sim::policy::{Policy, PolicyFault, Schedule};
use crate::sim::rng::Streams;
use crate::sim::scenario::from_json;
use oha_plugin_api::{Observation, Proposal, Report};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn scenario(extra: &Value) -> Scenario {
    let mut spec = json!({ "name": "m", "task": { "kind": "tracking" }, "n_steps": 20 });
    for (key, value) in extra.as_object().expect("a table") {
        spec[key] = value.clone();
    }
    from_json(&spec).expect("a valid scenario")
}

fn values(scenario: &Scenario, episode: &Episode, comparators: &[Comparator<'_>]) -> BTreeMap<String, Option<f64>> {
    measure(&Measured { scenario, episode, comparators }).into_iter().collect()
}

#[test]
fn losses_and_updates_by_hand() {
    let scenario = scenario(&json!({}));
    // Proposals 2 (too large, clamped to 1.99), then 0.5, 0.5, 0.25 for ever.
    let mut schedule = Schedule { values: vec![2.0, 0.5, 0.5, 0.25] };
    let mut episode = run(&scenario, &Streams::new(0, "m", 0), &View::open_loop(), &mut schedule);
    episode.trajectory.loss = (0..20).map(f64::from).collect();
    let constant = vec![20.0; 20];
    let best = vec![9.0; 20];
    let comparators = [Comparator { kind: Kind::Constant, loss: &constant }, Comparator { kind: Kind::Dynamic, loss: &best }];
    let seen = values(&scenario, &episode, &comparators);
    assert_eq!(seen["cumulative_loss"], Some(190.0));
    assert_eq!(seen["mean_loss"], Some(9.5));
    assert_eq!(seen["final_loss"], Some(18.5));
    assert_eq!(seen["loss_area"], Some(0.5 * 19.0 * 19.0));
    assert_eq!(seen["static_regret"], Some(-210.0));
    assert_eq!(seen["dynamic_regret"], Some(10.0));
    assert_eq!(seen["normalized_regret"], Some(10.0 / 220.0));
    assert_eq!(seen["switching_regret"], None);
    assert_eq!(seen["n_violations"], Some(1.0));
    assert_eq!(seen["update_frequency.learning_rate"], Some(2.0 / 19.0));
    let log_change = libm::log(1.99 / 0.5) + libm::log(2.0);
    assert!((seen["update_magnitude.learning_rate"].expect("defined") - log_change / 19.0).abs() < 1e-15);
    assert_eq!((seen["diverged"], seen["divergence_step"]), (Some(0.0), None));
    assert_eq!((seen["n_optimizer_steps"], seen["flops"]), (Some(20.0), Some(160.0)));
    assert_eq!((seen["final_accuracy"], seen["recovery_time"]), (None, None));
}

#[test]
fn a_diverged_episode_has_every_loss() {
    let scenario = scenario(
        &json!({ "task": { "kind": "tracking", "curvature": 2.0 }, "ceiling": 10.0, "n_steps": 60, "optimizer_steps_per_decision": 3,
        "hyperparameters": { "learning_rate": { "max": 10.0 } } }),
    );
    let episode = run(&scenario, &Streams::new(0, "m", 0), &View::open_loop(), &mut Schedule { values: vec![5.0] });
    let End::Diverged { step } = episode.end else { panic!("{:?}", episode.end) };
    let seen = values(&scenario, &episode, &[]);
    assert_eq!((seen["diverged"], seen["divergence_step"]), (Some(1.0), Some(step as f64)));
    assert_eq!(seen["final_loss"], Some(10.0));
    assert_eq!(seen["n_optimizer_steps"], Some(3.0 * (step + 1) as f64));
}

struct Talker;

impl Policy for Talker {
    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), PolicyFault> {
        proposal.values[0] = 0.1;
        match observation.step {
            3 | 4 => proposal.report(Report::DRIFT_DETECTED),
            5 => proposal.report(Report::ROLLBACK),
            6 => proposal.report(Report::RESTART),
            7 => return Err(PolicyFault { message: "tired".into() }),
            _ => {}
        }
        Ok(())
    }
}

#[test]
fn reports_are_counted_and_a_fault_leaves_the_losses_missing() {
    let scenario = scenario(&json!({}));
    let episode = run(&scenario, &Streams::new(0, "m", 0), &View::open_loop(), &mut Talker);
    let seen = values(&scenario, &episode, &[]);
    let counts = ["n_drift_detections", "n_rollbacks", "n_restarts", "n_violations"].map(|name| seen[name]);
    assert_eq!(counts, [Some(2.0), Some(1.0), Some(1.0), Some(0.0)]);
    assert!(["cumulative_loss", "final_loss", "loss_area"].iter().all(|name| seen[*name].is_none()));
    assert_eq!(seen["n_optimizer_steps"], Some(7.0));
}

#[test]
fn names_are_unique_and_found_again() {
    let scenario = scenario(&json!({ "controlled": ["learning_rate", "momentum"] }));
    let names = names(&scenario);
    for (i, name) in names.iter().enumerate() {
        assert!(!names[..i].contains(name), "{name}");
        assert!(find(name).is_some_and(|m| name.starts_with(m.name)), "{name}");
    }
    assert!(names.contains(&"update_frequency.momentum".to_owned()));
    assert!(find("no_such_metric").is_none());
}
