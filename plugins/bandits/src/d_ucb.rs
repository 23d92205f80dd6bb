//! Discounted UCB: with sums discounted by `gamma` at each play, `m_a + 2 sqrt(x ln N / N_a)`, `N = sum N_a`.
//!
//! Source: Garivier & Moulines 2008, arXiv:0805.3415: `x = 1/2`, `gamma = 1 - sqrt(Y / n) / 4` for `Y` changes in `n` plays. SMPyBandits halves the padding, and discounts
//! an arm only when it is played again.
//!
//! Fails where nothing changes, as every bandit that forgets; and with few plays the padding is wider than any difference of rewards, so that arms are played in
//! turn.

use crate::policy::{Policy, changes_parameter, largest};
use controller_common::{Draws, Port};
use oha_plugin_api::{Config, ControllerError, Parameter};

/// The policy.
#[derive(Clone, Debug)]
pub struct DUcb {
    exploration: f64,
    discount: f64,
    n: Vec<f64>,
    sum: Vec<f64>,
}

impl Policy for DUcb {
    const ID: &'static str = "d-ucb";

    fn about() -> (&'static str, &'static str) {
        ("Upper confidence bound with discounted rewards", "Garivier & Moulines 2008, arXiv:0805.3415")
    }

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::real("exploration", 0.5, 0.0, f64::INFINITY, "Factor of the logarithm under the root"),
            Parameter::real_derived("discount", 0.0, 1.0, "Discount at each play; default: 1 - sqrt(changes / plays) / 4"),
            changes_parameter(),
        ]
    }

    fn new(config: &Config, n_arms: usize, n_blocks: u64) -> Self {
        let derived = 1.0 - 0.25 * (config.real("changes").unwrap_or(1.0) / n_blocks.max(1) as f64).sqrt();
        let discount = config.real("discount").unwrap_or(derived.max(0.0));
        Self { exploration: config.real("exploration").unwrap_or(0.5), discount, n: vec![0.0; n_arms], sum: vec![0.0; n_arms] }
    }

    fn select(&mut self, _draws: &mut Draws) -> usize {
        let log = libm::log(self.n.iter().sum::<f64>()).max(0.0);
        let index = |(n, sum): (&f64, &f64)| if *n > 0.0 { sum / n + 2.0 * (self.exploration * log / n).sqrt() } else { f64::INFINITY };
        largest(self.n.iter().zip(&self.sum).map(index))
    }

    fn update(&mut self, arm: usize, reward: f64) -> bool {
        self.n.iter_mut().for_each(|n| *n *= self.discount);
        self.sum.iter_mut().for_each(|sum| *sum *= self.discount);
        self.n[arm] += 1.0;
        self.sum[arm] += reward;
        false
    }

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.fixed(&mut self.n)?;
        port.fixed(&mut self.sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{expected, play};
    use serde_json::json;

    #[test]
    fn plays_what_an_independent_implementation_plays() {
        assert_eq!(play::<DUcb>(&json!({})), expected("d-ucb"));
        assert_eq!(play::<DUcb>(&json!({"discount": 0.9, "exploration": 0.1})), expected("d-ucb-0.9"));
    }
}
