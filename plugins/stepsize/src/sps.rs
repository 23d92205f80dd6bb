//! Stochastic Polyak step, `a = (l - f*) / (c |g|^2 + e)`, with a cap.
//!
//! Variant `max`: at most `max`. Variant `smooth` (the default of the authors for deep networks): at most `growth^(1/n)` times the last step, `n` decisions an
//! epoch, starting from `max`. Source: Loizou, Vaswani, Laradji & Lacoste-Julien 2021, arXiv:2002.10542, and its implementation (`c` 0.5 for
//! convex losses and 0.2 for networks, `growth` 2, `e` 1e-8; its first step is at most 1, an epoch 500 batches, its `smooth` takes `f*` for 0, and it stops for good where
//! a gradient vanishes). `f*` is the lowest loss of a minibatch, 0 for interpolating models without weight decay.
//!
//! Fails without interpolation: with `f*` below the real floor the step stays large there, and the cap decides.

use controller_common::{Port, State, Target, about, state};
use oha_plugin_api::{
    Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal, Signal,
};

/// The controller `sps`.
#[derive(Clone, Debug)]
pub struct Sps {
    target: Target,
    floor: f64,
    c: f64,
    eps: f64,
    max: f64,
    growth: f64,
    value: f64,
}

impl Controller for Sps {
    fn descriptor() -> Descriptor {
        about::learning_rate_rule(
            "sps",
            ("Stochastic Polyak step with a cap", "Loizou et al. 2021, arXiv:2002.10542"),
            InformationClass::Current,
            &[Signal::TrainLoss, Signal::GradientNorm],
            vec![
                Parameter::choice("variant", "smooth", &["max", "smooth"], "Fixed cap, or a cap that grows from the last step"),
                Parameter::real("c", 0.5, f64::MIN_POSITIVE, f64::INFINITY, "Factor of the squared norm of the gradient"),
                Parameter::real("floor", 0.0, f64::NEG_INFINITY, f64::INFINITY, "Lowest loss of a minibatch, f*"),
                Parameter::real_derived("max", 0.0, f64::INFINITY, "Cap, or first cap; default: the episode's initial value"),
                Parameter::real("growth", 2.0, 1.0, f64::INFINITY, "Largest growth of the step in an epoch (smooth)"),
                Parameter::integer_derived(
                    "epoch",
                    1,
                    i64::MAX,
                    "Decisions of an epoch (smooth); default: the task's, or 100 where it has none",
                ),
                Parameter::real("eps", 1e-8, 0.0, f64::INFINITY, "Added to the denominator"),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::learning_rate(spec)?;
        let real = |name: &str, default: f64| config.real(name).unwrap_or(default);
        let epoch = match (config.integer("epoch"), spec.steps_per_epoch) {
            (Some(n), _) => n.unsigned_abs(),
            (None, 0) => 100,
            (None, n) => n,
        };
        let growth = if config.choice("variant") == "max" { f64::INFINITY } else { libm::pow(real("growth", 2.0), 1.0 / epoch as f64) };
        let max = real("max", target.initial());
        let value = target.clamp(max);
        Ok(Self { floor: real("floor", 0.0), c: real("c", 0.5), eps: real("eps", 1e-8), max, growth, value, target })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if let [loss, gradient] = *observation.signals {
            let step = (loss - self.floor) / (self.c * gradient * gradient + self.eps);
            if step.is_finite() {
                let cap = if self.growth.is_finite() { self.growth * self.value } else { self.max };
                self.value = self.target.clamp(step.min(cap));
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

impl State for Sps {
    const TAG: &'static str = "sps/1";

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
        let spec = trial::spec(9, 1e-3, 10.0, 0.1);
        let mut fixed = Trial::<Sps>::new(&json!({"variant": "max", "max": 0.5, "eps": 0.0, "floor": 0.5}), &spec, 0);
        assert_eq!(fixed.step(f64::NAN, &[1.0, 2.0]), 0.25);
        assert_eq!(fixed.step(f64::NAN, &[9.0, 2.0]), 0.5);
        let mut smooth = Trial::<Sps>::new(&json!({"max": 0.5, "eps": 0.0, "epoch": 1}), &spec, 0);
        assert_eq!(smooth.step(f64::NAN, &[9.0, 2.0]), 1.0);
        assert_eq!(smooth.step(f64::NAN, &[9.0, 2.0]), 2.0);
        assert_eq!(smooth.step(f64::NAN, &[1.0, 2.0]), 0.5);
    }

    #[test]
    fn on_a_quadratic_it_halves_the_distance_to_the_optimum() {
        // l = h x^2 / 2: the step with c = 1/2 is 1/h, with c = 1 it is 1/(2h).
        let mut run = Trial::<Sps>::new(&json!({"variant": "max", "max": 9.0, "c": 1.0, "eps": 0.0}), &trial::spec(99, 1e-3, 10.0, 0.1), 0);
        let (h, mut x) = (2.5, 8.0);
        for _ in 0..10 {
            let a = run.step(f64::NAN, &[0.5 * h * x * x, h * x]);
            x -= a * h * x;
        }
        assert_eq!(x, 8.0 / 1024.0);
    }

    #[test]
    fn keeps_its_promises() {
        for variant in ["max", "smooth"] {
            trial::promises::<Sps>(&json!({"variant": variant}), &trial::spec(200, 1e-3, 1.0, 0.4));
        }
    }
}
