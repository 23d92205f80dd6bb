//! A test bench: feeds a controller observations without a host.
//!
//! ```
//! # use oha_plugin_api::*;
//! # struct Halve;
//! # impl Controller for Halve {
//! #     fn descriptor() -> Descriptor {
//! #         serde_json::from_value(serde_json::json!({
//! #             "id": "halve", "version": "1.0.0", "description": "Halves the learning rate.", "information": "open-loop"
//! #         })).unwrap()
//! #     }
//! #     fn new(_: &Config, _: &EpisodeSpec, _: u64) -> Result<Self, ControllerError> { Ok(Self) }
//! #     fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
//! #         proposal.values[0] = observation.hyperparameters[0] / 2.0;
//! #         Ok(())
//! #     }
//! # }
//! use oha_plugin_api::rig::Rig;
//!
//! let mut rig = Rig::<Halve>::learning_rate(100, 1e-3, 1.0, 0.5)?;
//! assert_eq!(rig.step(f64::NAN)?, [0.25]);
//! assert_eq!(rig.step(3.0)?, [0.125]);
//! assert_eq!(rig.n_violations(), 0);
//! # Ok::<(), ControllerError>(())
//! ```

use crate::{Config, Controller, ControllerError, EpisodeSpec, Evaluator, HyperparameterSpec, Observation, Proposal, Report, Scale};
use serde_json::{Value, json};

/// A controller in a simulated episode.
pub struct Rig<C> {
    controller: C,
    config: Config,
    spec: EpisodeSpec,
    seed: u64,
    step: u64,
    applied: Vec<f64>,
    report: Report,
    n_violations: u64,
}

impl EpisodeSpec {
    /// An episode with the learning rate as its only hyperparameter, on a log scale; for tests and examples.
    #[must_use]
    pub fn of_learning_rate(n_steps: u64, min: f64, max: f64, initial: f64) -> Self {
        let rate = HyperparameterSpec { name: "learning_rate".into(), min, max, scale: Scale::Log, integer: false, initial };
        Self { n_steps, optimizer_steps_per_decision: 1, steps_per_epoch: 0, hyperparameters: vec![rate] }
    }
}

impl<C: Controller> Rig<C> {
    /// The controller with `config` (a JSON object, checked as the host would) in the episode `spec`.
    ///
    /// # Errors
    /// A refused configuration, or one that does not fit the episode.
    pub fn new(config: &Value, spec: EpisodeSpec, seed: u64) -> Result<Self, ControllerError> {
        let config = Config::check(&C::descriptor(), config)?;
        let controller = C::new(&config, &spec, seed)?;
        let applied = spec.hyperparameters.iter().map(|h| h.initial).collect();
        Ok(Self { controller, config, spec, seed, step: 0, applied, report: Report::NONE, n_violations: 0 })
    }

    /// Defaults, seed 0, and the learning rate in `[min, max]` as the only hyperparameter.
    ///
    /// # Errors
    /// As [`Rig::new`].
    pub fn learning_rate(n_steps: u64, min: f64, max: f64, initial: f64) -> Result<Self, ControllerError> {
        Self::new(&json!({}), EpisodeSpec::of_learning_rate(n_steps, min, max, initial), 0)
    }

    /// One decision after the loss `loss` (NaN at the first); returns what the guard lets through.
    ///
    /// # Errors
    /// What the controller returns.
    pub fn step(&mut self, loss: f64) -> Result<Vec<f64>, ControllerError> {
        self.step_with(loss, &[], None)
    }

    /// One decision with signals, in the order of the descriptor, and an evaluator.
    ///
    /// # Errors
    /// What the controller returns.
    pub fn step_with(&mut self, loss: f64, signals: &[f64], evaluator: Option<&mut Evaluator<'_>>) -> Result<Vec<f64>, ControllerError> {
        let mut values = vec![f64::NAN; self.applied.len()];
        let mut proposal = Proposal { values: &mut values, report: Report::NONE };
        let mut observation = Observation::new(self.step, loss, &self.applied, signals);
        match evaluator {
            None => self.controller.propose(&mut observation, &mut proposal)?,
            Some(evaluate) => self.controller.propose(&mut observation.with_evaluator(evaluate), &mut proposal)?,
        }
        self.report = proposal.report;
        self.step += 1;
        for ((applied, value), range) in self.applied.iter_mut().zip(values).zip(&self.spec.hyperparameters) {
            let inside = value >= range.min && value <= range.max;
            self.n_violations += u64::from(!inside);
            if value.is_finite() {
                let value = value.clamp(range.min, range.max);
                *applied = if range.integer { value.round() } else { value };
            }
        }
        Ok(self.applied.clone())
    }

    /// Runs `n` decisions; `loss` gives the loss after each from its step and the applied hyperparameters. Returns what was applied.
    ///
    /// # Errors
    /// What the controller returns.
    pub fn run(&mut self, n: usize, mut loss: impl FnMut(u64, &[f64]) -> f64) -> Result<Vec<Vec<f64>>, ControllerError> {
        let mut last = f64::NAN;
        (0..n)
            .map(|_| {
                let applied = self.step(last)?;
                last = loss(self.step - 1, &applied);
                Ok(applied)
            })
            .collect()
    }

    /// Saves the state, loads it into a fresh instance and continues there; returns the bytes.
    ///
    /// # Errors
    /// When the controller does not save its state, refuses what it wrote, or writes different bytes the second time.
    pub fn reload(&mut self) -> Result<Vec<u8>, ControllerError> {
        let save = |controller: &C| {
            let mut bytes = Vec::new();
            if controller.save_state(&mut bytes) { Ok(bytes) } else { Err(ControllerError::new("this controller does not save its state")) }
        };
        let bytes = save(&self.controller)?;
        let mut fresh = C::new(&self.config, &self.spec, self.seed)?;
        fresh.load_state(&bytes)?;
        if save(&fresh)? != bytes {
            return Err(ControllerError::new("a second save differs from the first"));
        }
        self.controller = fresh;
        Ok(bytes)
    }

    /// The controller.
    pub fn controller(&mut self) -> &mut C {
        &mut self.controller
    }

    /// The hyperparameters in force.
    #[must_use]
    pub fn applied(&self) -> &[f64] {
        &self.applied
    }

    /// What the controller reported at the last decision.
    #[must_use]
    pub const fn report(&self) -> Report {
        self.report
    }

    /// Proposed values that were not finite, or outside the space.
    #[must_use]
    pub const fn n_violations(&self) -> u64 {
        self.n_violations
    }
}
