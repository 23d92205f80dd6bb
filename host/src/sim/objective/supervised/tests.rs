use crate::sim::rng::Streams;
use crate::sim::scenario::{Scenario, from_json};
use crate::sim::trainer::Training;
use serde_json::{Value, json};

fn scenario(task: Value, more: Value) -> Scenario {
    let mut spec = json!({ "name": "test", "task": task });
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    from_json(&spec).unwrap()
}

fn run(scenario: &Scenario, training: &mut dyn Training, lambda: &[f64]) -> Vec<(f64, f64)> {
    let evaluations = (0..scenario.n_steps).map(|t| training.step(t, lambda));
    evaluations.map(|e| (e.loss, e.accuracy)).collect()
}

#[test]
fn digits_are_learned_as_well_as_scikit_learn_does() {
    let reference: Value = serde_json::from_str(include_str!("../../../../tests/data/models.json")).unwrap();
    let accuracies: Vec<f64> = reference["digits"]["accuracy"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    let expected = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
    let task = json!({ "kind": "mlp", "evaluation_size": 0, "initialization": "glorot" });
    let scenario = scenario(task, json!({ "n_steps": 20, "optimizer_steps_per_decision": 44 }));
    let mut found = 0.0;
    for seed in 0..3 {
        let mut training = scenario.start(&Streams::new(1, "digits", seed));
        let lambda = [0.05, 0.9, 0.0, 32.0, 0.0];
        found += run(&scenario, &mut *training, &lambda).last().unwrap().1 / 3.0;
    }
    assert!((found - expected).abs() < 0.015, "{found} for scikit-learn's {expected}");
}

#[test]
fn examples_do_not_depend_on_batch_sizes_before() {
    let scenario = scenario(json!({ "kind": "softmax-regression" }), json!({ "n_steps": 60 }));
    let streams = Streams::new(1, "batches", 0);
    // With a learning rate of 0 only the examples tell.
    let losses = |sizes: &dyn Fn(u64) -> f64| -> Vec<f64> {
        let mut training = scenario.start(&streams);
        training.watch(crate::sim::trainer::SignalSet::new(&[oha_plugin_api::Signal::GradientNorm]));
        (0..60)
            .map(|t| {
                let _ = training.step(t, &[0.0, 0.0, 0.0, sizes(t), 0.0]);
                training.signals()[oha_plugin_api::Signal::GradientNorm as usize]
            })
            .collect()
    };
    let constant = losses(&|_| 32.0);
    let varied = losses(&|t| if t % 3 == 0 { 32.0 } else { 1.0 + (t * 37 % 400) as f64 });
    for t in 0..60 {
        assert_eq!(constant[t] == varied[t], t % 3 == 0 || t * 37 % 400 == 31, "step {t}");
    }
}

#[test]
fn a_clone_goes_on_as_the_original() {
    let scenario = scenario(json!({ "kind": "mlp", "hidden": [16, 8], "activation": "gelu" }), json!({ "n_steps": 30 }));
    let mut training = scenario.start(&Streams::new(1, "clone", 0));
    let lambda = [0.1, 0.9, 0.0, 48.0, 0.1];
    for t in 0..15 {
        let _ = training.step(t, &lambda);
    }
    let mut copy = training.boxed_clone();
    for t in 15..30 {
        assert_eq!(training.step(t, &lambda), copy.step(t, &lambda));
    }
    assert_eq!(training.parameters(), copy.parameters());
}

#[test]
fn linear_regression_reaches_the_least_squares_solution() {
    let split = crate::sim::data::load("wine-quality-red").unwrap();
    let scenario =
        scenario(json!({ "kind": "linear-regression", "batch_size": 256 }), json!({ "n_steps": 60, "optimizer_steps_per_decision": 20 }));
    let mut training = scenario.start(&Streams::new(1, "wine", 0));
    let last = run(&scenario, &mut *training, &[0.05, 0.9, 0.0, 256.0]).last().unwrap().0;
    // The normal equations by Gauss-Jordan elimination.
    let m = split.train.n_features + 1;
    let mut system = vec![vec![0.0f64; m + 1]; m];
    for i in 0..split.train.len() {
        let x: Vec<f64> = split.train.row(i).iter().map(|x| f64::from(*x)).chain([1.0, f64::from(split.train.targets[i])]).collect();
        for (a, row) in system.iter_mut().enumerate() {
            row.iter_mut().zip(&x).for_each(|(s, b)| *s += x[a] * b);
        }
    }
    for p in 0..m {
        let pivot = system[p].clone();
        for (i, row) in system.iter_mut().enumerate() {
            let factor = if i == p { 1.0 - 1.0 / pivot[p] } else { row[p] / pivot[p] };
            row.iter_mut().zip(&pivot).for_each(|(x, y)| *x -= factor * y);
        }
    }
    let held_out = &split.held_out;
    let error = |i: usize| {
        let y: f64 = (0..m - 1).map(|j| system[j][m] * f64::from(held_out.row(i)[j])).sum::<f64>() + system[m - 1][m];
        y - f64::from(held_out.targets[i])
    };
    let best = (0..held_out.len()).map(|i| 0.5 * error(i) * error(i)).sum::<f64>() / held_out.len() as f64;
    assert!((last - best).abs() < 0.02 * best, "{last} for {best}");
}

#[test]
fn a_new_permutation_makes_the_network_begin_anew() {
    let task = json!({ "kind": "permuted-images", "permute_every": 300 });
    let scenario = scenario(task, json!({ "n_steps": 600 }));
    let mut training = scenario.start(&Streams::new(1, "permuted", 0));
    let accuracy: Vec<f64> = run(&scenario, &mut *training, &[0.1, 0.0, 0.0, 16.0, 0.0]).iter().map(|e| e.1).collect();
    assert!(accuracy[299] > 0.85 && accuracy[300] < 0.5 && accuracy[599] > 0.85, "{} {} {}", accuracy[299], accuracy[300], accuracy[599]);
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let refused = |task: Value| from_json(&json!({ "name": "x", "task": task })).unwrap_err().to_string();
    assert!(refused(json!({ "kind": "mlp", "data": "digit" })).contains("task.data"));
    assert!(refused(json!({ "kind": "mlp", "hidden": [0] })).contains("task.hidden[0]"));
    assert!(refused(json!({ "kind": "mlp", "batch_size": 0 })).contains("task.batch_size"));
    assert!(refused(json!({ "kind": "mlp", "depth": 3 })).contains("hidden"));
}
