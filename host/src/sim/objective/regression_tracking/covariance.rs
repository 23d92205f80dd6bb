//! The covariance of the error of the weights under least mean squares and under a Kalman filter, for known features.

use crate::sim::real::Real as _;

/// `P = E (w - s)(w - s)'`, row-major.
#[derive(Clone, Debug)]
pub(super) struct Covariance {
    n: usize,
    p: Vec<f64>,
}

impl Covariance {
    pub(super) fn scaled_identity(n: usize, variance: f64) -> Self {
        let mut all = Self { n, p: vec![0.0; n * n] };
        all.widen(variance);
        all
    }

    /// `P + q I`.
    pub(super) fn widen(&mut self, q: f64) {
        self.p.iter_mut().step_by(self.n + 1).for_each(|p| *p += q);
    }

    pub(super) fn trace(&self) -> f64 {
        self.p.iter().step_by(self.n + 1).sum()
    }

    /// `P x` and `x' P x`.
    pub(super) fn times(&self, x: &[f64]) -> (Vec<f64>, f64) {
        let px: Vec<f64> = self.p.chunks_exact(self.n).map(|row| f64::dot(row, x)).collect();
        let form = f64::dot(&px, x);
        (px, form)
    }

    /// The rate that makes `tr P` smallest after a step with features `x` and noise of variance `r`; 0 where the step does nothing.
    pub(super) fn greedy_rate(&self, x: &[f64], r: f64) -> f64 {
        let below = f64::dot(x, x) * (self.times(x).1 + r);
        if below > 0.0 { self.times(x).1 / below } else { 0.0 }
    }

    /// `(I - a x x') P (I - a x x') + a^2 r x x'`.
    pub(super) fn update(&mut self, a: f64, x: &[f64], r: f64) {
        let (px, form) = self.times(x);
        let both = a * a * (form + r);
        for (row, (&x_i, &px_i)) in self.p.chunks_exact_mut(self.n).zip(x.iter().zip(&px)) {
            for (p, (&x_j, &px_j)) in row.iter_mut().zip(x.iter().zip(&px)) {
                *p += both * x_i * x_j - a * (x_i * px_j + px_i * x_j);
            }
        }
    }

    /// The update with the best matrix gain.
    pub(super) fn filter(&mut self, x: &[f64], r: f64) {
        let (px, form) = self.times(x);
        if form + r > 0.0 {
            for (row, &px_i) in self.p.chunks_exact_mut(self.n).zip(&px) {
                row.iter_mut().zip(&px).for_each(|(p, &px_j)| *p -= px_i * px_j / (form + r));
            }
        }
    }
}
