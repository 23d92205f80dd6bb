//! Running a controller through its trait without a host; for tests and examples. A thin layer over [`oha_plugin_api::rig::Rig`].

use oha_plugin_api::rig::Rig;
use oha_plugin_api::{Controller, EpisodeSpec, Evaluator, HyperparameterSpec, Report, Scale};
use serde_json::Value;

/// An episode of `n_steps` decisions over `learning_rate` alone, on a logarithmic scale; 10 steps make an epoch.
#[must_use]
pub fn spec(n_steps: u64, min: f64, max: f64, initial: f64) -> EpisodeSpec {
    EpisodeSpec { steps_per_epoch: 10, ..EpisodeSpec::of_learning_rate(n_steps, min, max, initial) }
}

/// A momentum in [0, 0.99] that starts at 0.9.
#[must_use]
pub fn momentum() -> HyperparameterSpec {
    HyperparameterSpec { name: "momentum".into(), min: 0.0, max: 0.99, scale: Scale::Linear, integer: false, initial: 0.9 }
}

/// A controller in a simulated episode; anything unexpected is a panic.
pub struct Trial<C> {
    rig: Rig<C>,
}

impl<C: Controller> Trial<C> {
    /// Makes the controller with the parameters of the JSON object `parameters`.
    ///
    /// # Panics
    /// When the configuration is refused.
    #[must_use]
    pub fn new(parameters: &Value, spec: &EpisodeSpec, seed: u64) -> Self {
        Self { rig: Rig::new(parameters, spec.clone(), seed).unwrap_or_else(|e| panic!("{e}")) }
    }

    /// One decision after the loss `loss` and the signals `signals`; the value in force of the first hyperparameter.
    ///
    /// # Panics
    /// When the controller fails, or proposes a value that is not finite or is out of bounds.
    pub fn step(&mut self, loss: f64, signals: &[f64]) -> f64 {
        self.decide(loss, signals, None)
    }

    /// As [`Trial::step`], with an evaluator of the loss after a hypothetical update.
    ///
    /// # Panics
    /// As [`Trial::step`].
    pub fn step_evaluating(&mut self, loss: f64, signals: &[f64], evaluate: &mut Evaluator<'_>) -> f64 {
        self.decide(loss, signals, Some(evaluate))
    }

    fn decide(&mut self, loss: f64, signals: &[f64], evaluate: Option<&mut Evaluator<'_>>) -> f64 {
        let values = self.rig.step_with(loss, signals, evaluate).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(self.rig.n_violations(), 0, "a proposal is not finite or out of bounds; {values:?} are in force");
        values[0]
    }

    /// All values in force.
    #[must_use]
    pub fn applied(&self) -> &[f64] {
        self.rig.applied()
    }

    /// Reports of the last proposal.
    #[must_use]
    pub fn report(&self) -> Report {
        self.rig.report()
    }

    /// The controller under trial.
    pub fn controller(&mut self) -> &mut C {
        self.rig.controller()
    }
}

/// Values of the first hyperparameter when the losses are `losses`, one a decision, and every signal is missing.
///
/// # Panics
/// As [`Trial`].
#[must_use]
pub fn run<C: Controller>(parameters: &Value, spec: &EpisodeSpec, seed: u64, losses: &[f64]) -> Vec<f64> {
    let signals = vec![f64::NAN; C::descriptor().signals.len()];
    let mut trial = Trial::<C>::new(parameters, spec, seed);
    losses.iter().map(|loss| trial.step(*loss, &signals)).collect()
}

/// Feedback for [`promises`]: mostly ordinary, sometimes missing, huge or infinite.
fn feedback(t: u64) -> f64 {
    let x = libm::sin(t as f64 * 0.7) + 1.5;
    match t % 17 {
        5 => f64::NAN,
        11 => 1e300 * x,
        13 => f64::INFINITY,
        _ => x,
    }
}

fn play<C: Controller>(trial: &mut Trial<C>, steps: core::ops::Range<u64>) -> Vec<u64> {
    let n_signals = C::descriptor().signals.len() as u64;
    let mut bits = vec![];
    for t in steps {
        let signals: Vec<f64> = (0..n_signals).map(|i| feedback(t + 3 * i)).collect();
        let mut evaluate = |h: &[f64]| if h[0].is_nan() { 1.0 } else { 1.0 - h[0] + h[0] * h[0] };
        trial.step_evaluating(if t == 0 { f64::NAN } else { feedback(t) }, &signals, &mut evaluate);
        bits.extend(trial.applied().iter().map(|x| x.to_bits()));
    }
    bits
}

/// Checks what every controller promises, on an episode with missing, huge and ordinary feedback: no violation, the same proposals when made again, saved
/// state that goes on as the original does, a second save with the same bytes, other bytes refused.
///
/// # Panics
/// When a promise is broken.
pub fn promises<C: Controller>(parameters: &Value, spec: &EpisodeSpec) {
    let id = C::descriptor().id;
    assert!(C::descriptor().saves_state, "{id}");
    let half = spec.n_steps / 2;
    let mut original = Trial::<C>::new(parameters, spec, 7);
    let mut copy = Trial::<C>::new(parameters, spec, 7);
    assert_eq!(play(&mut original, 0..half), play(&mut copy, 0..half), "{id}: the same history gives other proposals");
    let state = copy.rig.reload().unwrap_or_else(|e| panic!("{id}: {e}"));
    let end = half..spec.n_steps;
    assert_eq!(play(&mut original, end.clone()), play(&mut copy, end), "{id}: the restored copy goes on differently");
    for garbage in [&state[1..], &state[..state.len() - 1], &[0xff; 64], &[]] {
        assert!(copy.controller().load_state(garbage).is_err(), "{id}: garbage is accepted");
    }
}
