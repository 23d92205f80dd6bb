//! Inverse square root decay, `p / sqrt(1 + (t - W) / tau)`.
//!
//! With `tau = W` it is `p sqrt(W / t)`, the schedule of the first transformer.

use crate::open_loop::{OpenLoop, Ramp, Schedule, peak_parameter, warmup_parameter};
use controller_common::{Target, shape};
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The controller `inverse-sqrt`: needs no horizon beyond the unit of its parameters.
///
/// Decays more slowly than the final loss of a stationary problem would like.
pub type InverseSqrt = OpenLoop<InverseSqrtSchedule>;

/// The decay of [`InverseSqrt`].
#[derive(Clone, Debug)]
pub struct InverseSqrtSchedule {
    ramp: Ramp,
    timescale: f64,
}

impl Schedule for InverseSqrtSchedule {
    const ID: &'static str = "inverse-sqrt";

    fn about() -> (&'static str, &'static str) {
        ("Decays as the inverse square root of time", "Vaswani et al. 2017, arXiv:1706.03762; Transformers get_inverse_sqrt_schedule")
    }

    fn parameters() -> Vec<Parameter> {
        let doc = "Time until the value is 1 / sqrt(2) of the peak, as a fraction of the episode; default: warmup, or 0.1 without warmup";
        vec![peak_parameter(), warmup_parameter(0.0), Parameter::real_derived("timescale", 1e-9, f64::INFINITY, doc)]
    }

    fn new(config: &Config, target: &Target, spec: &EpisodeSpec) -> Result<Self, ControllerError> {
        let ramp = Ramp::new(config, target, spec);
        let derived = if ramp.warmup > 0 { ramp.warmup as f64 } else { 0.1 * spec.n_steps as f64 };
        let timescale = config.real("timescale").map_or(derived, |fraction| fraction * spec.n_steps as f64);
        Ok(Self { ramp, timescale: timescale.max(f64::MIN_POSITIVE) })
    }

    fn value(&self, t: u64) -> f64 {
        self.ramp.warming(t).unwrap_or_else(|| self.ramp.peak * shape::inverse_sqrt(self.ramp.since(t), self.timescale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open_loop::{assert_close, values};
    use crate::reference;
    use serde_json::json;

    #[test]
    fn agrees_with_transformers() {
        assert_close(&values::<InverseSqrtSchedule>(&json!({"warmup": 0.2}), 20), &reference::series("inverse_sqrt"));
        assert_close(&values::<InverseSqrtSchedule>(&json!({"warmup": 0.2, "timescale": 0.5}), 20), &reference::series("inverse_sqrt_10"));
    }
}
