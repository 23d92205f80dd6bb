use crate::sim::episode::{View, run};
use crate::sim::oracle::moments::Moments;
use crate::sim::policy::Schedule;
use crate::sim::rng::Streams;
use crate::sim::scenario::from_json;
use serde_json::{Value, json};

fn losses(scenario: &Value, rate: f64, seed: u64) -> Vec<f64> {
    let scenario = from_json(scenario).expect("valid");
    run(&scenario, &Streams::new(1, &scenario.name, seed), &View::open_loop(), &mut Schedule { values: vec![rate] }).trajectory.loss
}

#[test]
fn the_mean_loss_is_the_exact_recursion() {
    const N: usize = 2000;
    let scenario = json!({ "name": "q", "n_steps": 30, "task": { "kind": "noisy-quadratic", "drift": 0.01,
        "spectrum": { "law": "inverse", "dimension": 10 } }, "regime": [{ "kind": "target-jump", "start": 12, "variance": 2.0 }] });
    let checked = from_json(&scenario).expect("valid");
    let moments = Moments::of(&checked, &checked.regime(&Streams::new(1, "q", 0))).expect("a closed form");
    let expected = moments.losses(&[0.3]);
    let all: Vec<Vec<f64>> = (0..N as u64).map(|seed| losses(&scenario, 0.3, seed)).collect();
    for (t, &expected) in expected.iter().enumerate() {
        let mean = all.iter().map(|y| y[t]).sum::<f64>() / N as f64;
        let variance = all.iter().map(|y| (y[t] - mean).powi(2)).sum::<f64>() / (N - 1) as f64;
        let error = (variance / N as f64).sqrt();
        assert!((mean - expected).abs() < 5.0 * error, "step {t}: {mean} +- {error} against {expected}");
    }
}

#[test]
fn turning_the_landscape_puts_what_was_left_on_steep_directions() {
    let still =
        json!({ "name": "r", "n_steps": 40, "task": { "kind": "rotating-quadratic", "rotation_per_step": 0.0, "spectrum": [1.0, 0.01] } });
    let turned = json!({ "name": "r", "n_steps": 40, "task": { "kind": "rotating-quadratic", "rotation_per_step": 0.0, "spectrum": [1.0, 0.01] },
        "regime": [{ "kind": "rotation", "start": 20, "angle": 1.0 }] });
    let (a, b) = (losses(&still, 0.2, 4), losses(&turned, 0.2, 4));
    assert_eq!(a[..20], b[..20]);
    // After 20 steps the steep direction is down to 1 % of its start.
    assert!(b[20] > 1.5 * a[20], "{} against {}", b[20], a[20]);
}

#[test]
fn a_quarter_turn_exchanges_curvatures() {
    // With curvatures (4, 1) and a quarter turn, the planes' axes change places; the noise-free run is known by hand.
    let scenario = json!({ "name": "r", "n_steps": 3, "task": { "kind": "rotating-quadratic", "rotation_per_step": 0.0, "spectrum": [4.0, 1.0] },
        "regime": [{ "kind": "rotation", "start": 0, "angle": std::f64::consts::FRAC_PI_2 }] });
    let checked = from_json(&scenario).expect("valid");
    let streams = Streams::new(1, "r", 0);
    let mut training = checked.start(&streams);
    let mut x = training.parameters();
    for t in 0..3 {
        let loss = training.step(t, &[0.1, 0.0, 0.0]).loss;
        x = vec![0.9 * x[0], 0.6 * x[1]];
        assert!((loss - 0.5 * (x[0] * x[0] + 4.0 * x[1] * x[1])).abs() < 1e-12);
    }
}

#[test]
fn conditioning_keeps_the_largest_curvature() {
    let form = super::Form::new(vec![2.0, 1.0, 0.02], &[0.0; 3], &[0.0; 3], &[1.0; 3], 0.0);
    let mut h = [0.0; 3];
    form.scaled(1.0, 10.0, &mut h);
    assert!((h[0] - 2.0).abs() < 1e-12 && (h[0] / h[2] - 1000.0).abs() < 1e-9, "{h:?}");
    assert!(h[1] < 1.0 && h[1] > 0.02);
}

#[test]
fn one_pass_has_the_bits_of_its_parts() {
    // A signal that is watched needs the parts apart.
    for kind in ["noisy-quadratic", "rotating-quadratic"] {
        let spectrum = json!({ "law": "geometric", "dimension": 11, "condition_number": 10.0 });
        let scenario = from_json(&json!({ "name": "t", "n_steps": 60,
            "task": { "kind": kind, "spectrum": spectrum, "drift": 0.01, "noise": 0.1 },
            "optimizer": { "kind": "sgd", "momentum": 0.5, "weight_decay": 0.01 },
            "regime": [{ "kind": "curvature", "start": 10 }, { "kind": "target-jump", "start": 20 }, { "kind": "gradient-noise", "start": 25 },
                { "kind": "rotation", "start": 30, "end": 40 }, { "kind": "optimizer-reset", "start": 45 }, { "kind": "low-precision", "start": 50 }] }));
        let scenario = scenario.expect("valid");
        let streams = Streams::new(1, "t", 0);
        let (mut whole, mut parts) = (scenario.start(&streams), scenario.start(&streams));
        parts.watch(crate::sim::trainer::SignalSet::new(&[oha_plugin_api::Signal::GradientNorm]));
        let lambda = scenario.space.initial();
        for step in 0..60 {
            let (a, b) = (whole.step(step, &lambda), parts.step(step, &lambda));
            assert_eq!(a.loss.to_bits(), b.loss.to_bits(), "{kind}, step {step}");
        }
        assert_eq!(whole.parameters(), parts.parameters());
        assert_eq!(whole.gradient(), parts.gradient());
    }
}
