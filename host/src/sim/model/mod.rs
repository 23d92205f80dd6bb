//! Differentiable models in single precision: parameters in one vector, gradients by hand (back-propagation, Rumelhart, Hinton, Williams 1986,
//! doi:10.1038/323533a0), every product through [`crate::sim::kernel::gemm`].
//!
//! A model owns the buffers of its last forward pass and nothing that a result could depend on: the same inputs and parameters give the same bits.

pub mod cnn;
pub mod gru;
mod initial;
pub mod mlp;
pub mod sequence;
#[cfg(test)]
mod sequence_tests;
#[cfg(test)]
mod tests;
pub mod transformer;

pub use initial::Initialization;

use crate::sim::rng::Generator;
use std::fmt::Debug;

/// A function from rows of inputs to rows of outputs with parameters `theta`.
pub trait Model: Clone + Debug + Send + Sync + 'static {
    /// Length of `theta`.
    fn n_parameters(&self) -> usize;

    /// Entries of an output row.
    fn n_outputs(&self) -> usize;

    /// Floating-point operations of one forward and backward pass over one row, multiplications and additions counted apart.
    fn flops(&self) -> f64;

    /// Writes initial parameters; weights (and random biases) are multiplied by `scale`.
    fn initial(&self, how: Initialization, scale: f32, draws: &mut Generator, theta: &mut [f32]);

    /// Outputs of `n` rows of inputs, `n x n_outputs`. The caller may overwrite them with the derivative of its loss for [`Model::backward`].
    fn forward(&mut self, inputs: &[f32], n: usize, theta: &[f32]) -> &mut [f32];

    /// Gradient in `theta` (overwritten), after [`Model::forward`] on the same arguments and with the outputs replaced by the derivative of the loss.
    fn backward(&mut self, inputs: &[f32], n: usize, theta: &[f32], gradient: &mut [f32]);
}
