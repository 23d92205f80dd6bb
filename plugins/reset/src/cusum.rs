//! Two-sided cumulated sums about the mean of the first samples.
//!
//! `u` is the mean of the first `M` values; after them `g+ <- max(0, g+ + x - u - eps)` and `g- <- max(0, g- + u - x - eps)`; alarm when one of them
//! reaches `h`. Source: Liu, Lee & Shroff 2018, arXiv:1711.03539, for rewards in [0, 1]: `h = ln(T / Y)` with `Y` changes expected in `T` steps; `eps` 0.01 and
//! `M` 100 as in SMPyBandits, whose loop however also sums the `M` values that define `u`; here only later ones. For standardised residuals `eps` is 0.5 and
//! `M` 30.

use crate::detector::{Detector, Direction};
use controller_common::Port;
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The test.
#[derive(Clone, Debug)]
pub struct Cusum {
    eps: f64,
    threshold: f64,
    n_first: u64,
    n: u64,
    sum: f64,
    up: f64,
    down: f64,
}

impl Detector for Cusum {
    const ID: &'static str = "reset-cusum";

    fn about() -> (&'static str, &'static str) {
        (
            "Resets the learning rate and its schedule when cumulated sums find a rise of the loss",
            "Liu, Lee & Shroff 2018, arXiv:1711.03539",
        )
    }

    fn parameters() -> Vec<Parameter> {
        let any = f64::INFINITY;
        vec![
            Parameter::real_derived("eps", 0.0, any, "Deviation that is tolerated; default: 0.5 for residuals, 0.01 for raw losses"),
            Parameter::real_derived("threshold", 0.0, any, "Sum that raises the alarm; default: ln(decisions / changes)"),
            Parameter::real("changes", 1.0, f64::MIN_POSITIVE, any, "Changes expected in the episode"),
            Parameter::integer_derived(
                "first",
                1,
                i64::MAX,
                "Values whose mean is the reference; default: 30 for residuals, 100 for raw losses",
            ),
        ]
    }

    fn new(config: &Config, spec: &EpisodeSpec, residual: bool, _seed: u64) -> Self {
        let changes = config.real("changes").unwrap_or(1.0);
        let derived = libm::log(spec.n_steps as f64 / changes).max(1.0);
        Self {
            eps: config.real("eps").unwrap_or(if residual { 0.5 } else { 0.01 }),
            threshold: config.real("threshold").unwrap_or(derived),
            n_first: config.integer("first").map_or(if residual { 30 } else { 100 }, i64::unsigned_abs),
            n: 0,
            sum: 0.0,
            up: 0.0,
            down: 0.0,
        }
    }

    fn update(&mut self, x: f64) -> Option<Direction> {
        self.n += 1;
        if self.n <= self.n_first {
            self.sum += x;
            return None;
        }
        let deviation = x - self.sum / self.n_first as f64;
        self.up = (self.up + deviation - self.eps).max(0.0);
        self.down = (self.down - deviation - self.eps).max(0.0);
        if self.up >= self.threshold {
            Some(Direction::Rise)
        } else if self.down >= self.threshold {
            Some(Direction::Fall)
        } else {
            None
        }
    }

    fn reset(&mut self) {
        (self.n, self.sum, self.up, self.down) = (0, 0.0, 0.0, 0.0);
    }

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.whole(&mut self.n)?;
        port.reals([&mut self.sum, &mut self.up, &mut self.down])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference;
    use controller_common::trial;
    use oha_plugin_api::Controller;
    use serde_json::json;

    #[test]
    fn alarms_agree_with_an_independent_implementation() {
        let config = Config::check(&crate::ResetCusum::descriptor(), &json!({"eps": 0.1, "threshold": 8.0, "first": 50})).expect("valid");
        let mut detector = Cusum::new(&config, &trial::spec(10, 1e-3, 1.0, 0.1), false, 0);
        let expected = reference::series("cusum");
        assert!(expected.len() >= 3, "{expected:?}");
        assert_eq!(reference::alarms(&mut detector, &reference::series("stream")), expected);
    }

    #[test]
    fn the_reference_is_not_summed() {
        let config = Config::check(&crate::ResetCusum::descriptor(), &json!({"eps": 0.0, "threshold": 3.0, "first": 2})).expect("valid");
        let mut detector = Cusum::new(&config, &trial::spec(10, 1e-3, 1.0, 0.1), false, 0);
        assert_eq!([9.0, 1.0, 6.0, 6.0, 6.0].map(|x| detector.update(x)), [None, None, None, None, Some(Direction::Rise)]);
        detector.reset();
        assert_eq!([9.0, 1.0, 1.0].map(|x| detector.update(x)), [None, None, Some(Direction::Fall)]);
    }
}
