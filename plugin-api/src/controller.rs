//! The trait that a controller author implements.

use crate::{Config, Descriptor, EpisodeSpec, Observation};

/// Why a controller could not be made, could not go on, or refused a state.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ControllerError {
    message: String,
}

impl ControllerError {
    /// An error with a message for the user.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl From<crate::ConfigError> for ControllerError {
    fn from(error: crate::ConfigError) -> Self {
        Self::new(error.to_string())
    }
}

/// What a controller tells about itself at a step: a set of flags, recorded in the trajectory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Report(pub u32);

impl Report {
    /// Nothing to report.
    pub const NONE: Self = Self(0);
    /// Hyperparameters were rolled back to earlier ones.
    pub const ROLLBACK: Self = Self(1);
    /// The controller restarted its own schedule or search.
    pub const RESTART: Self = Self(2);
    /// The controller detected a drift.
    pub const DRIFT_DETECTED: Self = Self(4);
}

/// The values that a controller proposes at one decision.
pub struct Proposal<'a> {
    /// One value for each hyperparameter of [`EpisodeSpec::hyperparameters`]. NaN on entry; what is left NaN keeps its last value and counts
    /// as a violation.
    pub values: &'a mut [f64],
    /// Flags for the trajectory; [`Report::NONE`] on entry.
    pub report: Report,
}

impl Proposal<'_> {
    /// Adds a flag to the report.
    pub fn report(&mut self, report: Report) {
        self.report.0 |= report.0;
    }
}

/// An online hyperparameter adaptation policy.
///
/// The same configuration, episode, seed and history must give the same proposals, bit for bit: no clock, no environment, no entropy, no state
/// outside `self`. Use [`libm`](https://docs.rs/libm) for `exp`, `ln`, `cos`, ...
pub trait Controller: Sized + Send + 'static {
    /// What it is, what it needs and what can be configured; readable before any instance exists.
    fn descriptor() -> Descriptor;

    /// Makes an instance for one episode. `config` has been checked against the descriptor's parameters: defaults are filled in, ranges hold.
    ///
    /// # Errors
    /// When the configuration and the episode do not fit together.
    fn new(config: &Config, spec: &EpisodeSpec, seed: u64) -> Result<Self, ControllerError>;

    /// Proposes the hyperparameters of this step.
    ///
    /// # Errors
    /// When the controller cannot go on; the episode then ends as faulted, with this message.
    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError>;

    /// Appends the whole changing state to `state`; returns false (the default) where saving is not supported.
    /// The descriptor's `saves_state` must agree.
    fn save_state(&self, state: &mut Vec<u8>) -> bool {
        let _ = state;
        false
    }

    /// Restores what [`Controller::save_state`] wrote into an instance made with the same configuration and episode.
    ///
    /// # Errors
    /// When the bytes are not such a state; the instance is then unchanged.
    fn load_state(&mut self, state: &[u8]) -> Result<(), ControllerError> {
        let _ = state;
        Err(ControllerError::new("this controller does not save its state"))
    }
}
