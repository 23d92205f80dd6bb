//! AdGD: the step from the local curvature, `a = min(sqrt(1 + w h) a', s / L)`, `L = |g - g'| / |x - x'|`, `h = a' / a''`.
//!
//! Variant `deterministic`: `w = 1`, `s = 1/2`, from `a_0 = 1e-10` and `h_0` infinite, so that the second step already is `1 / (2 L)`. Variant
//! `stochastic`: `w = 0.02`, `s = 1`, and 1e-5 added, from `a_0 = 0.2`, as in the authors' PyTorch version. Source: Malitsky & Mishchenko 2020, arXiv:1910.09529, and its
//! implementation.
//!
//! The authors' stochastic version compares two gradients of the same minibatch, which costs a second gradient a step; the signals compare the gradients
//! of successive minibatches, so that here noise in `g - g'` is taken for curvature. Fails thereby on noisy gradients: the step becomes `|x - x'|` over the noise,
//! and shrinks to the bound. For plain SGD with full or large batches.

use controller_common::{Port, State, Target, about, state};
use oha_plugin_api::{
    Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal, Signal,
};

/// The controller `adgd`.
#[derive(Clone, Debug)]
pub struct AdGd {
    target: Target,
    weight: f64,
    safety: f64,
    add: f64,
    value: f64,
    ratio: f64,
    started: bool,
}

impl Controller for AdGd {
    fn descriptor() -> Descriptor {
        about::learning_rate_rule(
            "adgd",
            ("Half the inverse of the local curvature, with a limit to growth", "Malitsky & Mishchenko 2020, arXiv:1910.09529"),
            InformationClass::Current,
            &[Signal::GradientDifferenceNorm, Signal::ParameterDifferenceNorm],
            vec![
                Parameter::choice("variant", "deterministic", &["deterministic", "stochastic"], "Which version of the authors"),
                Parameter::real_derived(
                    "initial",
                    0.0,
                    f64::INFINITY,
                    "First learning rate, before any curvature is known; default: 1e-10 (deterministic) or 0.2 (stochastic)",
                ),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::learning_rate(spec)?;
        let stochastic = config.choice("variant") == "stochastic";
        let (weight, safety, add, first) = if stochastic { (0.02, 1.0, 1e-5, 0.2) } else { (1.0, 0.5, 0.0, 1e-10) };
        let value = target.clamp(config.real("initial").unwrap_or(first));
        Ok(Self { weight, safety, add, value, ratio: f64::INFINITY, started: false, target })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if let [gradient, parameter] = *observation.signals
            && self.started
        {
            let growth = (1.0 + self.weight * self.ratio).sqrt() * self.value;
            // No movement, or no change of the gradient, tells nothing of the curvature.
            let curvature = self.safety * parameter / gradient;
            let step = if curvature > 0.0 { growth.min(curvature) } else { growth } + self.add;
            if step.is_finite() {
                let next = self.target.clamp(step);
                self.ratio = next / self.value;
                self.value = next;
            }
        }
        self.started = true;
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

impl State for AdGd {
    const TAG: &'static str = "adgd/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.reals([&mut self.value, &mut self.ratio])?;
        port.flag(&mut self.started)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use controller_common::trial::{self, Trial};
    use serde_json::json;

    #[test]
    fn on_a_quadratic_the_step_is_half_the_inverse_curvature() {
        let mut run = Trial::<AdGd>::new(&json!({}), &trial::spec(60, 1e-12, 100.0, 0.1), 0);
        let (h, mut x, mut before) = (2.5, 8.0, (0.0, 0.0));
        for t in 0..60 {
            let g = h * x;
            let signals = if t == 0 { [0.0, 0.0] } else { [f64::abs(g - before.1), f64::abs(x - before.0)] };
            let a = run.step(f64::NAN, &signals);
            before = (x, g);
            x -= a * g;
            assert!(t == 0 || (a - 0.2).abs() < 1e-7, "step {t}: {a}");
        }
        assert!(x.abs() < 1e-15);
    }

    #[test]
    fn growth_is_limited() {
        let mut run = Trial::<AdGd>::new(&json!({}), &trial::spec(9, 1e-12, 100.0, 0.1), 0);
        run.step(f64::NAN, &[0.0, 0.0]);
        assert_eq!(run.step(f64::NAN, &[1.0, 2.0]), 1.0);
        assert_eq!(run.step(f64::NAN, &[1.0, 1.0]), 0.5);
        assert_eq!(run.step(f64::NAN, &[0.0, 0.0]), 0.5 * 1.5_f64.sqrt());
    }

    #[test]
    fn keeps_its_promises() {
        for variant in ["deterministic", "stochastic"] {
            trial::promises::<AdGd>(&json!({"variant": variant}), &trial::spec(200, 1e-3, 1.0, 0.4));
        }
    }
}
