//! Alterations of the gradient without memory: multiplicative and heavy-tailed noise, masked coordinates, a factor on the training loss.

use super::{Alteration, AlterationSpec, Touches};
use crate::sim::kernel::normal;
use crate::sim::real::VectorMut;
use crate::sim::rng::{Generator, SeedKey, uniform};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Declares an alteration of the gradient: settings with defaults and ranges, and `|settings, strength, fixed, draws, gradient|`.
macro_rules! gradient_alteration {
    ($name:ident, $kind:literal, $summary:literal, { $($(#[$meta:meta])* $field:ident: $ty:ty = $default:expr, $low:expr, $high:expr;)* },
     |$spec:ident, $strength:ident, $fixed:ident, $draws:ident, $gradient:ident| $body:block) => {
        #[doc = $summary]
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct $name { $($(#[$meta])* $field: $ty,)* }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Alteration for $name {
            fn touches(&self) -> Touches {
                Touches::GRADIENT
            }

            fn gradient(&self, $strength: f64, $fixed: SeedKey, $draws: &mut Generator, $gradient: &mut VectorMut<'_>) {
                let $spec = self;
                $body
            }
        }

        impl AlterationSpec for $name {
            const NAME: &'static str = $kind;
            const SUMMARY: &'static str = $summary;

            fn check(&self) -> Result<(), SpecError> {
                $(within(stringify!($field), self.$field as f64, $low, $high)?;)*
                Ok(())
            }
        }
    };
}

gradient_alteration!(
    Multiplicative,
    "multiplicative-gradient-noise",
    "every coordinate of the gradient is multiplied by 1 + deviation z, z standard normal",
    {
        /// Standard deviation of the factor at full strength.
        deviation: f64 = 1.0, 0.0, 1e6;
    },
    |spec, strength, fixed, draws, gradient| {
        let _ = fixed;
        let deviation = strength * spec.deviation;
        gradient.map(|_, g| g * (1.0 + deviation * normal::one(draws)));
    }
);

gradient_alteration!(
    HeavyTailed,
    "heavy-tailed-gradient-noise",
    "Student's t noise is added to every coordinate of the gradient; with one degree of freedom it is Cauchy's",
    {
        /// Factor on the variate at full strength.
        scale: f64 = 0.1, 0.0, 1e9;
        /// Degrees of freedom, a whole number.
        degrees_of_freedom: u32 = 1, 1.0, 100.0;
    },
    |spec, strength, fixed, draws, gradient| {
        let _ = fixed;
        let scale = strength * spec.scale;
        let nu = spec.degrees_of_freedom;
        gradient.map(|_, g| {
            let z = normal::one(draws);
            let chi: f64 = (0..nu).map(|_| { let z = normal::one(draws); z * z }).sum();
            g + scale * z / (chi / f64::from(nu)).sqrt()
        });
    }
);

gradient_alteration!(
    Mask,
    "gradient-mask",
    "a random share of the gradient's coordinates is set to 0, drawn anew in every step",
    {
        /// Share at full strength.
        fraction: f64 = 0.5, 0.0, 1.0;
    },
    |spec, strength, fixed, draws, gradient| {
        let _ = fixed;
        let fraction = strength * spec.fraction;
        gradient.map(|_, g| if uniform(draws) < fraction { 0.0 } else { g });
    }
);

gradient_alteration!(
    FrozenCoordinates,
    "frozen-coordinates",
    "a random share of the coordinates, the same ones in every step, gets no gradient",
    {
        /// Share at full strength.
        fraction: f64 = 0.5, 0.0, 1.0;
    },
    |spec, strength, fixed, draws, gradient| {
        let _ = draws;
        let fraction = strength * spec.fraction;
        let mut draws = fixed.at(0);
        gradient.map(|_, g| if uniform(&mut draws) < fraction { 0.0 } else { g });
    }
);

gradient_alteration!(
    LossScale,
    "loss-scale",
    "the training loss, and so the gradient, is multiplied by a factor; the recorded loss is not",
    {
        /// Factor at full strength; geometric between 1 and it.
        factor: f64 = 10.0, 1e-9, 1e9;
    },
    |spec, strength, fixed, draws, gradient| {
        let _ = (fixed, draws);
        let factor = libm::pow(spec.factor, strength);
        gradient.map(|_, g| factor * g);
    }
);
