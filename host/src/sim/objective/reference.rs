//! Every case of `tests/data/tasks.json`, each by the method that it is about.

use super::peaks::{cones, gmpb};
use super::{least_squares, regression_tracking, stream};
use crate::sim::episode::{View, run};
use crate::sim::oracle::moments::Moments;
use crate::sim::policy::Schedule;
use crate::sim::rng::Streams;
use crate::sim::scenario::{Scenario, from_json};
use serde_json::{Value, json};

pub(in crate::sim) fn number(v: &Value) -> f64 {
    v.as_f64().expect("a number")
}

pub(in crate::sim) fn close(a: &[f64], b: &[f64], tolerance: f64, what: &str) {
    assert_eq!(a.len(), b.len(), "{what}");
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * b.abs().max(1.0)), "{what}: {a:?} against {b:?}");
}

pub(in crate::sim) fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

fn nqm10(settings: &Value) -> Scenario {
    let task = json!({ "kind": "noisy-quadratic", "spectrum": { "law": "inverse", "dimension": 10 }, "noise": { "proportional": 0.25 } });
    let momentum = settings.get("mu").cloned().unwrap_or_else(|| json!(0.0));
    from_json(&json!({ "name": "nqm", "n_steps": 60, "task": task, "optimizer": { "kind": "sgd", "momentum": momentum } })).expect("valid")
}

/// The exact recursion against the case's expected losses.
fn expected_loss(id: &str, inputs: &Value, expected: &Value) {
    let scenario = nqm10(inputs);
    let moments = Moments::of(&scenario, &scenario.regime(&Streams::new(0, "nqm", 0))).expect("a closed form");
    let losses = moments.losses(&numbers(&inputs["lr"]));
    for (at, y) in numbers(&inputs["at"]).into_iter().zip(numbers(&expected["loss"])).skip(1) {
        let found = losses[at as usize - 1];
        assert!((found - y).abs() <= 1e-12 * y.max(1.0), "{id}, after {at} steps: {found} against {y}");
    }
    let sum: f64 = losses.iter().sum();
    assert!((sum / expected["sum_loss_1_to_T"].as_f64().expect("a number") - 1.0).abs() < 1e-12, "{id}: {sum}");
}

/// Heavy ball: the mean over simulated seeds, within five standard errors.
fn simulated_loss(id: &str, inputs: &Value, expected: &Value) {
    const N: u64 = 3000;
    let scenario = nqm10(inputs);
    let values = vec![inputs["lr"].as_f64().expect("a number")];
    let losses: Vec<Vec<f64>> = (0..N)
        .map(|seed| {
            let mut schedule = Schedule { values: values.clone() };
            run(&scenario, &Streams::new(0, "nqm", seed), &View::open_loop(), &mut schedule).trajectory.loss
        })
        .collect();
    for (at, y) in numbers(&inputs["at"]).into_iter().zip(numbers(&expected["loss"])).skip(1) {
        let sample: Vec<f64> = losses.iter().map(|l| l[at as usize - 1]).collect();
        let mean = sample.iter().sum::<f64>() / N as f64;
        let variance = sample.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (N - 1) as f64;
        let error = (variance / N as f64).sqrt();
        assert!((mean - y).abs() < 5.0 * error, "{id}, after {at} steps: {mean} +- {error} against {y}");
    }
}

/// The greedy gains of an isotropic quadratic.
fn isotropic(id: &str, inputs: &Value, expected: &Value) {
    let n = numbers(&inputs["S0"]).len();
    let task =
        json!({ "kind": "noisy-quadratic", "spectrum": vec![inputs["h"].clone(); n], "noise": inputs["sigma2"], "initial": inputs["S0"] });
    let scenario = from_json(&json!({ "name": "i", "n_steps": inputs["T"], "task": task })).expect("valid");
    let moments = Moments::of(&scenario, &scenario.regime(&Streams::new(0, "i", 0))).expect("a closed form");
    let rates = moments.greedy();
    let losses = moments.losses(&rates);
    for (found, key) in [(rates, "lr"), (losses, "loss")] {
        for (a, b) in found.iter().zip(numbers(&expected[key])) {
            assert!((a - b).abs() <= 1e-12, "{id}, {key}: {a} against {b}");
        }
    }
}

/// One dimension with curvature, noise, drift and jumps that change: the recursion with the case's own tables.
fn nonstationary(id: &str, inputs: &Value, expected: &Value) {
    let n_steps = inputs["T"].as_u64().expect("a number") as usize;
    let mut jump = vec![0.0; n_steps];
    for (at, size) in inputs["jumps"].as_object().expect("a table") {
        jump[at.parse::<usize>().expect("a step")] = size.as_f64().expect("a number");
    }
    let noise = inputs.get("s").or_else(|| inputs.get("sigma2")).expect("noise");
    let form = super::ClosedForm {
        curvature: vec![1.0],
        noise_variance: vec![1.0],
        drift_variance: vec![0.0],
        initial_variance: vec![inputs["S0"].as_f64().expect("a number")],
        multiplicative: 0.0,
    };
    let mut moments = Moments::stationary(&form, n_steps, (0.0, 1e9));
    (moments.curvature, moments.noise, moments.drift) = (numbers(&inputs["h"]), numbers(noise), numbers(&inputs["q"]));
    moments.jump = jump;
    let rates = moments.greedy();
    let losses = moments.losses(&rates);
    for (found, key) in [(rates, "lr"), (losses, "loss")] {
        for (t, (a, b)) in found.iter().zip(numbers(&expected[key])).enumerate() {
            assert!((a - b).abs() <= 1e-12, "{id}, {key}, step {t}: {a} against {b}");
        }
    }
}

#[test]
fn every_reference_case_holds() {
    let file: Value = serde_json::from_str(include_str!("../../../tests/data/tasks.json")).expect("valid JSON");
    for case in file["cases"].as_array().expect("cases") {
        let id = case["id"].as_str().expect("a name");
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        match id {
            _ if id.starts_with("nqm.sgd") => expected_loss(id, inputs, expected),
            _ if id.starts_with("nqm.momentum") => simulated_loss(id, inputs, expected),
            _ if id.starts_with("nqm.oracle_isotropic") => isotropic(id, inputs, expected),
            _ if id.starts_with("nqm.oracle_1d") => nonstationary(id, inputs, expected),
            _ => {
                let checks = [
                    gmpb::reference::check,
                    cones::reference::check,
                    regression_tracking::reference::check,
                    least_squares::reference::check,
                    stream::reference_check,
                    crate::sim::metrics::reference::check,
                ];
                assert!(checks.iter().any(|check| check(case)), "{id}: no method covers it");
            }
        }
    }
}
