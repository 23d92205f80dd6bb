//! A gated recurrent unit over characters (Cho et al. 2014, arXiv:1406.1078), in PyTorch's form:
//!
//! `r = s(W_ir x + b_ir + W_hr h + b_hr)`, `z = s(W_iz x + b_iz + W_hz h + b_hz)`, `c = tanh(W_in x + b_in + r (W_hn h + b_hn))`, `h' = (1 - z) c + z h`,
//! with `x` the embedding of the character, `s` the logistic function and the logits `W_o h' + b_o`. Each window begins at `h = 0`, so back-propagation
//! through time is truncated to the window (Williams and Peng 1990, doi:10.1162/neco.1990.2.4.490).
//!
//! As there are few characters, `W_i x + b_i` is computed once for each character, not for each place.

use super::sequence::{SequenceModel, sized, take, take_mut};
use crate::sim::kernel::gemm::{Start, gemm};
use crate::sim::kernel::loss::column_sums;
use crate::sim::kernel::matrix::{Matrix, MatrixMut};
use crate::sim::kernel::normal;
use crate::sim::kernel::sequence::{gru_backward, gru_forward, scatter_add};
use crate::sim::rng::{Generator, uniform};

/// A recurrent model with its buffers.
#[derive(Clone, Debug)]
pub struct Gru {
    vocabulary: usize,
    embedding: usize,
    hidden: usize,
    /// Input part of the gates of each character.
    table: Vec<f32>,
    /// `W_h` transposed.
    recurrent: Vec<f32>,
    /// Recurrent part of the gates at each place.
    parts: Vec<f32>,
    gates: Vec<f32>,
    /// States, with the zeros before the first place.
    states: Vec<f32>,
    logits: Vec<f32>,
    d_states: Vec<f32>,
    d_inputs: Vec<f32>,
    d_parts: Vec<f32>,
}

struct Parameters<'a> {
    embedding: &'a [f32],
    input: &'a [f32],
    recurrent: &'a [f32],
    input_bias: &'a [f32],
    recurrent_bias: &'a [f32],
    output: &'a [f32],
    output_bias: &'a [f32],
}

impl Gru {
    /// A model of `vocabulary` characters with embeddings and a state of these sizes.
    #[must_use]
    pub const fn new(vocabulary: usize, embedding: usize, hidden: usize) -> Self {
        const NONE: Vec<f32> = Vec::new();
        Self {
            vocabulary,
            embedding,
            hidden,
            table: NONE,
            recurrent: NONE,
            parts: NONE,
            gates: NONE,
            states: NONE,
            logits: NONE,
            d_states: NONE,
            d_inputs: NONE,
            d_parts: NONE,
        }
    }

    fn parameters<'a>(&self, theta: &'a [f32]) -> Parameters<'a> {
        let (v, e, h) = (self.vocabulary, self.embedding, self.hidden);
        let mut rest = theta;
        Parameters {
            embedding: take(&mut rest, v * e),
            input: take(&mut rest, 3 * h * e),
            recurrent: take(&mut rest, 3 * h * h),
            input_bias: take(&mut rest, 3 * h),
            recurrent_bias: take(&mut rest, 3 * h),
            output: take(&mut rest, v * h),
            output_bias: take(&mut rest, v),
        }
    }
}

impl SequenceModel for Gru {
    const TIME_FIRST: bool = true;

    fn blocks(&self) -> Vec<(&'static str, usize)> {
        let (v, e, h) = (self.vocabulary, self.embedding, self.hidden);
        vec![
            ("embedding.weight", v * e),
            ("gru.weight_ih", 3 * h * e),
            ("gru.weight_hh", 3 * h * h),
            ("gru.bias_ih", 3 * h),
            ("gru.bias_hh", 3 * h),
            ("output.weight", v * h),
            ("output.bias", v),
        ]
    }

    fn flops(&self) -> f64 {
        // Two operations a weight forward, four backward.
        6.0 * (self.hidden * (3 * self.hidden + self.vocabulary)) as f64
    }

    /// PyTorch's: embeddings standard normal, everything else uniform within `1 / sqrt(hidden)`.
    fn initial(&self, draws: &mut Generator, theta: &mut [f32]) {
        let (embedding, others) = theta.split_at_mut(self.vocabulary * self.embedding);
        embedding.iter_mut().for_each(|x| *x = normal::one(draws) as f32);
        let bound = 1.0 / (self.hidden as f64).sqrt();
        others.iter_mut().for_each(|x| *x = (bound * 2.0f64.mul_add(uniform(draws), -1.0)) as f32);
    }

    fn forward(&mut self, tokens: &[u8], n: usize, theta: &[f32]) -> &mut [f32] {
        let p = self.parameters(theta);
        let (v, e, h) = (self.vocabulary, self.embedding, self.hidden);
        let (rows, length) = (tokens.len(), tokens.len() / n);
        let table = sized(&mut self.table, v * 3 * h);
        let input = Matrix::new(p.input, 3 * h, e).transposed();
        gemm(Matrix::new(p.embedding, v, e), input, Start::Row(p.input_bias), MatrixMut::new(table, v, 3 * h));
        let recurrent = sized(&mut self.recurrent, 3 * h * h);
        for (i, row) in p.recurrent.chunks_exact(h).enumerate() {
            row.iter().enumerate().for_each(|(j, &w)| recurrent[j * 3 * h + i] = w);
        }
        let parts = sized(&mut self.parts, rows * 3 * h);
        let gates = sized(&mut self.gates, rows * 3 * h);
        let states = sized(&mut self.states, (rows + n) * h);
        states[..n * h].fill(0.0);
        for t in 0..length {
            let (before, next) = states.split_at_mut((t + 1) * n * h);
            let previous = &before[t * n * h..];
            let at = t * n * 3 * h..(t + 1) * n * 3 * h;
            let (part, weights) = (MatrixMut::new(&mut parts[at.clone()], n, 3 * h), Matrix::new(recurrent, h, 3 * h));
            gemm(Matrix::new(previous, n, h), weights, Start::Row(p.recurrent_bias), part);
            gru_forward(h, &tokens[t * n..(t + 1) * n], table, &parts[at.clone()], previous, &mut gates[at], &mut next[..n * h]);
        }
        let logits = sized(&mut self.logits, rows * v);
        let output = Matrix::new(p.output, v, h).transposed();
        gemm(Matrix::new(&states[n * h..], rows, h), output, Start::Row(p.output_bias), MatrixMut::new(logits, rows, v));
        logits
    }

    fn backward(&mut self, tokens: &[u8], n: usize, theta: &[f32], gradient: &mut [f32]) {
        let p = self.parameters(theta);
        let (v, e, h) = (self.vocabulary, self.embedding, self.hidden);
        let (rows, length) = (tokens.len(), tokens.len() / n);
        let mut rest = gradient;
        let [embedding, input, recurrent, input_bias, recurrent_bias, output, output_bias] =
            [v * e, 3 * h * e, 3 * h * h, 3 * h, 3 * h, v * h, v].map(|n| take_mut(&mut rest, n));
        let logits = &self.logits[..rows * v];
        let d_logits = Matrix::new(logits, rows, v);
        gemm(d_logits.transposed(), Matrix::new(&self.states[n * h..], rows, h), Start::Zero, MatrixMut::new(output, v, h));
        column_sums(logits, output_bias);
        let d_states = sized(&mut self.d_states, rows * h);
        gemm(d_logits, Matrix::new(p.output, v, h), Start::Zero, MatrixMut::new(d_states, rows, h));
        let d_inputs = sized(&mut self.d_inputs, rows * 3 * h);
        let d_parts = sized(&mut self.d_parts, rows * 3 * h);
        for t in (0..length).rev() {
            let (wide, narrow) = (t * n * 3 * h..(t + 1) * n * 3 * h, t * n * h..(t + 1) * n * h);
            let (gates, parts, previous) = (&self.gates[wide.clone()], &self.parts[wide.clone()], &self.states[narrow.clone()]);
            let (d_input, d_part) = (&mut d_inputs[wide.clone()], &mut d_parts[wide.clone()]);
            gru_backward(h, n, gates, parts, previous, &mut d_states[narrow.clone()], d_input, d_part);
            if t > 0 {
                // What reaches the state before: past the gates, and through them, on top of what its own logits give.
                let (earlier, current) = d_states.split_at_mut(t * n * h);
                let earlier = &mut earlier[(t - 1) * n * h..];
                crate::sim::kernel::sequence::add(&current[..n * h], earlier);
                let weights = Matrix::new(p.recurrent, 3 * h, h);
                gemm(Matrix::new(d_part, n, 3 * h), weights, Start::Current, MatrixMut::new(earlier, n, h));
            }
        }
        let d = Matrix::new(d_parts, rows, 3 * h);
        gemm(d.transposed(), Matrix::new(&self.states, rows, h), Start::Zero, MatrixMut::new(recurrent, 3 * h, h));
        column_sums(d_parts, recurrent_bias);
        // The table is not needed any more: it becomes its own derivative.
        let table = &mut self.table[..v * 3 * h];
        table.fill(0.0);
        scatter_add(3 * h, tokens, d_inputs, table);
        let d = Matrix::new(table, v, 3 * h);
        gemm(d.transposed(), Matrix::new(p.embedding, v, e), Start::Zero, MatrixMut::new(input, 3 * h, e));
        gemm(d, Matrix::new(p.input, 3 * h, e), Start::Zero, MatrixMut::new(embedding, v, e));
        column_sums(table, input_bias);
    }
}
