//! The two-convolution network of AutoTuneNet-Bench: convolution 3 x 3 (padding 1), ReLU, maximum of 2 x 2, the same again, a hidden layer with
//! ReLU, a linear layer. There the channels are 32 and 64, the hidden layer has 128 units and images are 28 x 28; here any image of at least 4 x 4.
//!
//! Images are channels last, and so is what the hidden layer reads: PyTorch's order of these weights is a permutation of ours. ReLU is taken
//! after the maximum, which gives the same values and derivatives on a quarter of the numbers. `theta` holds weights and bias of each convolution
//! ((row, column, channel) x output channel), then the head's as in [`super::mlp`].

use super::Model;
use super::initial::{Fan, Initialization};
use super::mlp::{Mlp, resize};
use crate::sim::kernel::activation::Activation;
use crate::sim::kernel::convolution::{Image, add_neighbourhoods, max_pool, max_pool_backward, neighbourhoods};
use crate::sim::kernel::gemm::{Start, gemm};
use crate::sim::kernel::loss::column_sums;
use crate::sim::kernel::matrix::{Matrix, MatrixMut};
use crate::sim::rng::Generator;

/// The network and the buffers of its last pass.
#[derive(Clone, Debug)]
pub struct Cnn {
    stages: [Stage; 2],
    head: Mlp,
    /// Where the head's parameters begin.
    head_at: usize,
    derivative: Buffer<f32>,
}

/// Convolution, maximum and ReLU.
#[derive(Clone, Debug)]
struct Stage {
    /// Shape of what it reads.
    image: Image,
    /// Output channels.
    channels: usize,
    /// Where its parameters begin.
    at: usize,
    columns: Buffer<f32>,
    /// Sums before the maximum; in the backward pass their derivatives.
    sums: Buffer<f32>,
    which: Buffer<u8>,
    values: Buffer<f32>,
}

/// Numbers that a pass leaves behind and no later pass reads: a copy begins empty.
#[derive(Debug, Default)]
struct Buffer<T>(Vec<T>);

impl<T> Clone for Buffer<T> {
    fn clone(&self) -> Self {
        Self(Vec::new())
    }
}

impl Stage {
    fn new(image: Image, channels: usize, at: usize) -> Self {
        let (columns, sums, which, values) = (Buffer(Vec::new()), Buffer(Vec::new()), Buffer(Vec::new()), Buffer(Vec::new()));
        Self { image, channels, at, columns, sums, which, values }
    }

    const fn depth(&self) -> usize {
        9 * self.image.channels
    }

    const fn n_parameters(&self) -> usize {
        (self.depth() + 1) * self.channels
    }

    /// Shape of the sums before the maximum.
    const fn before(&self) -> Image {
        Image { channels: self.channels, ..self.image }
    }

    fn forward(&mut self, images: &[f32], n: usize, theta: &[f32]) {
        let (rows, depth, k) = (n * self.image.pixels(), self.depth(), self.channels);
        let (weights, biases) = theta[self.at..self.at + self.n_parameters()].split_at(depth * k);
        resize(&mut self.columns.0, rows * depth);
        neighbourhoods(images, self.image, &mut self.columns.0);
        resize(&mut self.sums.0, rows * k);
        let product = MatrixMut::new(&mut self.sums.0, rows, k);
        gemm(Matrix::new(&self.columns.0, rows, depth), Matrix::new(weights, depth, k), Start::Row(biases), product);
        let n_pooled = n * self.before().pooled().len();
        resize(&mut self.values.0, n_pooled);
        self.which.0.resize(n_pooled, 0);
        max_pool(&self.sums.0, self.before(), &mut self.values.0, &mut self.which.0);
        Activation::Relu.forward(&mut self.values.0);
    }

    /// From the derivative in the values to the gradient, and to the derivative in the images where it is asked for.
    fn backward(&mut self, d: &mut [f32], n: usize, theta: &[f32], gradient: &mut [f32], d_images: Option<&mut Vec<f32>>) {
        let (rows, depth, k) = (n * self.image.pixels(), self.depth(), self.channels);
        let own = self.at..self.at + self.n_parameters();
        let (weights, biases) = gradient[own.clone()].split_at_mut(depth * k);
        Activation::Relu.backward(&self.values.0, d);
        max_pool_backward(d, &self.which.0, self.before(), &mut self.sums.0);
        let d_sums = Matrix::new(&self.sums.0, rows, k);
        gemm(Matrix::new(&self.columns.0, rows, depth).transposed(), d_sums, Start::Zero, MatrixMut::new(weights, depth, k));
        column_sums(&self.sums.0, biases);
        if let Some(out) = d_images {
            let turned = Matrix::new(&theta[own], depth, k).transposed();
            gemm(d_sums, turned, Start::Zero, MatrixMut::new(&mut self.columns.0, rows, depth));
            resize(out, n * self.image.len());
            add_neighbourhoods(&self.columns.0, self.image, out);
        }
    }

    fn flops(&self) -> f64 {
        2.0 * (self.image.pixels() * self.depth() * self.channels) as f64
    }
}

impl Cnn {
    /// The network for these images.
    ///
    /// # Panics
    /// When an image is smaller than 4 x 4 or a size is 0.
    #[must_use]
    pub fn new(image: Image, channels: [usize; 2], hidden: usize, n_outputs: usize) -> Self {
        assert!(image.height >= 4 && image.width >= 4, "an image survives two maxima");
        let first = Stage::new(image, channels[0], 0);
        let second = Stage::new(first.before().pooled(), channels[1], first.n_parameters());
        let head = Mlp::new(vec![second.before().pooled().len(), hidden, n_outputs], Activation::Relu);
        let head_at = second.at + second.n_parameters();
        Self { stages: [first, second], head, head_at, derivative: Buffer(Vec::new()) }
    }
}

impl Model for Cnn {
    fn n_parameters(&self) -> usize {
        self.head_at + self.head.n_parameters()
    }

    fn n_outputs(&self) -> usize {
        self.head.n_outputs()
    }

    fn flops(&self) -> f64 {
        // The head's first layer has an input gradient too: 2 m k more.
        let through = 2.0 * (self.stages[1].before().pooled().len() * self.head.hidden_size()) as f64;
        2.0f64.mul_add(self.stages[0].flops(), 3.0 * self.stages[1].flops()) + self.head.flops() + through
    }

    fn initial(&self, how: Initialization, scale: f32, draws: &mut Generator, theta: &mut [f32]) {
        for stage in &self.stages {
            let (weights, biases) = theta[stage.at..stage.at + stage.n_parameters()].split_at_mut(stage.depth() * stage.channels);
            let fan = Fan { inputs: stage.depth(), outputs: 9 * stage.channels, last: false };
            how.layer(fan, scale, draws, weights, biases);
        }
        self.head.initial(how, scale, draws, &mut theta[self.head_at..]);
    }

    fn forward(&mut self, inputs: &[f32], n: usize, theta: &[f32]) -> &mut [f32] {
        let [first, second] = &mut self.stages;
        first.forward(&inputs[..n * first.image.len()], n, theta);
        second.forward(&first.values.0, n, theta);
        self.head.forward(&second.values.0, n, &theta[self.head_at..])
    }

    fn backward(&mut self, _inputs: &[f32], n: usize, theta: &[f32], gradient: &mut [f32]) {
        let [first, second] = &mut self.stages;
        let mut d = std::mem::take(&mut self.derivative.0);
        resize(&mut d, second.values.0.len());
        let head = self.head_at;
        self.head.backward_through(&second.values.0, n, &theta[head..], &mut gradient[head..], Some(&mut d));
        let mut d_first = Vec::new();
        second.backward(&mut d, n, theta, gradient, Some(&mut d_first));
        first.backward(&mut d_first, n, theta, gradient, None);
        self.derivative.0 = d;
    }
}
