//! Alterations of synthetic landscapes, and the landscape itself.

use super::{Alteration, AlterationSpec, Touches};
use crate::sim::kernel::normal;
use crate::sim::objective::Step;
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Factors on a synthetic objective at one step; [`Default`] is the unaltered one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landscape {
    /// Factor on every curvature.
    pub curvature: f64,
    /// Factor on the variance of the gradient noise.
    pub noise: f64,
    /// Factor on the variance of the target's walk.
    pub drift: f64,
    /// Variance, a coordinate, of a jump of the target just before the gradient of this step; 0 for none.
    pub jump_variance: f64,
    /// Angle in radians by which the landscape is turned in its coordinate planes.
    pub rotation: f64,
    /// Factor on the ratio of largest to smallest curvature.
    pub conditioning: f64,
}

impl Default for Landscape {
    fn default() -> Self {
        Self { curvature: 1.0, noise: 1.0, drift: 1.0, jump_variance: 0.0, rotation: 0.0, conditioning: 1.0 }
    }
}

impl Landscape {
    /// Moves a target by this step's jump, drawn from the drift stream's own branch.
    pub fn displace(&self, step: &Step<'_>, target: &mut [f64]) {
        let deviation = self.jump_variance.sqrt();
        let mut draws = step.streams.drift.named("jump").at(step.decision);
        for c in target {
            *c = deviation.mul_add(normal::one(&mut draws), *c);
        }
    }
}

/// Declares an alteration that multiplies one factor of the landscape: `1` at strength 0, `factor` at strength 1, geometric between.
macro_rules! factor {
    ($name:ident, $kind:literal, $summary:literal, $field:ident, $default:literal, $touches:ident) => {
        #[doc = $summary]
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct $name {
            /// The factor at full strength.
            factor: f64,
        }
        impl Default for $name {
            fn default() -> Self {
                Self { factor: $default }
            }
        }
        impl Alteration for $name {
            fn touches(&self) -> Touches {
                Touches::$touches
            }
            fn landscape(&self, strength: f64, _onset: bool, landscape: &mut Landscape) {
                landscape.$field *= libm::pow(self.factor, strength);
            }
        }
        impl AlterationSpec for $name {
            const NAME: &'static str = $kind;
            const SUMMARY: &'static str = $summary;
            fn check(&self) -> Result<(), SpecError> {
                within("factor", self.factor, 1e-9, 1e9)
            }
        }
    };
}

factor!(Curvature, "curvature", "every curvature is multiplied by a factor", curvature, 4.0, LANDSCAPE);
factor!(
    GradientNoise,
    "noise-variance",
    "the variance of the objective's own gradient noise is multiplied by a factor",
    noise,
    25.0,
    LANDSCAPE
);
factor!(Drift, "drift-variance", "the variance of the target's walk is multiplied by a factor", drift, 100.0, LANDSCAPE);
factor!(
    Conditioning,
    "conditioning",
    "the ratio of the largest curvature to the smallest is multiplied by a factor",
    conditioning,
    10.0,
    SPECTRUM
);

/// The target jumps once, at the first step of the change; each time anew for a recurring shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Jump {
    /// Variance of the jump, a coordinate.
    variance: f64,
}

impl Default for Jump {
    fn default() -> Self {
        Self { variance: 4.0 }
    }
}

impl Alteration for Jump {
    fn touches(&self) -> Touches {
        Touches::LANDSCAPE
    }

    fn landscape(&self, _strength: f64, onset: bool, landscape: &mut Landscape) {
        if onset {
            landscape.jump_variance += self.variance;
        }
    }
}

impl AlterationSpec for Jump {
    const NAME: &'static str = "target-jump";
    const SUMMARY: &'static str = "the target jumps by a normal displacement at the first step of the change";

    fn check(&self) -> Result<(), SpecError> {
        within("variance", self.variance, 0.0, 1e12)
    }
}

/// The landscape is turned in its coordinate planes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rotation {
    /// Angle at full strength, in radians.
    angle: f64,
}

impl Default for Rotation {
    fn default() -> Self {
        Self { angle: std::f64::consts::FRAC_PI_4 }
    }
}

impl Alteration for Rotation {
    fn touches(&self) -> Touches {
        Touches::SPECTRUM
    }

    fn landscape(&self, strength: f64, _onset: bool, landscape: &mut Landscape) {
        landscape.rotation += strength * self.angle;
    }
}

impl AlterationSpec for Rotation {
    const NAME: &'static str = "rotation";
    const SUMMARY: &'static str = "the eigenvectors of the curvature turn by an angle around the target";

    fn check(&self) -> Result<(), SpecError> {
        within("angle", self.angle, -1e3, 1e3)
    }
}
