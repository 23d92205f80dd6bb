//! Every optimizer against the reference implementations, and what scaling of the objective does to each.

use super::{Optimizer, build, registry};
use serde_json::{Value, json};

const CURVATURE: [f64; 3] = [4.0, 1.0, 0.25];
const CENTRE: [f64; 3] = [1.0, -2.0, 0.5];

/// Answers after each of `n` steps on the quadratic of `tests/data/optimizers.py`, scaled by `factor`; `first` is the value of the first hyperparameter.
fn answers(kind: &str, settings: &Value, first: f64, factor: f64, n: usize) -> Vec<[f64; 3]> {
    let entry = build(kind, settings).expect("valid");
    let mut lambda: Vec<f64> = entry.hyperparameters((1e-6, 10.0, 0.1)).iter().map(|h| h.initial).collect();
    lambda[0] = first;
    let mut optimizer = entry.start_f64(3);
    let mut x = [0.0, 0.0, 3.0];
    let mut all = Vec::new();
    for _ in 0..n {
        let gradient: Vec<f64> = (0..3).map(|i| factor * CURVATURE[i] * (x[i] - CENTRE[i])).collect();
        if optimizer.wants_curvature() {
            optimizer.see_curvature(&CURVATURE.map(|h| factor * h));
        }
        optimizer.update(&mut x, &gradient, &lambda);
        all.push(optimizer.evaluation_point(&x).try_into().expect("three parameters"));
    }
    all
}

#[test]
fn steps_are_those_of_the_reference_implementations() {
    let file: Value = serde_json::from_str(include_str!("../../../tests/data/optimizers.json")).expect("valid JSON");
    let at: Vec<usize> = serde_json::from_value(file["at"].clone()).expect("steps");
    let mut covered = Vec::new();
    for case in file["cases"].as_array().expect("cases") {
        let kind = case["kind"].as_str().expect("a word");
        covered.push(kind.to_owned());
        let found = answers(kind, &case["settings"], case["first"].as_f64().expect("a number"), 1.0, 40);
        let expected: Vec<[f64; 3]> = serde_json::from_value(case["x"].clone()).expect("points");
        for (&step, expected) in at.iter().zip(&expected) {
            for (x, e) in found[step - 1].iter().zip(expected) {
                assert!((x - e).abs() <= 1e-10 * e.abs().max(1e-3), "{kind} {}, step {step}: {x} against {e}", case["settings"]);
            }
        }
    }
    covered.extend(linear_regression_of_the_alberta_framework());
    for entry in registry() {
        assert!(covered.iter().any(|k| k == entry.name), "no reference values for {}", entry.name);
    }
}

/// IDBD and Autostep on the examples of `tests/data/idbd.py`, by the package alberta-framework; the kinds covered.
fn linear_regression_of_the_alberta_framework() -> Vec<String> {
    let file: Value = serde_json::from_str(include_str!("../../../tests/data/idbd.json")).expect("valid JSON");
    let numbers = |v: &Value| -> Vec<f64> { serde_json::from_value(v.clone()).expect("numbers") };
    let at: Vec<usize> = serde_json::from_value(file["at"].clone()).expect("steps");
    let mut kinds = Vec::new();
    for case in file["cases"].as_array().expect("cases") {
        let kind = case["kind"].as_str().expect("a word");
        let mut expected = at.iter().zip(case["w"].as_array().expect("weights"));
        let mut w = vec![0.0; 7];
        let mut optimizer = build(kind, &case["settings"]).expect("valid").start_f64(7);
        for (t, example) in file["examples"].as_array().expect("examples").iter().enumerate() {
            let (x, y) = (numbers(&example["x"]), example["y"].as_f64().expect("a number"));
            let error = x.iter().zip(&w).map(|(x, w)| x * w).sum::<f64>() - y;
            optimizer.see_curvature(&x.iter().map(|x| x * x).collect::<Vec<f64>>());
            optimizer.update(&mut w, &x.iter().map(|x| error * x).collect::<Vec<f64>>(), &[case["first"].as_f64().expect("a number")]);
            if at.contains(&(t + 1)) {
                for (a, b) in w.iter().zip(numbers(expected.next().expect("a row").1)) {
                    assert!((a - b).abs() <= 1e-11 * b.abs().max(1e-2), "{kind}, example {t}: {a} against {b}");
                }
            }
        }
        kinds.push(kind.to_owned());
    }
    kinds
}

#[test]
fn scaling_the_objective_leaves_scale_free_methods_alone() {
    for entry in registry() {
        let optimizer = build(entry.name, &json!({})).expect("valid");
        let first = optimizer.hyperparameters((1e-6, 10.0, 0.1))[0].initial;
        let run = |factor| answers(entry.name, &json!({}), first, factor, 60);
        let worst =
            run(1.0).iter().flatten().zip(run(7.0).iter().flatten()).map(|(a, b)| (a - b).abs() / a.abs().max(1.0)).fold(0.0, f64::max);
        match entry.name {
            // COCOB's bound starts at `eps`, which the first gradient exceeds.
            "d-adaptation" | "cocob" => assert!(worst < 1e-10, "{}: {worst}", entry.name),
            "prodigy" | "adam" | "adamw" | "rmsprop" => assert!(worst < 5e-5, "{}: {worst}", entry.name),
            _ => assert!(worst > 1e-3, "{}: {worst}", entry.name),
        }
    }
}

#[test]
fn a_reset_is_a_fresh_start() {
    for entry in registry() {
        let optimizer = build(entry.name, &json!({})).expect("valid");
        let lambda: Vec<f64> = optimizer.hyperparameters((1e-6, 10.0, 0.1)).iter().map(|h| h.initial).collect();
        let go = |state: &mut dyn Optimizer<f64>, x: &mut [f64; 2]| {
            for _ in 0..5 {
                let gradient = [x[0] - 1.0, 3.0 * x[1]];
                if state.wants_curvature() {
                    state.see_curvature(&[1.0, 3.0]);
                }
                state.update(x, &gradient, &lambda);
            }
        };
        let (mut used, mut fresh) = (optimizer.start_f64(2), optimizer.start_f64(2));
        let mut x = [2.0, 1.0];
        go(&mut *used, &mut x);
        used.reset();
        let mut y = x;
        go(&mut *used, &mut x);
        go(&mut *fresh, &mut y);
        assert_eq!(x, y, "{}", entry.name);
    }
}

#[test]
fn clipping_bounds_the_norm_and_nothing_else() {
    let clipped = build("sgd", &json!({ "gradient_clip": 1.0 })).expect("valid");
    let names: Vec<String> = clipped.hyperparameters((1e-6, 10.0, 0.1)).iter().map(|h| h.name.clone()).collect();
    assert_eq!(names, ["learning_rate", "momentum", "weight_decay", "gradient_clip"]);
    let mut state = clipped.start_f32(2);
    let mut x = [0.0f32, 0.0];
    state.update(&mut x, &[3.0, 4.0], &[1.0, 0.0, 0.0, 1.0]);
    assert_eq!(x, [-0.6, -0.8]);
    state.update(&mut x, &[0.5, 0.5], &[1.0, 0.0, 0.0, 1.0]);
    assert_eq!(x, [-1.1, -1.3]);
    assert!(build("sgd", &json!({ "gradient_clip": "x" })).is_err());
}
