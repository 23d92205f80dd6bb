//! Clipping of the gradient's norm before any optimizer: `g <- g min(1, c / |g|)` (Pascanu, Mikolov and Bengio 2013, arXiv:1211.5063). The threshold `c` is one more
//! hyperparameter, `gradient_clip`, after those of the optimizer; it is there when the study file gives it.

use super::double::logarithmic;
use super::{Optimizer, OptimizerEntry, Startable};
use crate::sim::real::Real;
use crate::sim::spec::{SpecError, within};
use oha_plugin_api::HyperparameterSpec;
use std::sync::Arc;

/// An optimizer whose gradients are clipped.
#[derive(Debug)]
pub struct Clipped {
    inner: Arc<dyn OptimizerEntry>,
    initial: f64,
}

impl Clipped {
    /// Clipping at `initial` before `inner`.
    ///
    /// # Errors
    /// A threshold outside its range.
    pub fn new(inner: Arc<dyn OptimizerEntry>, initial: f64) -> Result<Self, SpecError> {
        within("optimizer.gradient_clip", initial, 1e-6, 1e6)?;
        Ok(Self { inner, initial })
    }
}

impl OptimizerEntry for Clipped {
    fn hyperparameters(&self, learning_rate: (f64, f64, f64)) -> Vec<HyperparameterSpec> {
        let mut all = self.inner.hyperparameters(learning_rate);
        all.push(logarithmic("gradient_clip", (1e-6, 1e6, self.initial)));
        all
    }

    fn wants_curvature(&self) -> bool {
        self.inner.wants_curvature()
    }

    fn start_f32(&self, n_parameters: usize) -> Box<dyn Optimizer<f32>> {
        Box::new(State::<f32> { inner: Startable::start(&*self.inner, n_parameters), clipped: Vec::new() })
    }

    fn start_f64(&self, n_parameters: usize) -> Box<dyn Optimizer<f64>> {
        Box::new(State::<f64> { inner: Startable::start(&*self.inner, n_parameters), clipped: Vec::new() })
    }
}

struct State<R> {
    inner: Box<dyn Optimizer<R>>,
    clipped: Vec<R>,
}

impl<R: Real> Optimizer<R> for State<R> {
    fn update(&mut self, theta: &mut [R], gradient: &[R], lambda: &[f64]) {
        let (threshold, own) = lambda.split_last().expect("the threshold is a hyperparameter");
        let norm = R::dot(gradient, gradient).sqrt();
        if norm > *threshold {
            let factor = threshold / norm;
            self.clipped.clear();
            self.clipped.extend(gradient.iter().map(|g| R::from_f64(factor * g.to_f64())));
            self.inner.update(theta, &self.clipped, own);
        } else {
            self.inner.update(theta, gradient, own);
        }
    }

    fn wants_curvature(&self) -> bool {
        self.inner.wants_curvature()
    }

    fn see_curvature(&mut self, curvature: &[R]) {
        self.inner.see_curvature(curvature);
    }

    fn evaluation_point<'a>(&'a self, theta: &'a [R]) -> &'a [R] {
        self.inner.evaluation_point(theta)
    }

    fn reset(&mut self) {
        self.inner.reset();
    }

    fn boxed_clone(&self) -> Box<dyn Optimizer<R>> {
        Box::new(Self { inner: self.inner.boxed_clone(), clipped: self.clipped.clone() })
    }
}
