//! EXP3.S: exponential weights with sharing, for adversarial rewards and switching comparators.
//!
//! `p_a = (1 - g) w_a / W + g / K`; after reward `r` of arm `a`: `w_a <- w_a exp(g r / (p_a K))`, and every weight gains `e alpha W / K`, `W` the sum before.
//! Weights are divided by their sum at each play (which changes no probability), so that they do not overflow in long runs as in SMPyBandits,
//! which also shares with the arm played alone.
//!
//! Source: Auer, Cesa-Bianchi, Freund & Schapire 2002, doi:10.1137/S0097539701398375: `alpha = 1 / n`,
//! `g = min(1, sqrt(K (Y ln(K n) + e) / ((e - 1) n)))` for `Y` changes in `n` plays.
//!
//! Fails in short games: `g` is then near 1 and every arm is played as often as any other. It holds against an adversary, and pays for it where rewards are
//! stationary.

use crate::policy::{Policy, changes_parameter};
use controller_common::{Draws, Port};
use core::f64::consts::E;
use oha_plugin_api::{Config, ControllerError, Parameter};

/// The policy.
#[derive(Clone, Debug)]
pub struct Exp3s {
    gamma: f64,
    alpha: f64,
    weights: Vec<f64>,
}

impl Exp3s {
    /// Probability of each arm.
    #[must_use]
    pub fn probabilities(&self) -> Vec<f64> {
        let (total, k) = (self.weights.iter().sum::<f64>(), self.weights.len() as f64);
        self.weights.iter().map(|w| (1.0 - self.gamma) * w / total + self.gamma / k).collect()
    }
}

impl Policy for Exp3s {
    const ID: &'static str = "exp3s";

    fn about() -> (&'static str, &'static str) {
        ("Exponential weights with sharing, for rewards of any kind", "Auer et al. 2002, doi:10.1137/S0097539701398375")
    }

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::real_derived("gamma", 1e-9, 1.0, "Exploration; default: the tuning of the paper for the episode"),
            Parameter::real_derived("alpha", 0.0, 1.0, "Sharing; default: 1 / plays"),
            changes_parameter(),
        ]
    }

    fn new(config: &Config, n_arms: usize, n_blocks: u64) -> Self {
        let (k, n) = (n_arms as f64, n_blocks.max(1) as f64);
        let changes = config.real("changes").unwrap_or(1.0);
        let derived = (k * (changes * libm::log(k * n) + E) / ((E - 1.0) * n)).sqrt().min(1.0);
        Self {
            gamma: config.real("gamma").unwrap_or(derived),
            alpha: config.real("alpha").unwrap_or(1.0 / n),
            weights: vec![1.0 / k; n_arms],
        }
    }

    fn select(&mut self, draws: &mut Draws) -> usize {
        let mut left = draws.uniform();
        let probabilities = self.probabilities();
        for (arm, p) in probabilities.iter().enumerate() {
            left -= p;
            if left < 0.0 {
                return arm;
            }
        }
        probabilities.len() - 1
    }

    fn update(&mut self, arm: usize, reward: f64) -> bool {
        let (k, total) = (self.weights.len() as f64, self.weights.iter().sum::<f64>());
        let p = (1.0 - self.gamma) * self.weights[arm] / total + self.gamma / k;
        // The exponent is at most 1, because p K >= gamma.
        self.weights[arm] *= libm::exp(self.gamma * reward / (p * k));
        self.weights.iter_mut().for_each(|w| *w += E * self.alpha / k * total);
        let total: f64 = self.weights.iter().sum();
        self.weights.iter_mut().for_each(|w| *w /= total);
        false
    }

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.fixed(&mut self.weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{policy, rewards, table};
    use serde_json::json;

    #[test]
    fn probabilities_agree_with_an_independent_implementation() {
        let mut policy = policy::<Exp3s>(&json!({}));
        for (t, row) in rewards().iter().enumerate() {
            policy.update(t * 7 % row.len(), row[t * 7 % row.len()]);
        }
        for (p, expected) in policy.probabilities().iter().zip(table()["exp3s"].as_array().expect("array")) {
            assert!((p - expected.as_f64().expect("number")).abs() < 1e-12, "{:?}", policy.probabilities());
        }
    }

    #[test]
    fn arms_are_drawn_by_their_probability_and_weights_stay_finite() {
        let mut policy = policy::<Exp3s>(&json!({"gamma": 1.0, "alpha": 0.0}));
        (0..100_000).for_each(|_| _ = policy.update(1, 1.0));
        assert!(policy.weights.iter().all(|w| w.is_finite()));
        policy.gamma = 0.2;
        let (mut draws, mut counts) = (Draws::new(3), vec![0.0; policy.weights.len()]);
        let n = 20_000;
        (0..n).for_each(|_| counts[policy.select(&mut draws)] += 1.0 / f64::from(n));
        for (count, p) in counts.iter().zip(policy.probabilities()) {
            assert!((count - p).abs() < 5.0 * (p * (1.0 - p) / f64::from(n)).sqrt() + 1e-12, "{counts:?}");
        }
    }
}
