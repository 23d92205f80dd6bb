//! Range of `k` independent standard normals (the studentized range with infinitely many degrees of freedom).
//!
//! With the maximum at `z`, `P(R > q) = k * integral of phi(z) [Phi(z)^(k-1) - (Phi(z) - Phi(z - q))^(k-1)] dz`. Written as
//! `Phi(z)^(k-1) * -expm1((k-1) ln(1 - Phi(z-q)/Phi(z)))`, every term is positive, so the tail keeps its relative accuracy.
//! Composite Gauss-Legendre quadrature.

use super::normal_cdf;

/// Nodes and weights of the 8-point Gauss-Legendre rule on [-1, 1], positive half.
const RULE: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];
const PANELS: usize = 96;

/// `P(R > q)` of the range of `k >= 2` standard normals.
#[must_use]
pub fn studentized_range_sf(q: f64, k: usize) -> f64 {
    if q <= 0.0 {
        return 1.0;
    }
    if q == f64::INFINITY {
        return 0.0;
    }
    let others = k as f64 - 1.0;
    let integrand = |z: f64| {
        let below = normal_cdf(z);
        let ratio = (normal_cdf(z - q) / below).min(1.0);
        let density = libm::exp(-0.5 * z * z) * 0.398_942_280_401_432_7;
        if below == 0.0 || density == 0.0 {
            return 0.0;
        }
        density * libm::exp(others * libm::log(below)) * -libm::expm1(others * libm::log1p(-ratio))
    };
    // The integrand peaks between 0 and q; ten standard deviations beyond each side it is below 1e-22 of its peak.
    let (start, end) = (-9.0, q + 9.0);
    let half = 0.5 * (end - start) / PANELS as f64;
    let mut total = 0.0;
    for panel in 0..PANELS {
        let centre = start + half * (2 * panel + 1) as f64;
        for (node, weight) in RULE {
            total += weight * (integrand(centre - half * node) + integrand(centre + half * node));
        }
    }
    (k as f64 * half * total).min(1.0)
}

/// The `q` with `P(R > q) = alpha`.
#[must_use]
pub fn studentized_range_quantile(alpha: f64, k: usize) -> f64 {
    falling_root(|q| studentized_range_sf(q, k), alpha)
}

/// Root above 0 of a falling function, by doubling and bisection on `f(x) = target` with `0 < target < f(0)`.
pub(crate) fn falling_root(function: impl Fn(f64) -> f64, target: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    while function(high) > target && high < 1e300 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..120 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if function(middle) > target {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}
