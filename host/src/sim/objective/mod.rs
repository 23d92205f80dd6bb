//! What is trained: the evaluator that gives gradients and losses, synthetic or a real model with its data.
//!
//! A new objective is one file that implements [`Objective`] and [`Family`], and one line in [`registry`].

pub mod bit_flipping;
mod closed_form;
pub mod cnn;
mod evaluator;
mod family;
pub mod gru;
pub mod language;
mod least_squares;
pub mod linear_regression;
pub mod mlp;
pub mod moving_regression;
pub mod peaks;
pub mod permuted_images;
pub mod quadratic;
pub mod regression_tracking;
pub mod schedule_tracking;
pub mod softmax_regression;
pub mod stream;
pub mod supervised;
pub mod surface;
pub mod tracking;
pub mod transformer;

pub use closed_form::{ClosedForm, Exogenous, Gains};
pub use evaluator::{Evaluation, Objective, Step};
pub use family::{Defaults, Family, FamilySpec, Setting};

use crate::sim::spec::{SpecError, parse};
use serde_json::Value;
use std::sync::Arc;

/// A family as the study file and `oha-host list tasks` know it.
pub struct FamilyEntry {
    /// The `kind` in the study file.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Reads and checks the settings beside `kind`.
    pub build: fn(&Value) -> Result<Arc<dyn Family>, SpecError>,
    /// Every setting with its default.
    pub defaults: fn() -> Value,
}

const fn entry<S: FamilySpec>() -> FamilyEntry {
    FamilyEntry {
        name: S::NAME,
        summary: S::SUMMARY,
        build: |value| parse::<S>("task", value)?.build(),
        defaults: || serde_json::to_value(S::default()).expect("settings are plain data"),
    }
}

/// Every objective, in the order of the docs.
#[must_use]
pub const fn registry() -> &'static [FamilyEntry] {
    const {
        &[
            entry::<tracking::Tracking>(),
            entry::<quadratic::noisy::NoisyQuadratic>(),
            entry::<quadratic::rotating::RotatingQuadratic>(),
            entry::<surface::Surface<surface::functions::Rosenbrock>>(),
            entry::<surface::Surface<surface::functions::Cliff>>(),
            entry::<surface::Surface<surface::functions::Plateau>>(),
            entry::<surface::Surface<surface::functions::Saddle>>(),
            entry::<surface::Surface<surface::functions::AbsoluteValue>>(),
            entry::<surface::Surface<surface::functions::GaussianBowl>>(),
            entry::<peaks::gmpb::Gmpb>(),
            entry::<peaks::cones::MovingPeaks>(),
            entry::<softmax_regression::SoftmaxRegression>(),
            entry::<mlp::MlpClassifier>(),
            entry::<gru::GruLanguage>(),
            entry::<transformer::TransformerLanguage>(),
            entry::<cnn::CnnClassifier>(),
            entry::<linear_regression::LinearRegression>(),
            entry::<permuted_images::PermutedImages>(),
            entry::<stream::StreamClassification>(),
            entry::<moving_regression::MovingRegression>(),
            entry::<regression_tracking::RegressionTracking>(),
            entry::<bit_flipping::BitFlipping>(),
            entry::<schedule_tracking::ScheduleTracking>(),
        ]
    }
}

#[cfg(test)]
pub(in crate::sim) mod reference;
#[cfg(test)]
mod tests;
