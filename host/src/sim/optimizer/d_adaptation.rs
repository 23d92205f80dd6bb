//! SGD with D-Adaptation: dual averaging whose step grows with a lower bound `d` of the distance to the solution (Defazio and Mishchenko 2023,
//! arXiv:2301.07733; the authors' SGD).
//!
//! `l = d lr / |g_0|`, `r <- r + l <g, s>`, `s <- s + l g`, `d <- max(d, min(2 r / |s|, growth d))`, `z = x_0 - s`, `x <- mu x + (1 - mu) z`. `d` never shrinks:
//! after a shift it keeps the larger step. As in the authors' code, `g_0` is the first gradient without weight decay.

use super::double::{Method, linear, logarithmic, starts};
use super::{OptimizerEntry, OptimizerSpec};
use crate::sim::kernel::vector::dot_f64;
use crate::sim::spec::{SpecError, within};
use oha_plugin_api::HyperparameterSpec;
use serde::{Deserialize, Serialize};

/// Settings of D-Adaptation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DAdaptation {
    /// Initial estimate `d`.
    pub d_initial: f64,
    /// Largest factor by which `d` grows in a step; absent for no bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth_rate: Option<f64>,
    /// Initial momentum.
    pub momentum: f64,
    /// Initial weight decay.
    pub weight_decay: f64,
}

impl Default for DAdaptation {
    fn default() -> Self {
        Self { d_initial: 1e-6, growth_rate: None, momentum: 0.0, weight_decay: 0.0 }
    }
}

impl OptimizerSpec for DAdaptation {
    const NAME: &'static str = "d-adaptation";
    const SUMMARY: &'static str = "SGD that estimates the distance to the solution; its learning rate is a factor, 1 by default";

    fn check(&self) -> Result<(), SpecError> {
        within("d_initial", self.d_initial, 1e-300, 1e6)?;
        within("growth_rate", self.growth_rate.unwrap_or(1.0), 1.0, 1e9)
    }
}

impl DAdaptation {
    fn method(&self, n: usize) -> State {
        let growth_rate = self.growth_rate.unwrap_or(f64::INFINITY);
        State {
            d_initial: self.d_initial,
            growth_rate,
            d: 0.0,
            norm_first: 0.0,
            gain: 0.0,
            start: vec![0.0; n],
            sum: vec![0.0; n],
            g: vec![0.0; n],
        }
    }
}

impl OptimizerEntry for DAdaptation {
    fn hyperparameters(&self, _learning_rate: (f64, f64, f64)) -> Vec<HyperparameterSpec> {
        vec![
            logarithmic("learning_rate", (1e-3, 1e2, 1.0)),
            linear("momentum", 0.999, self.momentum),
            linear("weight_decay", 1.0, self.weight_decay),
        ]
    }

    starts!();
}

#[derive(Clone)]
struct State {
    d_initial: f64,
    growth_rate: f64,
    d: f64,
    norm_first: f64,
    gain: f64,
    start: Vec<f64>,
    sum: Vec<f64>,
    g: Vec<f64>,
}

impl Method for State {
    fn step(&mut self, first: bool, x: &mut [f64], gradient: &[f64], lambda: &[f64]) {
        let &[rate, momentum, decay] = lambda else { unreachable!("three hyperparameters") };
        if first {
            self.start.copy_from_slice(x);
            self.sum.fill(0.0);
            (self.d, self.gain, self.norm_first) = (self.d_initial, 0.0, 0.0);
        }
        for ((d, g), x) in self.g.iter_mut().zip(gradient).zip(x.iter()) {
            *d = g + decay * x;
        }
        if self.norm_first == 0.0 {
            self.norm_first = dot_f64(gradient, gradient).sqrt();
            if self.norm_first == 0.0 {
                return;
            }
        }
        let step = self.d * rate / self.norm_first;
        self.gain += step * dot_f64(&self.g, &self.sum);
        self.sum.iter_mut().zip(&self.g).for_each(|(s, g)| *s += step * g);
        let norm = dot_f64(&self.sum, &self.sum).sqrt();
        if norm > 0.0 {
            self.d = self.d.max((2.0 * self.gain / norm).min(self.growth_rate * self.d));
        }
        for ((x, start), s) in x.iter_mut().zip(&self.start).zip(&self.sum) {
            *x = momentum * *x + (1.0 - momentum) * (start - s);
        }
    }
}
