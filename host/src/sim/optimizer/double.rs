//! A method written once, in double precision, for parameters of either type: parameters and gradient are widened before each step, and rounded after it.
//!
//! Methods use plain products and sums in a stated order, and the fixed-order kernels for reductions; so their bits do not depend on the vector width.

use super::Optimizer;
use crate::sim::real::Real;

/// An update operator in double precision.
pub(super) trait Method: Clone + Send + 'static {
    /// Moves `x` by one step; `lambda` holds the optimizer's hyperparameters in order. `first` on the first step and on the first one after a reset,
    /// when all state must be taken as fresh at `x`.
    fn step(&mut self, first: bool, x: &mut [f64], gradient: &[f64], lambda: &[f64]);

    /// Whether it takes the diagonal of the Hessian before each step.
    const WANTS_CURVATURE: bool = false;

    /// Takes it.
    fn see_curvature(&mut self, curvature: &[f64]) {
        let _ = curvature;
    }

    /// Where the model is evaluated, if not at `x`.
    fn answer(&self) -> Option<&[f64]> {
        None
    }
}

/// A [`Method`] as an optimizer of parameters of type `R`.
#[derive(Clone)]
pub(super) struct InDouble<M, R> {
    method: M,
    fresh: bool,
    x: Vec<f64>,
    gradient: Vec<f64>,
    /// The rounded answer, where the method has one.
    answer: Vec<R>,
}

impl<M: Method, R: Real> InDouble<M, R> {
    /// A fresh state, boxed.
    pub(super) fn start(method: M, n_parameters: usize) -> Box<dyn Optimizer<R>> {
        Box::new(Self { method, fresh: true, x: vec![0.0; n_parameters], gradient: vec![0.0; n_parameters], answer: Vec::new() })
    }
}

impl<M: Method, R: Real> Optimizer<R> for InDouble<M, R> {
    fn update(&mut self, theta: &mut [R], gradient: &[R], lambda: &[f64]) {
        for (wide, narrow) in self.x.iter_mut().zip(theta.iter()).chain(self.gradient.iter_mut().zip(gradient)) {
            *wide = narrow.to_f64();
        }
        self.method.step(self.fresh, &mut self.x, &self.gradient, lambda);
        self.fresh = false;
        theta.iter_mut().zip(&self.x).for_each(|(narrow, &wide)| *narrow = R::from_f64(wide));
        if let Some(answer) = self.method.answer() {
            self.answer.clear();
            self.answer.extend(answer.iter().map(|&x| R::from_f64(x)));
        }
    }

    fn wants_curvature(&self) -> bool {
        M::WANTS_CURVATURE
    }

    fn see_curvature(&mut self, curvature: &[R]) {
        let wide: Vec<f64> = curvature.iter().map(|c| c.to_f64()).collect();
        self.method.see_curvature(&wide);
    }

    fn evaluation_point<'a>(&'a self, theta: &'a [R]) -> &'a [R] {
        if self.answer.is_empty() { theta } else { &self.answer }
    }

    fn reset(&mut self) {
        self.fresh = true;
        self.answer.clear();
    }

    fn boxed_clone(&self) -> Box<dyn Optimizer<R>> {
        Box::new(self.clone())
    }
}

/// `start_f32` and `start_f64` of an [`super::OptimizerEntry`] whose method is made by `fn method(&self, n_parameters) -> impl Method`.
macro_rules! starts {
    () => {
        fn start_f32(&self, n_parameters: usize) -> Box<dyn $crate::sim::optimizer::Optimizer<f32>> {
            $crate::sim::optimizer::double::InDouble::start(self.method(n_parameters), n_parameters)
        }

        fn start_f64(&self, n_parameters: usize) -> Box<dyn $crate::sim::optimizer::Optimizer<f64>> {
            $crate::sim::optimizer::double::InDouble::start(self.method(n_parameters), n_parameters)
        }
    };
}
pub(super) use starts;

/// A hyperparameter on a linear scale from 0.
pub(super) fn linear(name: &str, max: f64, initial: f64) -> oha_plugin_api::HyperparameterSpec {
    oha_plugin_api::HyperparameterSpec { name: name.into(), min: 0.0, max, scale: oha_plugin_api::Scale::Linear, integer: false, initial }
}

/// A hyperparameter on a logarithmic scale: (min, max, initial).
pub(super) fn logarithmic(name: &str, (min, max, initial): (f64, f64, f64)) -> oha_plugin_api::HyperparameterSpec {
    oha_plugin_api::HyperparameterSpec { name: name.into(), min, max, scale: oha_plugin_api::Scale::Log, integer: false, initial }
}
