//! Reduce on plateau: multiply by `factor` when `patience` measurements in a row did not improve on the best one.
//!
//! A measurement is the mean of the finite losses of `window` decisions. It is *better* when `y < best (1 - threshold)` (mode `rel`) or
//! `y < best - threshold` (mode `abs`). After a reduction, `cooldown` measurements are not counted as bad.
//!
//! Source: PyTorch `ReduceLROnPlateau` (mode `min`), whose defaults these are; there one measurement is one epoch. Two differences: a missing loss
//! is skipped (PyTorch counts NaN as bad), and the smallest value defaults to the episode's bound. Deliberately absent: mode `max`.
//!
//! Fails after a shift: it never raises the value, and `best` goes stale when the loss changes its level for good.

use controller_common::{Blocks, Port, State, Target, about, state};
use oha_plugin_api::{Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal};

/// The controller `reduce-on-plateau`.
#[derive(Clone, Debug)]
pub struct ReduceOnPlateau {
    target: Target,
    factor: f64,
    patience: u64,
    cooldown: u64,
    threshold: f64,
    relative: bool,
    min: f64,
    eps: f64,
    blocks: Blocks,
    value: f64,
    best: f64,
    n_bad: u64,
    cooling: u64,
}

impl ReduceOnPlateau {
    fn measure(&mut self, y: f64) {
        let bound = if self.relative { self.best * (1.0 - self.threshold) } else { self.best - self.threshold };
        if y < bound {
            self.best = y;
            self.n_bad = 0;
        } else {
            self.n_bad += 1;
        }
        if self.cooling > 0 {
            self.cooling -= 1;
            self.n_bad = 0;
        }
        if self.n_bad > self.patience {
            let reduced = (self.value * self.factor).max(self.min);
            if self.value - reduced > self.eps {
                self.value = reduced;
            }
            self.cooling = self.cooldown;
            self.n_bad = 0;
        }
    }
}

impl Controller for ReduceOnPlateau {
    fn descriptor() -> Descriptor {
        about::descriptor(
            "reduce-on-plateau",
            ("Multiplies by a factor when the loss has stopped improving", "PyTorch ReduceLROnPlateau"),
            InformationClass::Scalar,
            &[],
            vec![
                Target::parameter(),
                about::initial_parameter(),
                Parameter::real("factor", 0.1, 0.0, 1.0, "Factor of a reduction"),
                Parameter::integer("patience", 10, 0, i64::MAX, "Measurements without improvement that are tolerated"),
                Parameter::integer("cooldown", 0, 0, i64::MAX, "Measurements after a reduction that are not counted"),
                Parameter::real("threshold", 1e-4, 0.0, f64::INFINITY, "Improvement that counts"),
                Parameter::choice("threshold_mode", "rel", &["rel", "abs"], "Threshold relative to the best loss, or in its units"),
                Parameter::real_derived("min", 0.0, f64::INFINITY, "Smallest value; default: the episode's bound"),
                Parameter::real("eps", 1e-8, 0.0, f64::INFINITY, "A smaller reduction is not made"),
                Parameter::integer("window", 1, 1, i64::MAX, "Decisions whose mean loss makes one measurement"),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::find(config, spec)?;
        let whole = |name: &str, default: u64| config.integer(name).map_or(default, i64::unsigned_abs);
        Ok(Self {
            factor: config.real("factor").unwrap_or(0.1),
            patience: whole("patience", 10),
            cooldown: whole("cooldown", 0),
            threshold: config.real("threshold").unwrap_or(1e-4),
            relative: config.choice("threshold_mode") != "abs",
            min: config.real("min").unwrap_or(target.spec().min),
            eps: config.real("eps").unwrap_or(1e-8),
            blocks: Blocks::new(whole("window", 1)),
            value: config.real("initial").unwrap_or_else(|| target.initial()),
            best: f64::INFINITY,
            n_bad: 0,
            cooling: 0,
            target,
        })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if observation.step > 0
            && let Some(Some(mean)) = self.blocks.see(observation.loss)
        {
            self.measure(mean);
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

impl State for ReduceOnPlateau {
    const TAG: &'static str = "reduce-on-plateau/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.reals([&mut self.value, &mut self.best])?;
        port.whole(&mut self.n_bad)?;
        port.whole(&mut self.cooling)?;
        self.blocks.fields(port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use controller_common::trial;
    use serde_json::{Value, json};

    fn reference() -> Value {
        serde_json::from_str(include_str!("../tests/data/plateau.json")).expect("JSON")
    }

    fn numbers(value: &Value) -> Vec<f64> {
        value.as_array().expect("array").iter().map(|x| x.as_f64().expect("number")).collect()
    }

    #[test]
    fn agrees_with_torch() {
        let reference = reference();
        let mut losses = vec![f64::NAN];
        losses.extend(numbers(&reference["losses"]));
        let spec = trial::spec(losses.len() as u64, 1e-12, 10.0, 0.5);
        for case in reference["cases"].as_array().expect("array") {
            let found = trial::run::<ReduceOnPlateau>(&case["parameters"], &spec, 0, &losses);
            for (t, (x, y)) in found[1..].iter().zip(numbers(&case["lr"])).enumerate() {
                assert!((x - y).abs() <= 1e-14 * y, "{}: step {t}: found {x}, expected {y}", case["parameters"]);
            }
        }
    }

    #[test]
    fn windows_average_and_missing_losses_are_skipped() {
        let parameters = json!({"window": 2, "patience": 0, "factor": 0.5});
        let spec = trial::spec(9, 1e-3, 1.0, 0.4);
        // Means 2, 1, (missing), 1: the last is no improvement.
        let losses = [f64::NAN, 1.0, 3.0, f64::NAN, 1.0, f64::NAN, f64::NAN, 0.5, 1.5];
        let expected = [0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.2];
        assert_eq!(trial::run::<ReduceOnPlateau>(&parameters, &spec, 0, &losses), expected);
    }

    #[test]
    fn keeps_its_promises() {
        trial::promises::<ReduceOnPlateau>(&json!({"patience": 2}), &trial::spec(200, 1e-3, 1.0, 0.4));
        trial::promises::<ReduceOnPlateau>(&json!({"patience": 1, "window": 3, "cooldown": 2}), &trial::spec(200, 1e-3, 1.0, 0.4));
    }
}
