//! Tracking: the target is a random walk; the learning rate is the gain of a filter.
//!
//! `g_t = h (theta_t - target_t) + sqrt(n) eps_t`, `target_{t+1} = target_t + sqrt(q) w_t`, loss `h |theta - target|^2 / 2`, each coordinate alike.
//! The expected squared error follows `P <- (1 - a h)^2 P + a^2 n + q`; the best gain is Kalman's: `k = P / (P + n / h^2)`, `a = k / h`, with
//! steady state `P = (q + sqrt(q^2 + 4 q r)) / 2`, `r = n / h^2` (Kalman 1960, doi:10.1115/1.3662552). A regime may scale `h`, `n`, `q` over time and add jumps.

use super::{ClosedForm, Defaults, Evaluation, Family, FamilySpec, Objective, Setting, Step};
use crate::sim::kernel::normal;
use crate::sim::kernel::normal_block::NormalBlock;
use crate::sim::real::Real as _;
use crate::sim::regime::Touches;
use crate::sim::rng::Streams;
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of a tracking task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tracking {
    /// Number of coordinates.
    pub dimension: usize,
    /// Curvature `h`.
    pub curvature: f64,
    /// Variance `n` of the gradient noise.
    pub noise_variance: f64,
    /// Variance `q` of the target's walk, a step.
    pub drift_variance: f64,
    /// Variance of the initial error.
    pub initial_variance: f64,
}

impl Default for Tracking {
    fn default() -> Self {
        Self { dimension: 1, curvature: 1.0, noise_variance: 1.0, drift_variance: 0.01, initial_variance: 1.0 }
    }
}

impl FamilySpec for Tracking {
    const NAME: &'static str = "tracking";
    const SUMMARY: &'static str = "follow a target that walks at random; the best learning rate is the Kalman gain";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        within("task.dimension", self.dimension as f64, 1.0, 1e6)?;
        within("task.curvature", self.curvature, 1e-9, 1e9)?;
        within("task.noise_variance", self.noise_variance, 0.0, 1e12)?;
        within("task.drift_variance", self.drift_variance, 0.0, 1e12)?;
        within("task.initial_variance", self.initial_variance, 0.0, 1e12)?;
        Ok(Arc::new(self))
    }
}

impl Family for Tracking {
    fn defaults(&self) -> Defaults {
        let spread = self.initial_variance + self.noise_variance + self.drift_variance;
        Defaults {
            n_steps: 1000,
            ceiling: 1e4 * self.curvature * self.dimension as f64 * spread.max(1e-12),
            learning_rate: (1e-4 / self.curvature, 1.99 / self.curvature, 0.1 / self.curvature),
            steps_per_epoch: 0,
        }
    }

    fn accepts(&self) -> Touches {
        Touches::LANDSCAPE | Touches::GRADIENT | Touches::FEEDBACK | Touches::STATE
    }

    fn closed_form(&self) -> Option<ClosedForm> {
        let n = self.dimension;
        Some(ClosedForm {
            curvature: vec![self.curvature; n],
            noise_variance: vec![self.noise_variance; n],
            drift_variance: vec![self.drift_variance; n],
            initial_variance: vec![self.initial_variance; n],
            multiplicative: 0.0,
        })
    }

    fn loss_floor(&self) -> Option<f64> {
        Some(0.0)
    }

    fn gives_curvature(&self) -> bool {
        true
    }

    fn flops_per_step(&self) -> f64 {
        8.0 * self.dimension as f64
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        let n = self.dimension;
        setting.train(World {
            spec: self.clone(),
            target: vec![0.0; n],
            noise: vec![0.0; n],
            draws: NormalBlock::new(n),
            walk: NormalBlock::new(n),
        })
    }
}

/// The running world: where the target is now.
#[derive(Clone)]
struct World {
    spec: Tracking,
    target: Vec<f64>,
    /// Gradient noise of the current step.
    noise: Vec<f64>,
    /// Standard normal numbers of the noise.
    draws: NormalBlock,
    /// Standard normal numbers of the target's walk.
    walk: NormalBlock,
}

impl Objective for World {
    type Real = f64;

    fn n_parameters(&self) -> usize {
        self.spec.dimension
    }

    fn initial(&self, streams: &Streams, theta: &mut [f64]) {
        normal::fill(&mut streams.initial.at(0), theta);
        let deviation = self.spec.initial_variance.sqrt();
        theta.iter_mut().for_each(|x| *x *= deviation);
    }

    fn begin(&mut self, step: &Step<'_>, _extras: &[f64]) {
        let landscape = step.landscape();
        if landscape.jump_variance > 0.0 && step.first {
            landscape.displace(step, &mut self.target);
        }
        let deviation = (self.spec.noise_variance * landscape.noise).sqrt();
        let z = self.draws.at(step.streams.gradient_noise, step.index);
        self.noise.iter_mut().zip(z).for_each(|(e, z)| *e = z * deviation);
    }

    fn gradient(&mut self, step: &Step<'_>, _extras: &[f64], theta: &[f64], gradient: &mut [f64]) -> f64 {
        let h = self.spec.curvature * step.landscape().curvature;
        for (((g, &x), &c), &e) in gradient.iter_mut().zip(theta).zip(&self.target).zip(&self.noise) {
            *g = h.mul_add(x - c, e);
        }
        if step.wants_loss { self.batch_loss(step, &[], theta) } else { f64::NAN }
    }

    fn curvature(&mut self, step: &Step<'_>, _theta: &[f64], curvature: &mut [f64]) {
        curvature.fill(self.spec.curvature * step.landscape().curvature);
    }

    /// The quadratic with the noise as a linear term, so that its gradient is the noisy one.
    fn batch_loss(&mut self, step: &Step<'_>, _extras: &[f64], theta: &[f64]) -> f64 {
        let h = self.spec.curvature * step.landscape().curvature;
        let linear = f64::dot(&self.noise, theta) - f64::dot(&self.noise, &self.target);
        (0.5 * h).mul_add(f64::distance_squared(theta, &self.target), linear)
    }

    fn end(&mut self, step: &Step<'_>) {
        let variance = self.spec.drift_variance * step.landscape().drift;
        if variance > 0.0 {
            let deviation = variance.sqrt();
            let z = self.walk.at(step.streams.drift, step.index);
            self.target.iter_mut().zip(z).for_each(|(c, &z)| *c = deviation.mul_add(z, *c));
        }
    }

    fn evaluate(&mut self, step: &Step<'_>, theta: &[f64]) -> Evaluation {
        let h = self.spec.curvature * step.landscape().curvature;
        Evaluation { loss: 0.5 * h * f64::distance_squared(theta, &self.target), accuracy: f64::NAN }
    }
}
