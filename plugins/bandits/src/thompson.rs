//! Discounted Thompson sampling: the arm with the largest draw from `Beta(1 + S_a, 1 + F_a)`.
//!
//! At each play all `S` and `F` are multiplied by `gamma`, then `S_a += r`, `F_a += 1 - r` of the arm played. `gamma = 1` is plain Thompson sampling.
//! Source: Raj & Kalyani 2017, arXiv:1707.09727; `gamma` 0.95 as in SMPyBandits. With `gamma < 1` about `1 / (1 - gamma)` plays are remembered, so that an arm never
//! becomes certain.

use crate::policy::{Policy, largest};
use controller_common::{Draws, Port};
use oha_plugin_api::{Config, ControllerError, Parameter};

/// The policy.
#[derive(Clone, Debug)]
pub struct Thompson {
    discount: f64,
    successes: Vec<f64>,
    failures: Vec<f64>,
}

impl Policy for Thompson {
    const ID: &'static str = "thompson";

    fn about() -> (&'static str, &'static str) {
        ("Thompson sampling with discounted rewards", "Raj & Kalyani 2017, arXiv:1707.09727")
    }

    fn parameters() -> Vec<Parameter> {
        vec![Parameter::real("discount", 0.95, 0.0, 1.0, "Discount at each play; 1 forgets nothing")]
    }

    fn new(config: &Config, n_arms: usize, _n_blocks: u64) -> Self {
        let discount = config.real("discount").unwrap_or(0.95);
        Self { discount, successes: vec![0.0; n_arms], failures: vec![0.0; n_arms] }
    }

    fn select(&mut self, draws: &mut Draws) -> usize {
        largest(self.successes.iter().zip(&self.failures).map(|(s, f)| draws.beta(1.0 + s, 1.0 + f)))
    }

    fn update(&mut self, arm: usize, reward: f64) -> bool {
        self.successes.iter_mut().chain(&mut self.failures).for_each(|count| *count *= self.discount);
        self.successes[arm] += reward;
        self.failures[arm] += 1.0 - reward;
        false
    }

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.fixed(&mut self.successes)?;
        port.fixed(&mut self.failures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{policy, rewards, table};
    use serde_json::json;

    #[test]
    fn choices_are_as_likely_as_an_independent_integration_tells() {
        let mut policy = policy::<Thompson>(&json!({}));
        for (t, row) in rewards().iter().enumerate() {
            policy.update(t * 7 % row.len(), row[t * 7 % row.len()]);
        }
        let (mut draws, mut counts) = (Draws::new(3), vec![0.0; policy.successes.len()]);
        let n = 20_000;
        (0..n).for_each(|_| counts[policy.select(&mut draws)] += 1.0 / f64::from(n));
        for (count, p) in counts.iter().zip(table()["thompson"].as_array().expect("array")) {
            let p = p.as_f64().expect("number");
            assert!((count - p).abs() < 5.0 * (p * (1.0 - p) / f64::from(n)).sqrt(), "{counts:?}");
        }
    }
}
