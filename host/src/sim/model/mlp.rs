//! Multi-layer perceptron: `h_0 = x`, `h_l = f(h_{l-1} W_l + b_l)`, the last layer without `f`. Without hidden layers it is a linear model.
//!
//! `theta` holds `W_1` (inputs x outputs, row-major), `b_1`, `W_2`, ... With `d_l` the derivative of the loss in layer l's sum:
//! `dW_l = h_{l-1}^T d_l`, `db_l` = column sums of `d_l`, `d_{l-1} = d_l W_l^T * f'`.

use super::Model;
use super::initial::{Fan, Initialization};
use crate::sim::kernel::activation::Activation;
use crate::sim::kernel::gemm::{Start, gemm};
use crate::sim::kernel::loss::column_sums;
use crate::sim::kernel::matrix::{Matrix, MatrixMut};
use crate::sim::rng::Generator;

/// The network and the buffers of its last pass.
#[derive(Clone, Debug)]
pub struct Mlp {
    /// Inputs, hidden layers, outputs.
    sizes: Vec<usize>,
    activation: Activation,
    layers: Vec<Layer>,
}

/// Buffers of one layer, `n x outputs` each.
#[derive(Clone, Debug, Default)]
struct Layer {
    /// Offset of the weights in `theta`; the biases follow.
    at: usize,
    /// Results.
    values: Vec<f32>,
    /// Values before the activation, where its slope needs them.
    sums: Vec<f32>,
    /// Derivatives of the loss in the layer's sums; the last layer's live in `values`.
    derivatives: Vec<f32>,
}

/// Makes `buffer` hold `n` entries; what it held is of no use any more.
pub(super) fn resize(buffer: &mut Vec<f32>, n: usize) {
    if buffer.len() != n {
        buffer.resize(n, 0.0);
    }
}

impl Mlp {
    /// The network with these layer sizes: inputs, hidden layers, outputs.
    ///
    /// # Panics
    /// When there are fewer than two sizes or one is 0.
    #[must_use]
    pub fn new(sizes: Vec<usize>, activation: Activation) -> Self {
        assert!(sizes.len() >= 2 && sizes.iter().all(|&s| s > 0), "a network has inputs and outputs");
        let mut at = 0;
        let layers = sizes
            .windows(2)
            .map(|w| {
                let layer = Layer { at, ..Layer::default() };
                at += (w[0] + 1) * w[1];
                layer
            })
            .collect();
        Self { sizes, activation, layers }
    }

    /// Size of the first layer after the inputs.
    pub(super) fn hidden_size(&self) -> usize {
        self.sizes[1]
    }

    /// [`Model::backward`] that also gives the derivative in the inputs, for a network that is the end of another.
    pub fn backward_through(&mut self, inputs: &[f32], n: usize, theta: &[f32], gradient: &mut [f32], mut d_inputs: Option<&mut [f32]>) {
        let last = self.layers.len() - 1;
        for l in (0..=last).rev() {
            let (m, k) = (self.sizes[l], self.sizes[l + 1]);
            let (before, from) = self.layers.split_at_mut(l);
            let at = from[0].at;
            let d = Matrix::new(if l == last { &from[0].values } else { &from[0].derivatives }, n, k);
            let (weights, biases) = gradient[at..at + (m + 1) * k].split_at_mut(m * k);
            let source = before.last().map_or(inputs, |b| &b.values);
            gemm(Matrix::new(source, n, m).transposed(), d, Start::Zero, MatrixMut::new(weights, m, k));
            column_sums(if l == last { &from[0].values } else { &from[0].derivatives }, biases);
            let turned = Matrix::new(&theta[at..at + m * k], m, k).transposed();
            if let Some(below) = before.last_mut() {
                resize(&mut below.derivatives, n * m);
                gemm(d, turned, Start::Zero, MatrixMut::new(&mut below.derivatives, n, m));
                let saved = if self.activation.needs_input() { &below.sums } else { &below.values };
                self.activation.backward(saved, &mut below.derivatives);
            } else if let Some(out) = d_inputs.as_deref_mut() {
                gemm(d, turned, Start::Zero, MatrixMut::new(out, n, m));
            }
        }
    }
}

impl Model for Mlp {
    fn n_parameters(&self) -> usize {
        self.sizes.windows(2).map(|w| (w[0] + 1) * w[1]).sum()
    }

    fn n_outputs(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    fn flops(&self) -> f64 {
        // Forward and weight gradient 2 m k each, input gradient 2 m k but for the first layer.
        self.sizes.windows(2).enumerate().map(|(l, w)| if l == 0 { 4.0 } else { 6.0 } * (w[0] * w[1]) as f64).sum()
    }

    fn initial(&self, how: Initialization, scale: f32, draws: &mut Generator, theta: &mut [f32]) {
        let last = self.layers.len() - 1;
        for (l, (layer, w)) in self.layers.iter().zip(self.sizes.windows(2)).enumerate() {
            let (weights, biases) = theta[layer.at..layer.at + (w[0] + 1) * w[1]].split_at_mut(w[0] * w[1]);
            how.layer(Fan { inputs: w[0], outputs: w[1], last: l == last }, scale, draws, weights, biases);
        }
    }

    fn forward(&mut self, inputs: &[f32], n: usize, theta: &[f32]) -> &mut [f32] {
        let last = self.layers.len() - 1;
        for l in 0..=last {
            let (m, k) = (self.sizes[l], self.sizes[l + 1]);
            let (before, from) = self.layers.split_at_mut(l);
            let layer = &mut from[0];
            let source = before.last().map_or(inputs, |b| &b.values);
            let (weights, biases) = theta[layer.at..layer.at + (m + 1) * k].split_at(m * k);
            resize(&mut layer.values, n * k);
            gemm(Matrix::new(source, n, m), Matrix::new(weights, m, k), Start::Row(biases), MatrixMut::new(&mut layer.values, n, k));
            if l < last {
                if self.activation.needs_input() {
                    layer.sums.clone_from(&layer.values);
                }
                self.activation.forward(&mut layer.values);
            }
        }
        &mut self.layers[last].values
    }

    fn backward(&mut self, inputs: &[f32], n: usize, theta: &[f32], gradient: &mut [f32]) {
        self.backward_through(inputs, n, theta, gradient, None);
    }
}
