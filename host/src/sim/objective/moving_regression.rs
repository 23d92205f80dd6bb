//! Online linear regression whose target moves: `y = s . x + e`, inputs `x` standard normal, `s` has `n_relevant` entries of 1 or -1 and zeros; every
//! `flip_every` examples one of the relevant entries, drawn at random, changes its sign (Sutton 1992, AAAI-92: 20 inputs, 5 relevant, every 20 examples).
//!
//! Each step sees one example; the loss is half its squared error. The metric is the expected loss on the next example, `(|theta - s|^2 + r) / 2` with `r` the
//! variance of `e`: test, then train. Step sizes of each input's own pay, since a sign that flips asks for a large one and an irrelevant input for none.

use super::{Defaults, Evaluation, Family, FamilySpec, Objective, Setting, Step};
use crate::sim::kernel::normal;
use crate::sim::real::Real as _;
use crate::sim::regime::Touches;
use crate::sim::rng::{Streams, below};
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of a moving regression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MovingRegression {
    /// Number of inputs.
    pub n_inputs: usize,
    /// How many of them, the first ones, matter.
    pub n_relevant: usize,
    /// Examples between two flips of a sign; 0 for never.
    pub flip_every: u64,
    /// Variance of the noise of the target.
    pub noise_variance: f64,
}

impl Default for MovingRegression {
    fn default() -> Self {
        Self { n_inputs: 20, n_relevant: 5, flip_every: 20, noise_variance: 0.0 }
    }
}

impl FamilySpec for MovingRegression {
    const NAME: &'static str = "moving-regression";
    const SUMMARY: &'static str = "online linear regression with few relevant inputs, whose weights change sign from time to time";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        within("task.n_inputs", self.n_inputs as f64, 1.0, 1e5)?;
        within("task.n_relevant", self.n_relevant as f64, 1.0, self.n_inputs as f64)?;
        within("task.noise_variance", self.noise_variance, 0.0, 1e12)?;
        Ok(Arc::new(self))
    }
}

impl Family for MovingRegression {
    fn defaults(&self) -> Defaults {
        // Least mean squares is stable below 2 / (n + 2) for normal inputs (Feuer, Weinstein 1985, doi:10.1109/TASSP.1985.1164493).
        let limit = 2.0 / (self.n_inputs as f64 + 2.0);
        Defaults {
            n_steps: 10_000,
            ceiling: 1e4 * (self.n_relevant as f64 + self.noise_variance),
            learning_rate: (1e-3 * limit, limit, 0.3 * limit),
            steps_per_epoch: 0,
        }
    }

    fn accepts(&self) -> Touches {
        Touches::GRADIENT | Touches::FEEDBACK | Touches::STATE
    }

    fn gives_curvature(&self) -> bool {
        true
    }

    fn loss_floor(&self) -> Option<f64> {
        Some(0.5 * self.noise_variance)
    }

    fn flops_per_step(&self) -> f64 {
        10.0 * self.n_inputs as f64
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        let mut weights = vec![0.0; self.n_inputs];
        weights[..self.n_relevant].fill(1.0);
        setting.train(World { weights, inputs: vec![0.0; self.n_inputs], target: 0.0, spec: self.clone() })
    }
}

/// The running world: the weights as they are now and the example of this step.
#[derive(Clone)]
struct World {
    spec: MovingRegression,
    weights: Vec<f64>,
    inputs: Vec<f64>,
    target: f64,
}

impl World {
    fn error(&self, theta: &[f64]) -> f64 {
        f64::dot(theta, &self.inputs) - self.target
    }
}

impl Objective for World {
    type Real = f64;

    fn n_parameters(&self) -> usize {
        self.spec.n_inputs
    }

    fn initial(&self, _streams: &Streams, theta: &mut [f64]) {
        theta.fill(0.0);
    }

    fn begin(&mut self, step: &Step<'_>, _extras: &[f64]) {
        normal::fill(&mut step.streams.batch.at(step.index), &mut self.inputs);
        self.target = f64::dot(&self.weights, &self.inputs);
        if self.spec.noise_variance > 0.0 {
            let noise = normal::one(&mut step.streams.gradient_noise.at(step.index));
            self.target = self.spec.noise_variance.sqrt().mul_add(noise, self.target);
        }
    }

    fn gradient(&mut self, _step: &Step<'_>, _extras: &[f64], theta: &[f64], gradient: &mut [f64]) -> f64 {
        let error = self.error(theta);
        gradient.iter_mut().zip(&self.inputs).for_each(|(g, x)| *g = error * x);
        0.5 * error * error
    }

    fn curvature(&mut self, _step: &Step<'_>, _theta: &[f64], curvature: &mut [f64]) {
        curvature.iter_mut().zip(&self.inputs).for_each(|(c, x)| *c = x * x);
    }

    fn batch_loss(&mut self, _step: &Step<'_>, _extras: &[f64], theta: &[f64]) -> f64 {
        let error = self.error(theta);
        0.5 * error * error
    }

    /// The sign flips between two examples, so that the metric is that of the next one.
    fn end(&mut self, step: &Step<'_>) {
        let next = step.index + 1;
        if self.spec.flip_every > 0 && next.is_multiple_of(self.spec.flip_every) {
            let i = below(&mut step.streams.drift.at(next), self.spec.n_relevant as u64) as usize;
            self.weights[i] = -self.weights[i];
        }
    }

    fn evaluate(&mut self, _step: &Step<'_>, theta: &[f64]) -> Evaluation {
        let loss = 0.5 * (f64::distance_squared(theta, &self.weights) + self.spec.noise_variance);
        Evaluation { loss, accuracy: f64::NAN }
    }
}

#[cfg(test)]
mod tests {
    use crate::sim::episode::{View, run};
    use crate::sim::policy::Schedule;
    use crate::sim::rng::Streams;
    use crate::sim::scenario::from_json;
    use serde_json::json;

    /// With a target at rest and noise `r`, least mean squares on normal inputs has the excess `a (n + ...) r / (2 - a (n + 2))`: with `m = |theta - s|^2`,
    /// `m <- m (1 - 2 a + a^2 (n + 2)) + a^2 n r`, so `m = a n r / (2 - a (n + 2))`.
    #[test]
    fn a_resting_target_leaves_the_known_misadjustment() {
        let (n, rate, noise) = (20.0, 0.02, 0.5);
        let scenario = from_json(&json!({ "name": "lms", "n_steps": 60_000,
            "task": { "kind": "moving-regression", "flip_every": 0, "noise_variance": noise } }))
        .expect("valid");
        let episode = run(&scenario, &Streams::new(0, "lms", 0), &View::open_loop(), &mut Schedule { values: vec![rate] });
        let steady = &episode.trajectory.loss[5000..];
        let found = 2.0 * steady.iter().sum::<f64>() / steady.len() as f64 - noise;
        let expected = rate * n * noise / (2.0 - rate * (n + 2.0));
        assert!((found / expected - 1.0).abs() < 0.05, "{found} against {expected}");
    }

    #[test]
    fn an_optimizer_that_needs_curvature_is_refused_where_there_is_none() {
        let error =
            from_json(&json!({ "name": "x", "task": "mlp", "optimizer": "idbd", "controlled": ["meta_step"] })).expect_err("no Hessian");
        assert!(error.to_string().contains("moving-regression"), "{error}");
    }
}
