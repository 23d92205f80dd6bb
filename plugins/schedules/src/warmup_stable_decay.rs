//! Warmup, stable phase, decay: `p`, and over the last part of the episode `p (m + (1 - m) s(u))` with `s` a cosine, linear or `1 - sqrt` shape.

use crate::open_loop::{OpenLoop, Ramp, Schedule, peak_parameter, warmup_parameter};
use controller_common::{Target, shape};
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The controller `warmup-stable-decay`.
///
/// Can follow shifts until the decay starts, not after.
pub type WarmupStableDecay = OpenLoop<WarmupStableDecaySchedule>;

/// The phases of [`WarmupStableDecay`].
#[derive(Clone, Debug)]
pub struct WarmupStableDecaySchedule {
    ramp: Ramp,
    decay: u64,
    ratio: f64,
    shape: fn(f64) -> f64,
}

impl Schedule for WarmupStableDecaySchedule {
    const ID: &'static str = "warmup-stable-decay";

    fn about() -> (&'static str, &'static str) {
        ("Linear warmup, a constant phase, a final decay", "Hu et al. 2024, arXiv:2404.06395; Transformers get_wsd_schedule")
    }

    fn parameters() -> Vec<Parameter> {
        vec![
            peak_parameter(),
            warmup_parameter(0.05),
            Parameter::real("decay", 0.2, 0.0, 1.0, "Fraction of the episode with decay, at its end"),
            Parameter::choice("shape", "cosine", &["cosine", "linear", "1-sqrt"], "Shape of the decay"),
            Parameter::real("min_ratio", 0.0, 0.0, 1.0, "Last value divided by the peak, also where the warmup starts"),
        ]
    }

    fn new(config: &Config, target: &Target, spec: &EpisodeSpec) -> Result<Self, ControllerError> {
        let shape = match config.choice("shape") {
            "linear" => |u: f64| 1.0 - u,
            "1-sqrt" => shape::one_minus_sqrt,
            _ => shape::cosine,
        };
        let decay = shape::steps(config.real("decay").unwrap_or(0.2), spec.n_steps, 0);
        Ok(Self { ramp: Ramp::new(config, target, spec), decay, ratio: config.real("min_ratio").unwrap_or(0.0), shape })
    }

    fn value(&self, t: u64) -> f64 {
        let start = self.ramp.n_steps.saturating_sub(self.decay).max(self.ramp.warmup);
        let factor = if t < self.ramp.warmup {
            t as f64 / self.ramp.warmup as f64
        } else if t < start {
            1.0
        } else {
            (self.shape)(((t - start) as f64 / self.decay.max(1) as f64).min(1.0))
        };
        self.ramp.peak * shape::between(self.ratio, 1.0, factor)
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
        for (shape, name) in [("cosine", "wsd_cosine"), ("linear", "wsd_linear"), ("1-sqrt", "wsd_1-sqrt")] {
            let parameters = json!({"warmup": 0.2, "decay": 0.3, "shape": shape, "min_ratio": 0.1});
            assert_close(&values::<WarmupStableDecaySchedule>(&parameters, 20), &reference::series(name));
        }
    }
}
