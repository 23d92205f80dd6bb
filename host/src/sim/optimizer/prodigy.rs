//! Prodigy: Adam whose step is scaled by an estimate `d` of the distance to the solution (Mishchenko and Defazio 2024, arXiv:2306.06101; the authors' code).
//!
//! With `b3 = sqrt b2`: `r <- b3 r + (d / d0) d lr <g, x_0 - x>`, `s <- b3 s + (d / d0) d lr g`, `m <- b1 m + (1 - b1) d g`, `v <- b2 v + (1 - b2) d^2 g^2`,
//! `d' = r / |s|_1`, `d <- d'` if `d` is still `d0` and `d' > d`, then `d = min(max of all d', growth d)`; `x <- x - d_old lr m / (sqrt v + d eps)`. Decoupled weight decay.

use super::double::{Method, linear, logarithmic, starts};
use super::{OptimizerEntry, OptimizerSpec};
use crate::sim::kernel::vector::dot_f64;
use crate::sim::spec::{SpecError, within};
use oha_plugin_api::HyperparameterSpec;
use serde::{Deserialize, Serialize};

/// Settings of Prodigy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prodigy {
    /// Initial estimate `d0`.
    pub d_initial: f64,
    /// Initial decay of the gradient's average.
    pub beta1: f64,
    /// Initial decay of the average of its square.
    pub beta2: f64,
    /// Initial weight decay, apart from the gradient.
    pub weight_decay: f64,
    /// `eps` of the denominator.
    pub epsilon: f64,
    /// Largest factor by which `d` grows in a step; absent for no bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth_rate: Option<f64>,
}

impl Default for Prodigy {
    fn default() -> Self {
        Self { d_initial: 1e-6, beta1: 0.9, beta2: 0.999, weight_decay: 0.0, epsilon: 1e-8, growth_rate: None }
    }
}

impl OptimizerSpec for Prodigy {
    const NAME: &'static str = "prodigy";
    const SUMMARY: &'static str = "Adam that estimates the distance to the solution; its learning rate is a factor, 1 by default";

    fn check(&self) -> Result<(), SpecError> {
        within("d_initial", self.d_initial, 1e-300, 1e6)?;
        within("epsilon", self.epsilon, 0.0, 1.0)?;
        within("growth_rate", self.growth_rate.unwrap_or(1.0), 1.0, 1e9)
    }
}

impl Prodigy {
    fn method(&self, n: usize) -> State {
        let zeros = || vec![0.0; n];
        State {
            spec: self.clone(),
            d: self.d_initial,
            d_max: self.d_initial,
            gain: 0.0,
            start: zeros(),
            sum: zeros(),
            mean: zeros(),
            square: zeros(),
        }
    }
}

impl OptimizerEntry for Prodigy {
    fn hyperparameters(&self, _learning_rate: (f64, f64, f64)) -> Vec<HyperparameterSpec> {
        vec![
            logarithmic("learning_rate", (1e-3, 1e2, 1.0)),
            linear("beta1", 0.999, self.beta1),
            linear("beta2", 0.999_999, self.beta2),
            linear("weight_decay", 1.0, self.weight_decay),
        ]
    }

    starts!();
}

#[derive(Clone)]
struct State {
    spec: Prodigy,
    d: f64,
    d_max: f64,
    gain: f64,
    start: Vec<f64>,
    sum: Vec<f64>,
    mean: Vec<f64>,
    square: Vec<f64>,
}

impl Method for State {
    fn step(&mut self, first: bool, x: &mut [f64], gradient: &[f64], lambda: &[f64]) {
        let &[rate, beta1, beta2, decay] = lambda else { unreachable!("four hyperparameters") };
        if first {
            self.start.copy_from_slice(x);
            [&mut self.sum, &mut self.mean, &mut self.square].into_iter().for_each(|v| v.fill(0.0));
            (self.d, self.d_max, self.gain) = (self.spec.d_initial, self.spec.d_initial, 0.0);
        }
        let beta3 = beta2.sqrt();
        let d = self.d;
        let step = d * rate;
        let weight = d / self.spec.d_initial * step;
        let towards = dot_f64(gradient, &self.start) - dot_f64(gradient, x);
        let mut norm = 0.0;
        for (((g, s), m), v) in gradient.iter().zip(&mut self.sum).zip(&mut self.mean).zip(&mut self.square) {
            *m = beta1 * *m + (1.0 - beta1) * (d * g);
            *v = beta2 * *v + (1.0 - beta2) * (d * d * g * g);
            *s = beta3 * *s + weight * g;
            norm += s.abs();
        }
        if norm == 0.0 {
            return;
        }
        self.gain = beta3 * self.gain + weight * towards;
        let found = self.gain / norm;
        if d == self.spec.d_initial {
            self.d = d.max(found);
        }
        self.d_max = self.d_max.max(found);
        self.d = self.d_max.min(self.d * self.spec.growth_rate.unwrap_or(f64::INFINITY));
        for ((x, m), v) in x.iter_mut().zip(&self.mean).zip(&self.square) {
            *x -= decay * step * *x;
            *x -= step * m / (v.sqrt() + self.d * self.spec.epsilon);
        }
    }
}
