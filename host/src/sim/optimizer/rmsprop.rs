//! RMSProp in PyTorch's convention: `d = g + wd x`, `v <- a v + (1 - a) d^2`, `x <- x - lr d / (sqrt v + eps)`; with momentum `b <- mu b + d / (sqrt v + eps)`,
//! `x <- x - lr b` (Tieleman and Hinton 2012, Coursera lecture 6.5).

use super::double::{Method, linear, logarithmic, starts};
use super::{OptimizerEntry, OptimizerSpec};
use crate::sim::spec::{SpecError, within};
use oha_plugin_api::HyperparameterSpec;
use serde::{Deserialize, Serialize};

/// Settings of RMSProp.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RmsProp {
    /// Initial smoothing constant `a` of the squared gradient.
    pub alpha: f64,
    /// Initial momentum.
    pub momentum: f64,
    /// Initial weight decay.
    pub weight_decay: f64,
    /// `eps` of the denominator.
    pub epsilon: f64,
}

impl Default for RmsProp {
    fn default() -> Self {
        Self { alpha: 0.99, momentum: 0.0, weight_decay: 0.0, epsilon: 1e-8 }
    }
}

impl OptimizerSpec for RmsProp {
    const NAME: &'static str = "rmsprop";
    const SUMMARY: &'static str = "the gradient over the root of its smoothed square, with momentum and weight decay";

    fn check(&self) -> Result<(), SpecError> {
        within("epsilon", self.epsilon, 0.0, 1.0)
    }
}

impl RmsProp {
    fn method(&self, n: usize) -> State {
        State { epsilon: self.epsilon, square: vec![0.0; n], buffer: vec![0.0; n] }
    }
}

impl OptimizerEntry for RmsProp {
    fn hyperparameters(&self, learning_rate: (f64, f64, f64)) -> Vec<HyperparameterSpec> {
        vec![
            logarithmic("learning_rate", learning_rate),
            linear("alpha", 0.999_999, self.alpha),
            linear("momentum", 0.999, self.momentum),
            linear("weight_decay", 1.0, self.weight_decay),
        ]
    }

    starts!();
}

#[derive(Clone)]
struct State {
    epsilon: f64,
    square: Vec<f64>,
    buffer: Vec<f64>,
}

impl Method for State {
    fn step(&mut self, first: bool, x: &mut [f64], gradient: &[f64], lambda: &[f64]) {
        let &[rate, alpha, momentum, decay] = lambda else { unreachable!("four hyperparameters") };
        if first {
            self.square.fill(0.0);
            self.buffer.fill(0.0);
        }
        for (((x, g), v), b) in x.iter_mut().zip(gradient).zip(&mut self.square).zip(&mut self.buffer) {
            let d = g + decay * *x;
            *v = alpha * *v + (1.0 - alpha) * (d * d);
            *b = momentum * *b + d / (v.sqrt() + self.epsilon);
            *x -= rate * *b;
        }
    }
}
