//! Autostep: IDBD with a normalised meta step and a bound on the effective step (Mahmood, Sutton, Degris, Pilarski 2012, doi:10.1109/ICASSP.2012.6288330).
//!
//! With gradient `g`, curvature `c` (`x^2` for linear regression), meta step `mu` and time constant `tau`, per parameter:
//! `v <- max(|g h|, v + a c (|g h| - v) / tau)`, `a <- a exp(-mu g h / v)` where `v > 0`; then all `a <- a / max(1, sum a c)`;
//! `x <- x - a g`, `h <- h (1 - a c) - a g`.

use super::double::{Method, logarithmic, starts};
use super::{OptimizerEntry, OptimizerSpec};
use crate::sim::spec::{SpecError, within};
use oha_plugin_api::HyperparameterSpec;
use serde::{Deserialize, Serialize};

/// Settings of Autostep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Autostep {
    /// Initial meta step `mu`.
    pub meta_step: f64,
    /// Time constant `tau` of the normaliser.
    pub time_constant: f64,
    /// First learning rate of every parameter.
    pub first_rate: f64,
}

impl Default for Autostep {
    fn default() -> Self {
        Self { meta_step: 0.01, time_constant: 1e4, first_rate: 0.05 }
    }
}

impl OptimizerSpec for Autostep {
    const NAME: &'static str = "autostep";
    const SUMMARY: &'static str = "IDBD with a normalised meta step and a bound on the effective step; its hyperparameter is `meta_step`";

    fn check(&self) -> Result<(), SpecError> {
        within("first_rate", self.first_rate, 1e-12, 1e6)?;
        within("time_constant", self.time_constant, 1.0, 1e12)
    }
}

impl Autostep {
    fn method(&self, n: usize) -> State {
        State { settings: self.clone(), coordinates: vec![Coordinate::default(); n], curvature: vec![0.0; n] }
    }
}

impl OptimizerEntry for Autostep {
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
    settings: Autostep,
    coordinates: Vec<Coordinate>,
    curvature: Vec<f64>,
}

#[derive(Clone, Copy, Default)]
struct Coordinate {
    rate: f64,
    /// Derivative of the parameter in the logarithm of its rate.
    trace: f64,
    /// Running maximum of the meta gradient.
    normaliser: f64,
}

impl Method for State {
    const WANTS_CURVATURE: bool = true;

    fn see_curvature(&mut self, curvature: &[f64]) {
        self.curvature.copy_from_slice(curvature);
    }

    fn step(&mut self, first: bool, x: &mut [f64], gradient: &[f64], lambda: &[f64]) {
        let &[meta_step] = lambda else { unreachable!("one hyperparameter") };
        if first {
            self.coordinates.fill(Coordinate { rate: self.settings.first_rate, ..Coordinate::default() });
        }
        let mut effective = 0.0;
        for ((k, &g), &c) in self.coordinates.iter_mut().zip(gradient).zip(&self.curvature) {
            let meta_gradient = g * k.trace;
            let size = meta_gradient.abs();
            k.normaliser = size.max(k.normaliser + k.rate * c * (size - k.normaliser) / self.settings.time_constant);
            if k.normaliser > 0.0 {
                k.rate *= libm::exp(-meta_step * meta_gradient / k.normaliser);
            }
            effective += k.rate * c;
        }
        let bound = effective.max(1.0);
        for (((x, &g), &c), k) in x.iter_mut().zip(gradient).zip(&self.curvature).zip(&mut self.coordinates) {
            k.rate /= bound;
            *x -= k.rate * g;
            k.trace = k.trace * (1.0 - k.rate * c) - k.rate * g;
        }
    }
}
