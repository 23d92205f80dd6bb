//! Step decay, `p gamma^floor(t / s)`.

use crate::open_loop::{OpenLoop, Ramp, Schedule, peak_parameter, warmup_parameter};
use controller_common::{Target, shape};
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The controller `step`: divides by ten (by default) every third of the episode.
///
/// Fails when the last factor comes before a shift: nothing raises the value again.
pub type Step = OpenLoop<StepSchedule>;

/// The staircase of [`Step`].
#[derive(Clone, Debug)]
pub struct StepSchedule {
    ramp: Ramp,
    gamma: f64,
    period: u64,
}

impl Schedule for StepSchedule {
    const ID: &'static str = "step";

    fn about() -> (&'static str, &'static str) {
        ("Multiplies by gamma every period", "He et al. 2016, arXiv:1512.03385; PyTorch StepLR")
    }

    fn parameters() -> Vec<Parameter> {
        vec![
            peak_parameter(),
            warmup_parameter(0.0),
            Parameter::real("gamma", 0.1, 0.0, f64::INFINITY, "Factor at each step of the staircase"),
            Parameter::real("period", 1.0 / 3.0, 0.0, 1.0, "Length of a stair, as a fraction of the episode"),
        ]
    }

    fn new(config: &Config, target: &Target, spec: &EpisodeSpec) -> Result<Self, ControllerError> {
        let gamma = config.real("gamma").unwrap_or(0.1);
        let period = shape::steps(config.real("period").unwrap_or(1.0 / 3.0), spec.n_steps, 1);
        Ok(Self { ramp: Ramp::new(config, target, spec), gamma, period })
    }

    fn value(&self, t: u64) -> f64 {
        let stairs = (t.saturating_sub(self.ramp.warmup) / self.period) as f64;
        self.ramp.warming(t).unwrap_or_else(|| self.ramp.peak * shape::exponential(stairs, self.gamma))
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
        assert_close(&values::<StepSchedule>(&json!({"period": 0.15}), 20), &reference::series("StepLR"));
    }
}
