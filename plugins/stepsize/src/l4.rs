//! L4: step to a fraction of the way that the linear model needs to the lowest loss, `a = f (l - m L) / (g . d + e)`.
//!
//! `L` starts at 0.75 of the first loss; at each step `L <- min(L, l)` is used, then forgotten slowly, `L <- L (1 + 1/tau)`. Source: Rolinek & Martius 2018,
//! arXiv:1802.05074, and its implementation (`f` 0.15, `m` 0.9, `tau` 1000, `e` 1e-12).
//!
//! The original owns its direction `d` (an average of gradients, or Adam), and `g` too is an average there (of about ten). Here `g` is the current gradient, the direction is the host's, and `g_t . d_t` is `|g_t|^2` for plain SGD and
//! `|g_t|^2 + mu g_t . d_{t-1}` for heavy-ball momentum `mu`, which is the episode's `momentum` if it has one and otherwise the parameter. A direction
//! that does not descend keeps the last value.
//!
//! Scaling the loss changes nothing but `e`. Fails when the loss floor is noise: `L` is then far below what can be reached, and the step stays large.

use controller_common::{Port, State, Target, about, state};
use oha_plugin_api::{
    Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal, Signal,
};

/// The controller `l4`.
#[derive(Clone, Debug)]
pub struct L4 {
    target: Target,
    momentum_index: Option<usize>,
    momentum: f64,
    fraction: f64,
    floor: f64,
    forget: f64,
    start: f64,
    eps: f64,
    lowest: f64,
    value: f64,
}

impl Controller for L4 {
    fn descriptor() -> Descriptor {
        about::learning_rate_rule(
            "l4",
            ("Steps a fraction of the way to the lowest loss by the linear model", "Rolinek & Martius 2018, arXiv:1802.05074"),
            InformationClass::Current,
            &[Signal::TrainLoss, Signal::GradientNorm, Signal::GradientDotUpdate],
            vec![
                Parameter::real("fraction", 0.15, 0.0, f64::INFINITY, "Fraction of the way, f"),
                Parameter::real("floor", 0.9, 0.0, 1.0, "Target loss divided by the lowest one, m"),
                Parameter::real("forget", 1000.0, 1.0, f64::INFINITY, "Decisions in which the lowest loss grows by a factor e, tau"),
                Parameter::real("start", 0.75, 0.0, 1.0, "First lowest loss divided by the first loss"),
                Parameter::real("momentum", 0.0, 0.0, 1.0, "Heavy-ball momentum of the optimizer, where the episode does not list it"),
                Parameter::real("eps", 1e-12, 0.0, f64::INFINITY, "Added to the denominator"),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::learning_rate(spec)?;
        let real = |name: &str, default: f64| config.real(name).unwrap_or(default);
        Ok(Self {
            momentum_index: spec.position("momentum"),
            momentum: real("momentum", 0.0),
            fraction: real("fraction", 0.15),
            floor: real("floor", 0.9),
            forget: 1.0 + 1.0 / real("forget", 1000.0),
            start: real("start", 0.75),
            eps: real("eps", 1e-12),
            lowest: f64::NAN,
            value: target.initial(),
            target,
        })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if let [loss, gradient, with_last] = *observation.signals {
            let momentum = self.momentum_index.and_then(|i| observation.hyperparameters.get(i)).copied().unwrap_or(self.momentum);
            let slope = gradient * gradient + if momentum == 0.0 { 0.0 } else { momentum * with_last };
            if loss.is_finite() && slope.is_finite() {
                self.lowest = if self.lowest.is_nan() { self.start * loss } else { self.lowest.min(loss) };
                let step = self.fraction * (loss - self.floor * self.lowest) / (slope + self.eps);
                if step > 0.0 && step.is_finite() {
                    self.value = self.target.clamp(step);
                }
                self.lowest *= self.forget;
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

impl State for L4 {
    const TAG: &'static str = "l4/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.reals([&mut self.lowest, &mut self.value])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use controller_common::trial::{self, Trial};
    use serde_json::json;

    #[test]
    fn values_by_hand() {
        let mut run = Trial::<L4>::new(&json!({"eps": 0.0}), &trial::spec(9, 1e-9, 10.0, 0.1), 0);
        let close = |x: f64, y: f64| assert!((x - y).abs() < 1e-15, "{x} {y}");
        close(run.step(f64::NAN, &[2.0, 3.0, 7.0]), 0.15 * (2.0 - 0.9 * 1.5) / 9.0);
        close(run.step(f64::NAN, &[1.8, 2.0, 7.0]), 0.15 * (1.8 - 0.9 * 1.5 * 1.001) / 4.0);
        close(run.step(f64::NAN, &[1.0, 2.0, 7.0]), 0.15 * (1.0 - 0.9) / 4.0);
    }

    #[test]
    fn momentum_lengthens_the_direction() {
        let mut spec = trial::spec(9, 1e-9, 10.0, 0.1);
        spec.hyperparameters.push(trial::momentum());
        let mut run = Trial::<L4>::new(&json!({"eps": 0.0}), &spec, 0);
        let found = run.step(f64::NAN, &[2.0, 3.0, 10.0]);
        assert!((found - 0.15 * (2.0 - 0.9 * 1.5) / (9.0 + 0.9 * 10.0)).abs() < 1e-15);
        assert_eq!(run.step(f64::NAN, &[2.0, 3.0, -11.0]), found);
        trial::promises::<L4>(&json!({}), &spec);
    }

    #[test]
    fn keeps_its_promises() {
        trial::promises::<L4>(&json!({}), &trial::spec(200, 1e-3, 1.0, 0.4));
    }
}
