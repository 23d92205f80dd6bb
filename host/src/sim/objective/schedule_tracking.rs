//! Schedule tracking: the best value of a hyperparameter moves by a known law, and no choice alters a later loss.
//!
//! `y_t = (ln(s_t / centre) - a sin(2 pi t / period))^2 / 2 + r x_t^2 / 2` with `s_t` the hyperparameter `setting`, `x_t` standard normal and `r` the noise. There is
//! nothing to train: the losses are an exogenous table, the setting in which switching regret is defined (Herbster, Warmuth 1998, doi:10.1023/A:1007424614876), so
//! that the best schedule is exact and the best one of few switches is found by dynamic programming. It isolates how a controller follows a moving optimum from
//! all that the state of training adds.

use super::{Defaults, Evaluation, Exogenous, Family, FamilySpec, Objective, Setting, Step};
use crate::sim::kernel::normal;
use crate::sim::regime::Touches;
use crate::sim::rng::Streams;
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use oha_plugin_api::{HyperparameterSpec, Scale};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of schedule tracking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleTracking {
    /// The middle of the best values.
    pub centre: f64,
    /// Amplitude `a` of their logarithm.
    pub amplitude: f64,
    /// Decisions of a period.
    pub period: u64,
    /// Whether the best value jumps between the two ends of the amplitude, half a period each, in place of the sine.
    pub square: bool,
    /// Noise `r` of the loss.
    pub noise: f64,
}

impl Default for ScheduleTracking {
    fn default() -> Self {
        Self { centre: 0.1, amplitude: 1.0, period: 250, square: false, noise: 0.1 }
    }
}

impl FamilySpec for ScheduleTracking {
    const NAME: &'static str = "schedule-tracking";
    const SUMMARY: &'static str = "the best value of `setting` moves by a known law and nothing else matters: exogenous losses";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        within("task.centre", self.centre, 1e-9, 1e9)?;
        within("task.amplitude", self.amplitude, 0.0, 20.0)?;
        within("task.period", self.period as f64, 1.0, 1e12)?;
        within("task.noise", self.noise, 0.0, 1e9)?;
        Ok(Arc::new(self))
    }
}

impl ScheduleTracking {
    /// Logarithm of the best value over the centre.
    fn best(&self, decision: u64) -> f64 {
        let phase = (decision % self.period) as f64 / self.period as f64;
        if self.square {
            return if phase < 0.5 { self.amplitude } else { -self.amplitude };
        }
        self.amplitude * libm::sin(core::f64::consts::TAU * phase)
    }

    fn excess(&self, decision: u64, value: f64) -> f64 {
        let gap = libm::log(value / self.centre) - self.best(decision);
        0.5 * gap * gap
    }

    /// Smallest and largest value allowed: a decade beyond the amplitude.
    fn range(&self) -> (f64, f64) {
        let reach = 10.0 * libm::exp(self.amplitude);
        (self.centre / reach, self.centre * reach)
    }
}

impl Exogenous for ScheduleTracking {
    fn hyperparameter(&self) -> &'static str {
        "setting"
    }

    fn expected_loss(&self, decision: u64, value: f64) -> f64 {
        self.excess(decision, value) + 0.5 * self.noise
    }

    fn best_value(&self, decision: u64) -> f64 {
        self.centre * libm::exp(self.best(decision))
    }
}

impl Family for ScheduleTracking {
    fn defaults(&self) -> Defaults {
        let reach = self.amplitude + libm::log(10.0);
        Defaults { n_steps: 1000, ceiling: 1e3 * (4.0 * reach * reach + self.noise), learning_rate: (1e-4, 1.0, 0.1), steps_per_epoch: 0 }
    }

    fn hyperparameters(&self) -> Vec<HyperparameterSpec> {
        let (min, max) = self.range();
        vec![HyperparameterSpec { name: "setting".into(), min, max, scale: Scale::Log, integer: false, initial: self.centre }]
    }

    fn accepts(&self) -> Touches {
        Touches::FEEDBACK
    }

    fn exogenous(&self) -> Option<&dyn Exogenous> {
        Some(self)
    }

    fn flops_per_step(&self) -> f64 {
        40.0
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        setting.train(World { spec: self.clone(), value: self.centre })
    }
}

/// The running world: the setting in force.
#[derive(Clone)]
struct World {
    spec: ScheduleTracking,
    value: f64,
}

impl Objective for World {
    type Real = f64;

    fn n_parameters(&self) -> usize {
        1
    }

    fn initial(&self, _streams: &Streams, theta: &mut [f64]) {
        theta.fill(0.0);
    }

    fn begin(&mut self, _step: &Step<'_>, extras: &[f64]) {
        self.value = extras[0];
    }

    /// There is nothing to train.
    fn gradient(&mut self, step: &Step<'_>, _extras: &[f64], theta: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        self.batch_loss(step, &[], theta)
    }

    fn batch_loss(&mut self, step: &Step<'_>, extras: &[f64], _theta: &[f64]) -> f64 {
        self.spec.excess(step.decision, extras.first().copied().unwrap_or(self.value))
    }

    fn evaluate(&mut self, step: &Step<'_>, _theta: &[f64]) -> Evaluation {
        let noise = normal::one(&mut step.streams.evaluation.at(step.decision));
        Evaluation { loss: (0.5 * self.spec.noise).mul_add(noise * noise, self.spec.excess(step.decision, self.value)), accuracy: f64::NAN }
    }
}
