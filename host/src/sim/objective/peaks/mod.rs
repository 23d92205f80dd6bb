//! Landscapes of moving peaks: `f(x) = max_k f_k(x)`, reported as the loss `max_k h_k - f(x)` with floor 0. The gradient is that of the peak that
//! wins at `x`. Every `period` decisions all peaks change. A new kind of peak is one file that implements [`Peak`].

pub mod cones;
pub mod gmpb;

use super::{Evaluation, Objective, Step};
use crate::sim::kernel::normal;
use crate::sim::kernel::vector::dot_f64;
use crate::sim::rng::{Generator, Streams, uniform};

/// One peak.
pub trait Peak: Clone + Send + 'static {
    /// How peaks change.
    type Change: Clone + Send + 'static;
    /// Value at the top.
    fn height(&self) -> f64;
    /// Value at `x`.
    fn value(&self, x: &[f64]) -> f64;
    /// Gradient of the value at `x`; 0 at the top.
    fn gradient(&self, x: &[f64], gradient: &mut [f64]);
    /// Moves to the next environment.
    fn change(&mut self, how: &Self::Change, draws: &mut Generator);
}

/// The index of the peak that wins at `x`, the first of equals, and its value.
fn winner<P: Peak>(peaks: &[P], x: &[f64]) -> (usize, f64) {
    let mut best = (0, f64::NEG_INFINITY);
    for (k, peak) in peaks.iter().enumerate() {
        let value = peak.value(x);
        if value > best.1 {
            best = (k, value);
        }
    }
    best
}

/// A uniform number of the range.
fn between((low, high): (f64, f64), draws: &mut Generator) -> f64 {
    low + (high - low) * uniform(draws)
}

/// `x` brought into the range by reflection at its ends.
fn reflected(x: f64, (low, high): (f64, f64)) -> f64 {
    let inside = if x < low {
        2.0 * low - x
    } else if x > high {
        2.0 * high - x
    } else {
        x
    };
    inside.clamp(low, high)
}

/// The running world.
#[derive(Clone)]
struct World<P: Peak> {
    peaks: Vec<P>,
    change: P::Change,
    /// Decisions between two environments.
    period: u64,
    /// Range of the initial coordinates.
    start: (f64, f64),
    noise_deviation: f64,
    noise: Vec<f64>,
}

impl<P: Peak> World<P> {
    fn loss(&self, x: &[f64]) -> f64 {
        self.peaks.iter().map(Peak::height).fold(f64::NEG_INFINITY, f64::max) - winner(&self.peaks, x).1
    }
}

impl<P: Peak> Objective for World<P> {
    type Real = f64;

    fn n_parameters(&self) -> usize {
        self.noise.len()
    }

    fn initial(&self, streams: &Streams, theta: &mut [f64]) {
        let mut draws = streams.initial.at(0);
        theta.iter_mut().for_each(|x| *x = between(self.start, &mut draws));
    }

    fn begin(&mut self, step: &Step<'_>, _extras: &[f64]) {
        if step.first && step.decision > 0 && step.decision.is_multiple_of(self.period) {
            let mut draws = step.streams.drift.named("environment").at(step.decision / self.period);
            self.peaks.iter_mut().for_each(|p| p.change(&self.change, &mut draws));
        }
        normal::fill(&mut step.streams.gradient_noise.at(step.index), &mut self.noise);
        self.noise.iter_mut().for_each(|e| *e *= self.noise_deviation);
    }

    fn gradient(&mut self, step: &Step<'_>, _extras: &[f64], theta: &[f64], gradient: &mut [f64]) -> f64 {
        let (k, _) = winner(&self.peaks, theta);
        self.peaks[k].gradient(theta, gradient);
        gradient.iter_mut().zip(&self.noise).for_each(|(g, e)| *g = e - *g);
        if step.wants_loss { self.batch_loss(step, &[], theta) } else { f64::NAN }
    }

    /// The landscape with the noise as a linear term, so that its gradient is the noisy one.
    fn batch_loss(&mut self, _step: &Step<'_>, _extras: &[f64], theta: &[f64]) -> f64 {
        self.loss(theta) + dot_f64(&self.noise, theta)
    }

    fn evaluate(&mut self, _step: &Step<'_>, theta: &[f64]) -> Evaluation {
        Evaluation { loss: self.loss(theta), accuracy: f64::NAN }
    }
}
