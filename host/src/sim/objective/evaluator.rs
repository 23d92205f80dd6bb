//! The running world of one episode: a first-order evaluator.

use crate::sim::agreement::Agreement;
use crate::sim::optimizer::Descent;
use crate::sim::real::Real;
use crate::sim::regime::{Landscape, Regime};
use crate::sim::rng::Streams;

/// The evaluation metric after an update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// The loss `y_t`, finite unless training diverged.
    pub loss: f64,
    /// Fraction classified correctly, in [0, 1]; NaN where the objective has no classes.
    pub accuracy: f64,
}

/// Where in an episode the objective is asked.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Index of the decision, the time of the regime and of the trajectory.
    pub decision: u64,
    /// Index of the optimizer step, which keys every draw; equal to `decision` when one optimizer step follows each decision.
    pub index: u64,
    /// The changes.
    pub regime: &'a Regime,
    /// The episode's random streams.
    pub streams: &'a Streams,
    /// Whether this is the first optimizer step of the decision.
    pub first: bool,
    /// Whether the minibatch loss that [`Objective::gradient`] returns will be read; NaN may be returned where it costs extra and is not.
    pub wants_loss: bool,
}

impl Step<'_> {
    /// The alterations of synthetic landscapes in force at this decision.
    #[inline]
    #[must_use]
    pub fn landscape(&self) -> &Landscape {
        self.regime.landscape(self.decision)
    }
}

/// A first-order evaluator: one episode's running world. The order of calls within an optimizer step is `begin`, `gradient` (then the
/// update by the optimizer), `end`; `evaluate` follows the last optimizer step of a decision.
pub trait Objective: Clone + Send + 'static {
    /// Number type of the parameters.
    type Real: Real;

    /// Whether [`Objective::descend`] is worth asking.
    const IN_ONE_PASS: bool = false;

    /// Number of parameters.
    fn n_parameters(&self) -> usize;

    /// Writes the initial parameters, a function of the streams only.
    fn initial(&self, streams: &Streams, theta: &mut [Self::Real]);

    /// Moves the world to this step, before the gradient: jumps of the target, choice of the minibatch and of its noise.
    /// `extras` are the values of [`Family::hyperparameters`](super::Family::hyperparameters) in force (for example the batch size).
    fn begin(&mut self, step: &Step<'_>, extras: &[f64]);

    /// Gradient of the minibatch loss at `theta` into `gradient` (overwritten); returns that loss.
    fn gradient(&mut self, step: &Step<'_>, extras: &[f64], theta: &[Self::Real], gradient: &mut [Self::Real]) -> f64;

    /// Diagonal of the Hessian of the minibatch loss at `theta`, where [`Family::gives_curvature`](super::Family::gives_curvature); after [`Objective::gradient`] on the same point.
    fn curvature(&mut self, step: &Step<'_>, theta: &[Self::Real], curvature: &mut [Self::Real]) {
        let _ = (step, theta);
        curvature.fill(Self::Real::ZERO);
    }

    /// Loss of the same minibatch at another point.
    fn batch_loss(&mut self, step: &Step<'_>, extras: &[f64], theta: &[Self::Real]) -> f64;

    /// Moves the world after the update: drift of the target.
    fn end(&mut self, step: &Step<'_>) {
        let _ = step;
    }

    /// The evaluation metric at `theta`.
    fn evaluate(&mut self, step: &Step<'_>, theta: &[Self::Real]) -> Evaluation;

    /// The evaluation metric at `theta` as the world is at any step, past or to come, without a trace; `None` where the world cannot go back.
    fn recall(&mut self, step: &Step<'_>, theta: &[Self::Real]) -> Option<Evaluation> {
        let _ = (step, theta);
        None
    }

    /// The answers of all evaluations beside the labels; `None` where there are no classes.
    fn agreement(&self) -> Option<&Agreement> {
        None
    }

    /// A whole optimizer step in one pass over the parameters: `begin`, `gradient`, the update of plain gradient descent with `lambda` (learning
    /// rate, momentum, weight decay), `end` and `evaluate`, with the bits that these give one after the other. `None`, and nothing has changed, where
    /// there is no such pass at this step.
    fn descend(
        &mut self,
        step: &Step<'_>,
        lambda: &[f64; 3],
        theta: &mut [Self::Real],
        gradient: &mut [Self::Real],
        descent: Descent<'_, Self::Real>,
    ) -> Option<Evaluation> {
        let _ = (step, lambda, theta, gradient, descent);
        None
    }
}
