//! IDBD: incremental delta-bar-delta, a step size of each parameter's own that is learned by stochastic meta-descent (Sutton 1992, AAAI-92).
//!
//! With gradient `g`, curvature `c` (the diagonal of the Hessian; `x^2` for linear regression, where `g = -delta x`) and meta step `theta`, per parameter:
//! `b <- b - theta g h`, `a = e^b`, `x <- x - a g`, `h <- h max(0, 1 - a c) - a g`. `h` is the derivative of the parameter in `b`, the Hessian's other entries
//! neglected. All `b` begin at the logarithm of the first rate.
//!
//! Fails when the meta step is too large for the scale of the gradient: `b` then runs away; [`super::autostep`] normalises it.

use super::double::{Method, logarithmic, starts};
use super::{OptimizerEntry, OptimizerSpec};
use crate::sim::spec::{SpecError, within};
use oha_plugin_api::HyperparameterSpec;
use serde::{Deserialize, Serialize};

/// Settings of IDBD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Idbd {
    /// Initial meta step `theta`.
    pub meta_step: f64,
    /// First learning rate of every parameter.
    pub first_rate: f64,
}

impl Default for Idbd {
    fn default() -> Self {
        Self { meta_step: 0.01, first_rate: 0.05 }
    }
}

impl OptimizerSpec for Idbd {
    const NAME: &'static str = "idbd";
    const SUMMARY: &'static str = "a learned step size of each parameter's own; no learning rate, its hyperparameter is `meta_step`";

    fn check(&self) -> Result<(), SpecError> {
        within("first_rate", self.first_rate, 1e-12, 1e6)
    }
}

impl Idbd {
    fn method(&self, n: usize) -> State {
        State { first: libm::log(self.first_rate), coordinates: vec![Coordinate::default(); n], curvature: vec![0.0; n] }
    }
}

impl OptimizerEntry for Idbd {
    fn hyperparameters(&self, _learning_rate: (f64, f64, f64)) -> Vec<HyperparameterSpec> {
        vec![logarithmic("meta_step", (1e-6, 1.0, self.meta_step))]
    }

    fn wants_curvature(&self) -> bool {
        true
    }

    starts!();
}

#[derive(Clone)]
struct State {
    /// Logarithm of the first rate.
    first: f64,
    coordinates: Vec<Coordinate>,
    curvature: Vec<f64>,
}

#[derive(Clone, Copy, Default)]
struct Coordinate {
    /// Logarithm of the rate.
    log_rate: f64,
    /// Derivative of the parameter in it.
    trace: f64,
}

impl Method for State {
    const WANTS_CURVATURE: bool = true;

    fn see_curvature(&mut self, curvature: &[f64]) {
        self.curvature.copy_from_slice(curvature);
    }

    fn step(&mut self, first: bool, x: &mut [f64], gradient: &[f64], lambda: &[f64]) {
        let &[meta_step] = lambda else { unreachable!("one hyperparameter") };
        if first {
            self.coordinates.fill(Coordinate { log_rate: self.first, trace: 0.0 });
        }
        for (((x, &g), c), k) in x.iter_mut().zip(gradient).zip(&self.curvature).zip(&mut self.coordinates) {
            k.log_rate -= meta_step * g * k.trace;
            let rate = libm::exp(k.log_rate);
            *x -= rate * g;
            k.trace = k.trace * (1.0 - rate * c).max(0.0) - rate * g;
        }
    }
}
