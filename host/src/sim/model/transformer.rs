//! A small decoder-only transformer over characters (Vaswani et al. 2017, arXiv:1706.03762; the pre-normalised form of Radford et al. 2019, "GPT-2").
//!
//! `x = T[token] + P[place]`; in each block `x += W_o attention(norm(x)) + b_o` (causal, several heads) and `x += W_2 gelu(W_1 norm(x) + b_1) + b_2`;
//! then `logits = H norm(x)`, where the head `H` is the token embedding itself if tied (Press and Wolf 2017, arXiv:1608.05859). GELU in its tanh form,
//! layer normalisation with PyTorch's 1e-5; no dropout.

use super::sequence::{SequenceModel, sized, take, take_mut};
use crate::sim::kernel::activation::Activation;
use crate::sim::kernel::gemm::{Start, gemm};
use crate::sim::kernel::loss::column_sums;
use crate::sim::kernel::matrix::{Matrix, MatrixMut};
use crate::sim::kernel::normal;
use crate::sim::kernel::sequence::{add, causal_softmax, causal_softmax_backward, layer_norm, layer_norm_backward, scatter_add};
use crate::sim::rng::Generator;

/// Sizes of a transformer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Number of characters.
    pub vocabulary: usize,
    /// Largest window.
    pub length: usize,
    /// Width of the residual stream, a multiple of `heads`.
    pub width: usize,
    /// Attention heads.
    pub heads: usize,
    /// Blocks.
    pub layers: usize,
    /// Width of the perceptron in a block.
    pub inner: usize,
    /// Whether the head is the token embedding.
    pub tied: bool,
}

/// A transformer with its buffers.
#[derive(Clone, Debug)]
pub struct Transformer {
    sizes: Sizes,
    blocks: Vec<Buffers>,
    last: Norm,
    x: Vec<f32>,
    logits: Vec<f32>,
    scratch: Scratch,
}

/// A layer normalisation's results.
#[derive(Clone, Debug, Default)]
struct Norm {
    normal: Vec<f32>,
    y: Vec<f32>,
    scale: Vec<f32>,
}

#[derive(Clone, Debug, Default)]
struct Buffers {
    first: Norm,
    /// Queries, keys, values of each place, side by side.
    qkv: Vec<f32>,
    /// Attention of each window and head.
    attention: Vec<f32>,
    mixed: Vec<f32>,
    second: Norm,
    before: Vec<f32>,
    after: Vec<f32>,
}

#[derive(Clone, Debug, Default)]
struct Scratch {
    narrow: Vec<f32>,
    wide: Vec<f32>,
    dx: Vec<f32>,
    d_qkv: Vec<f32>,
    d_attention: Vec<f32>,
}

/// Lengths of a block's parameters: gain, bias, W_qkv, b_qkv, W_o, b_o, gain, bias, W_1, b_1, W_2, b_2.
const fn lengths(s: &Sizes) -> [usize; 12] {
    let (d, f) = (s.width, s.inner);
    [d, d, 3 * d * d, 3 * d, d * d, d, d, d, f * d, f, d * f, d]
}

const NAMES: [&str; 12] = [
    "norm1.weight",
    "norm1.bias",
    "qkv.weight",
    "qkv.bias",
    "out.weight",
    "out.bias",
    "norm2.weight",
    "norm2.bias",
    "fc1.weight",
    "fc1.bias",
    "fc2.weight",
    "fc2.bias",
];

/// `y = x W' + b`, with `W` as PyTorch keeps it (`outputs x inputs`).
fn linear(x: &[f32], rows: usize, weight: &[f32], bias: &[f32], y: &mut [f32]) {
    let (outputs, inputs) = (bias.len(), weight.len() / bias.len());
    gemm(
        Matrix::new(x, rows, inputs),
        Matrix::new(weight, outputs, inputs).transposed(),
        Start::Row(bias),
        MatrixMut::new(y, rows, outputs),
    );
}

/// Gradients of [`linear`]; `dx` is overwritten.
fn linear_backward(x: &[f32], rows: usize, weight: &[f32], dy: &[f32], dx: &mut [f32], d_weight: &mut [f32], d_bias: &mut [f32]) {
    let (outputs, inputs) = (d_bias.len(), weight.len() / d_bias.len());
    let d = Matrix::new(dy, rows, outputs);
    gemm(d.transposed(), Matrix::new(x, rows, inputs), Start::Zero, MatrixMut::new(d_weight, outputs, inputs));
    column_sums(&dy[..rows * outputs], d_bias);
    gemm(d, Matrix::new(weight, outputs, inputs), Start::Zero, MatrixMut::new(dx, rows, inputs));
}

impl Norm {
    fn forward(&mut self, x: &[f32], rows: usize, gain: &[f32], bias: &[f32]) -> &[f32] {
        let n = rows * gain.len();
        let (normal, y) = (sized(&mut self.normal, n), sized(&mut self.y, n));
        layer_norm(x, gain, bias, normal, y, sized(&mut self.scale, rows));
        y
    }
}

impl Transformer {
    /// A transformer of these sizes.
    ///
    /// # Panics
    /// When the width is no multiple of the heads.
    #[must_use]
    pub fn new(sizes: Sizes) -> Self {
        assert!(sizes.heads > 0 && sizes.width.is_multiple_of(sizes.heads), "the heads share the width evenly");
        Self {
            sizes,
            blocks: vec![Buffers::default(); sizes.layers],
            last: Norm::default(),
            x: Vec::new(),
            logits: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    fn block_length(&self) -> usize {
        lengths(&self.sizes).iter().sum()
    }
}

/// One head of one window as views of the queries, keys and values.
fn head<'a>(qkv: &'a [f32], s: &Sizes, length: usize, window: usize, head: usize) -> [Matrix<'a>; 3] {
    let (d, size) = (s.width, s.width / s.heads);
    [0, 1, 2].map(|part| Matrix::strided(&qkv[window * length * 3 * d + part * d + head * size..], length, size, 3 * d, 1))
}

impl Buffers {
    fn forward(&mut self, s: &Sizes, theta: &[f32], x: &mut [f32], (n, length): (usize, usize), narrow: &mut Vec<f32>) {
        let (d, f, rows) = (s.width, s.inner, n * length);
        let mut rest = theta;
        let [g1, b1, w_qkv, b_qkv, w_o, b_o, g2, b2, w_1, b_1, w_2, b_2] = lengths(s).map(|n| take(&mut rest, n));
        let qkv = sized(&mut self.qkv, rows * 3 * d);
        linear(self.first.forward(x, rows, g1, b1), rows, w_qkv, b_qkv, qkv);
        let attention = sized(&mut self.attention, n * s.heads * length * length);
        let mixed = sized(&mut self.mixed, rows * d);
        let (size, square) = (d / s.heads, length * length);
        let scale = 1.0 / (size as f32).sqrt();
        for (i, a) in attention.chunks_exact_mut(square).enumerate() {
            let (window, h) = (i / s.heads, i % s.heads);
            let [q, k, v] = head(qkv, s, length, window, h);
            gemm(q, k.transposed(), Start::Zero, MatrixMut::new(a, length, length));
            causal_softmax(length, scale, a);
            let to = MatrixMut::strided(&mut mixed[window * length * d + h * size..], length, size, d);
            gemm(Matrix::new(a, length, length), v, Start::Zero, to);
        }
        let narrow = sized(narrow, rows * d);
        linear(mixed, rows, w_o, b_o, narrow);
        add(narrow, x);
        let before = sized(&mut self.before, rows * f);
        linear(self.second.forward(x, rows, g2, b2), rows, w_1, b_1, before);
        let after = sized(&mut self.after, rows * f);
        after.copy_from_slice(before);
        Activation::Gelu.forward(after);
        linear(after, rows, w_2, b_2, narrow);
        add(narrow, x);
    }

    /// `scratch.dx` holds the derivative of what leaves the block, and then of what enters it.
    fn backward(&self, s: &Sizes, theta: &[f32], gradient: &mut [f32], (n, length): (usize, usize), scratch: &mut Scratch) {
        let (d, f, rows) = (s.width, s.inner, n * length);
        let mut rest = theta;
        let [g1, _, w_qkv, _, w_o, _, g2, _, w_1, _, w_2, _] = lengths(s).map(|n| take(&mut rest, n));
        let mut rest = gradient;
        let [d_g1, d_b1, d_w_qkv, d_b_qkv, d_w_o, d_b_o, d_g2, d_b2, d_w_1, d_b_1, d_w_2, d_b_2] =
            lengths(s).map(|n| take_mut(&mut rest, n));
        let dx = &mut scratch.dx[..rows * d];
        let narrow = sized(&mut scratch.narrow, rows * d);
        let wide = sized(&mut scratch.wide, rows * f);
        linear_backward(&self.after[..rows * f], rows, w_2, dx, wide, d_w_2, d_b_2);
        Activation::Gelu.backward(&self.before[..rows * f], wide);
        linear_backward(&self.second.y, rows, w_1, wide, narrow, d_w_1, d_b_1);
        layer_norm_backward(&self.second.normal, &self.second.scale[..rows], g2, narrow, dx, d_g2, d_b2);
        linear_backward(&self.mixed, rows, w_o, dx, narrow, d_w_o, d_b_o);
        let d_qkv = sized(&mut scratch.d_qkv, rows * 3 * d);
        let (size, square) = (d / s.heads, length * length);
        let d_a = sized(&mut scratch.d_attention, square);
        let scale = 1.0 / (size as f32).sqrt();
        for (i, a) in self.attention[..n * s.heads * square].chunks_exact(square).enumerate() {
            let (window, h) = (i / s.heads, i % s.heads);
            let [q, k, v] = head(&self.qkv, s, length, window, h);
            let d_out = Matrix::strided(&narrow[window * length * d + h * size..], length, size, d, 1);
            let mut part = |p: usize, x: Matrix<'_>, y: Matrix<'_>| {
                let to = MatrixMut::strided(&mut d_qkv[window * length * 3 * d + p * d + h * size..], length, size, 3 * d);
                gemm(x, y, Start::Zero, to);
            };
            part(2, Matrix::new(a, length, length).transposed(), d_out);
            gemm(d_out, v.transposed(), Start::Zero, MatrixMut::new(d_a, length, length));
            causal_softmax_backward(length, scale, a, d_a);
            part(0, Matrix::new(d_a, length, length), k);
            part(1, Matrix::new(d_a, length, length).transposed(), q);
        }
        linear_backward(&self.first.y, rows, w_qkv, d_qkv, narrow, d_w_qkv, d_b_qkv);
        layer_norm_backward(&self.first.normal, &self.first.scale[..rows], g1, narrow, dx, d_g1, d_b1);
    }
}

impl SequenceModel for Transformer {
    const TIME_FIRST: bool = false;

    fn blocks(&self) -> Vec<(&'static str, usize)> {
        let s = &self.sizes;
        let mut all = vec![("token.weight", s.vocabulary * s.width), ("place.weight", s.length * s.width)];
        for _ in 0..s.layers {
            all.extend(NAMES.into_iter().zip(lengths(s)));
        }
        all.extend([("norm.weight", s.width), ("norm.bias", s.width)]);
        if !s.tied {
            all.push(("head.weight", s.vocabulary * s.width));
        }
        all
    }

    fn flops(&self) -> f64 {
        let s = &self.sizes;
        let block = 4 * s.width * s.width + 2 * s.width * s.inner + 2 * s.length * s.width;
        6.0 * (s.layers * block + s.vocabulary * s.width) as f64
    }

    /// GPT-2's: normal with deviation 0.02, divided by `sqrt(2 layers)` for the two projections into the residual stream; biases 0, gains 1.
    fn initial(&self, draws: &mut Generator, theta: &mut [f32]) {
        let residual = 0.02 / (2.0 * self.sizes.layers.max(1) as f64).sqrt();
        let mut rest = theta;
        for (name, n) in self.blocks() {
            let block = take_mut(&mut rest, n);
            match name {
                "norm.weight" | "norm1.weight" | "norm2.weight" => block.fill(1.0),
                name if name.ends_with("bias") => block.fill(0.0),
                name => {
                    let deviation = if matches!(name, "out.weight" | "fc2.weight") { residual } else { 0.02 };
                    block.iter_mut().for_each(|x| *x = (deviation * normal::one(draws)) as f32);
                }
            }
        }
    }

    fn forward(&mut self, tokens: &[u8], n: usize, theta: &[f32]) -> &mut [f32] {
        let s = self.sizes;
        let (rows, length, d) = (tokens.len(), tokens.len() / n, s.width);
        let mut rest = theta;
        let (token, place) = (take(&mut rest, s.vocabulary * d), take(&mut rest, s.length * d));
        let x = sized(&mut self.x, rows * d);
        for (i, (row, &c)) in x.chunks_exact_mut(d).zip(tokens).enumerate() {
            row.copy_from_slice(&token[c as usize * d..][..d]);
            add(&place[i % length * d..][..d], row);
        }
        let block_length = lengths(&s).iter().sum();
        for block in &mut self.blocks {
            block.forward(&s, take(&mut rest, block_length), x, (n, length), &mut self.scratch.narrow);
        }
        let (gain, bias) = (take(&mut rest, d), take(&mut rest, d));
        let y = self.last.forward(x, rows, gain, bias);
        let head = Matrix::new(if s.tied { token } else { rest }, s.vocabulary, d).transposed();
        let logits = sized(&mut self.logits, rows * s.vocabulary);
        gemm(Matrix::new(y, rows, d), head, Start::Zero, MatrixMut::new(logits, rows, s.vocabulary));
        logits
    }

    fn backward(&mut self, tokens: &[u8], n: usize, theta: &[f32], gradient: &mut [f32]) {
        let s = self.sizes;
        let (rows, length, d, v) = (tokens.len(), tokens.len() / n, s.width, s.vocabulary);
        let block_length = self.block_length();
        let after_blocks = (v + s.length) * d + s.layers * block_length;
        let (token, gain) = (&theta[..v * d], &theta[after_blocks..][..d]);
        let mut rest = gradient;
        let (d_token, d_place) = (take_mut(&mut rest, v * d), take_mut(&mut rest, s.length * d));
        let d_blocks = take_mut(&mut rest, s.layers * block_length);
        let (d_gain, d_bias) = (take_mut(&mut rest, d), take_mut(&mut rest, d));
        let d_logits = Matrix::new(&self.logits, rows, v);
        let (head, d_head) = if s.tied { (token, &mut *d_token) } else { (&theta[after_blocks + 2 * d..], rest) };
        gemm(d_logits.transposed(), Matrix::new(&self.last.y, rows, d), Start::Zero, MatrixMut::new(d_head, v, d));
        let narrow = sized(&mut self.scratch.narrow, rows * d);
        gemm(d_logits, Matrix::new(head, v, d), Start::Zero, MatrixMut::new(narrow, rows, d));
        let dx = sized(&mut self.scratch.dx, rows * d);
        dx.fill(0.0);
        layer_norm_backward(&self.last.normal, &self.last.scale[..rows], gain, narrow, dx, d_gain, d_bias);
        for (i, block) in self.blocks.iter().enumerate().rev() {
            let at = (v + s.length) * d + i * block_length;
            let to = &mut d_blocks[i * block_length..(i + 1) * block_length];
            block.backward(&s, &theta[at..at + block_length], to, (n, length), &mut self.scratch);
        }
        if !s.tied {
            d_token.fill(0.0);
        }
        let dx = &self.scratch.dx[..rows * d];
        scatter_add(d, tokens, dx, d_token);
        d_place.fill(0.0);
        for window in dx.chunks_exact(length * d) {
            add(window, d_place);
        }
    }
}
