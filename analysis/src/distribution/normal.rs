//! Standard normal distribution.

use statrs::function::erf::{erfc, erfc_inv};

/// `P(Z <= x)`.
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// `P(Z > x)`, accurate far into the tail.
#[must_use]
pub fn normal_sf(x: f64) -> f64 {
    normal_cdf(-x)
}

/// The `x` with `P(Z <= x) = p`; infinite at 0 and 1. One Newton step sharpens the library's value to full precision.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    let mut x = -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p);
    for _ in 0..2 {
        let density = libm::exp(-0.5 * x * x) * 0.398_942_280_401_432_7;
        let error = if p < 0.5 { normal_cdf(x) - p } else { (1.0 - p) - normal_sf(x) };
        if density > 0.0 && error.is_finite() {
            x -= error / density;
        }
    }
    x
}
