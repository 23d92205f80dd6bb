//! Exponential decay, `p gamma^t`.

use crate::open_loop::{OpenLoop, Ramp, Schedule, peak_parameter, warmup_parameter};
use controller_common::{Target, shape};
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The controller `exponential`: by default it reaches `final_ratio` of the peak at the last step.
///
/// Given `gamma` it needs no horizon. Fails by being too small for a late shift.
pub type Exponential = OpenLoop<ExponentialSchedule>;

/// The decay of [`Exponential`].
#[derive(Clone, Debug)]
pub struct ExponentialSchedule {
    ramp: Ramp,
    gamma: f64,
}

impl Schedule for ExponentialSchedule {
    const ID: &'static str = "exponential";

    fn about() -> (&'static str, &'static str) {
        ("Multiplies by gamma at every step", "PyTorch ExponentialLR")
    }

    fn parameters() -> Vec<Parameter> {
        vec![
            peak_parameter(),
            warmup_parameter(0.0),
            Parameter::real(
                "final_ratio",
                0.01,
                1e-300,
                f64::INFINITY,
                "Value at the last step divided by the peak; unused when gamma is given",
            ),
            Parameter::real_derived("gamma", 0.0, f64::INFINITY, "Factor at each step; default: final_ratio^(1 / steps after warmup)"),
        ]
    }

    fn new(config: &Config, target: &Target, spec: &EpisodeSpec) -> Result<Self, ControllerError> {
        let ramp = Ramp::new(config, target, spec);
        let last = ramp.since(ramp.n_steps.saturating_sub(1)).max(1.0);
        let derived = || libm::pow(config.real("final_ratio").unwrap_or(0.01), 1.0 / last);
        Ok(Self { ramp, gamma: config.real("gamma").unwrap_or_else(derived) })
    }

    fn value(&self, t: u64) -> f64 {
        self.ramp.warming(t).unwrap_or_else(|| self.ramp.peak * shape::exponential(self.ramp.since(t), self.gamma))
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
        assert_close(&values::<ExponentialSchedule>(&json!({"gamma": 0.8}), 20), &reference::series("ExponentialLR"));
    }

    #[test]
    fn the_default_ends_at_one_per_cent() {
        let found = values::<ExponentialSchedule>(&json!({}), 20);
        assert!((found[19] / found[0] - 0.01).abs() < 1e-14);
    }
}
