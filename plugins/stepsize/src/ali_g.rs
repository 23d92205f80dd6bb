//! ALI-G: Adaptive Learning-rates for Interpolation with Gradients, `a = min(a_max, l / (|g|^2 + e))`.
//!
//! A Polyak step that takes 0 for the lowest loss. Source: Berrada, Zisserman & Kumar 2020, arXiv:1906.05661, and its implementation (`e` 1e-5).
//! `a_max` is the method's one parameter; its default is the episode's initial value (the implementation: no bound). Deliberately absent: the projection that stands for weight decay,
//! and the momentum version.
//!
//! Fails without interpolation: when the loss has a floor above 0 the step stays large there, and `a_max` decides.

use controller_common::{Port, State, Target, about, state};
use oha_plugin_api::{
    Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal, Signal,
};

/// The controller `ali-g`.
#[derive(Clone, Debug)]
pub struct AliG {
    target: Target,
    max: f64,
    eps: f64,
    value: f64,
}

impl Controller for AliG {
    fn descriptor() -> Descriptor {
        about::learning_rate_rule(
            "ali-g",
            ("Polyak step for losses that reach 0, with a largest learning rate", "Berrada et al. 2020, arXiv:1906.05661"),
            InformationClass::Current,
            &[Signal::TrainLoss, Signal::GradientNorm],
            vec![
                Parameter::real_derived("max", 0.0, f64::INFINITY, "Largest learning rate; default: the episode's initial value"),
                Parameter::real("eps", 1e-5, 0.0, f64::INFINITY, "Added to the squared norm of the gradient"),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::learning_rate(spec)?;
        let max = config.real("max").unwrap_or_else(|| target.initial());
        Ok(Self { max, eps: config.real("eps").unwrap_or(1e-5), value: target.clamp(max), target })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if let [loss, gradient] = *observation.signals {
            let step = loss / (gradient * gradient + self.eps);
            if step.is_finite() {
                self.value = self.target.clamp(step.min(self.max));
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

impl State for AliG {
    const TAG: &'static str = "ali-g/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.real(&mut self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use controller_common::trial::{self, Trial};
    use serde_json::json;

    #[test]
    fn values_by_hand() {
        let mut run = Trial::<AliG>::new(&json!({"max": 0.5, "eps": 0.0}), &trial::spec(9, 1e-3, 1.0, 0.1), 0);
        assert_eq!(run.step(f64::NAN, &[1.0, 2.0]), 0.25);
        assert_eq!(run.step(f64::NAN, &[9.0, 2.0]), 0.5);
        assert_eq!(run.step(f64::NAN, &[f64::NAN, 2.0]), 0.5);
        assert_eq!(run.step(f64::NAN, &[0.0, 2.0]), 1e-3);
    }

    #[test]
    fn keeps_its_promises() {
        trial::promises::<AliG>(&json!({}), &trial::spec(200, 1e-3, 1.0, 0.4));
    }
}
