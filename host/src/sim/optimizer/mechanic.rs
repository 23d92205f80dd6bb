//! Mechanic over SGD: the base update is scaled by a learned factor (Cutkosky, Defazio and Mehta 2023, arXiv:2306.00144; the authors' code).
//!
//! With `D` the sum of the base updates and `x = x_0 + s D`, `s = sum_i s_i` over decays `b_i`: `h = <D, g + w s |g| x / |x|>`, `m <- max(b m, |h|)`,
//! `v <- b^2 v + h^2`, `r <- max(0, b r - s_i h)`, `s_i = (s_init m / n + r) / (sqrt v + eps)`, where the base update joins `D` after `h`. As in the authors' code,
//! `x` in the decay term is the point that the base update reached.

use super::double::{Method, linear, logarithmic, starts};
use super::{OptimizerEntry, OptimizerSpec};
use crate::sim::kernel::vector::dot_f64;
use crate::sim::spec::{SpecError, within};
use oha_plugin_api::HyperparameterSpec;
use serde::{Deserialize, Serialize};

const BETAS: [f64; 6] = [0.9, 0.99, 0.999, 0.999_9, 0.999_99, 0.999_999];

/// Settings of Mechanic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mechanic {
    /// Initial scale.
    pub scale_initial: f64,
    /// Initial decay of the scale, `w`.
    pub scale_decay: f64,
    /// Initial weight decay of the base update.
    pub weight_decay: f64,
    /// `eps` of the denominators.
    pub epsilon: f64,
}

impl Default for Mechanic {
    fn default() -> Self {
        Self { scale_initial: 1e-8, scale_decay: 0.01, weight_decay: 0.0, epsilon: 1e-8 }
    }
}

impl OptimizerSpec for Mechanic {
    const NAME: &'static str = "mechanic";
    const SUMMARY: &'static str = "SGD whose updates are scaled by a learned factor";

    fn check(&self) -> Result<(), SpecError> {
        within("scale_initial", self.scale_initial, 1e-300, 1.0)?;
        within("epsilon", self.epsilon, 1e-300, 1.0)
    }
}

impl Mechanic {
    fn method(&self, n: usize) -> State {
        let zeros = || vec![0.0; n];
        let tuner = Tuner { s: [0.0; 6], square: [0.0; 6], reward: [0.0; 6], product_max: [1e-6; 6] };
        State { spec: self.clone(), tuner, start: zeros(), sum: zeros(), base: zeros() }
    }
}

impl OptimizerEntry for Mechanic {
    fn hyperparameters(&self, _learning_rate: (f64, f64, f64)) -> Vec<HyperparameterSpec> {
        vec![
            logarithmic("learning_rate", (1e-4, 1e2, 1.0)),
            linear("scale_decay", 1.0, self.scale_decay),
            linear("weight_decay", 1.0, self.weight_decay),
        ]
    }

    starts!();
}

#[derive(Clone)]
struct State {
    spec: Mechanic,
    tuner: Tuner,
    start: Vec<f64>,
    sum: Vec<f64>,
    /// Point that the base update reached.
    base: Vec<f64>,
}

#[derive(Clone)]
struct Tuner {
    s: [f64; 6],
    square: [f64; 6],
    reward: [f64; 6],
    product_max: [f64; 6],
}

impl Tuner {
    fn scale(&self) -> f64 {
        self.s.iter().sum()
    }

    fn learn(&mut self, product: f64, scale_initial: f64, epsilon: f64) {
        for (i, beta) in BETAS.into_iter().enumerate() {
            self.product_max[i] = (beta * self.product_max[i]).max(product.abs());
            self.square[i] = beta * beta * self.square[i] + product * product;
            self.reward[i] = (beta * self.reward[i] - self.s[i] * product).max(0.0);
            let wealth = self.product_max[i] * scale_initial / BETAS.len() as f64 + self.reward[i];
            self.s[i] = wealth / (self.square[i].sqrt() + epsilon);
        }
    }
}

impl Method for State {
    fn step(&mut self, first: bool, x: &mut [f64], gradient: &[f64], lambda: &[f64]) {
        let &[rate, scale_decay, decay] = lambda else { unreachable!("three hyperparameters") };
        let epsilon = self.spec.epsilon;
        if first {
            self.start.copy_from_slice(x);
            self.sum.fill(0.0);
            self.tuner = Tuner { s: [0.0; 6], square: [0.0; 6], reward: [0.0; 6], product_max: [1e-6; 6] };
        }
        for ((base, x), g) in self.base.iter_mut().zip(x.iter()).zip(gradient) {
            *base = x - rate * (g + decay * x);
        }
        let norms = dot_f64(gradient, gradient).sqrt() / (dot_f64(&self.base, &self.base).sqrt() + epsilon);
        let pull = scale_decay * self.tuner.scale() * norms;
        let product = dot_f64(&self.sum, gradient) + pull * dot_f64(&self.sum, &self.base);
        for ((sum, base), x) in self.sum.iter_mut().zip(&self.base).zip(x.iter()) {
            *sum += base - x;
        }
        self.tuner.learn(product, self.spec.scale_initial, epsilon);
        let scale = self.tuner.scale().max(0.0);
        for ((x, start), sum) in x.iter_mut().zip(&self.start).zip(&self.sum) {
            *x = start + scale * sum;
        }
    }
}
