//! Hypergradient descent of the learning rate.
//!
//! Additive: `a_t = a_{t-1} + beta h_t`, `h_t = g_t . d_{t-1}`. Multiplicative: `a_t = a_{t-1} (1 + beta h_t / (|g_t| |d_{t-1}|))`, whose factor lies within
//! `1 ± beta` whatever the scale of the loss. `d` is the optimizer's own direction (`g` for plain SGD, the velocity with momentum, Adam's ratio), so that the
//! rule is the exact derivative for each of them; where the reference implementation of SGD with momentum keeps its velocity as "previous gradient", that is
//! the same thing. Its gradient includes weight decay, that of the signals does not. A product that is not finite changes nothing. The result is clamped to the episode's bounds: the reference, unclamped, reached negative
//! learning rates.
//!
//! Source: Almeida et al. 1998; Baydin et al. 2018, arXiv:1703.04782 (`beta` 1e-3 for SGD on MNIST, 1e-7 for Adam, additive; both rules).
//!
//! Fails: additive `beta` has the unit of learning rate over squared gradient, so that no default is right for all tasks; where two minibatches
//! of a noisy problem agree only by chance the product is near 0 and nothing moves; the rule is myopic. On one-dimensional tracking `E[g_t g_{t-1}] = 0`
//! exactly at the Kalman gain (the innovations are white), so that there its fixed point is optimal.

use controller_common::{Port, State, Target, about, state};
use core::marker::PhantomData;
use oha_plugin_api::{
    Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal, Signal,
};

/// Which gradient the rule sees.
pub trait Timing: Clone + Send + 'static {
    /// Identifier of the controller.
    const ID: &'static str;
    /// Its information class.
    const INFORMATION: InformationClass;
    /// Its description.
    const DESCRIPTION: &'static str;
}

/// Sees the gradient of the step about to be taken.
#[derive(Clone, Debug)]
pub struct Now;

impl Timing for Now {
    const ID: &'static str = "hypergradient";
    const INFORMATION: InformationClass = InformationClass::Current;
    const DESCRIPTION: &'static str = "Gradient descent on the learning rate, with the gradient of the step about to be taken";
}

/// Sees the gradient of the last completed step.
#[derive(Clone, Debug)]
pub struct Lagged;

impl Timing for Lagged {
    const ID: &'static str = "hypergradient-lagged";
    const INFORMATION: InformationClass = InformationClass::Signals;
    const DESCRIPTION: &'static str = "Gradient descent on the learning rate, one step late";
}

/// The controller `hypergradient`, of class `current`.
pub type Hypergradient = HypergradientAt<Now>;

/// The controller `hypergradient-lagged`, of class `signals`.
pub type HypergradientLagged = HypergradientAt<Lagged>;

/// Hypergradient descent with the gradients that `W` lets it see.
#[derive(Clone, Debug)]
pub struct HypergradientAt<W> {
    target: Target,
    multiplicative: bool,
    beta: f64,
    value: f64,
    timing: PhantomData<W>,
}

impl<W: Timing> Controller for HypergradientAt<W> {
    fn descriptor() -> Descriptor {
        let beta = "Step of the rule; default: 0.001 (additive) or 0.02 (multiplicative)";
        about::learning_rate_rule(
            W::ID,
            (W::DESCRIPTION, "Almeida et al. 1998; Baydin et al. 2018, arXiv:1703.04782"),
            W::INFORMATION,
            &[Signal::GradientDotUpdate, Signal::GradientNorm, Signal::UpdateNorm],
            vec![
                Parameter::choice("rule", "additive", &["additive", "multiplicative"], "Which of the two rules of the paper"),
                Parameter::real_derived("beta", 0.0, f64::INFINITY, beta),
                Parameter::real_derived("initial", 0.0, f64::INFINITY, "First learning rate; default: the episode's initial value"),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::learning_rate(spec)?;
        let multiplicative = config.choice("rule") == "multiplicative";
        Ok(Self {
            multiplicative,
            beta: config.real("beta").unwrap_or(if multiplicative { 0.02 } else { 1e-3 }),
            value: target.clamp(config.real("initial").unwrap_or_else(|| target.initial())),
            timing: PhantomData,
            target,
        })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if let [product, gradient, update] = *observation.signals {
            let moved = if self.multiplicative {
                self.value * (1.0 + self.beta * product / (gradient * update))
            } else {
                self.value + self.beta * product
            };
            if moved.is_finite() {
                self.value = self.target.clamp(moved);
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

impl<W: Timing> State for HypergradientAt<W> {
    const TAG: &'static str = W::ID;

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.real(&mut self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use controller_common::trial::{self, Trial};
    use serde_json::{Value, json};

    /// Plain SGD on the Rosenbrock function from (-1.2, 1), learning rates by the controller; `late` gives the products of one step earlier.
    fn rosenbrock<C: Controller>(parameters: &Value, n: usize, late: bool) -> Vec<f64> {
        let spec = trial::spec(n as u64, 1e-6, 1.0, 1e-4);
        let mut run = Trial::<C>::new(parameters, &spec, 0);
        let (mut x, mut y, mut before, mut signals) = (-1.2, 1.0, [0.0, 0.0], [0.0; 3]);
        (0..n)
            .map(|_| {
                let g = [-2.0 * (1.0 - x) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)];
                let norm = |v: [f64; 2]| (v[0] * v[0] + v[1] * v[1]).sqrt();
                let now = [g[0] * before[0] + g[1] * before[1], norm(g), norm(before)];
                let a = run.step(f64::NAN, if late { &signals } else { &now });
                (signals, before) = (now, g);
                (x, y) = (x - a * g[0], y - a * g[1]);
                a
            })
            .collect()
    }

    #[test]
    fn agrees_with_an_independent_implementation() {
        let reference: Value = serde_json::from_str(include_str!("../tests/data/hypergradient.json")).expect("JSON");
        for (rule, beta) in [("additive", 1e-10), ("multiplicative", 0.02)] {
            let found = rosenbrock::<Hypergradient>(&json!({"rule": rule, "beta": beta}), 200, false);
            for (t, (a, b)) in found.iter().zip(reference[rule].as_array().expect("array")).enumerate() {
                let b = b.as_f64().expect("number");
                assert!((a - b).abs() <= 1e-9 * b, "{rule}, step {t}: found {a}, expected {b}");
            }
        }
    }

    #[test]
    fn the_lagged_variant_is_one_step_behind() {
        let parameters = json!({"rule": "multiplicative", "beta": 0.5});
        let now = rosenbrock::<Hypergradient>(&parameters, 4, false);
        let late = rosenbrock::<HypergradientLagged>(&parameters, 4, true);
        assert_eq!((late[0], late[1], late[2]), (now[0], now[0], now[1]));
    }

    #[test]
    fn stays_positive_and_comes_back() {
        let spec = trial::spec(10, 1e-3, 1.0, 0.1);
        let mut run = Trial::<Hypergradient>::new(&json!({}), &spec, 0);
        assert_eq!(run.step(1.0, &[-1e9, 1.0, 1.0]), 1e-3);
        assert_eq!(run.step(1.0, &[f64::NAN, f64::NAN, 0.0]), 1e-3);
        assert_eq!(run.step(1.0, &[99.0, 1.0, 1.0]), 1e-3 + 1e-3 * 99.0);
    }

    #[test]
    fn keeps_its_promises() {
        for parameters in [json!({}), json!({"rule": "multiplicative"})] {
            trial::promises::<Hypergradient>(&parameters, &trial::spec(200, 1e-3, 1.0, 0.4));
            trial::promises::<HypergradientLagged>(&parameters, &trial::spec(200, 1e-3, 1.0, 0.4));
        }
    }
}
