//! Cosine decay, `e + (p - e) (1 + cos(pi u)) / 2`.

use crate::open_loop::{OpenLoop, Ramp, Schedule, end_parameter, peak_parameter, warmup_parameter};
use controller_common::{Target, shape};
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The controller `cosine`: half a cosine from the peak to the end, after an optional warmup.
///
/// Needs the horizon; after its decay it cannot follow a shift.
pub type Cosine = OpenLoop<CosineSchedule>;

/// The decay of [`Cosine`].
#[derive(Clone, Debug)]
pub struct CosineSchedule {
    ramp: Ramp,
    end: f64,
}

impl Schedule for CosineSchedule {
    const ID: &'static str = "cosine";

    fn about() -> (&'static str, &'static str) {
        ("Half a cosine from the peak to the end", "Loshchilov & Hutter 2017, arXiv:1608.03983; PyTorch CosineAnnealingLR")
    }

    fn parameters() -> Vec<Parameter> {
        vec![peak_parameter(), end_parameter(), warmup_parameter(0.0)]
    }

    fn new(config: &Config, target: &Target, spec: &EpisodeSpec) -> Result<Self, ControllerError> {
        Ok(Self { ramp: Ramp::new(config, target, spec), end: config.real("end").unwrap_or(0.0) })
    }

    fn value(&self, t: u64) -> f64 {
        self.ramp.warming(t).unwrap_or_else(|| shape::between(self.end, self.ramp.peak, shape::cosine(self.ramp.fraction(t))))
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
        assert_close(&values::<CosineSchedule>(&json!({"end": 0.01}), 20), &reference::series("CosineAnnealingLR"));
    }

    #[test]
    fn with_warmup_it_agrees_with_transformers() {
        assert_close(&values::<CosineSchedule>(&json!({"warmup": 0.2}), 20), &reference::series("cosine_with_warmup"));
    }
}
