//! What holds for every objective of the registry.

use super::registry;
use crate::sim::rng::Streams;
use crate::sim::scenario::{Scenario, from_json};
use serde_json::json;

/// The scenario of a family with its default settings.
fn plain(name: &str) -> Scenario {
    from_json(&json!({ "name": name, "task": { "kind": name }, "n_steps": 20 })).expect("default settings are valid")
}

/// Central differences along every coordinate (at most 40 of them, evenly chosen), at the start and after a few steps. In single precision the
/// step is as wide as the rounding of the loss asks for.
#[test]
fn gradients_agree_with_finite_differences() {
    for family in registry() {
        let scenario = plain(family.name);
        let streams = Streams::new(3, &scenario.name, 1);
        let mut training = scenario.start(&streams);
        let lambda = scenario.space.initial();
        for step in 0..4 {
            training.look(step, &lambda);
            let (theta, gradient) = (training.parameters(), training.gradient());
            let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
            let stride = theta.len().div_ceil(40);
            for i in (0..theta.len()).step_by(stride) {
                let single = theta.iter().all(|x| f64::from(*x as f32) == *x);
                let (relative_width, relative_tolerance) = match family.name {
                    _ if single => (2e-3, 5e-3),
                    // Its transformation oscillates.
                    "gmpb" => (1e-7, 1e-5),
                    _ => (1e-5, 1e-5),
                };
                let width = relative_width * theta[i].abs().max(1.0);
                let mut at = |sign: f64| {
                    let mut moved = theta.clone();
                    moved[i] += sign * width;
                    training.batch_loss_at(step, &moved, &lambda)
                };
                let slope = (at(1.0) - at(-1.0)) / (2.0 * width);
                let tolerance = relative_tolerance * norm.max(1e-3);
                let name = family.name;
                assert!((slope - gradient[i]).abs() <= tolerance, "{name}, step {step}, coordinate {i}: {slope} against {}", gradient[i]);
            }
            training.step(step, &lambda);
        }
    }
}

/// Two runs of one seed are the same, two seeds are not.
#[test]
fn every_family_is_a_function_of_its_seed() {
    for family in registry() {
        let scenario = plain(family.name);
        let losses = |seed| {
            let mut training = scenario.start(&Streams::new(3, &scenario.name, seed));
            let lambda = scenario.space.initial();
            (0..20).map(|t| training.step(t, &lambda).loss).collect::<Vec<_>>()
        };
        assert_eq!(losses(1), losses(1), "{}", family.name);
        assert_ne!(losses(1), losses(2), "{}", family.name);
        assert!(losses(1).iter().all(|y| y.is_finite()), "{}", family.name);
    }
}
