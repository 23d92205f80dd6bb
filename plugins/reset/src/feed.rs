//! What the detector sees: the raw loss, or its standardised residual.
//!
//! Residual: `r = (y - m) / s` with `m`, `s^2` exponentially weighted mean and variance of the losses before `y`, of time constant `window`; the plain mean and
//! variance while fewer values are known. Clipped to [-10, 10], so that one outlier does not make an alarm. A falling loss gives negative residuals, an abrupt
//! rise gives residuals that decay within the window. The first ten values after a start are not passed on.
//!
//! The end of a descent also raises the residuals, from negative to 0. So an alarm on residuals counts as a rise only when the loss itself has risen: when its
//! weighted mean of time constant `window / 5` exceeds `m` by half of `s`, at the alarm or within that time after it.

use controller_common::Port;
use oha_plugin_api::ControllerError;

const CLIP: f64 = 10.0;
const N_FIRST: u64 = 10;
const SHORTER: f64 = 5.0;
const MARGIN: f64 = 0.5;

/// The transformation of losses.
#[derive(Clone, Debug)]
pub struct Feed {
    window: Option<f64>,
    n: u64,
    mean: f64,
    variance: f64,
    recent: f64,
}

impl Feed {
    /// Residuals over a time constant of `window` decisions, or the raw loss for `None`.
    #[must_use]
    pub fn new(window: Option<f64>) -> Self {
        Self { window, n: 0, mean: 0.0, variance: 0.0, recent: 0.0 }
    }

    /// The value for the detector; `None` for a missing loss and during the start.
    pub fn pass(&mut self, y: f64) -> Option<f64> {
        let Some(window) = self.window else {
            return y.is_finite().then_some(y);
        };
        if y.is_nan() {
            return None;
        }
        let gap = y - self.mean;
        let residual = if gap == 0.0 { 0.0 } else { (gap / self.variance.sqrt()).clamp(-CLIP, CLIP) };
        let ready = self.n >= N_FIRST;
        if gap.is_finite() && (gap * gap).is_finite() {
            self.n += 1;
            let plain = 1.0 / self.n as f64;
            let weight = plain.max(1.0 / window);
            self.recent += plain.max(SHORTER / window).min(1.0) * (y - self.recent);
            self.mean += weight * gap;
            self.variance = (1.0 - weight) * (self.variance + weight * gap * gap);
        }
        ready.then_some(residual)
    }

    /// Whether the loss itself has risen; always true for raw losses, where the detector alone decides.
    #[must_use]
    pub fn has_risen(&self) -> bool {
        self.window.is_none() || self.recent - self.mean > MARGIN * self.variance.sqrt()
    }

    /// Decisions for which an alarm waits for [`Feed::has_risen`].
    #[must_use]
    pub fn patience(&self) -> u64 {
        self.window.map_or(1, |window| (window / SHORTER).ceil() as u64)
    }

    /// Forgets everything that was seen.
    pub fn reset(&mut self) {
        *self = Self::new(self.window);
    }

    /// Passes every changing field through `port`.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.whole(&mut self.n)?;
        port.reals([&mut self.mean, &mut self.variance, &mut self.recent])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_young_it_knows_plain_mean_and_variance() {
        let mut feed = Feed::new(Some(1000.0));
        let values: Vec<f64> = (0..10).map(|i| f64::from(i * i)).collect();
        assert!(values.iter().all(|y| feed.pass(*y).is_none()));
        let mean = values.iter().sum::<f64>() / 10.0;
        let variance = values.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / 10.0;
        let found = feed.pass(60.0).expect("ready");
        assert!((found - (60.0 - mean) / variance.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn is_free_of_scale_and_clipped() {
        let residuals = |scale: f64| -> Vec<Option<f64>> {
            let mut feed = Feed::new(Some(20.0));
            (0..50).map(|i| feed.pass(scale * (3.0 + libm::sin(f64::from(i))))).collect()
        };
        assert_eq!(residuals(1.0), residuals(1024.0));
        let mut feed = Feed::new(Some(20.0));
        for i in 0..20 {
            feed.pass(f64::from(i % 2));
        }
        assert!(!feed.has_risen());
        assert_eq!([f64::NAN, f64::INFINITY, -1e9].map(|y| feed.pass(y)), [None, Some(10.0), Some(-10.0)]);
        (0..5).for_each(|_| _ = feed.pass(1e9));
        assert!(feed.has_risen());
    }
}
