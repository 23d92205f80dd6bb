//! Activations: ReLU, hyperbolic tangent, and GELU in its tanh form
//! `x (1 + tanh u) / 2`, `u = sqrt(2 / pi) (x + 0.044715 x^3)` (Hendrycks and Gimpel 2016, arXiv:1606.08415; PyTorch's `approximate="tanh"`).

use super::elementary::tanh;
use crate::kernel;
use serde::{Deserialize, Serialize};

/// `sqrt(2 / pi)`.
const SLOPE: f32 = 0.797_884_6;
const CUBIC: f32 = 0.044_715;

/// The function between two layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `max(x, 0)`.
    #[default]
    Relu,
    /// Hyperbolic tangent.
    Tanh,
    /// `x (1 + tanh u) / 2`.
    Gelu,
}

impl Activation {
    /// Whether [`Self::backward`] needs the values before the activation; for the others the results are enough.
    #[must_use]
    pub const fn needs_input(self) -> bool {
        matches!(self, Self::Gelu)
    }

    /// Replaces each value by the function of it.
    pub fn forward(self, x: &mut [f32]) {
        match self {
            Self::Relu => relu(x),
            Self::Tanh => super::elementary::tanh_in_place(x),
            Self::Gelu => gelu(x),
        }
    }

    /// Multiplies each derivative `d` by the function's slope. `saved` holds the results, or the values before where [`Self::needs_input`].
    pub fn backward(self, saved: &[f32], d: &mut [f32]) {
        match self {
            Self::Relu => relu_backward(saved, d),
            Self::Tanh => tanh_backward(saved, d),
            Self::Gelu => gelu_backward(saved, d),
        }
    }
}

/// Lanes of a block of the rectifier. Whole blocks are stored: a condition on each number would become a store under a mask, which some processors
/// do slowly.
const BLOCK: usize = 8;

#[inline(always)]
fn rectified(x: f32) -> f32 {
    // NaN passes, so that a broken network is seen.
    if x < 0.0 { 0.0 } else { x }
}

#[inline(always)]
fn passed(d: f32, y: f32) -> f32 {
    if y > 0.0 { d } else { 0.0 }
}

kernel! {
    fn relu(x: &mut [f32]) {
        let (blocks, rest) = x.as_chunks_mut::<BLOCK>();
        for x in blocks {
            *x = x.map(rectified);
        }
        rest.iter_mut().for_each(|x| *x = rectified(*x));
    }
}

kernel! {
    fn relu_backward(y: &[f32], d: &mut [f32]) {
        let y = y[..d.len()].as_chunks::<BLOCK>();
        let d = d.as_chunks_mut::<BLOCK>();
        for (d, y) in d.0.iter_mut().zip(y.0) {
            *d = std::array::from_fn(|l| passed(d[l], y[l]));
        }
        d.1.iter_mut().zip(y.1).for_each(|(d, &y)| *d = passed(*d, y));
    }
}

kernel! {
    fn tanh_backward(y: &[f32], d: &mut [f32]) {
        for (d, &y) in d.iter_mut().zip(y) {
            *d *= (-y).mul_add(y, 1.0);
        }
    }
}

kernel! {
    fn gelu(x: &mut [f32]) {
        for x in x {
            let u = SLOPE * (CUBIC * *x * *x).mul_add(*x, *x);
            *x *= 0.5f32.mul_add(tanh(u), 0.5);
        }
    }
}

kernel! {
    fn gelu_backward(x: &[f32], d: &mut [f32]) {
        for (d, &x) in d.iter_mut().zip(x) {
            let square = x * x;
            let t = tanh(SLOPE * (CUBIC * square).mul_add(x, x));
            let slope = SLOPE * (3.0 * CUBIC).mul_add(square, 1.0);
            let half = 0.5f32.mul_add(t, 0.5);
            *d *= (0.5 * x * (-t).mul_add(t, 1.0)).mul_add(slope, half);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kernel::testing::{noise, same_bits};

    const ALL: [Activation; 3] = [Activation::Relu, Activation::Tanh, Activation::Gelu];

    #[test]
    fn gelu_is_pytorchs() {
        // torch.nn.functional.gelu(x, approximate="tanh") in double precision.
        let mut x = [-3.0, -1.0, -0.1, 0.0, 0.5, 2.0];
        Activation::Gelu.forward(&mut x);
        let expected = [-0.003_637_392, -0.158_808, -0.046_017_25, 0.0, 0.345_714, 1.954_597_7];
        for (x, e) in x.iter().zip(expected) {
            assert!((x - e).abs() < 2e-7, "{x} for {e}");
        }
    }

    #[test]
    fn slopes_agree_with_differences() {
        let x: Vec<f32> = noise(1, 500).into_iter().filter(|x| x.abs() > 0.02).collect();
        for f in ALL {
            let at = |shift: f32| {
                let mut y: Vec<f32> = x.iter().map(|x| x + shift).collect();
                f.forward(&mut y);
                y
            };
            let saved = if f.needs_input() { x.clone() } else { at(0.0) };
            let mut d = vec![1.0; x.len()];
            f.backward(&saved, &mut d);
            let (above, below) = (at(0.01), at(-0.01));
            for i in 0..x.len() {
                let slope = (above[i] - below[i]) / 0.02;
                assert!((slope - d[i]).abs() < 1e-3, "{f:?} at {}: {} for {slope}", x[i], d[i]);
            }
        }
    }

    #[test]
    fn every_width_gives_the_same_bits() {
        let x = noise(2, 1037);
        for f in ALL {
            same_bits(&format!("{f:?}"), || {
                let mut y = x.clone();
                f.forward(&mut y);
                let mut d = noise(3, x.len());
                f.backward(if f.needs_input() { &x } else { &y }, &mut d);
                y.extend(d);
                y
            });
        }
    }
}
