//! The non-stationarity laid over a task: a list of changes, each an [`Alteration`] with a [`Shape`] in time and a seed.
//!
//! A new alteration is one file that implements [`Alteration`] and one line in [`registry`].

mod alteration;
mod batch_size;
mod change;
mod corpus;
#[cfg(test)]
mod data_tests;
mod feedback;
mod gradient;
mod inputs;
mod label_noise;
mod label_permutation;
mod landscape;
mod loss_function;
mod mixture;
mod noise;
mod precision;
mod prior;
mod resolved;
mod rotation;
mod shape;
mod state;
#[cfg(test)]
mod tests;
mod touches;

pub use alteration::{Alteration, AlterationSpec, Batch, Choice};
pub use change::Change;
pub use landscape::Landscape;
pub use resolved::Regime;
pub use shape::{ChangePoint, Position, Shape, ShapeKind};
pub use touches::Touches;

use crate::sim::spec::{SpecError, parse};
use serde_json::Value;
use std::sync::Arc;

/// A change as the study file and `oha-host list regimes` know it.
pub struct AlterationEntry {
    /// The `kind` in the study file.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Reads and checks the settings beside `kind` and the shape.
    pub build: fn(&Value) -> Result<Arc<dyn Alteration>, SpecError>,
    /// Every setting with its default.
    pub defaults: fn() -> Value,
}

const fn entry<S: AlterationSpec>() -> AlterationEntry {
    AlterationEntry {
        name: S::NAME,
        summary: S::SUMMARY,
        build: |value| {
            let spec = parse::<S>("regime", value)?;
            spec.check()?;
            Ok(Arc::new(spec))
        },
        defaults: || serde_json::to_value(S::default()).expect("settings are plain data"),
    }
}

/// Every alteration, in the order of the docs.
#[must_use]
pub const fn registry() -> &'static [AlterationEntry] {
    const {
        &[
            entry::<landscape::Curvature>(),
            entry::<landscape::GradientNoise>(),
            entry::<landscape::Drift>(),
            entry::<landscape::Jump>(),
            entry::<landscape::Rotation>(),
            entry::<landscape::Conditioning>(),
            entry::<noise::AdditiveGradientNoise>(),
            entry::<gradient::Multiplicative>(),
            entry::<gradient::HeavyTailed>(),
            entry::<gradient::Mask>(),
            entry::<gradient::FrozenCoordinates>(),
            entry::<gradient::LossScale>(),
            entry::<precision::LowPrecision>(),
            entry::<state::Regularisation>(),
            entry::<state::OptimizerReset>(),
            entry::<state::PoorParameters>(),
            entry::<feedback::Noise>(),
            entry::<feedback::Delay>(),
            entry::<feedback::Missing>(),
            entry::<state::Placebo>(),
            entry::<label_noise::LabelNoise>(),
            entry::<label_permutation::LabelPermutation>(),
            entry::<label_permutation::ConceptSwap>(),
            entry::<prior::PriorShift>(),
            entry::<prior::ClassSubset>(),
            entry::<prior::Curriculum>(),
            entry::<rotation::Rotation>(),
            entry::<inputs::Affine>(),
            entry::<inputs::InputNoise>(),
            entry::<inputs::FeatureScale>(),
            entry::<inputs::FeaturePermutation>(),
            entry::<corpus::CorpusSwap>(),
            entry::<loss_function::LossFunction>(),
            entry::<batch_size::BatchSize>(),
        ]
    }
}
