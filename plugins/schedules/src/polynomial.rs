//! Polynomial decay, `e + (p - e) (1 - u)^d`.

use crate::open_loop::{OpenLoop, Ramp, Schedule, end_parameter, peak_parameter, warmup_parameter};
use controller_common::{Target, shape};
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The controller `polynomial`: linear decay by default.
///
/// Needs the horizon; after its decay it cannot follow a shift.
pub type Polynomial = OpenLoop<PolynomialSchedule>;

/// The decay of [`Polynomial`].
#[derive(Clone, Debug)]
pub struct PolynomialSchedule {
    ramp: Ramp,
    end: f64,
    power: f64,
}

impl Schedule for PolynomialSchedule {
    const ID: &'static str = "polynomial";

    fn about() -> (&'static str, &'static str) {
        ("Decays as a power of the time left; linear by default", "Chen et al. 2017, arXiv:1606.00915; PyTorch PolynomialLR")
    }

    fn parameters() -> Vec<Parameter> {
        let power = Parameter::real("power", 1.0, 0.0, f64::INFINITY, "Exponent of the fraction left; 1 is linear decay");
        vec![peak_parameter(), end_parameter(), warmup_parameter(0.0), power]
    }

    fn new(config: &Config, target: &Target, spec: &EpisodeSpec) -> Result<Self, ControllerError> {
        let (end, power) = (config.real("end").unwrap_or(0.0), config.real("power").unwrap_or(1.0));
        Ok(Self { ramp: Ramp::new(config, target, spec), end, power })
    }

    fn value(&self, t: u64) -> f64 {
        let decayed = || shape::between(self.end, self.ramp.peak, shape::polynomial(self.ramp.fraction(t), self.power));
        self.ramp.warming(t).unwrap_or_else(decayed)
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
        assert_close(&values::<PolynomialSchedule>(&json!({"power": 2.0}), 20), &reference::series("PolynomialLR"));
    }

    #[test]
    fn warmup_and_linear_decay_agree_with_transformers() {
        assert_close(&values::<PolynomialSchedule>(&json!({"warmup": 0.2}), 20), &reference::series("linear_with_warmup"));
    }
}
