//! Page-Hinkley test.
//!
//! With `m_t` the mean of all values so far, `U_t = alpha U_{t-1} + x_t - m_t - delta` and `L_t = alpha L_{t-1} + x_t - m_t + delta`: alarm when
//! `U_t - min U > threshold` (rise) or `max L - L_t > threshold` (fall), after at least `min` values.
//!
//! Source: Page 1954, Biometrika 41; River `PageHinkley` (`delta` 0.005, `threshold` 50, `alpha` 0.9999, `min` 30), in the units of the values. For
//! standardised residuals the defaults are `delta` 0.5, `threshold` 20 and `alpha` 1: without drift `U - min U` exceeds `h` at a step with probability about
//! `exp(-2 delta h)`, here `exp(-20)`, and with `alpha < 1` the sum comes to rest at `-delta / (1 - alpha)`, where the protection by `delta` ends.

use crate::detector::{Detector, Direction};
use controller_common::Port;
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The test.
#[derive(Clone, Debug)]
pub struct PageHinkley {
    delta: f64,
    threshold: f64,
    alpha: f64,
    min: u64,
    n: u64,
    mean: f64,
    up: f64,
    down: f64,
    lowest: f64,
    highest: f64,
}

impl Detector for PageHinkley {
    const ID: &'static str = "reset-page-hinkley";

    fn about() -> (&'static str, &'static str) {
        ("Resets the learning rate and its schedule when a Page-Hinkley test finds a rise of the loss", "Page 1954; River PageHinkley")
    }

    fn parameters() -> Vec<Parameter> {
        let any = f64::INFINITY;
        vec![
            Parameter::real_derived("delta", 0.0, any, "Deviation that is tolerated; default: 0.5 for residuals, 0.005 for raw losses"),
            Parameter::real_derived("threshold", 0.0, any, "Sum that raises the alarm; default: 20 for residuals, 50 for raw losses"),
            Parameter::real_derived("alpha", 0.0, 1.0, "Forgetting factor of the sums; default: 1 for residuals, 0.9999 for raw losses"),
            Parameter::integer("min", 30, 1, i64::MAX, "Values before the first alarm"),
        ]
    }

    fn new(config: &Config, _spec: &EpisodeSpec, residual: bool, _seed: u64) -> Self {
        let real = |name: &str, residuals: f64, raw: f64| config.real(name).unwrap_or(if residual { residuals } else { raw });
        let mut detector = Self {
            delta: real("delta", 0.5, 0.005),
            threshold: real("threshold", 20.0, 50.0),
            alpha: real("alpha", 1.0, 0.9999),
            min: config.integer("min").map_or(30, i64::unsigned_abs),
            n: 0,
            mean: 0.0,
            up: 0.0,
            down: 0.0,
            lowest: 0.0,
            highest: 0.0,
        };
        detector.reset();
        detector
    }

    fn update(&mut self, x: f64) -> Option<Direction> {
        self.n += 1;
        self.mean += (x - self.mean) / self.n as f64;
        let deviation = x - self.mean;
        self.up = self.alpha * self.up + deviation - self.delta;
        self.down = self.alpha * self.down + deviation + self.delta;
        self.lowest = self.lowest.min(self.up);
        self.highest = self.highest.max(self.down);
        if self.n < self.min {
            None
        } else if self.up - self.lowest > self.threshold {
            Some(Direction::Rise)
        } else if self.highest - self.down > self.threshold {
            Some(Direction::Fall)
        } else {
            None
        }
    }

    fn reset(&mut self) {
        (self.n, self.mean, self.up, self.down) = (0, 0.0, 0.0, 0.0);
        (self.lowest, self.highest) = (f64::INFINITY, f64::NEG_INFINITY);
    }

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.whole(&mut self.n)?;
        port.reals([&mut self.mean, &mut self.up, &mut self.down, &mut self.lowest, &mut self.highest])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference;
    use controller_common::trial;

    #[test]
    fn alarms_agree_with_river() {
        let mut detector = PageHinkley::new(&Config::default(), &trial::spec(10, 1e-3, 1.0, 0.1), false, 0);
        let expected = reference::series("page_hinkley");
        assert!(expected.len() >= 3, "{expected:?}");
        assert_eq!(reference::alarms(&mut detector, &reference::series("stream")), expected);
    }
}
