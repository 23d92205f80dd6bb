//! What a bandit policy is.

use controller_common::{Draws, Port};
use oha_plugin_api::{Config, ControllerError, Parameter};

/// Chooses arms and learns from rewards in [0, 1].
pub trait Policy: Clone + Send + 'static {
    /// Identifier of the controller.
    const ID: &'static str;

    /// One sentence, and the source.
    fn about() -> (&'static str, &'static str);

    /// Its parameters.
    fn parameters() -> Vec<Parameter>;

    /// A policy for `n_arms` arms and `n_blocks` plays.
    fn new(config: &Config, n_arms: usize, n_blocks: u64) -> Self;

    /// The next arm to play.
    fn select(&mut self, draws: &mut Draws) -> usize;

    /// Takes the reward of `arm`, in [0, 1]. True when the policy forgot what it knew because a reward changed.
    fn update(&mut self, arm: usize, reward: f64) -> bool;

    /// Passes every changing field through `port`.
    ///
    /// # Errors
    /// When reading finds too few bytes or an impossible value.
    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError>;
}

/// The parameter `changes`.
#[must_use]
pub fn changes_parameter() -> Parameter {
    Parameter::real("changes", 1.0, 1e-9, f64::INFINITY, "Changes of the best arm expected in the episode")
}

/// The first arm with the largest index; an arm without plays has index infinity.
#[must_use]
pub fn largest(indices: impl Iterator<Item = f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (arm, index) in indices.enumerate() {
        if index > best.1 {
            best = (arm, index);
        }
    }
    best.0
}

#[cfg(test)]
pub(crate) mod testing {
    //! The game of `tests/data/bandits.py`: fixed rewards of every arm at every play.

    use super::*;
    use serde_json::Value;

    /// The table.
    pub(crate) fn table() -> Value {
        serde_json::from_str(include_str!("../tests/data/bandits.json")).expect("JSON")
    }

    /// The rewards, one row a play.
    pub(crate) fn rewards() -> Vec<Vec<f64>> {
        serde_json::from_value(table()["rewards"].clone()).expect("rows of numbers")
    }

    /// The policy with its parameters `parameters`, for the game.
    pub(crate) fn policy<P: Policy>(parameters: &Value) -> P {
        let descriptor = <crate::Bandit<P> as oha_plugin_api::Controller>::descriptor();
        let config = Config::check(&descriptor, parameters).unwrap_or_else(|e| panic!("{e}"));
        P::new(&config, rewards()[0].len(), rewards().len() as u64)
    }

    /// Arms that the policy plays in the game.
    pub(crate) fn play<P: Policy>(parameters: &Value) -> Vec<u64> {
        let (mut policy, mut draws) = (policy::<P>(parameters), Draws::new(0));
        let step = |row: &Vec<f64>| {
            let arm = policy.select(&mut draws);
            policy.update(arm, row[arm]);
            arm as u64
        };
        rewards().iter().map(step).collect()
    }

    /// The arms that the independent implementation plays.
    pub(crate) fn expected(name: &str) -> Vec<u64> {
        serde_json::from_value(table()[name].clone()).unwrap_or_else(|_| panic!("no series {name}"))
    }
}
