//! Models against PyTorch and against finite differences.

use super::{Initialization, Model, cnn::Cnn, mlp::Mlp};
use crate::sim::kernel::activation::Activation;
use crate::sim::kernel::convolution::Image;
use crate::sim::kernel::loss::{cross_entropy_gradient, squared_error};
use crate::sim::kernel::testing::{noise, same_bits};
use crate::sim::optimizer::{OptimizerEntry, sgd::Sgd};
use crate::sim::rng::SeedKey;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    rows: usize,
    perceptrons: Vec<Perceptron>,
    convolutions: Vec<Convolution>,
}

#[derive(Deserialize)]
struct Convolution {
    image: [usize; 3],
    channels: [usize; 2],
    hidden: usize,
    rows: usize,
    learning_rate: f64,
    losses: Vec<f64>,
}

#[derive(Deserialize)]
struct Perceptron {
    sizes: Vec<usize>,
    activation: Activation,
    learning_rate: f64,
    momentum: f64,
    label_smoothing: f32,
    squared: bool,
    losses: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../../tests/data/models.json")).unwrap()
}

/// The numbers of `models.py`.
fn spread(n: usize, a: usize, b: usize) -> Vec<f32> {
    (0..n).map(|i| (((i * a + b) % 1009) as f64 / 1009.0 - 0.5) as f32).collect()
}

fn batch(t: usize, rows: usize, m: usize, classes: usize) -> (Vec<f32>, Vec<u32>) {
    let x: Vec<f32> = spread(rows * m, 337, 71 * t).iter().map(|x| 2.0 * x).collect();
    let largest = |row: &[f32]| (0..classes).fold(0, |best, j| if row[j] > row[best] { j } else { best }) as u32;
    let y = x.chunks_exact(m).map(largest).collect();
    (x, y)
}

#[test]
fn the_first_hundred_losses_are_pytorchs() {
    let Reference { rows, perceptrons, .. } = reference();
    for case in perceptrons {
        let (m, classes) = (case.sizes[0], *case.sizes.last().unwrap());
        let mut model = Mlp::new(case.sizes.clone(), case.activation);
        let n = model.n_parameters();
        let mut theta = spread(n, 613, 29);
        let mut gradient = vec![0.0; n];
        let mut optimizer = Sgd::default().start_f32(n);
        for (t, &expected) in case.losses.iter().enumerate() {
            let (x, y) = batch(t, rows, m, classes);
            let outputs = model.forward(&x, rows, &theta);
            let loss = if case.squared {
                let targets: Vec<f32> = x.chunks_exact(m).map(|row| row.iter().sum()).collect();
                squared_error(outputs, &targets, true)
            } else {
                cross_entropy_gradient(outputs, &y, classes, case.label_smoothing)
            };
            // The rounding of single precision, a little amplified by a hundred steps.
            assert!((loss - expected).abs() < 5e-6 * expected.max(0.1), "{:?} step {t}: {loss} for {expected}", case.sizes);
            model.backward(&x, rows, &theta, &mut gradient);
            optimizer.update(&mut theta, &gradient, &[case.learning_rate, case.momentum, 0.0]);
        }
    }
}

#[test]
fn the_losses_of_the_convolutional_network_are_pytorchs() {
    for case in reference().convolutions {
        let [height, width, channels] = case.image;
        let image = Image { height, width, channels };
        let mut model = Cnn::new(image, case.channels, case.hidden, 10);
        let n = model.n_parameters();
        let mut theta = spread(n, 613, 29);
        theta.iter_mut().for_each(|x| *x *= 0.25);
        let mut gradient = vec![0.0; n];
        let mut optimizer = Sgd::default().start_f32(n);
        for (t, &expected) in case.losses.iter().enumerate() {
            let (x, y) = batch(t, case.rows, image.len(), 10);
            let loss = cross_entropy_gradient(model.forward(&x, case.rows, &theta), &y, 10, 0.0);
            assert!((loss - expected).abs() < 2e-5 * expected.max(0.1), "{:?} step {t}: {loss} for {expected}", case.image);
            model.backward(&x, case.rows, &theta, &mut gradient);
            optimizer.update(&mut theta, &gradient, &[case.learning_rate, 0.0, 0.0]);
        }
    }
}

/// Largest relative error of the derivative along random directions, by central differences of a loss that is linear in the outputs:
/// `sum_i w_i y_i`, so that single precision is lost in the model alone.
pub(super) fn gradient_error<M: Model>(mut model: M, n_inputs: usize, rows: usize, seed: u64) -> f64 {
    let n = model.n_parameters();
    let mut theta = vec![0.0; n];
    model.initial(Initialization::Pytorch, 1.0, &mut SeedKey::study(seed).at(0), &mut theta);
    let x = noise(seed + 1, rows * n_inputs);
    let w = noise(seed + 2, rows * model.n_outputs());
    let mut gradient = vec![f32::NAN; n];
    model.forward(&x, rows, &theta).copy_from_slice(&w);
    model.backward(&x, rows, &theta, &mut gradient);
    let mut worst = 0.0f64;
    for k in 0..4 {
        let direction = noise(seed + 10 + k, n);
        let h = 1e-3 / (n as f32).sqrt();
        let mut at = |h: f32| {
            let moved: Vec<f32> = theta.iter().zip(&direction).map(|(t, d)| h.mul_add(*d, *t)).collect();
            // The step really taken, after rounding.
            let step: Vec<f64> = moved.iter().zip(&theta).map(|(m, t)| f64::from(*m) - f64::from(*t)).collect();
            let y = model.forward(&x, rows, &moved);
            let value: f64 = y.iter().zip(&w).map(|(y, w)| f64::from(*y) * f64::from(*w)).sum();
            (value, step.iter().zip(&gradient).map(|(s, g)| s * f64::from(*g)).sum::<f64>())
        };
        let ((above, along_above), (below, along_below)) = (at(h), at(-h));
        let size: f64 = gradient.iter().map(|g| f64::from(*g) * f64::from(*g)).sum::<f64>().sqrt();
        let length = f64::from(2.0 * h) * (n as f64).sqrt();
        worst = worst.max(((above - below) - (along_above - along_below)).abs() / (size * length));
    }
    worst
}

#[test]
fn gradients_agree_with_finite_differences() {
    for (i, sizes) in [vec![5, 3], vec![4, 9, 3], vec![7, 6, 11, 2], vec![64, 33, 10], vec![1, 1, 1]].into_iter().enumerate() {
        for activation in [Activation::Tanh, Activation::Gelu, Activation::Relu] {
            for rows in [1, 7, 32] {
                let error = gradient_error(Mlp::new(sizes.clone(), activation), sizes[0], rows, i as u64);
                // ReLU has kinks: a unit near one moves the difference.
                let bound = if activation == Activation::Relu { 0.03 } else { 0.01 };
                assert!(error < bound, "{sizes:?} {activation:?} {rows}: {error}");
            }
        }
    }
}

#[test]
fn every_width_gives_the_same_bits() {
    for activation in [Activation::Tanh, Activation::Gelu, Activation::Relu] {
        let model = Mlp::new(vec![19, 21, 10], activation);
        let (theta, x) = (noise(1, model.n_parameters()), noise(2, 13 * 19));
        same_bits(&format!("{activation:?}"), || {
            let mut model = model.clone();
            let mut gradient = vec![0.0; theta.len()];
            let mut out = model.forward(&x, 13, &theta).to_vec();
            model.backward(&x, 13, &theta, &mut gradient);
            out.extend(gradient);
            out
        });
    }
}

#[test]
fn gradients_of_the_convolutional_network_agree_with_finite_differences() {
    for (i, (height, width, channels)) in [(4, 4, 1), (5, 7, 2), (8, 8, 1)].into_iter().enumerate() {
        let image = Image { height, width, channels };
        let error = gradient_error(Cnn::new(image, [3, 5], 6, 4), image.len(), 3, i as u64);
        // Kinks of ReLU and of the maximum.
        assert!(error < 0.03, "{image:?}: {error}");
    }
}

#[test]
fn initial_weights_have_their_stated_spread() {
    let model = Mlp::new(vec![100, 200, 50], Activation::Relu);
    let mut theta = vec![0.0; model.n_parameters()];
    let (first, rest) = (20_000, 20_200);
    for (how, deviations) in [
        (Initialization::He, [(2.0f64 / 100.0).sqrt(), (1.0f64 / 200.0).sqrt()]),
        (Initialization::Glorot, [(2.0f64 / 300.0).sqrt(), (2.0f64 / 250.0).sqrt()]),
        (Initialization::Pytorch, [(1.0f64 / 300.0).sqrt(), (1.0f64 / 600.0).sqrt()]),
        (Initialization::Zero, [0.0, 0.0]),
    ] {
        model.initial(how, 3.0, &mut SeedKey::study(1).at(0), &mut theta);
        for (part, deviation) in [(0..first, deviations[0]), (rest..rest + 10_000, deviations[1])] {
            let n = part.len() as f64;
            let found = (theta[part].iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>() / n).sqrt();
            assert!((found - 3.0 * deviation).abs() <= 0.1 * deviation, "{how:?}: {found} for {deviation}");
        }
    }
}
