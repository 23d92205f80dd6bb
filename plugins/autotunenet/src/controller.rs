//! The controller around the estimator.
//!
//! At the end of each epoch (of `epoch` decisions), with `y` the moving average of the mean losses of the last `smoothing` epochs:
//! 1. the epoch is *bad* when `(y - best) / max(|best|, 1e-8) > max_regression`, or when it has no finite loss;
//! 2. after `patience` bad epochs in a row, outside the `cooldown` epochs after a rollback: rollback, the value of the last epoch that was not bad returns for one
//!    epoch;
//! 3. otherwise a new value is suggested by the estimator from all trials (value, `-y`), at most `max_change` away from the present one, relatively.
//!
//! Nothing happens in the first `warmup` epochs. Only hyperparameters are rolled back, never weights.
//!
//! Source: AutoTuneNet and AutoTuneNet-Bench (github.com/mitishraina/AutoTuneNet), whose parameters these are (those of its benchmark's
//! configuration; the code's own are smoothing over 5, no warmup and no limit). Corrected here, as the original
//! - treats a range given as a list in its configuration as two categories, which with the limit of 50 % makes a two-way random walk: here it is a continuous range on
//!   the scale of the hyperparameter;
//! - tells the estimator the value suggested although another one, limited, was in force: here the one in force;
//! - remembers the value of every accepted epoch as the last good one, also of a first bad epoch, and so returns to it: here only that of an epoch that is not bad;
//! - does not tell the estimator of epochs that ended in a rollback: here it learns from them;
//! - limits a rollback as it limits a suggestion, so that from half the value it comes back to three quarters only: here the value itself returns;
//! - compares with the best loss ever, which is out of reach after a shift: here with the best of the last `memory` epochs.
//!
//! Fails: an epoch's loss depends on all epochs before, so that late trials look better whatever their value; with some fifty epochs there is little to learn from;
//! where the range is much wider than a move, most moves are at the limit, up or down.

use crate::tpe;
use controller_common::{Blocks, Draws, Port, State, Target, about, state};
use oha_plugin_api::{
    Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal, Report,
};

/// The controller `autotunenet`.
#[derive(Clone, Debug)]
pub struct AutoTuneNet {
    target: Target,
    blocks: Blocks,
    draws: Draws,
    smoothing: usize,
    memory: usize,
    startup: usize,
    warmup: u64,
    patience: u64,
    cooldown: u64,
    max_regression: f64,
    max_change: f64,
    /// Range of the suggestions, in the coordinate of the scale.
    range: (f64, f64),
    value: f64,
    last_good: f64,
    /// Whether a suggested value was in force in the present epoch.
    pending: bool,
    n_epochs: u64,
    n_bad: u64,
    cooling: u64,
    /// Mean losses of the last epochs.
    recent: Vec<f64>,
    /// Coordinates and scores of the trials.
    trials: Vec<f64>,
    scores: Vec<f64>,
}

impl AutoTuneNet {
    fn is_bad(&self, score: f64) -> bool {
        let window = &self.scores[self.scores.len().saturating_sub(self.memory)..];
        let best = window.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        best.is_finite() && (best - score) / best.abs().max(1e-8) > self.max_regression
    }

    /// Whether the epoch ends in a rollback.
    fn guard(&mut self, score: Option<f64>) -> bool {
        let bad = score.is_none_or(|s| self.is_bad(s));
        if !bad {
            self.last_good = self.value;
        }
        if self.cooling > 0 {
            self.cooling -= 1;
            return false;
        }
        self.n_bad = if bad { self.n_bad + 1 } else { 0 };
        self.n_bad >= self.patience
    }

    fn end_epoch(&mut self, mean: Option<f64>) -> bool {
        self.n_epochs += 1;
        if let Some(y) = mean {
            if self.recent.len() == self.smoothing {
                self.recent.remove(0);
            }
            self.recent.push(y);
        }
        if self.n_epochs <= self.warmup {
            return false;
        }
        if self.pending {
            let n = self.recent.len() as f64;
            let smoothed = self.recent.iter().map(|y| y / n).sum::<f64>();
            let score = mean.is_some().then_some(-smoothed);
            let rollback = self.guard(score);
            if let Some(score) = score {
                self.trials.push(self.target.coordinate(self.value));
                self.scores.push(score);
            }
            if rollback {
                (self.value, self.cooling, self.n_bad, self.pending) = (self.last_good, self.cooldown, 0, false);
                return true;
            }
        }
        let suggested = self.target.value_at(tpe::suggest(&self.trials, &self.scores, self.startup, self.range, &mut self.draws));
        let reach = self.max_change * self.value.abs();
        self.value = self.target.clamp(suggested.max(self.value - reach).min(self.value + reach));
        self.pending = true;
        false
    }
}

impl Controller for AutoTuneNet {
    fn descriptor() -> Descriptor {
        let epoch = "Decisions of an epoch; default: the task's, or a fiftieth of the episode where it has none";
        let low = "Smallest value suggested; default: a tenth of the initial value, or the bound";
        let high = "Largest value suggested; default: ten times the initial value, or the bound";
        about::descriptor(
            "autotunenet",
            ("Bayesian optimisation during the run, with a guard that rolls the value back", "AutoTuneNet; Bergstra et al. 2011"),
            InformationClass::Scalar,
            &[],
            vec![
                Target::parameter(),
                about::initial_parameter(),
                Parameter::real_derived("low", f64::NEG_INFINITY, f64::INFINITY, low),
                Parameter::real_derived("high", f64::NEG_INFINITY, f64::INFINITY, high),
                Parameter::integer_derived("epoch", 1, i64::MAX, epoch),
                Parameter::integer("warmup", 2, 0, i64::MAX, "Epochs before the first suggestion"),
                Parameter::integer("smoothing", 3, 1, 1000, "Epochs of the moving average of the loss"),
                Parameter::integer("startup", 10, 1, 100_000, "Trials before the estimator is used; drawn at random"),
                Parameter::real("max_regression", 0.2, 0.0, f64::INFINITY, "Relative rise over the best loss that is tolerated"),
                Parameter::integer("patience", 2, 1, i64::MAX, "Bad epochs in a row that lead to a rollback"),
                Parameter::integer("cooldown", 3, 0, i64::MAX, "Epochs after a rollback that are accepted whatever they give"),
                Parameter::real("max_change", 0.5, 0.0, f64::INFINITY, "Largest relative change from epoch to epoch"),
                Parameter::integer("memory", 20, 1, 1_000_000, "Epochs among which the best loss is sought"),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, seed: u64) -> Result<Self, ControllerError> {
        let target = Target::find(config, spec)?;
        let whole = |name: &str, default: u64| config.integer(name).map_or(default, i64::unsigned_abs);
        let size = |name: &str, default: u64| usize::try_from(whole(name, default)).unwrap_or(usize::MAX);
        let epoch = whole("epoch", if spec.steps_per_epoch > 0 { spec.steps_per_epoch } else { (spec.n_steps / 50).max(1) });
        let value = target.clamp(config.real("initial").unwrap_or_else(|| target.initial()));
        let (low, high) = target.range(config, 10.0)?;
        Ok(Self {
            blocks: Blocks::new(epoch),
            draws: Draws::new(seed),
            smoothing: size("smoothing", 3),
            memory: size("memory", 20),
            startup: size("startup", 10),
            warmup: whole("warmup", 2),
            patience: whole("patience", 2),
            cooldown: whole("cooldown", 3),
            max_regression: config.real("max_regression").unwrap_or(0.2),
            max_change: config.real("max_change").unwrap_or(0.5),
            range: (target.coordinate(low), target.coordinate(high)),
            value,
            last_good: value,
            pending: false,
            n_epochs: 0,
            n_bad: 0,
            cooling: 0,
            recent: vec![],
            trials: vec![],
            scores: vec![],
            target,
        })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if observation.step > 0
            && let Some(mean) = self.blocks.see(observation.loss)
            && self.end_epoch(mean)
        {
            proposal.report(Report::ROLLBACK);
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

impl State for AutoTuneNet {
    const TAG: &'static str = "autotunenet/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.reals([&mut self.value, &mut self.last_good])?;
        port.flag(&mut self.pending)?;
        for count in [&mut self.n_epochs, &mut self.n_bad, &mut self.cooling] {
            port.whole(count)?;
        }
        for list in [&mut self.recent, &mut self.trials, &mut self.scores] {
            port.list(list)?;
        }
        self.blocks.fields(port)?;
        self.draws.fields(port)?;
        let fits = self.trials.len() == self.scores.len() && self.recent.len() <= self.smoothing;
        if fits { Ok(()) } else { Err(ControllerError::new("the lists of the state do not fit together")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use controller_common::trial::{self, Trial};
    use serde_json::json;

    /// Values in force and reports of each epoch of one decision, with the losses given by `loss` from the epoch and the value.
    fn epochs(parameters: serde_json::Value, n: u64, seed: u64, loss: impl Fn(u64, f64) -> f64) -> Vec<(f64, Report)> {
        let mut run = Trial::<AutoTuneNet>::new(&parameters, &trial::spec(n, 1e-4, 10.0, 0.01), seed);
        let mut last = f64::NAN;
        let step = |t: u64| {
            let value = run.step(last, &[]);
            last = loss(t, value);
            (value, run.report())
        };
        (0..n).map(step).collect()
    }

    #[test]
    fn rolls_back_to_the_last_value_that_was_not_bad() {
        // Good until epoch 11, then twice the loss for two epochs; no smoothing.
        let parameters = json!({"epoch": 1, "smoothing": 1});
        let found = epochs(parameters, 14, 3, |t, _| if t < 12 { 1.0 } else { 2.0 });
        assert!(found[..13].iter().all(|(_, report)| *report == Report::NONE));
        // The losses of epochs 12 and 13 are known at decisions 13 and 14.
        let found = epochs(json!({"epoch": 1, "smoothing": 1}), 16, 3, |t, _| if t < 12 { 1.0 } else { 2.0 });
        assert_eq!(found[14].1, Report::ROLLBACK);
        assert_eq!(found[14].0, found[11].0);
        assert_ne!(found[13].0, found[11].0);
        assert_ne!(found[15].0, found[14].0);
    }

    #[test]
    fn changes_are_limited_and_the_warmup_keeps_still() {
        let found = epochs(json!({"epoch": 1}), 200, 1, |_, _| 1.0);
        assert!(found[..3].iter().all(|(value, _)| *value == 0.01));
        let ratios: Vec<f64> = found.windows(2).map(|w| w[1].0 / w[0].0).collect();
        assert!(ratios.iter().all(|r| (0.5 - 1e-12..=1.5 + 1e-12).contains(r)));
        // Not the two-way walk of the original.
        assert!(ratios[2..].iter().filter(|r| (0.51..1.49).contains(*r) && **r != 1.0).count() > 20, "{ratios:?}");
    }

    #[test]
    fn gathers_about_the_best_value() {
        let loss = |_: u64, value: f64| {
            let gap = libm::log10(value / 0.1);
            1.0 + 0.1 * gap * gap
        };
        let mut mean = 0.0;
        for seed in 0..5 {
            let found = epochs(json!({"epoch": 1, "smoothing": 1}), 400, seed, loss);
            mean += found[200..].iter().map(|(value, _)| libm::log10(value / 0.1).abs()).sum::<f64>() / 1000.0;
        }
        // Uniform draws from the range, two decades at whose upper end the best is, would give 1.
        assert!(mean < 0.5, "{mean}");
    }

    #[test]
    fn after_a_shift_the_guard_comes_to_rest() {
        let found = epochs(json!({"epoch": 1}), 300, 2, |t, _| if t < 100 { 1.0 } else { 5.0 });
        let rollbacks = |range: core::ops::Range<usize>| found[range].iter().filter(|(_, report)| *report == Report::ROLLBACK).count();
        assert!(rollbacks(100..140) >= 1);
        assert_eq!(rollbacks(0..100) + rollbacks(140..300), 0);
    }

    #[test]
    fn keeps_its_promises() {
        let mut spec = trial::spec(600, 1e-3, 1.0, 0.1);
        spec.hyperparameters.push(trial::momentum());
        for parameters in [json!({}), json!({"epoch": 1, "patience": 1}), json!({"hyperparameter": "momentum", "epoch": 7})] {
            trial::promises::<AutoTuneNet>(&parameters, &spec);
        }
    }
}
