//! Beta, F and chi-squared.

use statrs::distribution::{ChiSquared, ContinuousCDF};
use statrs::function::beta::beta_reg;

/// The `x` with `I_x(a, b) = p`, by bisection; 0 and 1 at the ends.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle == low || middle == high {
            break;
        }
        if beta_reg(a, b, middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// `P(F > f)` with `df1` and `df2` degrees of freedom; 0 at infinity.
#[must_use]
pub fn f_sf(f: f64, df1: f64, df2: f64) -> f64 {
    if f <= 0.0 {
        1.0
    } else if f == f64::INFINITY {
        0.0
    } else {
        beta_reg(0.5 * df2, 0.5 * df1, df2 / (df2 + df1 * f))
    }
}

/// `P(X > x)` of chi-squared with `df` degrees of freedom.
#[must_use]
pub fn chi_squared_sf(x: f64, df: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    ChiSquared::new(df).expect("degrees of freedom are positive").sf(x)
}
