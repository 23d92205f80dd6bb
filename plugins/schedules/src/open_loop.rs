//! What every schedule shares: the trait of a schedule, the controller around it, peak and warmup.

use controller_common::{Port, State, Target, about, shape, state};
use oha_plugin_api::{Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal};

/// A fixed function of the step.
pub trait Schedule: Clone + Send + 'static {
    /// Identifier of the controller.
    const ID: &'static str;

    /// One sentence, and the source.
    fn about() -> (&'static str, &'static str);

    /// Parameters beyond `hyperparameter`.
    fn parameters() -> Vec<Parameter>;

    /// The schedule of `target` in the episode `spec`.
    ///
    /// # Errors
    /// When the configuration and the episode do not fit together.
    fn new(config: &Config, target: &Target, spec: &EpisodeSpec) -> Result<Self, ControllerError>;

    /// Value of the hyperparameter acted on at decision `t`.
    fn value(&self, t: u64) -> f64;

    /// Sets further hyperparameters of the proposal at decision `t`; the others keep what was applied last.
    fn others(&self, t: u64, values: &mut [f64]) {
        let _ = (t, values);
    }
}

/// The controller that follows a schedule.
#[derive(Clone, Debug)]
pub struct OpenLoop<S> {
    target: Target,
    schedule: S,
}

impl<S: Schedule> Controller for OpenLoop<S> {
    fn descriptor() -> Descriptor {
        let (description, source) = S::about();
        let mut parameters = vec![Target::parameter()];
        parameters.extend(S::parameters());
        about::descriptor(S::ID, (description, source), InformationClass::OpenLoop, &[], parameters)
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::find(config, spec)?;
        let schedule = S::new(config, &target, spec)?;
        Ok(Self { target, schedule })
    }

    #[inline]
    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        self.target.propose(observation, proposal, self.schedule.value(observation.step));
        self.schedule.others(observation.step, proposal.values);
        Ok(())
    }

    fn save_state(&self, out: &mut Vec<u8>) -> bool {
        state::save(self, out)
    }

    fn load_state(&mut self, bytes: &[u8]) -> Result<(), ControllerError> {
        state::load(self, bytes)
    }
}

/// A schedule has no changing state: the step comes with the observation.
impl<S: Schedule> State for OpenLoop<S> {
    const TAG: &'static str = S::ID;

    fn fields(&mut self, _port: &mut Port<'_>) -> Result<(), ControllerError> {
        Ok(())
    }
}

/// The parameter `peak`.
pub(crate) fn peak_parameter() -> Parameter {
    Parameter::real_derived("peak", 0.0, f64::INFINITY, "Largest value of the schedule; default: the episode's initial value")
}

/// The parameter `end`.
pub(crate) fn end_parameter() -> Parameter {
    Parameter::real("end", 0.0, 0.0, f64::INFINITY, "Value approached at the end")
}

/// The parameter `warmup`.
pub(crate) fn warmup_parameter(default: f64) -> Parameter {
    Parameter::real("warmup", default, 0.0, 1.0, "Fraction of the episode with linear warmup from 0")
}

/// Peak, warmup and horizon of a schedule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ramp {
    /// Largest value.
    pub(crate) peak: f64,
    /// Steps of warmup, `W`.
    pub(crate) warmup: u64,
    /// Steps of the episode, `T`.
    pub(crate) n_steps: u64,
}

impl Ramp {
    /// Reads `peak` and `warmup`.
    pub(crate) fn new(config: &Config, target: &Target, spec: &EpisodeSpec) -> Self {
        let warmup = shape::steps(config.real("warmup").unwrap_or(0.0), spec.n_steps, 0);
        Self { peak: config.real("peak").unwrap_or_else(|| target.initial()), warmup, n_steps: spec.n_steps }
    }

    /// The value of warmup at step `t`, `None` when it is over.
    pub(crate) fn warming(&self, t: u64) -> Option<f64> {
        (t < self.warmup).then(|| self.peak * (t as f64 / self.warmup as f64))
    }

    /// Steps since the warmup.
    pub(crate) fn since(&self, t: u64) -> f64 {
        t.saturating_sub(self.warmup) as f64
    }

    /// Fraction of the steps after the warmup that has passed, in [0, 1].
    pub(crate) fn fraction(&self, t: u64) -> f64 {
        let length = self.n_steps.saturating_sub(self.warmup).max(1) as f64;
        (self.since(t) / length).min(1.0)
    }
}

/// Values of a schedule for tests: all steps of an episode of `n_steps` with bounds wide enough not to bind.
#[cfg(test)]
pub(crate) fn values<S: Schedule>(parameters: &serde_json::Value, n_steps: u64) -> Vec<f64> {
    let spec = controller_common::trial::spec(n_steps, 1e-300, 1e300, 0.5);
    controller_common::trial::promises::<OpenLoop<S>>(parameters, &controller_common::trial::spec(n_steps, 1e-3, 0.4, 0.3));
    controller_common::trial::run::<OpenLoop<S>>(parameters, &spec, 0, &vec![f64::NAN; usize::try_from(n_steps).expect("small")])
}

/// Asserts that two series agree to 1e-12 relative or 1e-15 absolute (references are written with 17 digits).
#[cfg(test)]
pub(crate) fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (t, (x, y)) in found.iter().zip(expected).enumerate() {
        assert!((x - y).abs() <= 1e-12 * y.abs() + 1e-15, "step {t}: found {x}, expected {y}");
    }
}
