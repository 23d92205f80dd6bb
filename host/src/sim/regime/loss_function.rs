//! The objective changes its loss: from cross-entropy to half the Brier score for classes, from half the squared error to the absolute error for
//! regression. Training and recorded loss are `(1 - s)` of the first and `s` of the second at strength `s`, so that the change is one of `f_t` itself.

use super::{Alteration, AlterationSpec, Touches};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Settings of the change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LossFunction {
    /// Weight of the other loss at full strength.
    weight: f64,
}

impl Default for LossFunction {
    fn default() -> Self {
        Self { weight: 1.0 }
    }
}

impl Alteration for LossFunction {
    fn touches(&self) -> Touches {
        Touches::LOSS
    }

    fn other_loss(&self, strength: f64) -> f64 {
        strength * self.weight
    }
}

impl AlterationSpec for LossFunction {
    const NAME: &'static str = "loss-function";
    const SUMMARY: &'static str = "the objective's loss changes: cross-entropy to the Brier score, squared to absolute error";

    fn check(&self) -> Result<(), SpecError> {
        within("weight", self.weight, 0.0, 1.0)
    }
}
