//! What a drift detector is.

use controller_common::Port;
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// Which way the mean went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The loss became larger.
    Rise,
    /// The loss became smaller.
    Fall,
}

/// A sequential test for a change of the mean.
pub trait Detector: Clone + Send + 'static {
    /// Identifier of the controller that resets on its alarms.
    const ID: &'static str;

    /// One sentence, and the source.
    fn about() -> (&'static str, &'static str);

    /// Its parameters.
    fn parameters() -> Vec<Parameter>;

    /// A detector for standardised residuals (`residual`) or for raw losses, with the defaults for each.
    fn new(config: &Config, spec: &EpisodeSpec, residual: bool, seed: u64) -> Self;

    /// Takes the next value; an alarm says which way the mean went.
    fn update(&mut self, x: f64) -> Option<Direction>;

    /// Forgets everything that was seen.
    fn reset(&mut self);

    /// Passes every changing field through `port`.
    ///
    /// # Errors
    /// When reading finds too few bytes or an impossible value.
    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError>;
}
