//! Losses averaged over blocks of decisions.

use crate::Port;
use oha_plugin_api::{ControllerError, Parameter};

/// Mean finite loss of each block of a fixed number of decisions.
#[derive(Clone, Debug)]
pub struct Blocks {
    length: u64,
    sum: f64,
    n_finite: u64,
    n_seen: u64,
}

impl Blocks {
    /// Blocks of `length` decisions, at least 1.
    #[must_use]
    pub fn new(length: u64) -> Self {
        Self { length: length.max(1), sum: 0.0, n_finite: 0, n_seen: 0 }
    }

    /// The parameter `block`, whose default is a fraction of the episode.
    #[must_use]
    pub fn parameter() -> Parameter {
        let doc = "Decisions whose mean loss makes one measurement; default: a two-hundredth of the episode, at least 1";
        Parameter::integer_derived("block", 1, i64::MAX, doc)
    }

    /// The length that [`Blocks::parameter`] asks for in an episode of `n_steps`.
    #[must_use]
    pub fn length(config: &oha_plugin_api::Config, n_steps: u64) -> u64 {
        config.integer("block").map_or((n_steps / 200).max(1), i64::unsigned_abs)
    }

    /// Takes the loss of one decision. At the end of a block: its mean, which is `None` where no loss of it was finite.
    pub fn see(&mut self, loss: f64) -> Option<Option<f64>> {
        self.n_seen += 1;
        if loss.is_finite() {
            self.sum += loss;
            self.n_finite += 1;
        }
        if self.n_seen < self.length {
            return None;
        }
        let mean = self.sum / self.n_finite as f64;
        let known = self.n_finite > 0 && mean.is_finite();
        *self = Self::new(self.length);
        Some(known.then_some(mean))
    }

    /// Passes every changing field through `port`.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.real(&mut self.sum)?;
        port.whole(&mut self.n_finite)?;
        port.whole(&mut self.n_seen)
    }
}

/// Decrease from `before` to `after` relative to the larger of the two in magnitude: in [-2, 2], free of scale, near the difference of logarithms when it is
/// small.
#[must_use]
pub fn relative_decrease(before: f64, after: f64) -> f64 {
    let scale = before.abs().max(after.abs());
    // Divided first, so that huge losses do not overflow.
    if scale > 0.0 { before / scale - after / scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_average_what_is_finite() {
        let mut blocks = Blocks::new(2);
        let found: Vec<_> = [1.0, 3.0, f64::NAN, 5.0, f64::INFINITY, f64::NAN].map(|x| blocks.see(x)).into();
        assert_eq!(found, [None, Some(Some(2.0)), None, Some(Some(5.0)), None, Some(None)]);
    }

    #[test]
    fn decreases_are_relative() {
        let pairs = [(2.0, 1.0), (1.0, 2.0), (0.0, 0.0), (-1.0, 1.0), (1e300, 5e299)];
        assert_eq!(pairs.map(|(a, b)| relative_decrease(a, b)), [0.5, -0.5, 0.0, -2.0, 0.5]);
    }
}
