//! UCB1: the arm with the largest `m_a + sqrt(x ln t / N_a)`, `x = 2`, `t` plays so far.
//!
//! Source: Auer, Cesa-Bianchi & Fischer 2002, doi:10.1023/A:1013689704352. Fails when the best arm changes: after `t` plays it needs of the order of `t` more to
//! change its mind.

use crate::policy::{Policy, largest};
use controller_common::{Draws, Port};
use oha_plugin_api::{Config, ControllerError, Parameter};

/// The policy.
#[derive(Clone, Debug)]
pub struct Ucb {
    exploration: f64,
    n: Vec<f64>,
    sum: Vec<f64>,
}

impl Policy for Ucb {
    const ID: &'static str = "ucb";

    fn about() -> (&'static str, &'static str) {
        ("Upper confidence bound over learning rates or factors", "Auer, Cesa-Bianchi & Fischer 2002, doi:10.1023/A:1013689704352")
    }

    fn parameters() -> Vec<Parameter> {
        vec![Parameter::real("exploration", 2.0, 0.0, f64::INFINITY, "Factor of ln t under the root")]
    }

    fn new(config: &Config, n_arms: usize, _n_blocks: u64) -> Self {
        Self { exploration: config.real("exploration").unwrap_or(2.0), n: vec![0.0; n_arms], sum: vec![0.0; n_arms] }
    }

    fn select(&mut self, _draws: &mut Draws) -> usize {
        let log = libm::log(self.n.iter().sum::<f64>());
        let index = |(n, sum): (&f64, &f64)| if *n > 0.0 { sum / n + (self.exploration * log / n).sqrt() } else { f64::INFINITY };
        largest(self.n.iter().zip(&self.sum).map(index))
    }

    fn update(&mut self, arm: usize, reward: f64) -> bool {
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
        assert_eq!(play::<Ucb>(&json!({})), expected("ucb"));
    }
}
