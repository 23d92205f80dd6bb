//! Random online adaptation: a random walk, or independent draws, on the scale of the hyperparameter.
//!
//! Every `every` decisions, with `s` uniform in [-1, 1):
//! `walk`: `x <- x factor^s` (logarithmic scale) or `x <- x + s (factor - 1) / 2 (max - min)` (linear scale), clamped to the range;
//! `draw`: a value uniform in the range on the scale of the hyperparameter (so log-uniform for a learning rate).
//!
//! The default, a walk with factor 1.5, moves at most as far at a time as AutoTuneNet's limit of 50 % allows. The first value is the initial one for a
//! walk and a draw for `draw`. The generator is PCG, seeded by the episode.
//!
//! No source: the baseline that sees nothing. Fails wherever the hyperparameter matters; a controller that does not beat it has learned nothing.

use controller_common::{Draws, Port, State, Target, about, shape, state};
use oha_plugin_api::{
    Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal, Scale,
};

/// The controller `random`.
#[derive(Clone, Debug)]
pub struct RandomAdaptation {
    target: Target,
    walk: bool,
    factor: f64,
    every: u64,
    range: (f64, f64),
    value: f64,
    n_seen: u64,
    draws: Draws,
}

impl RandomAdaptation {
    fn step_size(&self) -> f64 {
        match self.target.spec().scale {
            Scale::Log => libm::log(self.factor),
            Scale::Linear => 0.5 * (self.factor - 1.0) * (self.range.1 - self.range.0),
        }
    }

    fn next(&mut self) -> f64 {
        let u = self.draws.uniform();
        let (low, high) = (self.target.coordinate(self.range.0), self.target.coordinate(self.range.1));
        if self.walk {
            let moved = self.target.coordinate(self.value) + (2.0 * u - 1.0) * self.step_size();
            self.target.value_at(moved.min(high).max(low))
        } else {
            self.target.value_at(shape::between(low, high, u))
        }
    }
}

impl Controller for RandomAdaptation {
    fn descriptor() -> Descriptor {
        about::descriptor(
            "random",
            ("Random walk or random draws of the hyperparameter, blind to all feedback", "baseline"),
            InformationClass::OpenLoop,
            &[],
            vec![
                Target::parameter(),
                Parameter::choice("mode", "walk", &["walk", "draw"], "Random walk, or independent draws from the range"),
                Parameter::real("factor", 1.5, 1.0, 1e6, "Largest factor of a step of the walk"),
                Parameter::integer("every", 1, 1, i64::MAX, "Decisions between two moves"),
                Parameter::real_derived("min", f64::NEG_INFINITY, f64::INFINITY, "Lower end of the range; default: the episode's bound"),
                Parameter::real_derived("max", f64::NEG_INFINITY, f64::INFINITY, "Upper end of the range; default: the episode's bound"),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, seed: u64) -> Result<Self, ControllerError> {
        let target = Target::find(config, spec)?;
        let end = |name: &str, default: f64| target.clamp(config.real(name).unwrap_or(default));
        let range = (end("min", target.spec().min), end("max", target.spec().max));
        if range.0 > range.1 {
            return Err(ControllerError::new(format!("the range is empty: min is {}, max is {}", range.0, range.1)));
        }
        Ok(Self {
            walk: config.choice("mode") != "draw",
            factor: config.real("factor").unwrap_or(1.5),
            every: config.integer("every").map_or(1, i64::unsigned_abs),
            range,
            value: target.initial().min(range.1).max(range.0),
            n_seen: 0,
            draws: Draws::new(seed),
            target,
        })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if self.n_seen.is_multiple_of(self.every) && !(self.walk && self.n_seen == 0) {
            self.value = self.next();
        }
        self.n_seen += 1;
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

impl State for RandomAdaptation {
    const TAG: &'static str = "random/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.real(&mut self.value)?;
        port.whole(&mut self.n_seen)?;
        self.draws.fields(port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use controller_common::trial;
    use serde_json::json;

    fn run(parameters: &serde_json::Value, seed: u64, n: usize) -> Vec<f64> {
        let spec = trial::spec(n as u64, 1e-4, 1.0, 0.01);
        trial::run::<RandomAdaptation>(parameters, &spec, seed, &vec![f64::NAN; n])
    }

    #[test]
    fn a_walk_moves_by_at_most_its_factor_every_so_often() {
        let found = run(&json!({"every": 3}), 1, 300);
        assert_eq!(found[0], 0.01);
        for (t, pair) in found.windows(2).enumerate() {
            let ratio = pair[1] / pair[0];
            if (t + 1) % 3 == 0 {
                assert!((1.0 / 1.5 - 1e-12..=1.5 + 1e-12).contains(&ratio) && ratio != 1.0, "step {t}: {ratio}");
            } else {
                assert_eq!(ratio, 1.0, "step {t}");
            }
        }
    }

    #[test]
    fn draws_are_log_uniform() {
        let n = 10_000;
        let found = run(&json!({"mode": "draw"}), 2, n);
        // Four decades; each holds a quarter of the draws, within five standard errors.
        for decade in [1e-4, 1e-3, 1e-2, 1e-1] {
            let count = found.iter().filter(|x| (decade..decade * 10.0).contains(*x)).count();
            assert!((count as f64 - 2500.0).abs() < 5.0 * (n as f64 * 0.25 * 0.75).sqrt(), "{decade}: {count}");
        }
    }

    #[test]
    fn seeds_differ_and_a_seed_repeats() {
        let parameters = json!({});
        assert_eq!(run(&parameters, 3, 50), run(&parameters, 3, 50));
        assert_ne!(run(&parameters, 3, 50), run(&parameters, 4, 50));
    }

    #[test]
    fn keeps_its_promises() {
        for parameters in [json!({}), json!({"mode": "draw", "every": 4}), json!({"max": 0.3, "factor": 10.0})] {
            trial::promises::<RandomAdaptation>(&parameters, &trial::spec(200, 1e-3, 1.0, 0.4));
        }
        let mut spec = trial::spec(200, 1e-3, 1.0, 0.4);
        spec.hyperparameters.push(trial::momentum());
        trial::promises::<RandomAdaptation>(&json!({"hyperparameter": "momentum"}), &spec);
    }
}
