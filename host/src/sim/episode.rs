//! The step protocol: observe, propose, guard, update, evaluate, record.

use crate::sim::agreement::Agreement;
use crate::sim::guard::{self, flag};
use crate::sim::policy::{Policy, PolicyFault};
use crate::sim::regime::{Regime, Touches};
use crate::sim::retention::Retention;
use crate::sim::rng::Streams;
use crate::sim::scenario::Scenario;
use crate::sim::trainer::{SignalSet, Training};
use crate::sim::trajectory::Trajectory;
use oha_plugin_api::{InformationClass, Observation, Proposal, Signal};
use std::sync::Arc;

/// What a controller declared and may see.
#[derive(Clone, Debug)]
pub struct View {
    /// Its information class.
    pub information: InformationClass,
    /// Its signals, in order.
    pub signals: Vec<Signal>,
}

impl View {
    /// The view of an open-loop schedule.
    #[must_use]
    pub const fn open_loop() -> Self {
        Self { information: InformationClass::OpenLoop, signals: Vec::new() }
    }

    const fn sees_loss(&self) -> bool {
        !matches!(self.information, InformationClass::OpenLoop)
    }

    const fn sees_signals(&self) -> bool {
        matches!(self.information, InformationClass::Signals | InformationClass::Current | InformationClass::Evaluations)
    }

    const fn looks_first(&self) -> bool {
        matches!(self.information, InformationClass::Current | InformationClass::Evaluations)
    }
}

/// How an episode ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// All steps were taken.
    Completed,
    /// The loss left its range at this step; the rest is scored at the ceiling.
    Diverged {
        /// First step scored at the ceiling.
        step: u64,
    },
    /// The controller could not go on; the record ends here.
    Faulted {
        /// Step of the fault.
        step: u64,
        /// What happened.
        fault: PolicyFault,
    },
}

/// A finished episode.
#[derive(Clone, Debug)]
pub struct Episode {
    /// How it ended.
    pub end: End,
    /// The record of every step.
    pub trajectory: Trajectory,
    /// Extra loss evaluations that the controller asked for.
    pub n_evaluations: u64,
    /// The changes as they were laid over this seed.
    pub regime: Arc<Regime>,
    /// The answers of all evaluations beside the labels, where there are classes.
    pub agreement: Option<Agreement>,
    /// Accuracies on every task after every task, where there are several.
    pub retention: Option<Retention>,
}

/// Runs one episode. A pure function of its arguments and the policy's own state.
#[must_use]
pub fn run(scenario: &Scenario, streams: &Streams, view: &View, policy: &mut dyn Policy) -> Episode {
    let regime = scenario.regime(streams);
    let training = scenario.start_under(streams, Arc::clone(&regime));
    Runner::new(scenario, view, training, regime).run(policy)
}

struct Runner<'a> {
    scenario: &'a Scenario,
    view: &'a View,
    training: Box<dyn Training>,
    regime: Arc<Regime>,
    /// Every hyperparameter in force.
    lambda: Vec<f64>,
    /// The controlled ones in force, in the controller's order.
    applied: Vec<f64>,
    proposed: Vec<f64>,
    signals: Vec<f64>,
    trajectory: Trajectory,
    told: f64,
    n_evaluations: u64,
}

impl<'a> Runner<'a> {
    fn new(scenario: &'a Scenario, view: &'a View, mut training: Box<dyn Training>, regime: Arc<Regime>) -> Self {
        if view.sees_signals() {
            training.watch(SignalSet::new(&view.signals));
        }
        let lambda = scenario.space.initial();
        let applied: Vec<f64> = scenario.space.controlled().iter().map(|&i| lambda[i]).collect();
        Self {
            trajectory: Trajectory::with_capacity(scenario.n_steps as usize, applied.len()),
            proposed: vec![f64::NAN; applied.len()],
            signals: vec![f64::NAN; if view.sees_signals() { view.signals.len() } else { 0 }],
            scenario,
            view,
            training,
            regime,
            lambda,
            applied,
            told: f64::NAN,
            n_evaluations: 0,
        }
    }

    fn run(mut self, policy: &mut dyn Policy) -> Episode {
        let mut end = End::Completed;
        let mut retention = Retention::begin(self.scenario, &self.regime, self.training.as_mut());
        for step in 0..self.scenario.n_steps {
            let (flags, report) = match self.decide(step, policy) {
                Ok(decided) => decided,
                Err(fault) => {
                    end = End::Faulted { step, fault };
                    break;
                }
            };
            let evaluation = self.training.step(step, &self.lambda);
            if !(evaluation.loss <= self.scenario.ceiling) {
                self.record(self.scenario.ceiling, f64::NAN, flags | flag::DIVERGED, report);
                end = End::Diverged { step };
                self.score_rest_at_ceiling();
                break;
            }
            self.record(evaluation.loss, evaluation.accuracy, flags, report);
            if let Some(retention) = &mut retention {
                retention.observe(step, self.training.as_mut());
            }
            self.told = evaluation.loss;
            if self.regime.touches(step, Touches::FEEDBACK) {
                self.told = self.regime.alter_feedback(step, &self.trajectory.loss, evaluation.loss);
            }
        }
        if self.trajectory.accuracy.iter().all(|a| a.is_nan()) {
            self.trajectory.accuracy.clear();
        }
        let agreement = self.training.agreement().cloned();
        Episode { end, trajectory: self.trajectory, n_evaluations: self.n_evaluations, regime: self.regime, agreement, retention }
    }

    /// Asks the policy and lets the guard check its answer; returns the guard's flags and the policy's report.
    fn decide(&mut self, step: u64, policy: &mut dyn Policy) -> Result<(u8, u32), PolicyFault> {
        if self.view.looks_first() {
            self.training.look(step, &self.lambda);
        }
        if !self.signals.is_empty() {
            let known = self.training.signals();
            for (value, &signal) in self.signals.iter_mut().zip(&self.view.signals) {
                *value = known[signal as usize];
            }
        }
        self.proposed.fill(f64::NAN);
        let told = if self.view.sees_loss() { self.told } else { f64::NAN };
        let mut proposal = Proposal { values: &mut self.proposed, report: oha_plugin_api::Report::NONE };
        let mut observation = Observation::new(step, told, &self.applied, &self.signals);
        if self.view.information == InformationClass::Evaluations {
            let (training, lambda, scenario, n) = (&mut self.training, &mut self.lambda, self.scenario, &mut self.n_evaluations);
            let mut evaluate = |values: &[f64]| {
                *n += 1;
                probe(training.as_mut(), lambda, scenario, step, values)
            };
            policy.propose(&mut observation.with_evaluator(&mut evaluate), &mut proposal)?;
        } else {
            policy.propose(&mut observation, &mut proposal)?;
        }
        let report = proposal.report.0;
        Ok((self.guard(), report))
    }

    #[inline]
    fn guard(&mut self) -> u8 {
        let mut flags = 0;
        let specs = self.scenario.space.all();
        for (slot, &position) in self.scenario.space.controlled().iter().enumerate() {
            let (value, raised) = guard::check(&specs[position], self.proposed[slot], self.applied[slot]);
            flags |= raised;
            self.applied[slot] = value;
            self.lambda[position] = value;
        }
        flags
    }

    #[inline(always)]
    fn record(&mut self, loss: f64, accuracy: f64, flags: u8, report: u32) {
        let t = &mut self.trajectory;
        t.loss.push(loss);
        t.accuracy.push(accuracy);
        // One or a few numbers: a loop, not a call of `memcpy`.
        self.applied.iter().for_each(|&value| t.hyperparameters.push(value));
        t.guard.push(flags);
        t.report.push(report);
    }

    fn score_rest_at_ceiling(&mut self) {
        while (self.trajectory.len() as u64) < self.scenario.n_steps {
            self.record(self.scenario.ceiling, f64::NAN, flag::DIVERGED, 0);
        }
    }
}

/// One extra evaluation for a controller of class `evaluations`: all NaN is the point itself, otherwise values pass the guard first.
fn probe(training: &mut dyn Training, lambda: &[f64], scenario: &Scenario, step: u64, values: &[f64]) -> f64 {
    if values.iter().all(|v| v.is_nan()) {
        return training.probe(step, None);
    }
    let mut hypothetical = lambda.to_vec();
    for (&position, &value) in scenario.space.controlled().iter().zip(values) {
        hypothetical[position] = guard::check(&scenario.space.all()[position], value, lambda[position]).0;
    }
    training.probe(step, Some(&hypothetical))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::policy::Schedule;
    use serde_json::json;

    fn episode(scenario: &serde_json::Value, rate: f64, seed: u64) -> Episode {
        let scenario = crate::sim::scenario::from_json(scenario).expect("a valid scenario");
        let streams = Streams::new(0, &scenario.name, seed);
        run(&scenario, &streams, &View::open_loop(), &mut Schedule { values: vec![rate] })
    }

    #[test]
    fn tracking_with_the_kalman_gain_has_the_closed_form_loss() {
        // q = 0.01, n = h = 1: P = (q + sqrt(q^2 + 4 q)) / 2, gain P / (P + 1).
        let p = 0.5 * (0.01 + f64::sqrt(0.01 * 0.01 + 0.04));
        let scenario = json!({ "name": "t", "task": { "kind": "tracking" }, "n_steps": 40_000 });
        let losses = episode(&scenario, p / (p + 1.0), 1).trajectory.loss;
        let steady = &losses[1000..];
        let mean = steady.iter().sum::<f64>() / steady.len() as f64;
        // The squared error has correlation time about 1 / (2 k) = 5 steps and relative deviation sqrt 2.
        let tolerance = 5.0 * (2.0 * 10.0 / steady.len() as f64).sqrt();
        assert!((mean / (0.5 * p) - 1.0).abs() < tolerance, "{mean} against {}", 0.5 * p);
    }

    /// What a policy saw at each step: the loss, the signals, and whether it could evaluate.
    struct Spy(Vec<(f64, Vec<f64>, bool)>);

    impl Policy for Spy {
        fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), PolicyFault> {
            let evaluates = observation.evaluate(&[0.1]).is_some();
            self.0.push((observation.loss, observation.signals.to_vec(), evaluates));
            proposal.values.fill(0.1);
            Ok(())
        }
    }

    /// Whatever a controller asks for, it is given what its class allows and no more.
    #[test]
    fn a_policy_sees_what_its_class_allows_and_no_more() {
        let scenario = crate::sim::scenario::from_json(&json!({ "name": "t", "task": "tracking", "n_steps": 6 })).expect("valid");
        let streams = Streams::new(0, "t", 0);
        let seen = |information| {
            let mut spy = Spy(Vec::new());
            let view = View { information, signals: vec![Signal::GradientNorm] };
            let episode = run(&scenario, &streams, &view, &mut spy);
            (spy.0, episode)
        };
        let (blind, _) = seen(InformationClass::OpenLoop);
        assert!(blind.iter().all(|(loss, signals, evaluates)| loss.is_nan() && signals.is_empty() && !evaluates));
        let (scalar, episode) = seen(InformationClass::Scalar);
        assert!(scalar[0].0.is_nan() && scalar[1..].iter().zip(&episode.trajectory.loss).all(|(s, y)| s.0 == *y));
        assert!(scalar.iter().all(|(_, signals, evaluates)| signals.is_empty() && !evaluates));
        let (late, _) = seen(InformationClass::Signals);
        let (now, episode) = seen(InformationClass::Current);
        assert_eq!(episode.n_evaluations, 0);
        // The class `signals` sees at each step what `current` saw one step before.
        assert!(late[0].1[0].is_nan() && late[1..].iter().zip(&now).all(|(a, b)| a.1 == b.1 && b.1[0].is_finite()), "{late:?} {now:?}");
        assert!(late.iter().chain(&now).all(|s| !s.2));
        let (asking, episode) = seen(InformationClass::Evaluations);
        assert!(asking.iter().zip(&now).all(|(a, b)| a.1 == b.1 && a.2));
        assert_eq!(episode.n_evaluations, 6);
    }

    #[test]
    fn divergence_is_scored_at_the_ceiling_to_the_end() {
        let scenario = json!({ "name": "t", "task": { "kind": "tracking", "curvature": 2.0 }, "n_steps": 50, "ceiling": 10.0,
            "hyperparameters": { "learning_rate": { "max": 10.0 } } });
        let episode = episode(&scenario, 5.0, 0);
        let End::Diverged { step } = episode.end else { panic!("{:?}", episode.end) };
        assert_eq!(episode.trajectory.len(), 50);
        assert!(episode.trajectory.loss[step as usize..].iter().all(|&l| l == 10.0));
        assert!(episode.trajectory.loss[..step as usize].iter().all(|&l| l <= 10.0));
        assert!(episode.trajectory.guard[step as usize..].iter().all(|&g| g & flag::DIVERGED != 0));
    }

    #[test]
    fn the_world_does_not_depend_on_the_policy() {
        // With gain exactly 1 / h the error is the last noise plus drift whatever was before: two policies that agree from a step on agree in losses.
        let scenario =
            json!({ "name": "t", "task": { "kind": "tracking" }, "n_steps": 20, "hyperparameters": { "learning_rate": { "max": 1.5 } } });
        let scenario = crate::sim::scenario::from_json(&scenario).expect("valid");
        let streams = Streams::new(0, "t", 0);
        let run_with = |first: f64| {
            let mut values = vec![1.0; 20];
            values[..10].fill(first);
            run(&scenario, &streams, &View::open_loop(), &mut Schedule { values }).trajectory.loss
        };
        let (a, b) = (run_with(0.1), run_with(0.9));
        assert_ne!(a[5], b[5]);
        assert!(a[11..].iter().zip(&b[11..]).all(|(x, y)| (x - y).abs() < 1e-12));
    }

    #[test]
    fn unknown_settings_are_refused_with_the_known_ones() {
        let error = crate::sim::scenario::from_json(&json!({ "name": "t", "task": { "kind": "trackin" } })).expect_err("a typo");
        assert!(error.to_string().contains("nearest: `tracking`"), "{error}");
        let error =
            crate::sim::scenario::from_json(&json!({ "name": "t", "task": { "kind": "tracking", "curvatur": 1.0 } })).expect_err("a typo");
        assert!(error.to_string().contains("curvature"), "{error}");
    }
}
