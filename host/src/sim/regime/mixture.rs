//! How a change of data grows: with strength `s`, each example is altered with probability `s` (a gradual concept drift is a mixture of the old and
//! the new concept, Gama et al. 2014, doi:10.1145/2523813), or every example is altered by the degree `s`.

use crate::sim::rng::{Generator, uniform};
use serde::{Deserialize, Serialize};

/// The meaning of a strength between 0 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Growth {
    /// Each example is altered in full with this probability.
    #[default]
    Mixture,
    /// Each example is altered by this degree.
    Degree,
}

impl Growth {
    /// The degree of alteration of the next example, 0 for none; one draw for each example, whatever the strength.
    pub(super) fn degree(self, strength: f64, draws: &mut Generator) -> f64 {
        let drawn = chosen(strength, draws);
        match self {
            Self::Mixture => f64::from(u8::from(drawn)),
            Self::Degree => strength,
        }
    }
}

/// Whether the next example is altered; one draw.
pub(super) fn chosen(probability: f64, draws: &mut Generator) -> bool {
    uniform(draws) < probability
}
