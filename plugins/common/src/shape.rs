//! Shapes of schedules as pure functions: the factor by which the peak is multiplied.
//!
//! `u` is the fraction of the decay that has passed, from 0 (nothing) to 1 (all of it); values outside are clamped.

use core::f64::consts::PI;

/// Half a cosine from 1 to 0: `(1 + cos(pi u)) / 2` (Loshchilov & Hutter 2017, arXiv:1608.03983).
#[must_use]
pub fn cosine(u: f64) -> f64 {
    0.5 * (1.0 + libm::cos(PI * u.clamp(0.0, 1.0)))
}

/// `(1 - u)^power`.
#[must_use]
pub fn polynomial(u: f64, power: f64) -> f64 {
    libm::pow(1.0 - u.clamp(0.0, 1.0), power)
}

/// `1 - sqrt(u)` (Hägele et al. 2024, arXiv:2405.18392).
#[must_use]
pub fn one_minus_sqrt(u: f64) -> f64 {
    1.0 - u.clamp(0.0, 1.0).sqrt()
}

/// `1 / sqrt(1 + t / timescale)`.
#[must_use]
pub fn inverse_sqrt(t: f64, timescale: f64) -> f64 {
    1.0 / (1.0 + t / timescale).sqrt()
}

/// `gamma^t`.
#[must_use]
pub fn exponential(t: f64, gamma: f64) -> f64 {
    libm::pow(gamma, t)
}

/// Linear interpolation from `from` at `u = 0` to `to` at `u = 1`.
#[must_use]
pub fn between(from: f64, to: f64, u: f64) -> f64 {
    from + (to - from) * u
}

/// `fraction` of `n_steps` as a whole number of steps, at least `at_least`.
#[must_use]
pub fn steps(fraction: f64, n_steps: u64, at_least: u64) -> u64 {
    // The product is below 2^53 for every horizon that can be run, so that the cast is exact.
    ((fraction * n_steps as f64).round() as u64).max(at_least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_start_at_one_and_end_at_zero() {
        let ends = [cosine, |u| polynomial(u, 2.0), one_minus_sqrt].map(|shape: fn(f64) -> f64| (shape(0.0), shape(1.0), shape(2.0)));
        assert_eq!(ends, [(1.0, 0.0, 0.0); 3]);
    }

    #[test]
    fn values_by_hand() {
        assert!((cosine(0.5) - 0.5).abs() < 1e-16);
        assert_eq!(polynomial(0.5, 2.0), 0.25);
        assert_eq!(inverse_sqrt(30.0, 10.0), 0.5);
        assert_eq!(one_minus_sqrt(0.25), 0.5);
        assert_eq!((steps(0.3, 10, 1), steps(0.0, 10, 1), steps(0.25, 10, 0)), (3, 1, 3));
    }
}
