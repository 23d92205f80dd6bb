//! Initial weights of a layer.

use crate::sim::kernel::normal;
use crate::sim::rng::{Generator, uniform};
use serde::{Deserialize, Serialize};

/// How weights are drawn; `m` is the number of inputs of a unit, `n` the number of outputs of the layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initialization {
    /// Normal with variance `2 / m` before an activation and `1 / m` in the last layer, biases 0 (He et al. 2015, arXiv:1502.01852).
    #[default]
    He,
    /// Uniform with bound `sqrt(6 / (m + n))`, biases 0 (Glorot and Bengio 2010).
    Glorot,
    /// Uniform with bound `1 / sqrt(m)`, biases too: PyTorch's default of linear and convolution layers.
    Pytorch,
    /// Weights and biases 0: only for models without hidden layers, where it loses nothing.
    Zero,
}

/// Shape of a layer for its initial weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fan {
    /// Inputs of a unit.
    pub(super) inputs: usize,
    /// Outputs of the layer (times the kernel's size for convolutions).
    pub(super) outputs: usize,
    /// Whether no activation follows.
    pub(super) last: bool,
}

impl Initialization {
    /// Writes weights and biases of one layer.
    pub(super) fn layer(self, fan: Fan, scale: f32, draws: &mut Generator, weights: &mut [f32], biases: &mut [f32]) {
        let (m, n) = (fan.inputs as f64, fan.outputs as f64);
        let scale = f64::from(scale);
        let mut even =
            |bound: f64, out: &mut [f32]| out.iter_mut().for_each(|x| *x = (scale * bound * 2f64.mul_add(uniform(draws), -1.0)) as f32);
        biases.fill(0.0);
        match self {
            Self::Zero => weights.fill(0.0),
            Self::Glorot => even((6.0 / (m + n)).sqrt(), weights),
            Self::Pytorch => {
                even(1.0 / m.sqrt(), weights);
                even(1.0 / m.sqrt(), biases);
            }
            Self::He => {
                let deviation = scale * (if fan.last { 1.0 } else { 2.0 } / m).sqrt();
                weights.iter_mut().for_each(|x| *x = (deviation * normal::one(draws)) as f32);
            }
        }
    }
}
