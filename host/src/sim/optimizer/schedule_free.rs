//! Schedule-Free SGD: gradients are taken at `y`, the model is evaluated at the average `x` (Defazio et al. 2024, arXiv:2405.15682).
//!
//! `z <- z - lr g(y)`, `w_t = lr_max^2` with `lr_max` the largest learning rate so far, `c = w_t / sum w`, `x <- (1 - c) x + c z`, `y = b x + (1 - b) z`.

use super::double::{Method, linear, logarithmic, starts};
use super::{OptimizerEntry, OptimizerSpec};
use oha_plugin_api::HyperparameterSpec;
use serde::{Deserialize, Serialize};

/// Settings of Schedule-Free SGD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleFree {
    /// Initial interpolation `b` between average and iterate.
    pub momentum: f64,
    /// Initial weight decay, at `y`.
    pub weight_decay: f64,
}

impl Default for ScheduleFree {
    fn default() -> Self {
        Self { momentum: 0.9, weight_decay: 0.0 }
    }
}

impl OptimizerSpec for ScheduleFree {
    const NAME: &'static str = "schedule-free";
    const SUMMARY: &'static str = "Schedule-Free SGD: iterate averaging in place of a learning-rate schedule";
}

impl ScheduleFree {
    fn method(&self, n: usize) -> State {
        let _ = self;
        State { x: vec![0.0; n], z: vec![0.0; n], rate_max: 0.0, weight_sum: 0.0 }
    }
}

impl OptimizerEntry for ScheduleFree {
    fn hyperparameters(&self, learning_rate: (f64, f64, f64)) -> Vec<HyperparameterSpec> {
        vec![
            logarithmic("learning_rate", learning_rate),
            linear("momentum", 0.999, self.momentum),
            linear("weight_decay", 1.0, self.weight_decay),
        ]
    }

    starts!();
}

#[derive(Clone)]
struct State {
    x: Vec<f64>,
    z: Vec<f64>,
    rate_max: f64,
    weight_sum: f64,
}

impl Method for State {
    fn step(&mut self, first: bool, y: &mut [f64], gradient: &[f64], lambda: &[f64]) {
        let &[rate, momentum, decay] = lambda else { unreachable!("three hyperparameters") };
        if first {
            self.x.copy_from_slice(y);
            self.z.copy_from_slice(y);
            (self.rate_max, self.weight_sum) = (0.0, 0.0);
        }
        self.rate_max = self.rate_max.max(rate);
        let weight = self.rate_max * self.rate_max;
        self.weight_sum += weight;
        let c = weight / self.weight_sum;
        for (((y, g), x), z) in y.iter_mut().zip(gradient).zip(&mut self.x).zip(&mut self.z) {
            *z -= rate * (g + decay * *y);
            *x = (1.0 - c) * *x + c * *z;
            *y = momentum * *x + (1.0 - momentum) * *z;
        }
    }

    fn answer(&self) -> Option<&[f64]> {
        Some(&self.x)
    }
}
