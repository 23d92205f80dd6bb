//! The sign test: zero differences are dropped, the rest are fair coin tosses under the null.

use super::Tails;
use crate::sample::Pairs;

/// Result of the sign test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignTest {
    /// Pairs with `x > y`.
    pub n_pos: usize,
    /// Pairs with `x < y`.
    pub n_neg: usize,
    /// Pairs with `x = y`.
    pub n_zero: usize,
    /// Exact binomial p-values.
    pub tails: Tails,
}

/// Exact sign test; with only zero differences every p-value is 1.
#[must_use]
pub fn sign_test(pairs: &Pairs) -> SignTest {
    let n_pos = pairs.differences().iter().filter(|d| **d > 0.0).count();
    let n_neg = pairs.differences().iter().filter(|d| **d < 0.0).count();
    let n = n_pos + n_neg;
    let tails = Tails::doubled(binomial_half_tail(n, n_neg), binomial_half_tail(n, n_pos));
    SignTest { n_pos, n_neg, n_zero: pairs.len() - n, tails }
}

/// `P(Binomial(n, 1/2) <= k)`, every term positive.
pub(crate) fn binomial_half_tail(n: usize, k: usize) -> f64 {
    if k >= n {
        return 1.0;
    }
    if n > 1000 {
        // I_{1/2}(n - k, k + 1)
        return statrs::function::beta::beta_reg((n - k) as f64, k as f64 + 1.0, 0.5);
    }
    let mut term = libm::ldexp(1.0, -(n as i32));
    let mut sum = term;
    for i in 0..k {
        term *= (n - i) as f64 / (i + 1) as f64;
        sum += term;
    }
    sum.min(1.0)
}
