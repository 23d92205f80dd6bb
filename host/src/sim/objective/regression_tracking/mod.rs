//! Online linear regression whose weights walk at random: `y_t = x_t . s_t + v_t`, `g_t = -e_t x_t`, `e_t = y_t - x_t . w_t`, `s_{t+1} = s_t + sqrt(q) z_t`. The
//! features are normal numbers of variance `sx`, or the rows of a real data set in order. The loss is `m |w - s|^2 / 2` with `m` the mean square of a feature: for
//! normal features the excess of the expected squared error, halved.
//!
//! **Normal features**: with `M = E |w - s|^2` and `r` the variance of `v`, `M <- M (1 - 2 a sx + a^2 (n + 2) sx^2) + a^2 n sx r + n q` (Feuer, Weinstein 1985,
//! doi:10.1109/TASSP.1985.1164493), so the best rate of each step is also best at every horizon; in the steady state it is [`steady_state::SteadyState::best_rate`].
//!
//! **Real features**: with `P = E (w - s)(w - s)'` the rate `x' P x / (x' x (x' P x + r))` makes `tr P` smallest after the step; no scalar rate beats the Kalman filter
//! `P <- P - P x x' P / (x' P x + r) + q I` (Kalman 1960, doi:10.1115/1.3662552), whose losses are the bound.
//!
//! A regime may scale `r`, `q` and the squared features, and let the weights jump; a factor on the squared features leaves the variance `sx r` of the gradient noise as it is.

mod covariance;
#[cfg(test)]
pub(super) mod reference;
pub mod steady_state;

use super::{ClosedForm, Defaults, Evaluation, Family, FamilySpec, Gains, Objective, Setting, Step};
use crate::sim::data::{self, Split};
use crate::sim::kernel::normal;
use crate::sim::real::Real as _;
use crate::sim::regime::{Regime, Touches};
use crate::sim::rng::Streams;
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use covariance::Covariance;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegressionTracking {
    /// `normal`, or the name of a data set whose training inputs are the features.
    pub features: String,
    /// Number of normal features.
    pub dimension: usize,
    /// Variance of a normal feature.
    pub feature_variance: f64,
    /// Variance of the observation noise.
    pub noise_variance: f64,
    /// Variance of the walk of each weight, a step.
    pub drift_variance: f64,
    /// Variance of the initial error of each weight.
    pub initial_variance: f64,
}

impl Default for RegressionTracking {
    fn default() -> Self {
        Self {
            features: "normal".into(),
            dimension: 8,
            feature_variance: 1.0,
            noise_variance: 1.0,
            drift_variance: 1e-3,
            initial_variance: 1.0,
        }
    }
}

impl FamilySpec for RegressionTracking {
    const NAME: &'static str = "regression-tracking";
    const SUMMARY: &'static str = "online linear regression on normal or real features, whose weights walk at random";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        within("task.dimension", self.dimension as f64, 1.0, 1e4)?;
        within("task.feature_variance", self.feature_variance, 1e-9, 1e9)?;
        within("task.noise_variance", self.noise_variance, 0.0, 1e12)?;
        within("task.drift_variance", self.drift_variance, 0.0, 1e12)?;
        within("task.initial_variance", self.initial_variance, 0.0, 1e12)?;
        let split = if self.features == "normal" {
            None
        } else {
            Some(data::load(&self.features).map_err(|e| SpecError { allowed: format!("normal, {}", e.allowed), ..e }.within("task"))?)
        };
        Ok(Arc::new(Task::new(self, split)))
    }
}

/// The checked task.
#[derive(Clone, Debug)]
struct Task {
    spec: RegressionTracking,
    split: Option<Arc<Split>>,
    /// Mean square of a feature.
    mean_square: f64,
    n: usize,
}

impl Task {
    fn new(spec: RegressionTracking, split: Option<Arc<Split>>) -> Self {
        let mean_square = split.as_ref().map_or(spec.feature_variance, |s| {
            let squares: f64 = s.train.inputs.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
            (squares / s.train.inputs.len() as f64).max(1e-12)
        });
        let n = split.as_ref().map_or(spec.dimension, |s| s.train.n_features);
        Self { spec, split, mean_square, n }
    }

    /// The features of an optimizer step, before the regime scales them.
    fn features(&self, index: u64, streams: &Streams, x: &mut [f64]) {
        if let Some(split) = &self.split {
            let row = split.train.row((index % split.train.len() as u64) as usize);
            x.iter_mut().zip(row).for_each(|(x, &r)| *x = f64::from(r));
        } else {
            normal::fill(&mut streams.batch.at(index), x);
            let deviation = self.spec.feature_variance.sqrt();
            x.iter_mut().for_each(|x| *x *= deviation);
        }
    }
}

impl Family for Task {
    fn defaults(&self) -> Defaults {
        let RegressionTracking { noise_variance, initial_variance, drift_variance, .. } = self.spec;
        let limit = 2.0 / ((self.n as f64 + 2.0) * self.mean_square);
        let spread = self.n as f64 * (initial_variance + drift_variance) + noise_variance / self.mean_square;
        Defaults {
            n_steps: 1000,
            ceiling: 1e4 * self.mean_square * spread.max(1e-12),
            learning_rate: (1e-4 * limit, 0.99 * limit, 0.1 * limit),
            steps_per_epoch: self.split.as_ref().map_or(0, |s| s.train.len() as u64),
        }
    }

    fn accepts(&self) -> Touches {
        Touches::LANDSCAPE | Touches::GRADIENT | Touches::FEEDBACK | Touches::STATE
    }

    fn closed_form(&self) -> Option<ClosedForm> {
        let (spec, n) = (&self.spec, self.n);
        self.split.is_none().then(|| ClosedForm {
            curvature: vec![spec.feature_variance; n],
            noise_variance: vec![spec.feature_variance * spec.noise_variance; n],
            drift_variance: vec![spec.drift_variance; n],
            initial_variance: vec![spec.initial_variance; n],
            multiplicative: n as f64 + 1.0,
        })
    }

    fn gains(&self, n_steps: u64, range: (f64, f64), regime: &Regime) -> Option<Gains> {
        self.split.as_ref()?;
        let (n, spec) = (self.n, &self.spec);
        let mut error = Covariance::scaled_identity(n, spec.initial_variance);
        let mut filter = error.clone();
        let (mut rates, mut floor, mut x) = (Vec::with_capacity(n_steps as usize), 0.0, vec![0.0; n]);
        // Real rows are the same on every seed: the streams are not asked.
        let streams = Streams::new(0, "", 0);
        for t in 0..n_steps {
            let landscape = regime.landscape(t);
            self.features(t, &streams, &mut x);
            x.iter_mut().for_each(|x| *x *= landscape.curvature.sqrt());
            let noise = spec.noise_variance * landscape.noise / landscape.curvature;
            for p in [&mut error, &mut filter] {
                p.widen(landscape.jump_variance);
            }
            let rate = error.greedy_rate(&x, noise).clamp(range.0, range.1);
            error.update(rate, &x, noise);
            filter.filter(&x, noise);
            for p in [&mut error, &mut filter] {
                p.widen(spec.drift_variance * landscape.drift);
            }
            rates.push(rate);
            floor += 0.5 * self.mean_square * filter.trace();
        }
        Some(Gains {
            rates,
            lower: Some(floor),
            how: "the rate that makes the expected error of the weights smallest after each step; lower bound: a Kalman filter",
        })
    }

    fn loss_floor(&self) -> Option<f64> {
        Some(0.0)
    }

    fn gives_curvature(&self) -> bool {
        true
    }

    fn data(&self) -> Vec<(String, String)> {
        self.split.iter().map(|s| (s.name.clone(), s.sha256.clone())).collect()
    }

    fn flops_per_step(&self) -> f64 {
        10.0 * self.n as f64
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        setting.train(World {
            weights: vec![0.0; self.n],
            inputs: vec![0.0; self.n],
            walk: vec![0.0; self.n],
            noise: 0.0,
            task: Arc::new(self.clone()),
        })
    }
}

/// The running world: the weights as they are now and the example of this step.
#[derive(Clone)]
struct World {
    task: Arc<Task>,
    weights: Vec<f64>,
    inputs: Vec<f64>,
    walk: Vec<f64>,
    /// Observation noise of the current step.
    noise: f64,
}

impl World {
    /// `x . (w - s) - v`.
    fn error(&self, theta: &[f64]) -> f64 {
        f64::dot(theta, &self.inputs) - f64::dot(&self.weights, &self.inputs) - self.noise
    }
}

impl Objective for World {
    type Real = f64;

    fn n_parameters(&self) -> usize {
        self.task.n
    }

    fn initial(&self, streams: &Streams, theta: &mut [f64]) {
        normal::fill(&mut streams.initial.at(0), theta);
        let deviation = self.task.spec.initial_variance.sqrt();
        theta.iter_mut().for_each(|x| *x *= deviation);
    }

    fn begin(&mut self, step: &Step<'_>, _extras: &[f64]) {
        let landscape = step.landscape();
        if landscape.jump_variance > 0.0 && step.first {
            landscape.displace(step, &mut self.weights);
        }
        self.task.features(step.index, step.streams, &mut self.inputs);
        if landscape.curvature != 1.0 {
            self.inputs.iter_mut().for_each(|x| *x *= landscape.curvature.sqrt());
        }
        let variance = self.task.spec.noise_variance * landscape.noise / landscape.curvature;
        self.noise = variance.sqrt() * normal::one(&mut step.streams.gradient_noise.at(step.index));
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

    fn end(&mut self, step: &Step<'_>) {
        let variance = self.task.spec.drift_variance * step.landscape().drift;
        if variance > 0.0 {
            normal::fill(&mut step.streams.drift.at(step.index), &mut self.walk);
            let deviation = variance.sqrt();
            self.weights.iter_mut().zip(&self.walk).for_each(|(s, &z)| *s = deviation.mul_add(z, *s));
        }
    }

    fn evaluate(&mut self, step: &Step<'_>, theta: &[f64]) -> Evaluation {
        let scale = 0.5 * self.task.mean_square * step.landscape().curvature;
        Evaluation { loss: scale * f64::distance_squared(theta, &self.weights), accuracy: f64::NAN }
    }
}
