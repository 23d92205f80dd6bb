//! Arms and rewards.
//!
//! Arms `values`: `arms` values between `low` and `high`, evenly spaced on the scale of the hyperparameter; by default from a tenth to ten times the initial
//! value. Arms `factors`: 0.5, 1 and 2, by which the value is multiplied at the start of each block.
//!
//! Reward of a block with mean loss `y`, `y'` that of the block before: `decrease` (default) `1/2 + d / (4 s)` within [0, 1], `d` the relative decrease from
//! `y'` to `y` and `s` the mean `|d|` so far (exponentially weighted over 20 blocks); `level` `(H - y) / (H - L)` with `H`, `L` the largest and smallest `y` of the
//! last 20 blocks. Both are free of the scale of the loss. `level` suits losses that forget quickly, `decrease` training; a missing block gives no reward.

use controller_common::blocks::relative_decrease;
use controller_common::{Port, Target, shape};
use oha_plugin_api::{Config, ControllerError, Parameter};

const MEMORY: usize = 20;
const FACTORS: [f64; 3] = [0.5, 1.0, 2.0];
const REACH: f64 = 10.0;

/// The parameters that arms and rewards take.
#[must_use]
pub fn parameters() -> Vec<Parameter> {
    vec![
        Parameter::choice("mode", "values", &["values", "factors"], "Arms are values, or factors applied at each block"),
        Parameter::integer("arms", 5, 2, 1000, "Number of values"),
        Parameter::real_derived(
            "low",
            f64::NEG_INFINITY,
            f64::INFINITY,
            "Smallest value; default: a tenth of the initial value, or the bound",
        ),
        Parameter::real_derived(
            "high",
            f64::NEG_INFINITY,
            f64::INFINITY,
            "Largest value; default: ten times the initial value, or the bound",
        ),
        Parameter::choice("reward", "decrease", &["decrease", "level"], "Relative decrease of the loss, or its level among recent blocks"),
    ]
}

/// What can be played.
#[derive(Clone, Debug)]
pub enum Arms {
    /// One of these values.
    Values(Vec<f64>),
    /// The value multiplied by a factor.
    Factors,
}

impl Arms {
    /// The arms that `config` asks for.
    ///
    /// # Errors
    /// When the range is empty.
    pub fn new(config: &Config, target: &Target) -> Result<Self, ControllerError> {
        if config.choice("mode") == "factors" {
            return Ok(Self::Factors);
        }
        let (low, high) = target.range(config, REACH)?;
        let n = config.integer("arms").map_or(5, i64::unsigned_abs);
        let (from, to) = (target.coordinate(low), target.coordinate(high));
        let value = |i: u64| target.value_at(shape::between(from, to, i as f64 / (n - 1) as f64));
        Ok(Self::Values((0..n).map(value).collect()))
    }

    /// Number of arms.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Factors => FACTORS.len(),
        }
    }

    /// The value after playing `arm` at `value`.
    #[must_use]
    pub fn play(&self, arm: usize, value: f64) -> f64 {
        match self {
            Self::Values(values) => values[arm],
            Self::Factors => value * FACTORS[arm],
        }
    }
}

/// Rewards in [0, 1] from the mean losses of blocks.
#[derive(Clone, Debug)]
pub struct Rewards {
    level: bool,
    recent: Vec<f64>,
    scale: f64,
    n: u64,
}

impl Rewards {
    /// The rewards that `config` asks for.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { level: config.choice("reward") == "level", recent: vec![], scale: 0.0, n: 0 }
    }

    /// The reward of a block with mean loss `y`; `None` while there is nothing to compare it with.
    pub fn of(&mut self, y: f64) -> Option<f64> {
        let before = self.recent.last().copied();
        if self.recent.len() == MEMORY {
            self.recent.remove(0);
        }
        self.recent.push(y);
        let before = before?;
        if self.level {
            let high = self.recent.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let low = self.recent.iter().copied().fold(f64::INFINITY, f64::min);
            return Some(if high > low { 1.0 - (y / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) } else { 0.5 });
        }
        let d = relative_decrease(before, y);
        self.n += 1;
        self.scale += (1.0 / self.n as f64).max(1.0 / MEMORY as f64) * (d.abs() - self.scale);
        Some(if self.scale > 0.0 { (0.5 + 0.25 * d / self.scale).clamp(0.0, 1.0) } else { 0.5 })
    }

    /// Passes every changing field through `port`.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.list(&mut self.recent)?;
        port.real(&mut self.scale)?;
        port.whole(&mut self.n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use controller_common::trial;
    use oha_plugin_api::Controller;
    use serde_json::{Value, json};

    fn config(parameters: &Value) -> Config {
        Config::check(&crate::BanditUcb::descriptor(), parameters).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn values_are_evenly_spaced_about_the_initial_one() {
        let target = Target::learning_rate(&trial::spec(10, 1e-3, 0.5, 0.01)).expect("found");
        let Ok(Arms::Values(values)) = Arms::new(&config(&json!({})), &target) else { panic!("values") };
        let expected = [1e-3, libm::pow(10.0, -2.5), 1e-2, libm::pow(10.0, -1.5), 0.1];
        assert!(values.iter().zip(expected).all(|(x, y)| (x / y - 1.0).abs() < 1e-12), "{values:?}");
        assert!(Arms::new(&config(&json!({"low": 0.5, "high": 0.2})), &target).is_err());
    }

    #[test]
    fn rewards_by_hand() {
        let mut decrease = Rewards::new(&config(&json!({})));
        // d = 1/2, then -1/2 (mean |d| 1/2), then 0.
        assert_eq!([2.0, 1.0, 2.0, 2.0].map(|y| decrease.of(y)), [None, Some(0.75), Some(0.25), Some(0.5)]);
        let mut level = Rewards::new(&config(&json!({"reward": "level"})));
        assert_eq!([2.0, 1.0, 3.0, 1.5].map(|y| level.of(y)), [None, Some(1.0), Some(0.0), Some(0.75)]);
    }

    #[test]
    fn rewards_are_free_of_scale_and_bounded() {
        for reward in ["decrease", "level"] {
            let run = |scale: f64| -> Vec<Option<f64>> {
                let mut rewards = Rewards::new(&config(&json!({"reward": reward})));
                (0..60).map(|t| rewards.of(scale * (1.0 + libm::sin(f64::from(t * t))))).collect()
            };
            assert_eq!(run(1.0), run(1024.0));
            assert!(run(1e307).iter().flatten().all(|r| (0.0..=1.0).contains(r)));
        }
    }
}
