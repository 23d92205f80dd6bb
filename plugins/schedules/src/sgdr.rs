//! Cosine decay with warm restarts: in cycle `i`, of length `T_i = T_0 m^i`, `e + (p - e) (1 + cos(pi t_i / T_i)) / 2`.

use crate::open_loop::{OpenLoop, Ramp, Schedule, end_parameter, peak_parameter};
use controller_common::{Target, shape};
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The controller `sgdr`: by default three cycles, each twice as long as the one before.
///
/// A restart helps after a shift only when it happens to follow it, and costs loss otherwise.
pub type Sgdr = OpenLoop<SgdrSchedule>;

/// The cycles of [`Sgdr`].
#[derive(Clone, Debug)]
pub struct SgdrSchedule {
    ramp: Ramp,
    end: f64,
    first: u64,
    multiple: u64,
}

impl SgdrSchedule {
    /// Fraction of its cycle that has passed at step `t`.
    fn fraction(&self, t: u64) -> f64 {
        let (mut left, mut length) = (t, self.first);
        if self.multiple == 1 {
            left %= length;
        }
        while left >= length {
            left -= length;
            length = length.saturating_mul(self.multiple);
        }
        left as f64 / length as f64
    }
}

impl Schedule for SgdrSchedule {
    const ID: &'static str = "sgdr";

    fn about() -> (&'static str, &'static str) {
        ("Cosine decay with warm restarts", "Loshchilov & Hutter 2017, arXiv:1608.03983; PyTorch CosineAnnealingWarmRestarts")
    }

    fn parameters() -> Vec<Parameter> {
        vec![
            peak_parameter(),
            end_parameter(),
            Parameter::real("first_period", 1.0 / 7.0, 0.0, 1.0, "Length of the first cycle, as a fraction of the episode"),
            Parameter::integer("period_multiple", 2, 1, 1_000_000, "Length of a cycle divided by that of the one before"),
        ]
    }

    fn new(config: &Config, target: &Target, spec: &EpisodeSpec) -> Result<Self, ControllerError> {
        let first = shape::steps(config.real("first_period").unwrap_or(1.0 / 7.0), spec.n_steps, 1);
        let multiple = config.integer("period_multiple").unwrap_or(2).unsigned_abs();
        Ok(Self { ramp: Ramp::new(config, target, spec), end: config.real("end").unwrap_or(0.0), first, multiple })
    }

    fn value(&self, t: u64) -> f64 {
        shape::between(self.end, self.ramp.peak, shape::cosine(self.fraction(t)))
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
        let doubling = json!({"first_period": 0.15, "end": 0.01});
        assert_close(&values::<SgdrSchedule>(&doubling, 20), &reference::series("CosineAnnealingWarmRestarts"));
        let equal = json!({"first_period": 0.25, "period_multiple": 1});
        assert_close(&values::<SgdrSchedule>(&equal, 20), &reference::series("CosineAnnealingWarmRestarts_1"));
    }
}
