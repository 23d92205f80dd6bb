//! What an episode cost, by count; controller time is measured elsewhere, for it is no function of the seed.

use super::Measured;
use crate::sim::episode::End;

/// A loss evaluation is a forward pass: a third of a step, whose backward pass costs twice its forward one.
const EVALUATION_SHARE: f64 = 1.0 / 3.0;

pub(super) fn n_optimizer_steps(m: &Measured<'_>) -> Option<f64> {
    let decisions = match m.episode.end {
        End::Completed => m.scenario.n_steps,
        // The step that diverged was taken.
        End::Diverged { step } => step + 1,
        End::Faulted { step, .. } => step,
    };
    Some((decisions * m.scenario.spec.optimizer_steps_per_decision) as f64)
}

pub(super) fn n_evaluations(m: &Measured<'_>) -> Option<f64> {
    Some(m.episode.n_evaluations as f64)
}

pub(super) fn flops(m: &Measured<'_>) -> Option<f64> {
    let steps = n_optimizer_steps(m)? + EVALUATION_SHARE * n_evaluations(m)?;
    Some(steps * m.scenario.family.flops_per_step())
}
