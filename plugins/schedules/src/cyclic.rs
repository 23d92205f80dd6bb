//! Cyclic triangles: with `c = floor(1 + t / 2s)` and `x = |t / s - 2c + 1|`, `b + (p - b) max(0, 1 - x) scale(c, t)`.

use crate::open_loop::{OpenLoop, Ramp, Schedule, peak_parameter};
use controller_common::{Target, shape};
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The controller `cyclic`: triangles between a base and the peak, optionally of shrinking height.
///
/// Never settles unless its height shrinks; its peaks cost loss at the noise floor.
pub type Cyclic = OpenLoop<CyclicSchedule>;

/// The triangles of [`Cyclic`].
#[derive(Clone, Debug)]
pub struct CyclicSchedule {
    peak: f64,
    base: f64,
    half: u64,
    mode: Mode,
}

#[derive(Clone, Copy, Debug)]
enum Mode {
    Triangular,
    Halving,
    Exponential(f64),
}

impl Schedule for CyclicSchedule {
    const ID: &'static str = "cyclic";

    fn about() -> (&'static str, &'static str) {
        ("Triangular cycles between a base and the peak", "Smith 2017, arXiv:1506.01186; PyTorch CyclicLR")
    }

    fn parameters() -> Vec<Parameter> {
        vec![
            peak_parameter(),
            Parameter::real_derived("base", 0.0, f64::INFINITY, "Smallest value of a cycle; default: a quarter of the peak"),
            Parameter::real("half_period", 0.05, 0.0, 1.0, "Length of the rise, and of the fall, as a fraction of the episode"),
            Parameter::choice(
                "mode",
                "triangular",
                &["triangular", "triangular2", "exp_range"],
                "Height: constant, halved each cycle, or gamma^t",
            ),
            Parameter::real("gamma", 1.0, 0.0, f64::INFINITY, "Factor of the height at each step in mode exp_range"),
        ]
    }

    fn new(config: &Config, target: &Target, spec: &EpisodeSpec) -> Result<Self, ControllerError> {
        let peak = Ramp::new(config, target, spec).peak;
        let mode = match config.choice("mode") {
            "triangular2" => Mode::Halving,
            "exp_range" => Mode::Exponential(config.real("gamma").unwrap_or(1.0)),
            _ => Mode::Triangular,
        };
        let half = shape::steps(config.real("half_period").unwrap_or(0.05), spec.n_steps, 1);
        Ok(Self { peak, base: config.real("base").unwrap_or(0.25 * peak), half, mode })
    }

    fn value(&self, t: u64) -> f64 {
        let (cycle, within) = (t / (2 * self.half), t % (2 * self.half));
        let height = within.min(2 * self.half - within) as f64 / self.half as f64;
        let scale = match self.mode {
            Mode::Triangular => 1.0,
            Mode::Halving => shape::exponential(cycle as f64, 0.5),
            Mode::Exponential(gamma) => shape::exponential(t as f64, gamma),
        };
        shape::between(self.base, self.peak, height * scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open_loop::{assert_close, values};
    use crate::reference;
    use serde_json::json;

    #[test]
    fn agrees_with_torch() {
        for mode in ["triangular", "triangular2", "exp_range"] {
            let parameters = json!({"half_period": 0.15, "base": 0.05, "mode": mode, "gamma": 0.9});
            assert_close(&values::<CyclicSchedule>(&parameters, 20), &reference::series(&format!("CyclicLR_{mode}")));
        }
    }
}
