//! Extremum seeking: perturb by a sine, correlate the loss with it, integrate.
//!
//! With `z = zhat + A sin(w t)`: high-pass `h_t = (y_t - m_t) / max(|m_t|, |y_t|)`, `m_t` the exponentially weighted mean of the losses before over one period,
//! then `zhat <- zhat - (k / A) h_t sin(w (t - 1))`, where the sine is that in force when the loss was made. Averaged over a period, `zhat` moves by
//! `k / 2` times the relative slope of the loss at each decision. The discrete form of Krstic & Wang 2000,
//! doi:10.1016/S0005-1098(99)00183-1 (without the low-pass filter, which they show not to be necessary); their parameters are free, here `A = 0.2` (20 % of a
//! learning rate), 100 periods an episode of at least 8 decisions, `k = 0.1`.
//!
//! Fails when the loss answers to the value with a delay of a quarter period or more (the correlation then has the wrong sign), and at noise much larger than
//! what the perturbation makes.

use controller_common::{Port, State, Target, about, state};
use core::f64::consts::TAU;
use oha_plugin_api::{Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal};

/// The controller `extremum-seeking`.
#[derive(Clone, Debug)]
pub struct ExtremumSeeking {
    target: Target,
    amplitude: f64,
    gain: f64,
    period: u64,
    center: f64,
    mean: f64,
    n_known: u64,
    phase: u64,
}

impl ExtremumSeeking {
    fn sine(&self) -> f64 {
        libm::sin(TAU * self.phase as f64 / self.period as f64)
    }

    fn learn(&mut self, y: f64) {
        if !y.is_finite() {
            return;
        }
        let scale = self.mean.abs().max(y.abs());
        if self.n_known >= self.period && scale > 0.0 {
            let high_pass = y / scale - self.mean / scale;
            let (low, high) = self.target.coordinate_bounds();
            self.center = (self.center - self.gain / self.amplitude * high_pass * self.sine()).max(low).min(high);
        }
        self.n_known += 1;
        let weight = (1.0 / self.n_known as f64).max(1.0 / self.period as f64);
        // Weighted sum rather than difference, so that huge losses do not overflow.
        self.mean = (1.0 - weight) * self.mean + weight * y;
    }
}

impl Controller for ExtremumSeeking {
    fn descriptor() -> Descriptor {
        let period = "Decisions of a period; default: a hundredth of the episode, at least 8";
        about::descriptor(
            "extremum-seeking",
            ("Correlates the loss with a sine perturbation and integrates", "Krstic & Wang 2000, doi:10.1016/S0005-1098(99)00183-1"),
            InformationClass::Scalar,
            &[],
            vec![
                Target::parameter(),
                about::initial_parameter(),
                Parameter::real("amplitude", 0.2, 1e-9, f64::INFINITY, "Amplitude of the perturbation, in the coordinate of the scale"),
                Parameter::real("gain", 0.1, 0.0, f64::INFINITY, "Gain of the integrator for relative losses"),
                Parameter::integer_derived("period", 3, i64::MAX, period),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::find(config, spec)?;
        let initial = target.clamp(config.real("initial").unwrap_or_else(|| target.initial()));
        Ok(Self {
            amplitude: config.real("amplitude").unwrap_or(0.2),
            gain: config.real("gain").unwrap_or(0.1),
            period: config.integer("period").map_or((spec.n_steps / 100).max(8), i64::unsigned_abs),
            center: target.coordinate(initial),
            mean: 0.0,
            n_known: 0,
            phase: 0,
            target,
        })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if observation.step > 0 {
            self.learn(observation.loss);
            self.phase = (self.phase + 1) % self.period;
        }
        self.target.propose(observation, proposal, self.target.value_at(self.center + self.amplitude * self.sine()));
        Ok(())
    }

    fn save_state(&self, out: &mut Vec<u8>) -> bool {
        state::save(self, out)
    }

    fn load_state(&mut self, bytes: &[u8]) -> Result<(), ControllerError> {
        state::load(self, bytes)
    }
}

impl State for ExtremumSeeking {
    const TAG: &'static str = "extremum-seeking/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.reals([&mut self.center, &mut self.mean])?;
        port.whole(&mut self.n_known)?;
        port.whole(&mut self.phase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::distance;
    use controller_common::trial::{self, Trial};
    use serde_json::json;

    /// The averaged equation: at each decision `zhat` falls by `k / 2` times the relative slope.
    #[test]
    fn moves_as_the_averaged_equation_tells() {
        let spec = trial::spec(4000, 1e-9, 1e9, 1.0);
        let mut run = Trial::<ExtremumSeeking>::new(&json!({"period": 40, "gain": 0.1, "amplitude": 0.2}), &spec, 0);
        let mut loss = f64::NAN;
        for _ in 0..2040 {
            // Relative slope 0.05 everywhere: y = value^0.05.
            loss = libm::pow(run.step(loss, &[]), 0.05);
        }
        let moved = run.controller().center;
        let expected = -0.05 * 0.5 * 0.1 * 2000.0;
        assert!((moved / expected - 1.0).abs() < 0.05, "{moved} {expected}");
    }

    #[test]
    fn finds_the_best_value_at_any_scale() {
        for seed in 0..5 {
            let found = distance::<ExtremumSeeking>(&json!({}), 1.0, seed);
            assert!(found < 0.2, "{found}");
            assert!((found - distance::<ExtremumSeeking>(&json!({}), 1024.0, seed)).abs() < 1e-9);
        }
    }

    #[test]
    fn keeps_its_promises() {
        let mut spec = trial::spec(300, 1e-3, 1.0, 0.1);
        spec.hyperparameters.push(trial::momentum());
        for parameters in [json!({}), json!({"gain": 1.0}), json!({"hyperparameter": "momentum", "amplitude": 0.01})] {
            trial::promises::<ExtremumSeeking>(&parameters, &spec);
        }
    }
}
