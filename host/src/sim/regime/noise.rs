//! Additive gradient noise: `g <- g + sd z`, `z` standard normal in each coordinate.

use super::{Alteration, AlterationSpec, Touches};
use crate::sim::kernel::normal;
use crate::sim::real::VectorMut;
use crate::sim::rng::{Generator, SeedKey};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Settings of additive gradient noise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AdditiveGradientNoise {
    /// Standard deviation, a coordinate, at full strength.
    deviation: f64,
}

impl Default for AdditiveGradientNoise {
    fn default() -> Self {
        Self { deviation: 0.1 }
    }
}

impl Alteration for AdditiveGradientNoise {
    fn touches(&self) -> Touches {
        Touches::GRADIENT
    }

    fn gradient(&self, strength: f64, _fixed: SeedKey, draws: &mut Generator, gradient: &mut VectorMut<'_>) {
        let deviation = strength * self.deviation;
        gradient.map(|_, g| deviation.mul_add(normal::one(draws), g));
    }
}

impl AlterationSpec for AdditiveGradientNoise {
    const NAME: &'static str = "gradient-noise";
    const SUMMARY: &'static str = "normal noise is added to every coordinate of the gradient";

    fn check(&self) -> Result<(), SpecError> {
        within("deviation", self.deviation, 0.0, 1e9)
    }
}
