//! COCOB-Backprop: coin betting in each coordinate, without a learning rate (Orabona and Tommasi 2017, arXiv:1705.07795; the authors' code).
//!
//! Per coordinate: `L <- max(L, |g|)`, `G <- G + |g|`, `S <- S - g`, `W <- max(0, W - g (x - x_0))`, `x = x_0 + S (L + W) / (L max(G + L, alpha L))`.

use super::double::{Method, logarithmic, starts};
use super::{OptimizerEntry, OptimizerSpec};
use crate::sim::spec::{SpecError, within};
use oha_plugin_api::HyperparameterSpec;
use serde::{Deserialize, Serialize};

/// Settings of COCOB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cocob {
    /// Initial caution `alpha`: the first step is at most `1 / alpha`.
    pub alpha: f64,
    /// Initial bound `L` of the gradient.
    pub epsilon: f64,
}

impl Default for Cocob {
    fn default() -> Self {
        Self { alpha: 100.0, epsilon: 1e-8 }
    }
}

impl OptimizerSpec for Cocob {
    const NAME: &'static str = "cocob";
    const SUMMARY: &'static str = "coin betting in each coordinate; no learning rate, its hyperparameter is `alpha`";

    fn check(&self) -> Result<(), SpecError> {
        within("epsilon", self.epsilon, 1e-300, 1.0)
    }
}

impl Cocob {
    fn method(&self, n: usize) -> State {
        State { epsilon: self.epsilon, coordinates: vec![Coordinate::default(); n] }
    }
}

impl OptimizerEntry for Cocob {
    fn hyperparameters(&self, _learning_rate: (f64, f64, f64)) -> Vec<HyperparameterSpec> {
        vec![logarithmic("alpha", (1.0, 1e4, self.alpha))]
    }

    starts!();
}

#[derive(Clone)]
struct State {
    epsilon: f64,
    coordinates: Vec<Coordinate>,
}

#[derive(Clone, Copy, Default)]
struct Coordinate {
    start: f64,
    bound: f64,
    absolute: f64,
    sum: f64,
    wealth: f64,
}

impl Method for State {
    fn step(&mut self, first: bool, x: &mut [f64], gradient: &[f64], lambda: &[f64]) {
        let &[alpha] = lambda else { unreachable!("one hyperparameter") };
        if first {
            for (c, &x) in self.coordinates.iter_mut().zip(x.iter()) {
                *c = Coordinate { start: x, bound: self.epsilon, ..Coordinate::default() };
            }
        }
        for ((x, &g), c) in x.iter_mut().zip(gradient).zip(&mut self.coordinates) {
            c.bound = c.bound.max(g.abs());
            c.sum -= g;
            c.absolute += g.abs();
            c.wealth = (c.wealth - g * (*x - c.start)).max(0.0);
            let below = (c.absolute + c.bound).max(alpha * c.bound) * c.bound;
            *x = c.start + (c.wealth + c.bound) * c.sum / below;
        }
    }
}
