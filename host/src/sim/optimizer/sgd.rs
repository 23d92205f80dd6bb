//! Stochastic gradient descent with momentum and weight decay, in PyTorch's convention (dampening 0):
//! `d = g + wd theta`, `v <- mu v + d`, `theta <- theta - lr v`; with Nesterov's momentum `theta <- theta - lr (d + mu v)`
//! (Polyak 1964, doi:10.1016/0041-5553(64)90137-5; Sutskever et al. 2013).

use super::{Descent, Optimizer, OptimizerEntry, OptimizerSpec};
use crate::kernel;
use crate::sim::kernel::vector::descend_f64;
use crate::sim::real::Real;
use oha_plugin_api::{HyperparameterSpec, Scale};
use serde::{Deserialize, Serialize};

/// Settings of stochastic gradient descent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sgd {
    /// Initial momentum.
    pub momentum: f64,
    /// Initial weight decay.
    pub weight_decay: f64,
    /// Whether the momentum is Nesterov's.
    pub nesterov: bool,
}

impl OptimizerSpec for Sgd {
    const NAME: &'static str = "sgd";
    const SUMMARY: &'static str = "stochastic gradient descent with momentum (heavy ball or Nesterov) and weight decay";
}

impl OptimizerEntry for Sgd {
    fn hyperparameters(&self, (min, max, initial): (f64, f64, f64)) -> Vec<HyperparameterSpec> {
        let linear = |name: &str, max, initial| HyperparameterSpec {
            name: name.into(),
            min: 0.0,
            max,
            scale: Scale::Linear,
            integer: false,
            initial,
        };
        vec![
            HyperparameterSpec { name: "learning_rate".into(), min, max, scale: Scale::Log, integer: false, initial },
            linear("momentum", 0.999, self.momentum),
            linear("weight_decay", 1.0, self.weight_decay),
        ]
    }

    fn start_f32(&self, n_parameters: usize) -> Box<dyn Optimizer<f32>> {
        Box::new(State { velocity: vec![0.0; n_parameters], nesterov: self.nesterov })
    }

    fn start_f64(&self, n_parameters: usize) -> Box<dyn Optimizer<f64>> {
        Box::new(State { velocity: vec![0.0; n_parameters], nesterov: self.nesterov })
    }
}

#[derive(Clone)]
struct State<R> {
    velocity: Vec<R>,
    nesterov: bool,
}

/// Number types with the update compiled for every width.
trait Update: Real {
    fn update(theta: &mut [Self], gradient: &[Self], velocity: &mut [Self], lambda: [f64; 3], nesterov: bool);
}

kernel! {
    fn descend_f32(theta: &mut [f32], gradient: &[f32], velocity: &mut [f32], lambda: [f64; 3], nesterov: bool) {
        let [rate, momentum, decay] = lambda.map(|x| x as f32);
        for ((x, &g), v) in theta.iter_mut().zip(gradient).zip(velocity) {
            let d = decay.mul_add(*x, g);
            *v = momentum.mul_add(*v, d);
            let direction = if nesterov { momentum.mul_add(*v, d) } else { *v };
            *x = (-rate).mul_add(direction, *x);
        }
    }
}

impl Update for f32 {
    #[inline]
    fn update(theta: &mut [Self], gradient: &[Self], velocity: &mut [Self], lambda: [f64; 3], nesterov: bool) {
        descend_f32(theta, gradient, velocity, lambda, nesterov);
    }
}

impl Update for f64 {
    #[inline]
    fn update(theta: &mut [Self], gradient: &[Self], velocity: &mut [Self], lambda: [f64; 3], nesterov: bool) {
        descend_f64(theta, gradient, velocity, lambda, nesterov);
    }
}

impl<R: Update> Optimizer<R> for State<R> {
    fn update(&mut self, theta: &mut [R], gradient: &[R], lambda: &[f64]) {
        R::update(theta, gradient, &mut self.velocity, [lambda[0], lambda[1], lambda[2]], self.nesterov);
    }

    fn descent(&mut self) -> Option<Descent<'_, R>> {
        Some(Descent { velocity: &mut self.velocity, nesterov: self.nesterov })
    }

    fn reset(&mut self) {
        self.velocity.fill(R::ZERO);
    }

    fn boxed_clone(&self) -> Box<dyn Optimizer<R>> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavy_ball_and_nesterov_follow_the_stated_recurrence() {
        for nesterov in [false, true] {
            let mut state = Sgd { nesterov, ..Sgd::default() }.start_f64(1);
            let mut theta = [1.0];
            let (mut velocity, mut by_hand) = (0.0, 1.0);
            for _ in 0..5 {
                let gradient = [4.0 * theta[0]];
                state.update(&mut theta, &gradient, &[0.1, 0.9, 0.01]);
                let d = 4.0 * by_hand + 0.01 * by_hand;
                velocity = 0.9 * velocity + d;
                by_hand -= 0.1 * if nesterov { d + 0.9 * velocity } else { velocity };
                assert!((theta[0] - by_hand).abs() < 1e-14, "{} against {by_hand}", theta[0]);
            }
        }
    }
}
