//! Running seeds that can be copied: what receding horizon and beam search branch on. The guard and the ceiling hold as in an episode.

use crate::sim::guard;
use crate::sim::scenario::Scenario;
use crate::sim::trainer::Training;
use std::sync::Mutex;

/// One seed in the middle of its run.
pub(super) struct Rollout {
    training: Box<dyn Training>,
    /// Every hyperparameter in force.
    lambda: Vec<f64>,
    diverged: bool,
    /// Sum of the losses so far.
    pub(super) sum: f64,
    /// The next decision.
    step: u64,
}

impl Rollout {
    pub(super) fn new(training: Box<dyn Training>, scenario: &Scenario) -> Self {
        Self { training, lambda: scenario.space.initial(), diverged: false, sum: 0.0, step: 0 }
    }

    /// Takes up to `n` decisions with `row` in force.
    pub(super) fn advance(&mut self, scenario: &Scenario, row: &[f64], n: u64) {
        for (&position, &value) in scenario.space.controlled().iter().zip(row) {
            self.lambda[position] = guard::check(&scenario.space.all()[position], value, self.lambda[position]).0;
        }
        for _ in 0..n.min(scenario.n_steps - self.step) {
            if !self.diverged {
                let loss = self.training.step(self.step, &self.lambda).loss;
                self.diverged = !(loss <= scenario.ceiling);
                self.sum += if self.diverged { scenario.ceiling } else { loss };
            } else {
                self.sum += scenario.ceiling;
            }
            self.step += 1;
        }
    }

    pub(super) fn copy(&self) -> Self {
        let (lambda, diverged, sum, step) = (self.lambda.clone(), self.diverged, self.sum, self.step);
        Self { training: self.training.boxed_clone(), lambda, diverged, sum, step }
    }
}

/// The seeds of a problem, each behind a lock: threads copy them.
pub(super) struct Rollouts(pub(super) Vec<Mutex<Rollout>>);

impl Rollouts {
    /// A copy of one seed.
    pub(super) fn copy(&self, seed: usize) -> Rollout {
        self.0[seed].lock().expect("no holder of this lock panics").copy()
    }

    /// Sum of the losses so far, the mean over the seeds.
    pub(super) fn mean(&self) -> f64 {
        let sum: f64 = self.0.iter().map(|r| r.lock().expect("no holder of this lock panics").sum).sum();
        sum / self.0.len() as f64
    }
}
