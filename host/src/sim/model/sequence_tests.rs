//! Gradients against finite differences, losses against PyTorch (`host/tests/data/sequence.py`).

use super::gru::Gru;
use super::sequence::SequenceModel;
use super::transformer::{Sizes, Transformer};
use crate::sim::data::text;
use crate::sim::kernel::loss::cross_entropy_gradient;
use crate::sim::rng::{SeedKey, uniform};
use serde::Deserialize;

const SIZES: Sizes = Sizes { vocabulary: 70, length: 12, width: 24, heads: 3, layers: 2, inner: 40, tied: true };

/// Windows of the training text of Hamlet, in the model's order.
fn windows<M: SequenceModel>(starts: &[usize], length: usize) -> (Vec<u8>, Vec<u32>) {
    let codes = &text::load("hamlet").unwrap().train;
    let n = starts.len();
    let at = |i: usize| if M::TIME_FIRST { starts[i % n] + i / n } else { starts[i / length] + i % length };
    (0..n * length).map(|i| (codes[at(i)], u32::from(codes[at(i) + 1]))).unzip()
}

/// Weights that PyTorch's script makes by the same integers.
fn weights<M: SequenceModel>(model: &M) -> Vec<f32> {
    let value = |i: usize| ((i * 7919 + 13) % 1009) as f32 / 1009.0 - 0.5;
    let mut theta = Vec::new();
    for (name, n) in model.blocks() {
        let from = theta.len();
        let shift = if name.contains("norm") && name.ends_with("weight") { 1.0 } else { 0.0 };
        theta.extend((from..from + n).map(|i| value(i).mul_add(0.5, shift)));
    }
    theta
}

fn loss<M: SequenceModel>(model: &mut M, tokens: &[u8], labels: &[u32], n: usize, vocabulary: usize, theta: &[f32]) -> f64 {
    cross_entropy_gradient(model.forward(tokens, n, theta), labels, vocabulary, 0.0)
}

/// Compares the gradient with central differences along a random direction in each block.
fn check_gradient<M: SequenceModel>(mut model: M) {
    let v = text::load("hamlet").unwrap().vocabulary.len();
    let (tokens, labels) = windows::<M>(&[5, 1000, 20_000], 12);
    let theta = weights(&model);
    let mut gradient = vec![f32::NAN; theta.len()];
    loss(&mut model, &tokens, &labels, 3, v, &theta);
    model.backward(&tokens, 3, &theta, &mut gradient);
    let mut from = 0;
    for (name, n) in model.blocks() {
        let mut draws = SeedKey::study(4).named(name).at(from as u64);
        let direction: Vec<f32> = (0..n).map(|_| if uniform(&mut draws) < 0.5 { -1.0 } else { 1.0 }).collect();
        let slope: f64 = direction.iter().zip(&gradient[from..]).map(|(&d, &g)| f64::from(d) * f64::from(g)).sum();
        // A bias of the keys moves no attention: its gradient is a rounding error.
        let step = 0.02 / (n as f32).sqrt();
        let mut at = |sign: f32| {
            let mut moved = theta.clone();
            moved[from..from + n].iter_mut().zip(&direction).for_each(|(x, d)| *x += sign * step * d);
            loss(&mut model, &tokens, &labels, 3, v, &moved)
        };
        let difference = (at(1.0) - at(-1.0)) / (2.0 * f64::from(step));
        let size: f64 = gradient[from..from + n].iter().map(|&g| f64::from(g) * f64::from(g)).sum::<f64>();
        let tolerance = 0.01 * size.sqrt() + 2e-4 / f64::from(step) * 0.02;
        assert!((slope - difference).abs() < tolerance, "{name}: {slope} for {difference}");
        from += n;
    }
    assert_eq!(from, theta.len());
}

#[test]
fn gradients_agree_with_differences() {
    let v = text::load("hamlet").unwrap().vocabulary.len();
    check_gradient(Gru::new(v, 10, 21));
    check_gradient(Transformer::new(Sizes { vocabulary: v, ..SIZES }));
    check_gradient(Transformer::new(Sizes { vocabulary: v, tied: false, ..SIZES }));
}

#[derive(Deserialize)]
struct Reference {
    vocabulary: usize,
    rate: f64,
    gru: Vec<f64>,
    tied: Vec<f64>,
    untied: Vec<f64>,
}

/// Losses of gradient descent on the script's windows.
fn descend<M: SequenceModel>(mut model: M, v: usize, rate: f32, n_steps: usize) -> Vec<f64> {
    let mut theta = weights(&model);
    let mut gradient = vec![0.0; theta.len()];
    let mut losses = Vec::new();
    for t in 0..n_steps {
        let starts: Vec<usize> = (0..4).map(|b| (t * 9973 + b * 31_337) % 150_000).collect();
        let (tokens, labels) = windows::<M>(&starts, 12);
        losses.push(loss(&mut model, &tokens, &labels, 4, v, &theta));
        model.backward(&tokens, 4, &theta, &mut gradient);
        theta.iter_mut().zip(&gradient).for_each(|(x, g)| *x -= rate * g);
    }
    losses
}

#[test]
fn the_first_hundred_losses_are_pytorchs() {
    let reference: Reference = serde_json::from_str(include_str!("../../../tests/data/sequence.json")).unwrap();
    let v = reference.vocabulary;
    assert_eq!(v, text::load("hamlet").unwrap().vocabulary.len());
    let rate = reference.rate as f32;
    let sizes = Sizes { vocabulary: v, ..SIZES };
    let cases = [
        ("gru", descend(Gru::new(v, 10, 21), v, rate, 100), reference.gru),
        ("tied", descend(Transformer::new(sizes), v, rate, 100), reference.tied),
        ("untied", descend(Transformer::new(Sizes { tied: false, ..sizes }), v, rate, 100), reference.untied),
    ];
    for (name, found, expected) in cases {
        assert_eq!(expected.len(), 100);
        for (t, (f, e)) in found.iter().zip(&expected).enumerate() {
            assert!((f - e).abs() < 1e-5 * e, "{name}, step {t}: {f} for {e}");
        }
    }
}
