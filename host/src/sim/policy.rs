//! Whatever sets hyperparameters: a loaded controller, a compiled-in one, or an oracle's schedule.

use oha_plugin_api::{Controller, Observation, Proposal};

/// Why a policy could not propose.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PolicyFault {
    /// The controller's own words, or what happened to it.
    pub message: String,
}

/// A running policy.
pub trait Policy {
    /// Proposes the hyperparameters of this step.
    ///
    /// # Errors
    /// When the policy cannot go on; the episode ends as faulted.
    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), PolicyFault>;
}

/// A compiled-in controller.
pub struct Static<C>(pub C);

impl<C: Controller> Policy for Static<C> {
    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), PolicyFault> {
        self.0.propose(observation, proposal).map_err(|e| PolicyFault { message: e.to_string() })
    }
}

/// An open-loop schedule: `values` holds one row of controlled hyperparameters a step; the last row stays in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// `n_rows x n_controlled`, row-major, at least one row.
    pub values: Vec<f64>,
}

impl Policy for Schedule {
    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), PolicyFault> {
        let n = proposal.values.len();
        let row = (observation.step as usize).min(self.values.len() / n - 1);
        proposal.values.copy_from_slice(&self.values[row * n..(row + 1) * n]);
        Ok(())
    }
}
