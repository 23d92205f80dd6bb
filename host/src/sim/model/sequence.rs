//! What a language model over characters is, and how its parameters lie in one vector.

use crate::sim::rng::Generator;
use std::fmt::Debug;

/// A function from windows of characters to logits of the next character at each place.
pub trait SequenceModel: Clone + Debug + Send + Sync + 'static {
    /// Names and lengths of the parameter blocks, in their order in `theta`.
    fn blocks(&self) -> Vec<(&'static str, usize)>;

    /// Length of `theta`.
    fn n_parameters(&self) -> usize {
        self.blocks().iter().map(|(_, n)| n).sum()
    }

    /// Whether character `t` of window `b` of `n` lies at `t n + b` (time first), not at `b length + t`.
    const TIME_FIRST: bool;

    /// Floating-point operations of one forward and backward pass over one character.
    fn flops(&self) -> f64;

    /// Writes initial parameters.
    fn initial(&self, draws: &mut Generator, theta: &mut [f32]);

    /// Logits of `n` windows, one row a character in the order of `tokens`. The caller replaces them by the derivative of its loss for
    /// [`SequenceModel::backward`].
    fn forward(&mut self, tokens: &[u8], n: usize, theta: &[f32]) -> &mut [f32];

    /// Gradient in `theta` (overwritten), after [`SequenceModel::forward`] on the same arguments and with the logits replaced.
    fn backward(&mut self, tokens: &[u8], n: usize, theta: &[f32], gradient: &mut [f32]);
}

/// Takes the first `n` entries off a slice.
pub(super) fn take<'a>(rest: &mut &'a [f32], n: usize) -> &'a [f32] {
    let (first, after) = rest.split_at(n);
    *rest = after;
    first
}

/// Takes the first `n` entries off a slice that is written.
pub(super) fn take_mut<'a>(rest: &mut &'a mut [f32], n: usize) -> &'a mut [f32] {
    let (first, after) = std::mem::take(rest).split_at_mut(n);
    *rest = after;
    first
}

/// A buffer of at least `n` entries, and exactly those.
pub(super) fn sized(buffer: &mut Vec<f32>, n: usize) -> &mut [f32] {
    if buffer.len() < n {
        buffer.resize(n, 0.0);
    }
    &mut buffer[..n]
}
