//! Stochastic Armijo line search: the first `a` of `a_0, a_0 b, a_0 b^2, ...` with `l(x - a d) <= l - c a |g|^2` on the current minibatch.
//!
//! `a_0` is the last step times `growth^(1/n)`, `n` decisions an epoch. Source: Vaswani et al. 2019, arXiv:1905.09997, and its implementation (`c` 0.1, `b` 0.9,
//! `growth` 2, at most 100 reductions). Each trial is one loss evaluation, charged to the episode; the loss at the point itself comes with the signals and is
//! free, and evaluated only when it is missing. When no trial succeeds the last one is taken (the implementation takes 1e-6 for that step, starts from 1 and counts 500
//! batches an epoch). For plain SGD, where `d = g`.
//!
//! Fails with small batches and near separation: each minibatch alone allows ever larger steps (measured: learning rate 1 to 21, validation loss .19 to 1.28).

use controller_common::{Port, State, Target, about, state};
use oha_plugin_api::{
    Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal, Signal,
};

/// The controller `armijo`.
#[derive(Clone, Debug)]
pub struct Armijo {
    target: Target,
    c: f64,
    reduce: f64,
    growth: f64,
    n_trials: u64,
    value: f64,
}

impl Armijo {
    fn search(&mut self, observation: &mut Observation<'_>) {
        let [loss, gradient] = *observation.signals else { return };
        let here = if loss.is_finite() {
            loss
        } else {
            let nowhere = vec![f64::NAN; self.target.hyperparameters().len()];
            observation.evaluate(&nowhere).unwrap_or(f64::NAN)
        };
        let slope = self.c * gradient * gradient;
        if !(here.is_finite() && slope.is_finite() && slope > 0.0) {
            return;
        }
        let mut step = self.target.clamp(self.value * self.growth);
        for _ in 0..self.n_trials {
            let values = self.target.with_value(observation, step);
            let Some(there) = observation.evaluate(&values) else { return };
            let lower = self.target.clamp(step * self.reduce);
            if there <= here - slope * step || lower == step {
                break;
            }
            step = lower;
        }
        self.value = step;
    }
}

impl Controller for Armijo {
    fn descriptor() -> Descriptor {
        about::learning_rate_rule(
            "armijo",
            ("Backtracking line search on the current minibatch", "Vaswani et al. 2019, arXiv:1905.09997"),
            InformationClass::Evaluations,
            &[Signal::TrainLoss, Signal::GradientNorm],
            vec![
                about::initial_parameter(),
                Parameter::real("c", 0.1, 0.0, 1.0, "Fraction of the linear decrease that is asked for"),
                Parameter::real("reduce", 0.9, 0.0, 1.0, "Factor between two trials"),
                Parameter::real("growth", 2.0, 1.0, f64::INFINITY, "Largest growth of the first trial in an epoch"),
                Parameter::integer_derived("epoch", 1, i64::MAX, "Decisions of an epoch; default: the task's, or 100 where it has none"),
                Parameter::integer("trials", 100, 1, 10_000, "Most trials at a decision"),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::learning_rate(spec)?;
        let real = |name: &str, default: f64| config.real(name).unwrap_or(default);
        let epoch = config.integer("epoch").map_or(if spec.steps_per_epoch == 0 { 100 } else { spec.steps_per_epoch }, i64::unsigned_abs);
        Ok(Self {
            c: real("c", 0.1),
            reduce: real("reduce", 0.9),
            growth: libm::pow(real("growth", 2.0), 1.0 / epoch as f64),
            n_trials: config.integer("trials").map_or(100, i64::unsigned_abs),
            value: target.clamp(real("initial", target.initial())),
            target,
        })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        self.search(observation);
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

impl State for Armijo {
    const TAG: &'static str = "armijo/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.real(&mut self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use controller_common::trial::{self, Trial};
    use serde_json::json;

    #[test]
    fn accepts_the_first_trial_that_descends_enough() {
        // l = h x^2 / 2: sufficient decrease holds for a <= 2 (1 - c) / h = 0.72.
        let parameters = json!({"initial": 2.0, "growth": 1.0, "reduce": 0.5});
        let mut run = Trial::<Armijo>::new(&parameters, &trial::spec(9, 1e-3, 10.0, 0.1), 0);
        let (h, x, mut n) = (2.5, 8.0, 0);
        let mut evaluate = |values: &[f64]| {
            n += 1;
            let y = x - values[0] * h * x;
            0.5 * h * y * y
        };
        assert_eq!(run.step_evaluating(f64::NAN, &[0.5 * h * x * x, h * x], &mut evaluate), 0.5);
        assert_eq!(n, 3);
    }

    #[test]
    fn asks_for_the_loss_here_only_when_it_is_missing() {
        let mut run = Trial::<Armijo>::new(&json!({"growth": 1.0}), &trial::spec(9, 1e-3, 10.0, 0.1), 0);
        let mut asked = vec![];
        let mut evaluate = |values: &[f64]| {
            asked.push(values[0]);
            if values[0].is_nan() { 1.0 } else { 0.0 }
        };
        run.step_evaluating(f64::NAN, &[f64::NAN, 1.0], &mut evaluate);
        run.step_evaluating(f64::NAN, &[1.0, 1.0], &mut evaluate);
        assert!(asked[0].is_nan());
        assert_eq!(asked[1..], [0.1, 0.1]);
    }

    #[test]
    fn without_success_it_ends_at_the_last_trial_or_the_bound() {
        let spec = trial::spec(9, 1e-3, 10.0, 0.1);
        let mut run = Trial::<Armijo>::new(&json!({"growth": 1.0, "reduce": 0.5, "trials": 3}), &spec, 0);
        let mut never = |_: &[f64]| f64::INFINITY;
        assert_eq!(run.step_evaluating(f64::NAN, &[1.0, 1.0], &mut never), 0.1 / 8.0);
        for _ in 0..5 {
            run.step_evaluating(f64::NAN, &[1.0, 1.0], &mut never);
        }
        assert_eq!(run.applied(), [1e-3]);
    }

    #[test]
    fn keeps_its_promises() {
        trial::promises::<Armijo>(&json!({}), &trial::spec(200, 1e-3, 1.0, 0.4));
    }
}
