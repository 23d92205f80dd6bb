//! Running a controller through its trait without a host; for tests and examples.

use oha_plugin_api::{Config, Controller, EpisodeSpec, HyperparameterSpec, Observation, Proposal, Report, Scale};
use serde_json::Value;

/// An episode of `n_steps` decisions over `learning_rate` alone, on a logarithmic scale; 10 steps make an epoch.
#[must_use]
pub fn spec(n_steps: u64, min: f64, max: f64, initial: f64) -> EpisodeSpec {
    let learning_rate = HyperparameterSpec { name: "learning_rate".into(), min, max, scale: Scale::Log, integer: false, initial };
    EpisodeSpec { n_steps, optimizer_steps_per_decision: 1, steps_per_epoch: 10, hyperparameters: vec![learning_rate] }
}

/// A momentum in [0, 0.99] that starts at 0.9.
#[must_use]
pub fn momentum() -> HyperparameterSpec {
    HyperparameterSpec { name: "momentum".into(), min: 0.0, max: 0.99, scale: Scale::Linear, integer: false, initial: 0.9 }
}

/// A controller with the observations and proposals of its episode so far.
pub struct Trial<C> {
    /// The controller under trial.
    pub controller: C,
    /// Hyperparameters applied last.
    pub applied: Vec<f64>,
    /// Reports of the last proposal.
    pub report: Report,
    step: u64,
}

impl<C: Controller> Trial<C> {
    /// Makes the controller with the parameters of the JSON object `parameters`.
    ///
    /// # Panics
    /// When the configuration is refused.
    #[must_use]
    pub fn new(parameters: &Value, spec: &EpisodeSpec, seed: u64) -> Self {
        let config = Config::check(&C::descriptor(), parameters).unwrap_or_else(|e| panic!("{e}"));
        let controller = C::new(&config, spec, seed).unwrap_or_else(|e| panic!("{e}"));
        let applied = spec.hyperparameters.iter().map(|h| h.initial).collect();
        Self { controller, applied, report: Report::NONE, step: 0 }
    }

    /// One decision after the loss `loss` and the signals `signals`; the value proposed for the first hyperparameter.
    ///
    /// # Panics
    /// When the controller fails or leaves a value that is not finite.
    pub fn step(&mut self, loss: f64, signals: &[f64]) -> f64 {
        self.decide(loss, signals, None)
    }

    /// As [`Trial::step`], with an evaluator of the loss after a hypothetical update.
    ///
    /// # Panics
    /// When the controller fails or leaves a value that is not finite.
    pub fn step_evaluating(&mut self, loss: f64, signals: &[f64], evaluate: &mut dyn FnMut(&[f64]) -> f64) -> f64 {
        self.decide(loss, signals, Some(evaluate))
    }

    fn decide(&mut self, loss: f64, signals: &[f64], evaluate: Option<&mut dyn FnMut(&[f64]) -> f64>) -> f64 {
        let before = self.applied.clone();
        let mut observation = Observation::new(self.step, loss, &before, signals);
        if let Some(evaluate) = evaluate {
            observation = observation.with_evaluator(evaluate);
        }
        self.applied.fill(f64::NAN);
        let mut proposal = Proposal { values: &mut self.applied, report: Report::NONE };
        self.controller.propose(&mut observation, &mut proposal).unwrap_or_else(|e| panic!("{e}"));
        self.report = proposal.report;
        assert!(self.applied.iter().all(|x| x.is_finite()), "proposal is not finite: {:?}", self.applied);
        self.step += 1;
        self.applied[0]
    }
}

/// Proposals for the first hyperparameter when the losses are `losses` (one a decision, the first one unknown to real controllers).
///
/// # Panics
/// As [`Trial`].
#[must_use]
pub fn run<C: Controller>(parameters: &Value, spec: &EpisodeSpec, seed: u64, losses: &[f64]) -> Vec<f64> {
    let n_signals = C::descriptor().signals.len();
    let signals = vec![f64::NAN; n_signals];
    let mut trial = Trial::<C>::new(parameters, spec, seed);
    losses.iter().map(|loss| trial.step(*loss, &signals)).collect()
}

/// Checks what every controller promises, on an episode with missing, huge and ordinary feedback: proposals within the bounds, saved state that goes
/// on as the original does, a second save with the same bytes, other bytes refused, and the same proposals when made again.
///
/// # Panics
/// When a promise is broken.
pub fn promises<C: Controller>(parameters: &Value, spec: &EpisodeSpec) {
    let descriptor = C::descriptor();
    assert!(descriptor.saves_state, "{}", descriptor.id);
    let feedback = |t: u64| {
        let x = libm::sin(t as f64 * 0.7) + 1.5;
        match t % 17 {
            5 => f64::NAN,
            11 => 1e300 * x,
            13 => f64::INFINITY,
            _ => x,
        }
    };
    let play = |trial: &mut Trial<C>, from: u64, to: u64| -> Vec<u64> {
        let mut bits = vec![];
        for t in from..to {
            let signals: Vec<f64> = (0..descriptor.signals.len() as u64).map(|i| feedback(t + 3 * i)).collect();
            let mut evaluate = |h: &[f64]| if h[0].is_nan() { 1.0 } else { 1.0 - h[0] + h[0] * h[0] };
            trial.step_evaluating(if t == 0 { f64::NAN } else { feedback(t) }, &signals, &mut evaluate);
            for (value, h) in trial.applied.iter().zip(&spec.hyperparameters) {
                assert!((h.min..=h.max).contains(value), "{}: {} = {value} at step {t}", descriptor.id, h.name);
                bits.push(value.to_bits());
            }
        }
        bits
    };
    let (half, end) = (spec.n_steps / 2, spec.n_steps);
    let mut original = Trial::<C>::new(parameters, spec, 7);
    let start = play(&mut original, 0, half);
    let mut state = vec![];
    assert!(original.controller.save_state(&mut state));
    let mut copy = Trial::<C>::new(parameters, spec, 7);
    assert_eq!(start, play(&mut copy, 0, half), "{}: the same history gives other proposals", descriptor.id);
    copy = Trial::<C>::new(parameters, spec, 7);
    copy.controller.load_state(&state).unwrap_or_else(|e| panic!("{e}"));
    (copy.applied, copy.step) = (original.applied.clone(), original.step);
    let mut again = vec![];
    assert!(copy.controller.save_state(&mut again));
    assert_eq!(state, again, "{}: a second save differs", descriptor.id);
    assert_eq!(play(&mut original, half, end), play(&mut copy, half, end), "{}: the restored copy goes on differently", descriptor.id);
    for garbage in [&state[1..], &state[..state.len() - 1], &[0xff; 64], &[]] {
        assert!(copy.controller.load_state(garbage).is_err(), "{}: garbage is accepted", descriptor.id);
    }
}
