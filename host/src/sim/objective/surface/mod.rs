//! Surfaces without a closed form of training: `f_t(x) = s_t F(x - c_t)` with gradient `s_t grad F + e_t`. The centre walks and jumps, the regime scales `s_t`, the noise
//! and the walk. The minimum of every `F` is 0, at a point that is `F`'s own.
//!
//! Several are the unit tests of stochastic optimisation (Schaul, Antonoglou and Silver 2014, arXiv:1312.6055); their multiplicative, Cauchy and masked noises are the
//! changes `multiplicative-gradient-noise`, `heavy-tailed-gradient-noise` and `gradient-mask`. A new surface is a line in [`functions`] and one in the registry.

pub mod functions;

use super::{Defaults, Evaluation, Family, FamilySpec, Objective, Setting, Step};
use crate::sim::kernel::normal;
use crate::sim::kernel::vector::dot_f64;
use crate::sim::regime::Touches;
use crate::sim::rng::Streams;
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use std::sync::Arc;

/// A function with minimum 0; `shape` is its own parameter.
pub trait Function: std::fmt::Debug + Clone + Copy + Default + Send + Sync + 'static {
    /// The `kind` in the study file.
    const NAME: &'static str;
    /// One sentence.
    const SUMMARY: &'static str;
    /// Smallest dimension.
    const DIMENSION_MIN: usize = 1;
    /// Default of `shape`.
    const SHAPE: f64;
    /// First coordinate of the start, and all others, before the random part.
    const START: (f64, f64);
    /// Default range and initial value of the learning rate.
    const LEARNING_RATE: (f64, f64, f64);
    /// Loss above which training has diverged, a coordinate.
    const CEILING: f64;

    /// `F(e)`, and its gradient into `gradient`.
    fn value(shape: f64, e: &[f64], gradient: &mut [f64]) -> f64;
}

/// Settings of a surface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Surface<F: Function> {
    /// Number of coordinates.
    pub dimension: usize,
    /// The function's own parameter; see its summary.
    pub shape: f64,
    /// Variance of the gradient noise, a coordinate.
    pub noise_variance: f64,
    /// Variance of the centre's walk, a coordinate and step.
    pub drift_variance: f64,
    /// Variance of the random part of the start, a coordinate.
    pub initial_variance: f64,
    #[serde(skip)]
    function: PhantomData<F>,
}

impl<F: Function> Default for Surface<F> {
    fn default() -> Self {
        Self {
            dimension: F::DIMENSION_MIN.max(2),
            shape: F::SHAPE,
            noise_variance: 0.01,
            drift_variance: 0.0,
            initial_variance: 0.01,
            function: PhantomData,
        }
    }
}

impl<F: Function> FamilySpec for Surface<F> {
    const NAME: &'static str = F::NAME;
    const SUMMARY: &'static str = F::SUMMARY;

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        within("task.dimension", self.dimension as f64, F::DIMENSION_MIN as f64, 1e6)?;
        within("task.shape", self.shape, 1e-6, 1e6)?;
        within("task.noise_variance", self.noise_variance, 0.0, 1e12)?;
        within("task.drift_variance", self.drift_variance, 0.0, 1e12)?;
        within("task.initial_variance", self.initial_variance, 0.0, 1e12)?;
        Ok(Arc::new(self))
    }
}

impl<F: Function> Family for Surface<F> {
    fn defaults(&self) -> Defaults {
        Defaults { n_steps: 1000, ceiling: F::CEILING * self.dimension as f64, learning_rate: F::LEARNING_RATE, steps_per_epoch: 0 }
    }

    fn accepts(&self) -> Touches {
        Touches::LANDSCAPE | Touches::GRADIENT | Touches::FEEDBACK | Touches::STATE
    }

    fn loss_floor(&self) -> Option<f64> {
        Some(0.0)
    }

    fn flops_per_step(&self) -> f64 {
        20.0 * self.dimension as f64
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        let zeros = || vec![0.0; self.dimension];
        setting.train(World { spec: self.clone(), centre: zeros(), noise: zeros(), error: zeros(), slope: zeros() })
    }
}

#[derive(Clone)]
struct World<F: Function> {
    spec: Surface<F>,
    centre: Vec<f64>,
    noise: Vec<f64>,
    error: Vec<f64>,
    slope: Vec<f64>,
}

impl<F: Function> World<F> {
    /// The loss without noise; its gradient stays in `slope`.
    fn exact(&mut self, step: &Step<'_>, theta: &[f64]) -> f64 {
        for ((e, &x), &c) in self.error.iter_mut().zip(theta).zip(&self.centre) {
            *e = x - c;
        }
        let scale = step.landscape().curvature;
        let value = F::value(self.spec.shape, &self.error, &mut self.slope);
        self.slope.iter_mut().for_each(|g| *g *= scale);
        scale * value
    }
}

impl<F: Function> Objective for World<F> {
    type Real = f64;

    fn n_parameters(&self) -> usize {
        self.spec.dimension
    }

    fn initial(&self, streams: &Streams, theta: &mut [f64]) {
        normal::fill(&mut streams.initial.at(0), theta);
        let deviation = self.spec.initial_variance.sqrt();
        for (i, x) in theta.iter_mut().enumerate() {
            *x = deviation * *x + if i == 0 { F::START.0 } else { F::START.1 };
        }
    }

    fn begin(&mut self, step: &Step<'_>, _extras: &[f64]) {
        let landscape = step.landscape();
        if landscape.jump_variance > 0.0 && step.first {
            landscape.displace(step, &mut self.centre);
        }
        let deviation = (self.spec.noise_variance * landscape.noise).sqrt();
        if deviation > 0.0 {
            normal::fill(&mut step.streams.gradient_noise.at(step.index), &mut self.noise);
            self.noise.iter_mut().for_each(|e| *e *= deviation);
        }
    }

    fn gradient(&mut self, step: &Step<'_>, _extras: &[f64], theta: &[f64], gradient: &mut [f64]) -> f64 {
        let loss = self.exact(step, theta);
        for ((g, s), e) in gradient.iter_mut().zip(&self.slope).zip(&self.noise) {
            *g = s + e;
        }
        loss + dot_f64(&self.noise, &self.error)
    }

    /// The surface with the noise as a linear term, so that its gradient is the noisy one.
    fn batch_loss(&mut self, step: &Step<'_>, _extras: &[f64], theta: &[f64]) -> f64 {
        let loss = self.exact(step, theta);
        loss + dot_f64(&self.noise, &self.error)
    }

    fn end(&mut self, step: &Step<'_>) {
        let variance = self.spec.drift_variance * step.landscape().drift;
        if variance > 0.0 {
            let deviation = variance.sqrt();
            let mut draws = step.streams.drift.at(step.index);
            self.centre.iter_mut().for_each(|c| *c += deviation * normal::one(&mut draws));
        }
    }

    fn evaluate(&mut self, step: &Step<'_>, theta: &[f64]) -> Evaluation {
        Evaluation { loss: self.exact(step, theta), accuracy: f64::NAN }
    }
}
