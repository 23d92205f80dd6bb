//! Monitored UCB: UCB1 with forced exploration; all is forgotten when the rewards of an arm change.
//!
//! With `s` plays since the last restart, arm `s mod floor(K / g)` is played if that is an arm, otherwise the one with the largest
//! `m_a + sqrt(2 ln s / N_a)`. An arm has changed when over its last `w` rewards `|sum of the second half - sum of the first half| > b`.
//!
//! Source: Cao, Wen, Kveton & Xie 2019, arXiv:1802.03692: `b = sqrt(w ln(2 K n^2) / 2)`, `g = sqrt(Y K (2 b + 3 sqrt(w)) / (2 n))` for `Y` changes in `n` plays.
//! `w` there is chosen for a smallest change that matters; here by default a twentieth of the plays, from 10 to 200 and even. With few plays `b` can exceed
//! `w / 2`, and then nothing is ever detected.

use crate::policy::{Policy, changes_parameter, largest};
use controller_common::{Draws, Port};
use oha_plugin_api::{Config, ControllerError, Parameter};

/// The policy.
#[derive(Clone, Debug)]
pub struct MUcb {
    window: usize,
    threshold: f64,
    /// Every so many plays each arm is played once.
    period: u64,
    n_plays: u64,
    n: Vec<f64>,
    sum: Vec<f64>,
    /// Last rewards of each arm, oldest first, at most `window`.
    recent: Vec<Vec<f64>>,
}

impl MUcb {
    fn has_changed(&self, arm: usize) -> bool {
        let recent = &self.recent[arm];
        let half = self.window / 2;
        recent.len() == self.window && (recent[half..].iter().sum::<f64>() - recent[..half].iter().sum::<f64>()).abs() > self.threshold
    }
}

impl Policy for MUcb {
    const ID: &'static str = "m-ucb";

    fn about() -> (&'static str, &'static str) {
        ("Upper confidence bound that starts again when the reward of an arm changes", "Cao et al. 2019, arXiv:1802.03692")
    }

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::integer_derived(
                "window",
                2,
                100_000,
                "Rewards of an arm that are monitored, even; default: a twentieth of the plays, 10 to 200",
            ),
            Parameter::real_derived(
                "threshold",
                0.0,
                f64::INFINITY,
                "Difference of the halves that is a change; default: sqrt(w ln(2 K n^2) / 2)",
            ),
            Parameter::real_derived("gamma", 0.0, 1.0, "Fraction of forced exploration; default: the tuning of the paper for the episode"),
            changes_parameter(),
        ]
    }

    fn new(config: &Config, n_arms: usize, n_blocks: u64) -> Self {
        let (k, n) = (n_arms as f64, n_blocks.max(1) as f64);
        let derived = (n_blocks / 20).clamp(10, 200);
        let window = config.integer("window").map_or(derived, i64::unsigned_abs).div_ceil(2) * 2;
        let w = window as f64;
        let threshold = config.real("threshold").unwrap_or_else(|| (0.5 * w * libm::log(2.0 * k * n * n)).sqrt());
        let changes = config.real("changes").unwrap_or(1.0);
        let tuned = || (changes * k * (2.0 * threshold + 3.0 * w.sqrt()) / (2.0 * n)).sqrt().min(1.0);
        let gamma = config.real("gamma").unwrap_or_else(tuned);
        let period = (k / gamma).floor().min(1e15) as u64;
        Self {
            window: usize::try_from(window).unwrap_or(usize::MAX),
            threshold,
            period: period.max(n_arms as u64),
            n_plays: 0,
            n: vec![0.0; n_arms],
            sum: vec![0.0; n_arms],
            recent: vec![vec![]; n_arms],
        }
    }

    fn select(&mut self, _draws: &mut Draws) -> usize {
        let forced = usize::try_from(self.n_plays % self.period).unwrap_or(usize::MAX);
        if forced < self.n.len() {
            return forced;
        }
        let log = libm::log(self.n_plays as f64);
        let index = |(n, sum): (&f64, &f64)| if *n > 0.0 { sum / n + (2.0 * log / n).sqrt() } else { f64::INFINITY };
        largest(self.n.iter().zip(&self.sum).map(index))
    }

    fn update(&mut self, arm: usize, reward: f64) -> bool {
        self.n_plays += 1;
        self.n[arm] += 1.0;
        self.sum[arm] += reward;
        if self.recent[arm].len() == self.window {
            self.recent[arm].remove(0);
        }
        self.recent[arm].push(reward);
        let changed = self.has_changed(arm);
        if changed {
            self.n_plays = 0;
            self.n.fill(0.0);
            self.sum.fill(0.0);
            self.recent.iter_mut().for_each(Vec::clear);
        }
        changed
    }

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.whole(&mut self.n_plays)?;
        port.fixed(&mut self.n)?;
        port.fixed(&mut self.sum)?;
        for recent in &mut self.recent {
            port.list(recent)?;
            if recent.len() > self.window {
                return Err(ControllerError::new("the state holds more rewards than the window"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{expected, play};
    use serde_json::json;

    #[test]
    fn plays_what_an_independent_implementation_plays() {
        assert_eq!(play::<MUcb>(&json!({})), expected("m-ucb"));
        assert_eq!(play::<MUcb>(&json!({"window": 20, "threshold": 4.0, "gamma": 0.1})), expected("m-ucb-20"));
    }

    #[test]
    fn a_change_is_reported() {
        let parameters = json!({"window": 10, "threshold": 2.0});
        let mut policy = crate::policy::testing::policy::<MUcb>(&parameters);
        let changed: Vec<bool> = (0..20).map(|t| policy.update(0, if t < 12 { 0.2 } else { 0.8 })).collect();
        assert_eq!(changed.iter().position(|c| *c), Some(15));
        assert_eq!(policy.n_plays, 4);
    }
}
