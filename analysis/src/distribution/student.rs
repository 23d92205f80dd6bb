//! Student's t.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// `P(T > t)` with `df > 0` degrees of freedom, accurate far into the tail.
#[must_use]
pub fn student_t_sf(t: f64, df: f64) -> f64 {
    if t == f64::INFINITY {
        return 0.0;
    }
    if t == f64::NEG_INFINITY {
        return 1.0;
    }
    let law = StudentsT::new(0.0, 1.0, df).expect("degrees of freedom are positive");
    if t < 0.0 { 1.0 - law.sf(-t) } else { law.sf(t) }
}

/// The `t` with `P(T <= t) = p`; infinite at 0 and 1. Found by bisection on the upper tail, then Newton-free: exact to rounding.
#[must_use]
pub fn student_t_quantile(p: f64, df: f64) -> f64 {
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    if p == 0.5 {
        return 0.0;
    }
    let tail = p.min(1.0 - p);
    let magnitude = super::range::falling_root(|t| student_t_sf(t, df), tail);
    if p < 0.5 { -magnitude } else { magnitude }
}
