//! DoG: distance over gradients, `a_t = r_t / sqrt(sum_{i<=t} |g_i|^2 + e)`, `r_t = max(s (1 + |x_0|), max_{i<=t} |x_i - x_0|)`.
//!
//! Source: Ivgi, Hinder & Carmon 2023, arXiv:2302.12022, and its implementation (`s` 1e-6, `e` 1e-8). Deliberately absent: the averaging of iterates, which
//! concerns evaluation and not the step.
//!
//! Needs no learning rate and does not depend on the scale of the loss but for `e`; the step is never larger than what the run has travelled warrants, and cannot
//! forget old gradients: it adapts to a shift only as the distance grows. On a target that is a random walk it settles at about 1.25 times the optimal gain.
//! Clamped to the episode's bounds, whose lower one replaces the slow start when it is larger.

use controller_common::{Port, State, Target, about, state};
use oha_plugin_api::{
    Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal, Signal,
};

/// The controller `dog`.
#[derive(Clone, Debug)]
pub struct Dog {
    target: Target,
    start: f64,
    eps: f64,
    distance: f64,
    sum: f64,
    value: f64,
}

impl Controller for Dog {
    fn descriptor() -> Descriptor {
        about::learning_rate_rule(
            "dog",
            ("Distance travelled over the root of the sum of squared gradients", "Ivgi et al. 2023, arXiv:2302.12022"),
            InformationClass::Current,
            &[Signal::GradientNorm, Signal::DistanceFromStart, Signal::ParameterNorm],
            vec![
                Parameter::real("start", 1e-6, f64::MIN_POSITIVE, f64::INFINITY, "First distance divided by 1 + |x_0|"),
                Parameter::real("eps", 1e-8, 0.0, f64::INFINITY, "Added to the sum of squared gradients"),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::learning_rate(spec)?;
        let (start, eps) = (config.real("start").unwrap_or(1e-6), config.real("eps").unwrap_or(1e-8));
        Ok(Self { start, eps, distance: f64::NAN, sum: 0.0, value: target.initial(), target })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if let [gradient, distance, norm] = *observation.signals
            && (gradient * gradient).is_finite()
        {
            if self.distance.is_nan() && norm.is_finite() {
                self.distance = self.start * (1.0 + norm);
            }
            if distance.is_finite() {
                self.distance = self.distance.max(distance);
            }
            self.sum += gradient * gradient;
            let step = self.distance / (self.sum + self.eps).sqrt();
            if step.is_finite() {
                self.value = self.target.clamp(step);
            }
        }
        self.target.propose(observation, proposal, self.value);
        Ok(())
    }

    fn save_state(&self, out: &mut Vec<u8>) -> bool {
        state::save(self, out)
    }

    fn load_state(&mut self, bytes: &[u8]) -> Result<(), ControllerError> {
        state::load(self, bytes)
    }
}

impl State for Dog {
    const TAG: &'static str = "dog/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.reals([&mut self.distance, &mut self.sum, &mut self.value])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use controller_common::trial::{self, Trial};
    use serde_json::json;

    #[test]
    fn values_by_hand() {
        let mut run = Trial::<Dog>::new(&json!({"eps": 0.0}), &trial::spec(9, 1e-12, 10.0, 0.1), 0);
        assert_eq!(run.step(f64::NAN, &[3.0, 0.0, 4.0]), 1e-6 * 5.0 / 3.0);
        assert_eq!(run.step(f64::NAN, &[4.0, 2.0, 9.0]), 2.0 / 5.0);
        assert_eq!(run.step(f64::NAN, &[12.0, 1.0, 9.0]), 2.0 / 13.0);
        assert_eq!(run.step(f64::NAN, &[f64::NAN, 1.0, 9.0]), 2.0 / 13.0);
    }

    #[test]
    fn keeps_its_promises() {
        trial::promises::<Dog>(&json!({}), &trial::spec(200, 1e-3, 1.0, 0.4));
    }
}
