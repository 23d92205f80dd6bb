//! What each change of data does, at exact rates.

use super::*;
use crate::sim::data::{self, Dataset};
use crate::sim::rng::{SeedKey, Streams};
use serde_json::json;

const N: usize = 20_000;

fn alteration(spec: Value) -> Arc<dyn Alteration> {
    Change::parse(&spec).expect("a change").alteration
}

/// `n` examples of 10 classes with `features` inputs: input `j` of example `i` is `i + 10 j`.
fn examples(n: usize, features: usize, image: Option<[usize; 3]>) -> Dataset {
    Dataset {
        inputs: (0..n * features).map(|k| (k / features + 10 * (k % features)) as f32).collect(),
        labels: (0..n as u32).map(|i| i % 10).collect(),
        targets: Vec::new(),
        n_features: features,
        n_classes: 10,
        image,
    }
}

fn alter(change: &dyn Alteration, strength: f64, data: &mut Dataset, for_training: bool) {
    let key = SeedKey::study(7);
    let mut batch = Batch {
        inputs: &mut data.inputs,
        labels: &mut data.labels,
        targets: &mut data.targets,
        n_features: data.n_features,
        n_classes: data.n_classes,
        image: data.image,
        for_training,
        ..Batch::default()
    };
    change.data(strength, key.named("fixed"), &mut key.named("draws").at(3), &mut batch);
}

/// Fraction of examples whose label differs.
fn disagreement(change: &dyn Alteration, strength: f64, for_training: bool) -> f64 {
    let clean = examples(N, 1, None);
    let mut altered = clean.clone();
    alter(change, strength, &mut altered, for_training);
    clean.labels.iter().zip(&altered.labels).filter(|(a, b)| a != b).count() as f64 / N as f64
}

/// Fraction of examples whose inputs differ.
fn touched(change: &dyn Alteration, strength: f64) -> f64 {
    let clean = examples(N, 4, Some([2, 2, 1]));
    let mut altered = clean.clone();
    alter(change, strength, &mut altered, false);
    (0..N).filter(|&i| clean.row(i) != altered.row(i)).count() as f64 / N as f64
}

/// A binomial share within 4.5 standard deviations.
fn assert_rate(found: f64, rate: f64) {
    let tolerance = 4.5 * (rate * (1.0 - rate) / N as f64).sqrt();
    assert!((found - rate).abs() <= tolerance, "found {found}, expected {rate} within {tolerance}");
}

#[test]
fn label_noise_is_wrong_at_its_rate_and_spares_held_out_data() {
    let change = alteration(json!({ "kind": "label-noise", "rate": 0.4 }));
    assert_rate(disagreement(&*change, 1.0, true), 0.4);
    assert_rate(disagreement(&*change, 0.5, true), 0.2);
    assert_eq!(disagreement(&*change, 1.0, false), 0.0);
    assert_eq!(disagreement(&*alteration(json!({ "kind": "label-noise", "rate": 1.0 })), 1.0, true), 1.0);
    // Each other class alike: 9 classes take the wrong labels of class 0.
    let mut data = Dataset { labels: vec![0; N], ..examples(N, 1, None) };
    alter(&*change, 1.0, &mut data, true);
    for class in 1..10 {
        assert_rate(data.labels.iter().filter(|&&c| c == class).count() as f64 / N as f64, 0.4 / 9.0);
    }
}

#[test]
fn permuted_labels_all_move_and_stay_a_bijection() {
    let all = alteration(json!({ "kind": "label-permutation" }));
    assert_eq!(disagreement(&*all, 1.0, false), 1.0);
    assert_rate(disagreement(&*all, 0.25, true), 0.25);
    let three = alteration(json!({ "kind": "label-permutation", "classes": 3 }));
    assert_eq!(disagreement(&*three, 1.0, true), 0.3);
    let mut data = examples(10, 1, None);
    alter(&*all, 1.0, &mut data, true);
    let (once, mut sorted) = (data.labels.clone(), data.labels.clone());
    sorted.sort_unstable();
    assert_eq!(sorted, (0..10).collect::<Vec<u32>>());
    let mut again = examples(10, 1, None);
    alter(&*all, 1.0, &mut again, false);
    assert_eq!(once, again.labels, "training and held-out data have the same concept");
}

#[test]
fn a_concept_swap_exchanges_two_classes() {
    let change = alteration(json!({ "kind": "concept-swap", "first": 2, "second": 5 }));
    let mut data = examples(10, 1, None);
    alter(&*change, 1.0, &mut data, true);
    assert_eq!(data.labels, [0, 1, 5, 3, 4, 2, 6, 7, 8, 9]);
    assert!(Change::parse(&json!({ "kind": "concept-swap", "first": 1 })).is_err());
}

#[test]
fn a_quarter_turn_carries_pixels_and_four_make_none() {
    let change = alteration(json!({ "kind": "input-rotation", "degrees": 90.0 }));
    let mut data = Dataset { inputs: (1..=9).map(|x| x as f32).collect(), ..examples(1, 9, Some([3, 3, 1])) };
    alter(&*change, 1.0, &mut data, true);
    // numpy.rot90(numpy.arange(1, 10).reshape(3, 3)).
    assert_eq!(data.inputs, [3., 6., 9., 2., 5., 8., 1., 4., 7.]);
    for _ in 0..3 {
        alter(&*change, 1.0, &mut data, true);
    }
    assert_eq!(data.inputs, (1..=9).map(|x| x as f32).collect::<Vec<f32>>());
    assert_rate(touched(&*change, 0.3), 0.3);
    assert_eq!(touched(&*alteration(json!({ "kind": "input-rotation", "degrees": 20.0, "growth": "degree" })), 0.1), 1.0);
}

#[test]
fn inputs_change_by_their_formulas() {
    let affine = alteration(json!({ "kind": "input-affine", "scale": 2.0, "offset": 3.0 }));
    let mut data = examples(2, 2, None);
    alter(&*affine, 1.0, &mut data, false);
    assert_eq!(data.inputs, [3., 23., 5., 25.]);
    let half = alteration(json!({ "kind": "input-affine", "scale": 2.0, "offset": 3.0, "growth": "degree" }));
    let mut data = examples(1, 2, None);
    alter(&*half, 0.5, &mut data, false);
    assert_eq!(data.inputs, [1.5, 16.5]);
    assert_rate(touched(&*affine, 0.6), 0.6);

    let noise = alteration(json!({ "kind": "input-noise", "deviation": 0.5 }));
    let mut data = Dataset { inputs: vec![0.0; N], ..examples(N, 1, None) };
    alter(&*noise, 1.0, &mut data, true);
    let variance = data.inputs.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / N as f64;
    assert!((variance - 0.25).abs() < 4.5 * 0.25 * (2.0 / N as f64).sqrt(), "{variance}");

    let scale = alteration(json!({ "kind": "feature-scale", "factor": 4.0 }));
    let mut data = Dataset { inputs: vec![1.0; 4000], ..examples(2, 2000, None) };
    alter(&*scale, 1.0, &mut data, true);
    assert!(data.inputs.iter().all(|x| (0.25..=4.0).contains(x)));
    assert_eq!(data.inputs[..2000], data.inputs[2000..], "the same factors for every example");
    let above = data.inputs[..2000].iter().filter(|&&x| x > 1.0).count();
    assert!((900..1100).contains(&above), "{above}");
}

#[test]
fn permuted_features_all_move() {
    let change = alteration(json!({ "kind": "feature-permutation" }));
    let clean = examples(2, 50, None);
    let mut data = clean.clone();
    alter(&*change, 1.0, &mut data, true);
    assert!(clean.inputs.iter().zip(&data.inputs).all(|(a, b)| a != b));
    let mut sorted = data.row(0).to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    assert_eq!(sorted, clean.row(0));
    let half = alteration(json!({ "kind": "feature-permutation", "fraction": 0.5 }));
    let mut data = clean.clone();
    alter(&*half, 1.0, &mut data, true);
    assert_eq!(clean.row(1).iter().zip(data.row(1)).filter(|(a, b)| a != b).count(), 25);
}

/// Shares of the classes after a change of the choice, over the training rows of the digits.
fn shares(spec: Value, strength: f64) -> Vec<f64> {
    let split = data::load("digits").expect("embedded");
    let total = split.train.len() as u32;
    let mut rows: Vec<u32> = (0..N as u32).map(|i| i % total).collect();
    let key = SeedKey::study(9);
    let mut choice = Choice { rows: &mut rows, index: &split.train_index, for_training: true };
    alteration(spec).choice(strength, key.named("fixed"), &mut key.at(1), &mut choice);
    let mut shares = vec![0.0; 10];
    rows.iter().for_each(|&i| shares[split.train.labels[i as usize] as usize] += 1.0 / N as f64);
    shares.sort_unstable_by(f64::total_cmp);
    shares
}

#[test]
fn a_prior_shift_is_geometric() {
    let found = shares(json!({ "kind": "prior-shift", "imbalance": 512.0 }), 1.0);
    let total = 2.0 - 1.0 / 512.0;
    for (rank, share) in found.iter().rev().enumerate() {
        assert_rate(*share, 0.5f64.powi(rank as i32) / total);
    }
}

#[test]
fn a_class_subset_hides_the_other_classes() {
    let found = shares(json!({ "kind": "class-subset", "classes": 4 }), 1.0);
    assert_eq!(found.iter().filter(|s| **s == 0.0).count(), 6);
    assert!(shares(json!({ "kind": "class-subset", "classes": 4 }), 0.5)[0] > 0.02);
}

#[test]
fn a_curriculum_draws_from_one_end_of_the_order() {
    let split = data::load("digits").expect("embedded");
    let order = &split.train_index.by_difficulty;
    for (hardest, range) in [(false, 0..143), (true, order.len() - 143..order.len())] {
        let mut rows = vec![0; 500];
        let mut choice = Choice { rows: &mut rows, index: &split.train_index, for_training: true };
        let change = alteration(json!({ "kind": "curriculum", "fraction": 0.1, "hardest": hardest }));
        change.choice(1.0, SeedKey::study(1), &mut SeedKey::study(2).at(0), &mut choice);
        assert!(rows.iter().all(|r| order[range.clone()].contains(r)));
    }
}

#[test]
fn every_change_of_data_leaves_it_alone_at_strength_zero() {
    for entry in registry() {
        let change = (entry.build)(&json!({})).expect("defaults are valid");
        if change.touches() == Touches::DATA {
            assert_eq!(disagreement(&*change, 0.0, true) + touched(&*change, 0.0), 0.0, "{}", entry.name);
        }
    }
}

/// A smaller batch is the one that a controller would have got by asking for it.
#[test]
fn a_batch_size_change_gives_the_batch_of_that_size() {
    let run = |regime: Value, size: f64| {
        let task = json!({ "kind": "softmax-regression", "batch_size": 32 });
        let scenario =
            crate::sim::scenario::from_json(&json!({ "name": "b", "n_steps": 10, "task": task, "regime": regime })).expect("valid");
        let mut training = scenario.start(&Streams::new(0, "b", 0));
        (0..10).map(|t| training.step(t, &[0.1, 0.0, 0.0, if t < 5 { 32.0 } else { size }, 0.0]).loss).collect::<Vec<_>>()
    };
    let change = json!([{ "kind": "batch-size", "factor": 0.25, "start": 5 }]);
    assert_eq!(run(change.clone(), 32.0), run(json!([]), 8.0));
    assert_ne!(run(change, 32.0), run(json!([]), 32.0));
    let none = Regime::stationary();
    assert_eq!((none.batch_size(0, 0, 10), none.batch_size(0, 12, 100)), (1, 12));
}

/// Under a change of the loss function, training and recorded loss are the stated mixture, and the gradient is that of the mixture.
#[test]
fn a_change_of_the_loss_function_mixes_both_losses() {
    for task in
        [json!({ "kind": "softmax-regression", "evaluation_size": 50 }), json!({ "kind": "linear-regression", "evaluation_size": 50 })]
    {
        let at = |weight: f64| {
            let regime = json!([{ "kind": "loss-function", "weight": weight, "start": 0 }]);
            let scenario =
                crate::sim::scenario::from_json(&json!({ "name": "l", "n_steps": 3, "task": task, "regime": regime })).expect("valid");
            let lambda = scenario.space.initial();
            let mut training = scenario.start(&Streams::new(0, "l", 0));
            training.look(0, &lambda);
            let (gradient, theta) = (training.gradient(), training.parameters());
            let loss = training.batch_loss_at(0, &theta, &lambda);
            let still: Vec<f64> = lambda.iter().enumerate().map(|(i, x)| if i == 0 { 0.0 } else { *x }).collect();
            (gradient, loss, training.step(0, &still).loss)
        };
        let (own, mixed, other) = (at(0.0), at(0.25), at(1.0));
        let mean = |a: f64, b: f64| 0.75 * a + 0.25 * b;
        assert!((mixed.1 - mean(own.1, other.1)).abs() < 1e-6 && (mixed.2 - mean(own.2, other.2)).abs() < 1e-6, "{mixed:?}");
        assert!((own.2 - other.2).abs() > 0.01, "the losses differ");
        for ((a, b), c) in own.0.iter().zip(&other.0).zip(&mixed.0) {
            assert!((c - mean(*a, *b)).abs() < 1e-6, "{c} for {a} and {b}");
        }
    }
}
