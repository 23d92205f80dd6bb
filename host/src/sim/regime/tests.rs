//! What each alteration does to a gradient or a report.

use super::*;
use crate::sim::real::VectorMut;
use crate::sim::rng::{SeedKey, Streams};
use serde_json::json;

fn altered(settings: &Value, strength: f64, gradient: &[f64]) -> Vec<f64> {
    let change = Change::parse(settings).expect("valid");
    let key = SeedKey::study(5);
    let mut g = gradient.to_vec();
    change.alteration.gradient(strength, key.named("fixed"), &mut key.at(0), &mut VectorMut::F64(&mut g));
    g
}

#[test]
fn masks_and_frozen_coordinates_have_the_stated_share() {
    let ones = vec![1.0; 20_000];
    for kind in ["gradient-mask", "frozen-coordinates"] {
        let g = altered(&json!({ "kind": kind, "fraction": 0.6 }), 0.5, &ones);
        let n = g.iter().filter(|&&g| g == 0.0).count() as f64;
        // Binomial with p = 0.3.
        assert!((n - 6000.0).abs() < 5.0 * (20_000.0f64 * 0.3 * 0.7).sqrt(), "{kind}: {n}");
        assert!(g.iter().all(|&g| g == 0.0 || g == 1.0));
    }
}

#[test]
fn multiplicative_noise_scales_with_the_gradient() {
    let mut gradient = vec![2.0; 20_000];
    gradient[0] = 0.0;
    let g = altered(&json!({ "kind": "multiplicative-gradient-noise", "deviation": 0.5 }), 1.0, &gradient);
    assert_eq!(g[0], 0.0);
    let variance = g[1..].iter().map(|g| (g - 2.0).powi(2)).sum::<f64>() / (g.len() - 1) as f64;
    assert!((variance - 1.0).abs() < 5.0 * (2.0f64 / 20_000.0).sqrt(), "{variance}");
}

#[test]
fn heavy_tails_have_the_quantiles_of_students_t() {
    // P(|T| > t) by scipy.stats.t.sf, SciPy 1.17: nu = 1, t = 10; nu = 3, t = 5.
    for (nu, threshold, tail) in [(1, 10.0, 0.063_451_041_596_2), (3, 5.0, 0.015_392_429_0)] {
        let g =
            altered(&json!({ "kind": "heavy-tailed-gradient-noise", "scale": 2.0, "degrees_of_freedom": nu }), 0.5, &vec![0.0; 100_000]);
        let n = g.iter().filter(|g| g.abs() > threshold).count() as f64;
        let expected = 1e5 * tail;
        assert!((n - expected).abs() < 5.0 * expected.sqrt(), "nu {nu}: {n} for {expected}");
    }
}

#[test]
fn loss_scale_is_geometric_in_its_strength() {
    assert_eq!(altered(&json!({ "kind": "loss-scale", "factor": 100.0 }), 0.5, &[3.0]), [30.0]);
}

#[test]
fn delayed_reports_are_those_of_the_past() {
    let delay = Change::parse(&json!({ "kind": "feedback-delay", "steps": 2 })).expect("valid").alteration;
    let tell = |strength: f64, history: &[f64]| {
        let mut loss = *history.last().expect("one");
        delay.feedback(strength, &mut SeedKey::study(0).at(0), history, &mut loss);
        loss
    };
    assert_eq!(tell(1.0, &[1.0, 2.0, 3.0]), 1.0);
    assert_eq!(tell(0.5, &[1.0, 2.0, 3.0]), 2.0);
    assert_eq!(tell(0.2, &[1.0, 2.0, 3.0]), 3.0);
    assert!(tell(1.0, &[1.0, 2.0]).is_nan());
}

#[test]
fn a_penalty_pulls_the_parameters_to_zero() {
    let run = |regime: Value| {
        let scenario = crate::sim::scenario::from_json(&json!({ "name": "p", "n_steps": 200, "regime": regime,
            "task": { "kind": "tracking", "noise_variance": 0.0, "drift_variance": 0.0, "initial_variance": 0.0 } }));
        let scenario = scenario.expect("valid");
        let mut training = scenario.start(&Streams::new(0, "p", 0));
        (0..200).for_each(|t| {
            training.step(t, &[0.1, 0.0, 0.0]);
        });
        training.parameters()[0]
    };
    let target = run(json!([{ "kind": "target-jump", "start": 0 }]));
    let shrunk = run(json!([{ "kind": "target-jump", "start": 0 }, { "kind": "regularisation", "start": 0, "coefficient": 0.25 }]));
    // The minimum of (x - c)^2 / 2 + 0.25 x^2 / 2 is c / 1.25.
    assert!(target.abs() > 0.01 && (shrunk - target / 1.25).abs() < 1e-8, "{shrunk} against {target}");
}
