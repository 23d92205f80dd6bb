//! Quadratics with noise: `f_t(x) = (x - c_t)' R_t' D_t R_t (x - c_t) / 2`, gradient `R_t' (D_t R_t (x - c_t) + e_t)`.
//!
//! `D_t` is diagonal; the noise `e_t` lives in the eigenbasis, the walk and the jumps of the centre `c_t` in the coordinates. `R_t` turns the coordinate
//! planes (1, 2), (3, 4) ... by one angle. A regime scales curvature, noise and drift, turns the landscape, and changes the condition number `k` to `k' = s k`
//! by `h_i <- h_max (h_i / h_max)^(ln k' / ln k)`, which leaves the largest curvature where it is.

pub mod noisy;
pub mod rotating;
pub mod spectrum;

use super::{Evaluation, Objective, Step};
use crate::sim::kernel::descent::{Quadratic, descend_quadratic_f64};
use crate::sim::kernel::normal;
use crate::sim::kernel::normal_block::NormalBlock;
use crate::sim::kernel::vector::{dot_f64, quadratic_f64, quadratic_gradient_f64, walk_f64};
use crate::sim::optimizer::Descent;
use crate::sim::rng::Streams;
use std::sync::Arc;

/// What every episode of a quadratic shares.
#[derive(Clone, Debug)]
struct Form {
    curvature: Vec<f64>,
    /// `ln (h_i / h_max)`.
    log_ratio: Vec<f64>,
    /// `ln` of the condition number; 0 for an isotropic quadratic.
    log_condition: f64,
    noise_deviation: Vec<f64>,
    drift_deviation: Vec<f64>,
    initial_deviation: Vec<f64>,
    has_noise: bool,
    has_drift: bool,
    /// Angle, in radians, by which the landscape turns in each optimizer step.
    rotation_per_step: f64,
}

impl Form {
    fn new(curvature: Vec<f64>, noise: &[f64], drift: &[f64], initial: &[f64], rotation_per_step: f64) -> Self {
        let (low, high) = curvature.iter().fold((f64::INFINITY, 0.0f64), |(low, high), &h| (low.min(h), high.max(h)));
        let deviations = |v: &[f64]| v.iter().map(|x| x.sqrt()).collect::<Vec<_>>();
        Self {
            log_ratio: curvature.iter().map(|h| libm::log(h / high)).collect(),
            log_condition: libm::log(high / low),
            noise_deviation: deviations(noise),
            drift_deviation: deviations(drift),
            initial_deviation: deviations(initial),
            has_noise: noise.iter().any(|&v| v > 0.0),
            has_drift: drift.iter().any(|&v| v > 0.0),
            curvature,
            rotation_per_step,
        }
    }

    /// The curvatures under a factor and a factor on the condition number.
    fn scaled(&self, factor: f64, conditioning: f64, out: &mut [f64]) {
        let largest = self.curvature.iter().fold(0.0f64, |m, &h| m.max(h));
        let exponent = if self.log_condition > 0.0 { 1.0 + libm::log(conditioning) / self.log_condition } else { 1.0 };
        for ((out, &h), &ratio) in out.iter_mut().zip(&self.curvature).zip(&self.log_ratio) {
            *out = if conditioning == 1.0 { factor * h } else { factor * largest * libm::exp(exponent * ratio) };
        }
    }

    fn world(self) -> World {
        let n = self.curvature.len();
        World {
            current: self.curvature.clone(),
            in_force: (1.0, 1.0),
            noise_deviation: Scaled::new(&self.noise_deviation),
            walk_deviation: Scaled::new(&self.drift_deviation),
            turn: (0.0, 1.0, 0.0),
            centre: vec![0.0; n],
            noise: NormalBlock::new(n),
            walk: NormalBlock::new(n),
            error: vec![0.0; n],
            zero: vec![0.0; n],
            form: Arc::new(self),
        }
    }
}

/// Deviations times the square root of a factor on their variance, kept until the factor changes.
#[derive(Clone)]
struct Scaled {
    factor: f64,
    values: Vec<f64>,
}

impl Scaled {
    fn new(deviation: &[f64]) -> Self {
        Self { factor: 1.0, values: deviation.to_vec() }
    }

    #[inline]
    fn at(&mut self, factor: f64, deviation: &[f64]) -> &[f64] {
        if factor != self.factor {
            self.factor = factor;
            let root = factor.sqrt();
            self.values.iter_mut().zip(deviation).for_each(|(scaled, &d)| *scaled = root * d);
        }
        &self.values
    }
}

/// The running world of a quadratic.
#[derive(Clone)]
struct World {
    form: Arc<Form>,
    /// Curvatures in force.
    current: Vec<f64>,
    /// Factors of curvature and conditioning that `current` was made for.
    in_force: (f64, f64),
    /// Deviation of the noise in force.
    noise_deviation: Scaled,
    /// Deviation of the centre's walk in force.
    walk_deviation: Scaled,
    /// Angle in force, its cosine and sine.
    turn: (f64, f64, f64),
    centre: Vec<f64>,
    /// Standard normal numbers of the noise, in the eigenbasis.
    noise: NormalBlock,
    /// Standard normal numbers of the centre's walk.
    walk: NormalBlock,
    /// Room for a vector in the eigenbasis.
    error: Vec<f64>,
    zero: Vec<f64>,
}

impl World {
    /// Brings curvatures and angle to this step.
    #[inline]
    fn refresh(&mut self, step: &Step<'_>) {
        let landscape = step.landscape();
        let factors = (landscape.curvature, landscape.conditioning);
        if factors != self.in_force {
            self.form.scaled(factors.0, factors.1, &mut self.current);
            self.in_force = factors;
        }
        let speed = self.form.rotation_per_step;
        let angle = if speed == 0.0 { landscape.rotation } else { speed.mul_add(step.index as f64, landscape.rotation) };
        if angle != self.turn.0 {
            let (sine, cosine) = libm::sincos(angle);
            self.turn = (angle, cosine, sine);
        }
    }

    /// The gradient where the landscape is turned.
    #[inline(never)]
    fn turned_gradient(&mut self, step: &Step<'_>, theta: &[f64], gradient: &mut [f64]) {
        self.turned_error(theta);
        let z = if self.form.has_noise { self.noise.at(step.streams.gradient_noise, step.index) } else { &self.zero };
        let deviation = self.noise_deviation.at(step.landscape().noise, &self.form.noise_deviation);
        quadratic_gradient_f64(&self.current, &self.error, &self.zero, deviation, z, gradient);
        rotate(gradient, self.turn.1, -self.turn.2);
    }

    /// `R (x - c)` into `error`.
    fn turned_error(&mut self, theta: &[f64]) {
        for ((e, &x), &c) in self.error.iter_mut().zip(theta).zip(&self.centre) {
            *e = x - c;
        }
        rotate(&mut self.error, self.turn.1, self.turn.2);
    }
}

/// Turns each coordinate plane by the angle with this cosine and sine: `(a, b) <- (cos a - sin b, sin a + cos b)`.
fn rotate(v: &mut [f64], cosine: f64, sine: f64) {
    for pair in v.chunks_exact_mut(2) {
        let (a, b) = (pair[0], pair[1]);
        pair[0] = cosine.mul_add(a, -(sine * b));
        pair[1] = sine.mul_add(a, cosine * b);
    }
}

impl Objective for World {
    type Real = f64;
    const IN_ONE_PASS: bool = true;

    fn n_parameters(&self) -> usize {
        self.centre.len()
    }

    fn initial(&self, streams: &Streams, theta: &mut [f64]) {
        normal::fill_scaled(&mut streams.initial.at(0), &self.form.initial_deviation, 1.0, theta);
    }

    #[inline]
    fn begin(&mut self, step: &Step<'_>, _extras: &[f64]) {
        self.refresh(step);
        let landscape = step.landscape();
        if landscape.jump_variance > 0.0 && step.first {
            landscape.displace(step, &mut self.centre);
        }
    }

    #[inline]
    fn gradient(&mut self, step: &Step<'_>, _extras: &[f64], theta: &[f64], gradient: &mut [f64]) -> f64 {
        if self.turn.0 == 0.0 {
            let z = if self.form.has_noise { self.noise.at(step.streams.gradient_noise, step.index) } else { &self.zero };
            let deviation = self.noise_deviation.at(step.landscape().noise, &self.form.noise_deviation);
            quadratic_gradient_f64(&self.current, theta, &self.centre, deviation, z, gradient);
        } else {
            self.turned_gradient(step, theta, gradient);
        }
        if step.wants_loss { self.batch_loss(step, &[], theta) } else { f64::NAN }
    }

    /// Of the quadratic in its own coordinates: `sum_j R_ji^2 h_j`, plane by plane.
    fn curvature(&mut self, _step: &Step<'_>, _theta: &[f64], curvature: &mut [f64]) {
        curvature.copy_from_slice(&self.current);
        let (cosine, sine) = (self.turn.1 * self.turn.1, self.turn.2 * self.turn.2);
        for pair in curvature.chunks_exact_mut(2) {
            let (a, b) = (pair[0], pair[1]);
            pair[0] = cosine.mul_add(a, sine * b);
            pair[1] = sine.mul_add(a, cosine * b);
        }
    }

    /// The quadratic with the noise as a linear term, so that its gradient is the noisy one.
    #[inline(never)]
    fn batch_loss(&mut self, step: &Step<'_>, _extras: &[f64], theta: &[f64]) -> f64 {
        self.turned_error(theta);
        let mut noise = vec![0.0; theta.len()];
        if self.form.has_noise {
            let z = self.noise.at(step.streams.gradient_noise, step.index);
            walk_f64(self.noise_deviation.at(step.landscape().noise, &self.form.noise_deviation), z, &mut noise);
        }
        0.5f64.mul_add(quadratic_f64(&self.current, &self.error, &self.zero), dot_f64(&noise, &self.error))
    }

    #[inline]
    fn end(&mut self, step: &Step<'_>) {
        if self.form.has_drift {
            let z = self.walk.at(step.streams.drift, step.index);
            walk_f64(self.walk_deviation.at(step.landscape().drift, &self.form.drift_deviation), z, &mut self.centre);
        }
    }

    #[inline]
    fn evaluate(&mut self, _step: &Step<'_>, theta: &[f64]) -> Evaluation {
        let twice = if self.turn.0 == 0.0 {
            quadratic_f64(&self.current, theta, &self.centre)
        } else {
            self.turned_error(theta);
            quadratic_f64(&self.current, &self.error, &self.zero)
        };
        Evaluation { loss: 0.5 * twice, accuracy: f64::NAN }
    }

    #[inline]
    fn descend(
        &mut self,
        step: &Step<'_>,
        lambda: &[f64; 3],
        theta: &mut [f64],
        gradient: &mut [f64],
        descent: Descent<'_, f64>,
    ) -> Option<Evaluation> {
        self.refresh(step);
        if self.turn.0 != 0.0 {
            return None;
        }
        let landscape = step.landscape();
        if landscape.jump_variance > 0.0 {
            landscape.displace(step, &mut self.centre);
        }
        let form = &*self.form;
        let quadratic = Quadratic {
            curvature: &self.current,
            noise_deviation: self.noise_deviation.at(landscape.noise, &form.noise_deviation),
            noise: if form.has_noise { self.noise.at(step.streams.gradient_noise, step.index) } else { &self.zero },
            walk: form.has_drift.then(|| {
                let deviation = self.walk_deviation.at(landscape.drift, &form.drift_deviation);
                (deviation, self.walk.at(step.streams.drift, step.index))
            }),
        };
        let twice = descend_quadratic_f64(&quadratic, &mut self.centre, theta, gradient, descent.velocity, lambda, descent.nesterov);
        Some(Evaluation { loss: 0.5 * twice, accuracy: f64::NAN })
    }
}

#[cfg(test)]
mod tests;
