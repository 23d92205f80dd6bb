//! The minibatches that training gets become smaller or larger: whatever batch size is in force is multiplied by a factor, and with it the variance of
//! the gradient divided (a worker is lost, a device is shared).

use super::{Alteration, AlterationSpec, Touches};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Settings of the change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BatchSize {
    /// The factor at full strength.
    factor: f64,
}

impl Default for BatchSize {
    fn default() -> Self {
        Self { factor: 0.125 }
    }
}

impl Alteration for BatchSize {
    fn touches(&self) -> Touches {
        Touches::BATCH
    }

    fn batch_size(&self, strength: f64) -> f64 {
        libm::pow(self.factor, strength)
    }
}

impl AlterationSpec for BatchSize {
    const NAME: &'static str = "batch-size";
    const SUMMARY: &'static str = "the batch size in force is multiplied by a factor, geometrically in the strength, and rounded";

    fn check(&self) -> Result<(), SpecError> {
        within("factor", self.factor, 1e-4, 1e4)
    }
}
