//! Alterations of the training itself: lost optimizer state, disturbed parameters, a penalty; and the placebo, which alters nothing.

use super::{Alteration, AlterationSpec, Touches};
use crate::sim::kernel::normal;
use crate::sim::real::VectorMut;
use crate::sim::rng::SeedKey;
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// The optimizer forgets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OptimizerReset {}

impl Alteration for OptimizerReset {
    fn touches(&self) -> Touches {
        Touches::STATE
    }

    fn state(&self, _fixed: SeedKey, _theta: &mut VectorMut<'_>) -> bool {
        true
    }
}

impl AlterationSpec for OptimizerReset {
    const NAME: &'static str = "optimizer-reset";
    const SUMMARY: &'static str = "the optimizer forgets its state at the first step of the change";

    fn check(&self) -> Result<(), SpecError> {
        Ok(())
    }
}

/// The parameters are disturbed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PoorParameters {
    /// Standard deviation of the displacement of each parameter.
    deviation: f64,
    /// Whether the optimizer forgets its state as well; methods anchored at their start would otherwise undo the displacement.
    forget_optimizer: bool,
}

impl Default for PoorParameters {
    fn default() -> Self {
        Self { deviation: 1.0, forget_optimizer: true }
    }
}

impl Alteration for PoorParameters {
    fn touches(&self) -> Touches {
        Touches::STATE
    }

    fn state(&self, fixed: SeedKey, theta: &mut VectorMut<'_>) -> bool {
        let mut draws = fixed.at(0);
        theta.map(|_, x| x + self.deviation * normal::one(&mut draws));
        self.forget_optimizer
    }
}

impl AlterationSpec for PoorParameters {
    const NAME: &'static str = "poor-parameters";
    const SUMMARY: &'static str = "the parameters are displaced at random at the first step of the change";

    fn check(&self) -> Result<(), SpecError> {
        within("deviation", self.deviation, 0.0, 1e9)
    }
}

/// A penalty on the training loss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Regularisation {
    /// Coefficient at full strength.
    coefficient: f64,
}

impl Default for Regularisation {
    fn default() -> Self {
        Self { coefficient: 0.1 }
    }
}

impl Alteration for Regularisation {
    fn touches(&self) -> Touches {
        Touches::GRADIENT
    }

    fn penalty(&self, strength: f64) -> f64 {
        strength * self.coefficient
    }
}

impl AlterationSpec for Regularisation {
    const NAME: &'static str = "regularisation";
    const SUMMARY: &'static str = "the training loss gains a penalty, coefficient |theta|^2 / 2; the recorded loss does not";

    fn check(&self) -> Result<(), SpecError> {
        within("coefficient", self.coefficient, 0.0, 1e6)
    }
}

/// Nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Placebo {}

impl Alteration for Placebo {
    fn touches(&self) -> Touches {
        Touches::NONE
    }
}

impl AlterationSpec for Placebo {
    const NAME: &'static str = "placebo";
    const SUMMARY: &'static str = "marks a change point and alters nothing: a control for the recovery metrics";

    fn check(&self) -> Result<(), SpecError> {
        Ok(())
    }
}
