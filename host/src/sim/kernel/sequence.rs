//! Kernels of sequence models: the gates of a gated recurrent unit, layer normalisation, causal softmax. Sums run over sixteen lanes and a tree.

use super::elementary::{exp, tanh};
use crate::kernel;

const LANES: usize = 16;
/// Added to the variance of layer normalisation (PyTorch's default).
const EPSILON: f32 = 1e-5;

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
fn tree(mut lane: [f32; LANES]) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            lane[l] += lane[l + half];
        }
        half /= 2;
    }
    lane[0]
}

/// `start + sum f(i)`, lane `i mod 16` each.
macro_rules! reduce {
    ($n:expr, |$i:ident, $acc:ident| $step:expr) => {{
        let n = $n;
        let mut lane = [0.0f32; LANES];
        let full = n - n % LANES;
        let mut first = 0;
        while first < full {
            for l in 0..LANES {
                let $i = first + l;
                let $acc = lane[l];
                lane[l] = $step;
            }
            first += LANES;
        }
        for l in 0..n - full {
            let $i = full + l;
            let $acc = lane[l];
            lane[l] = $step;
        }
        tree(lane)
    }};
}

kernel! {
    /// One step of `tokens.len()` units of size `n`. `table` holds the input part of the gates for each token (r, z, n; `3 n` a row), `hidden` the
    /// recurrent part; `gates` receives the gates and `next` the new state.
    pub fn gru_forward(n: usize, tokens: &[u8], table: &[f32], hidden: &[f32], previous: &[f32], gates: &mut [f32], next: &mut [f32]) {
        for (b, &token) in tokens.iter().enumerate() {
            let input = &table[token as usize * 3 * n..][..3 * n];
            let (input_r, rest) = input.split_at(n);
            let (input_z, input_n) = rest.split_at(n);
            let (hidden_r, rest) = hidden[b * 3 * n..][..3 * n].split_at(n);
            let (hidden_z, hidden_n) = rest.split_at(n);
            let (r, rest) = gates[b * 3 * n..][..3 * n].split_at_mut(n);
            let (z, c) = rest.split_at_mut(n);
            let (previous, next) = (&previous[b * n..][..n], &mut next[b * n..][..n]);
            let (input_n, hidden_n, c) = (&input_n[..n], &hidden_n[..n], &mut c[..n]);
            // A loop for each gate: with all in one, compilers see too many slices to tell them apart and take one number at a time.
            for j in 0..n {
                r[j] = sigmoid(input_r[j] + hidden_r[j]);
            }
            for j in 0..n {
                z[j] = sigmoid(input_z[j] + hidden_z[j]);
            }
            for j in 0..n {
                c[j] = tanh(r[j].mul_add(hidden_n[j], input_n[j]));
            }
            for j in 0..n {
                next[j] = z[j].mul_add(previous[j] - c[j], c[j]);
            }
        }
    }
}

kernel! {
    /// Backward of [`gru_forward`] for `rows` units: `d` holds the derivative of the new state and receives what reaches the old state past the
    /// gates; `d_input` and `d_hidden` receive the derivatives of both parts of the gates.
    pub fn gru_backward(n: usize, rows: usize, gates: &[f32], hidden: &[f32], previous: &[f32], d: &mut [f32], d_input: &mut [f32],
        d_hidden: &mut [f32]) {
        for b in 0..rows {
            let (r, rest) = gates[b * 3 * n..][..3 * n].split_at(n);
            let (z, c) = rest.split_at(n);
            let hidden_n = &hidden[b * 3 * n + 2 * n..][..n];
            let (previous, d) = (&previous[b * n..][..n], &mut d[b * n..][..n]);
            let (input_r, rest) = d_input[b * 3 * n..][..3 * n].split_at_mut(n);
            let (input_z, input_n) = rest.split_at_mut(n);
            let (hidden_r, rest) = d_hidden[b * 3 * n..][..3 * n].split_at_mut(n);
            let (hidden_z, to_n) = rest.split_at_mut(n);
            let (c, input_n, to_n) = (&c[..n], &mut input_n[..n], &mut to_n[..n]);
            for j in 0..n {
                let d_c = d[j] * (1.0 - z[j]) * (-c[j]).mul_add(c[j], 1.0);
                let d_z = d[j] * (previous[j] - c[j]) * (z[j] * (1.0 - z[j]));
                let d_r = d_c * hidden_n[j] * (r[j] * (1.0 - r[j]));
                (input_r[j], input_z[j], input_n[j]) = (d_r, d_z, d_c);
                (hidden_r[j], hidden_z[j], to_n[j]) = (d_r, d_z, d_c * r[j]);
                d[j] *= z[j];
            }
        }
    }
}

kernel! {
    /// Adds row `i` of `rows` (each `n` long) to row `tokens[i]` of `table`, in order.
    pub fn scatter_add(n: usize, tokens: &[u8], rows: &[f32], table: &mut [f32]) {
        for (row, &token) in rows.chunks_exact(n).zip(tokens) {
            for (t, &x) in table[token as usize * n..][..n].iter_mut().zip(row) {
                *t += x;
            }
        }
    }
}

kernel! {
    /// `y <- y + x`.
    pub fn add(x: &[f32], y: &mut [f32]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y += x;
        }
    }
}

kernel! {
    /// Layer normalisation of rows of `gain.len()` (Ba, Kiros, Hinton 2016, arXiv:1607.06450): `normal = (x - mean) / sqrt(variance + 1e-5)`,
    /// `y = gain normal + bias`; `scale` receives the factor of each row.
    pub fn layer_norm(x: &[f32], gain: &[f32], bias: &[f32], normal: &mut [f32], y: &mut [f32], scale: &mut [f32]) {
        let n = gain.len();
        let bias = &bias[..n];
        for (i, s) in scale.iter_mut().enumerate() {
            let x = &x[i * n..][..n];
            let (normal, y) = (&mut normal[i * n..][..n], &mut y[i * n..][..n]);
            let mean = reduce!(n, |j, acc| acc + x[j]) / n as f32;
            let variance = reduce!(n, |j, acc| { let d = x[j] - mean; d.mul_add(d, acc) }) / n as f32;
            *s = 1.0 / (variance + EPSILON).sqrt();
            for j in 0..n {
                normal[j] = (x[j] - mean) * *s;
                y[j] = gain[j].mul_add(normal[j], bias[j]);
            }
        }
    }
}

kernel! {
    /// Backward of [`layer_norm`]: adds to `dx`; `d_gain` and `d_bias` are overwritten. `dy` is used up.
    pub fn layer_norm_backward(normal: &[f32], scale: &[f32], gain: &[f32], dy: &mut [f32], dx: &mut [f32], d_gain: &mut [f32],
        d_bias: &mut [f32]) {
        let n = gain.len();
        let (d_gain, d_bias) = (&mut d_gain[..n], &mut d_bias[..n]);
        d_gain.fill(0.0);
        d_bias.fill(0.0);
        for (i, &s) in scale.iter().enumerate() {
            let (normal, dy, dx) = (&normal[i * n..][..n], &mut dy[i * n..][..n], &mut dx[i * n..][..n]);
            for j in 0..n {
                d_gain[j] = dy[j].mul_add(normal[j], d_gain[j]);
                d_bias[j] += dy[j];
                dy[j] *= gain[j];
            }
            let mean = reduce!(n, |j, acc| acc + dy[j]) / n as f32;
            let along = reduce!(n, |j, acc| dy[j].mul_add(normal[j], acc)) / n as f32;
            for j in 0..n {
                dx[j] = s.mul_add((-normal[j]).mul_add(along, dy[j] - mean), dx[j]);
            }
        }
    }
}

kernel! {
    /// Softmax of `scale s` over the entries `j <= i` of each row `i` of a square matrix of size `n`; the others become 0.
    pub fn causal_softmax(n: usize, scale: f32, s: &mut [f32]) {
        for i in 0..n {
            let (seen, hidden) = s[i * n..][..n].split_at_mut(i + 1);
            hidden.fill(0.0);
            let max = seen.iter().fold(f32::NEG_INFINITY, |max, &x| if x > max { x } else { max });
            for x in seen.iter_mut() {
                *x = exp(scale * (*x - max));
            }
            let factor = 1.0 / reduce!(seen.len(), |j, acc| acc + seen[j]);
            for x in seen.iter_mut() {
                *x *= factor;
            }
        }
    }
}

kernel! {
    /// Backward of [`causal_softmax`] with result `p`: `d` becomes the derivative of the scores before the factor.
    pub fn causal_softmax_backward(n: usize, scale: f32, p: &[f32], d: &mut [f32]) {
        for i in 0..n {
            let (p, d) = (&p[i * n..][..n], &mut d[i * n..][..n]);
            let along = reduce!(n, |j, acc| p[j].mul_add(d[j], acc));
            for j in 0..n {
                d[j] = scale * (p[j] * (d[j] - along));
            }
        }
    }
}
