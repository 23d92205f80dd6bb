//! Sliding-window UCB: UCB over the last `tau` plays, `m_a + sqrt(x ln min(t, tau) / N_a)`.
//!
//! Source: Garivier & Moulines 2008, arXiv:0805.3415: `x = 1/2` in their simulations, `tau = 2 sqrt(n ln n / Y)` for `Y` changes in `n` plays. An arm that is
//! not in the window is played next.
//!
//! Fails where nothing changes: it goes on exploring at the rate of a game of `tau` plays (measured on three stationary arms: nine times the regret of UCB).

use crate::policy::{Policy, changes_parameter, largest};
use controller_common::{Draws, Port};
use oha_plugin_api::{Config, ControllerError, Parameter};

/// The policy.
#[derive(Clone, Debug)]
pub struct SwUcb {
    exploration: f64,
    window: usize,
    n_arms: usize,
    /// Arm and reward of the plays in the window, oldest first.
    arms: Vec<u64>,
    rewards: Vec<f64>,
}

impl Policy for SwUcb {
    const ID: &'static str = "sw-ucb";

    fn about() -> (&'static str, &'static str) {
        ("Upper confidence bound over a sliding window", "Garivier & Moulines 2008, arXiv:0805.3415")
    }

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::real("exploration", 0.5, 0.0, f64::INFINITY, "Factor of the logarithm under the root"),
            Parameter::integer_derived("window", 1, 1_000_000, "Plays in the window; default: 2 sqrt(plays ln(plays) / changes)"),
            changes_parameter(),
        ]
    }

    fn new(config: &Config, n_arms: usize, n_blocks: u64) -> Self {
        let n = n_blocks.max(2) as f64;
        let derived = (2.0 * (n * libm::log(n) / config.real("changes").unwrap_or(1.0)).sqrt()).round().clamp(1.0, 1e6);
        let window = config.integer("window").map_or(derived as u64, i64::unsigned_abs);
        let window = usize::try_from(window).unwrap_or(usize::MAX).max(n_arms);
        Self { exploration: config.real("exploration").unwrap_or(0.5), window, n_arms, arms: vec![], rewards: vec![] }
    }

    fn select(&mut self, _draws: &mut Draws) -> usize {
        let log = libm::log(self.arms.len() as f64);
        let index = |arm: usize| {
            let played = || self.arms.iter().zip(&self.rewards).filter(|(a, _)| **a == arm as u64);
            let (n, sum) = (played().count() as f64, played().map(|(_, r)| r).sum::<f64>());
            if n > 0.0 { sum / n + (self.exploration * log / n).sqrt() } else { f64::INFINITY }
        };
        largest((0..self.n_arms).map(index))
    }

    fn update(&mut self, arm: usize, reward: f64) -> bool {
        if self.arms.len() == self.window {
            self.arms.remove(0);
            self.rewards.remove(0);
        }
        self.arms.push(arm as u64);
        self.rewards.push(reward);
        false
    }

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.wholes(&mut self.arms)?;
        port.list(&mut self.rewards)?;
        let fits = self.arms.len() == self.rewards.len() && self.arms.len() <= self.window;
        if fits { Ok(()) } else { Err(ControllerError::new("the state does not fit the window")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{expected, play};
    use serde_json::json;

    #[test]
    fn plays_what_an_independent_implementation_plays() {
        assert_eq!(play::<SwUcb>(&json!({})), expected("sw-ucb"));
        assert_eq!(play::<SwUcb>(&json!({"window": 30, "exploration": 1.0})), expected("sw-ucb-30"));
    }
}
