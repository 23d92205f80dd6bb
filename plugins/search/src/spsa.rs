//! Simultaneous perturbation stochastic approximation, on one hyperparameter.
//!
//! Iteration `k` plays blocks at `z + c_k D` and `z - c_k D`, `D = 1` or `-1` at random, and moves `z <- z - a_k g`, `g = (y+ - y-) / (2 c_k D)` divided by the mean
//! magnitude of the `y`, so that the scale of the loss does not matter. Two blocks in a row differ also by the progress of training; in the default order
//! `+ - - +` (`design` abba) a linear trend cancels exactly, in `pair` it does not.
//!
//! Gains: `a_k = a (1 + A)^0.602 / (k + 1 + A)^0.602`, `c_k = c / (k + 1)^0.101` with `A` a tenth of the iterations of the episode (Spall 1998, IEEE Trans. Aerosp.
//! Electron. Syst. 34); `step` is `a`, the first gain. A move is at most `max_move`. Source: Spall 1992, doi:10.1109/9.119632. With one hyperparameter it is the
//! scheme of Kiefer & Wolfowitz 1952 with random signs.
//!
//! Fails when the loss answers slowly to the value (the blocks then measure earlier values), and late in an episode when the gains have become small.

use controller_common::{Blocks, Draws, Port, State, Target, about, state};
use oha_plugin_api::{Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal};

const GAIN_DECAY: f64 = 0.602;
const PERTURBATION_DECAY: f64 = 0.101;

/// The controller `spsa`.
#[derive(Clone, Debug)]
pub struct Spsa {
    target: Target,
    blocks: Blocks,
    draws: Draws,
    /// Signs of the blocks of an iteration.
    design: &'static [f64],
    step: f64,
    width: f64,
    stability: f64,
    max_move: f64,
    center: f64,
    sign: f64,
    k: u64,
    at: usize,
    difference: f64,
    magnitude: f64,
    complete: bool,
}

impl Spsa {
    fn perturbation(&self) -> f64 {
        self.width / libm::pow((self.k + 1) as f64, PERTURBATION_DECAY)
    }

    fn value(&self) -> f64 {
        self.target.value_at(self.center + self.design[self.at] * self.sign * self.perturbation())
    }

    fn end_block(&mut self, mean: Option<f64>) {
        match mean {
            Some(y) => {
                self.difference += self.design[self.at] * y;
                self.magnitude += y.abs();
            }
            None => self.complete = false,
        }
        self.at += 1;
        if self.at == self.design.len() {
            self.end_iteration();
        }
    }

    fn end_iteration(&mut self) {
        // The sum over n blocks is n times half the difference of the means at the two values.
        let gradient = self.difference / self.magnitude * self.sign / self.perturbation();
        if self.complete && gradient.is_finite() {
            let gain = self.step * libm::pow((1.0 + self.stability) / ((self.k + 1) as f64 + self.stability), GAIN_DECAY);
            let (low, high) = self.target.coordinate_bounds();
            let moved = (gain * gradient).clamp(-self.max_move, self.max_move);
            self.center = (self.center - moved).max(low).min(high);
            self.k += 1;
        }
        self.begin_iteration();
    }

    fn begin_iteration(&mut self) {
        (self.at, self.difference, self.magnitude, self.complete) = (0, 0.0, 0.0, true);
        self.sign = if self.draws.coin() { 1.0 } else { -1.0 };
    }
}

impl Controller for Spsa {
    fn descriptor() -> Descriptor {
        about::descriptor(
            "spsa",
            ("Finite differences of the loss between perturbed values, with decaying gains", "Spall 1992, doi:10.1109/9.119632"),
            InformationClass::Scalar,
            &[],
            vec![
                Target::parameter(),
                about::initial_parameter(),
                Parameter::choice("design", "abba", &["abba", "pair"], "Order of the perturbed blocks: + - - + or + -"),
                Parameter::real("step", 1.0, 0.0, f64::INFINITY, "First gain, a, for relative losses and the coordinate of the scale"),
                Parameter::real("width", 0.25, 1e-9, f64::INFINITY, "First perturbation, c, in the coordinate of the scale"),
                Parameter::real("max_move", 1.0, 0.0, f64::INFINITY, "Largest move of an iteration, in the coordinate of the scale"),
                Blocks::parameter(),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, seed: u64) -> Result<Self, ControllerError> {
        let target = Target::find(config, spec)?;
        let length = Blocks::length(config, spec.n_steps);
        let design: &[f64] = if config.choice("design") == "pair" { &[1.0, -1.0] } else { &[1.0, -1.0, -1.0, 1.0] };
        let n_iterations = spec.n_steps as f64 / (length as f64 * design.len() as f64);
        let initial = target.clamp(config.real("initial").unwrap_or_else(|| target.initial()));
        let mut controller = Self {
            blocks: Blocks::new(length),
            draws: Draws::new(seed),
            design,
            step: config.real("step").unwrap_or(1.0),
            width: config.real("width").unwrap_or(0.25),
            stability: 0.1 * n_iterations,
            max_move: config.real("max_move").unwrap_or(1.0),
            center: target.coordinate(initial),
            sign: 1.0,
            k: 0,
            at: 0,
            difference: 0.0,
            magnitude: 0.0,
            complete: true,
            target,
        };
        controller.begin_iteration();
        Ok(controller)
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if observation.step > 0
            && let Some(mean) = self.blocks.see(observation.loss)
        {
            self.end_block(mean);
        }
        self.target.propose(observation, proposal, self.value());
        Ok(())
    }

    fn save_state(&self, out: &mut Vec<u8>) -> bool {
        state::save(self, out)
    }

    fn load_state(&mut self, bytes: &[u8]) -> Result<(), ControllerError> {
        state::load(self, bytes)
    }
}

impl State for Spsa {
    const TAG: &'static str = "spsa/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.reals([&mut self.center, &mut self.sign, &mut self.difference, &mut self.magnitude])?;
        port.whole(&mut self.k)?;
        port.index(&mut self.at, self.design.len())?;
        port.flag(&mut self.complete)?;
        self.blocks.fields(port)?;
        self.draws.fields(port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::distance;
    use controller_common::trial::{self, Trial};
    use serde_json::json;

    #[test]
    fn the_first_iteration_by_hand() {
        for seed in 0..4 {
            // One iteration of four blocks of one decision: A = 0.1.
            let spec = trial::spec(4, 1e-6, 10.0, 0.1);
            let mut run = Trial::<Spsa>::new(&json!({"block": 1}), &spec, seed);
            let mut loss = f64::NAN;
            let values: Vec<f64> = (0..5)
                .map(|_| {
                    let value = run.step(loss, &[]);
                    loss = if value > 0.1 { 5.0 } else { 4.0 };
                    value
                })
                .collect();
            let z: Vec<f64> = values.iter().map(|v| libm::log(v / 0.1)).collect();
            let c = z[0].abs();
            assert!((c - 0.25).abs() < 1e-12);
            assert!((z[1] + z[0]).abs() < 1e-12 && (z[2] + z[0]).abs() < 1e-12 && (z[3] - z[0]).abs() < 1e-12, "{z:?}");
            // The mean difference is 1, the mean loss 4.5: relative slope 1 / (2 * 0.25 * 4.5), first gain 1, downwards.
            let next = -1.0 / (0.5 * 4.5);
            let second = 0.25 / libm::pow(2.0, 0.101);
            assert!((z[4] - next - second).abs() < 1e-12 || (z[4] - next + second).abs() < 1e-12, "{z:?}");
        }
    }

    #[test]
    fn a_linear_trend_cancels() {
        let spec = trial::spec(400, 1e-6, 10.0, 0.1);
        let mut run = Trial::<Spsa>::new(&json!({"block": 1}), &spec, 3);
        let last = (0..401).map(|t| run.step(1000.0 - f64::from(t), &[])).last().expect("steps");
        assert!(libm::log(last / 0.1).abs() < 0.26, "{last}");
    }

    #[test]
    fn finds_the_best_value_at_any_scale() {
        for seed in 0..5 {
            let found = distance::<Spsa>(&json!({}), 1.0, seed);
            assert!(found < 0.2, "{found}");
            assert!((found - distance::<Spsa>(&json!({}), 1024.0, seed)).abs() < 1e-9);
        }
    }

    #[test]
    fn keeps_its_promises() {
        let mut spec = trial::spec(300, 1e-3, 1.0, 0.1);
        spec.hyperparameters.push(trial::momentum());
        for parameters in [json!({}), json!({"design": "pair", "block": 3}), json!({"hyperparameter": "momentum", "width": 0.01})] {
            trial::promises::<Spsa>(&parameters, &spec);
        }
    }
}
