//! The p-values of a test.

/// Two-sided p-value and both one-sided ones, each in `(0, 1]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tails {
    /// Against any difference.
    pub p_two_sided: f64,
    /// Against the alternative that `x` tends to be larger than `y`.
    pub p_greater: f64,
    /// Against the alternative that `x` tends to be smaller than `y`.
    pub p_less: f64,
}

impl Tails {
    /// From the one-sided p-values; the two-sided one is twice the smaller, at most 1.
    #[must_use]
    pub fn doubled(p_greater: f64, p_less: f64) -> Self {
        let bound = |p: f64| p.clamp(f64::MIN_POSITIVE, 1.0);
        Self { p_two_sided: bound(2.0 * p_greater.min(p_less)), p_greater: bound(p_greater), p_less: bound(p_less) }
    }
}
