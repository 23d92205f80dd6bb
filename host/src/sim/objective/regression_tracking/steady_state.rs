//! The steady state of least mean squares on normal features whose target walks.

/// Least mean squares with a constant rate on normal features, long after the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SteadyState {
    /// Number of features.
    pub n: f64,
    /// Variance of a feature.
    pub feature_variance: f64,
    /// Variance of the observation noise.
    pub noise_variance: f64,
    /// Variance of the walk of all weights together, a step.
    pub walk: f64,
}

impl SteadyState {
    /// `A = n sx r`, `B = 2 sx`, `C = (n + 2) sx^2` of `M (1 - B a + C a^2) + A a^2 + walk`.
    fn coefficients(&self) -> (f64, f64, f64) {
        let sx = self.feature_variance;
        (self.n * sx * self.noise_variance, 2.0 * sx, (self.n + 2.0) * sx * sx)
    }

    /// `E |w - s|^2` after the walk of a step; infinite at rates that do not settle.
    #[must_use]
    pub fn deviation(&self, rate: f64) -> f64 {
        let (a, b, c) = self.coefficients();
        let pull = b * rate - c * rate * rate;
        if pull > 0.0 { (a * rate * rate + self.walk) / pull } else { f64::INFINITY }
    }

    /// The rate with the smallest deviation.
    #[must_use]
    pub fn best_rate(&self) -> f64 {
        let (a, b, c) = self.coefficients();
        let cq = c * self.walk;
        ((cq * cq + a * b * b * self.walk).sqrt() - cq) / (a * b)
    }

    /// The usual approximation for small rates, `sqrt(walk / A)` (Widrow et al. 1976, doi:10.1109/PROC.1976.10286).
    #[must_use]
    pub fn best_small_rate(&self) -> f64 {
        (self.walk / self.coefficients().0).sqrt()
    }
}
