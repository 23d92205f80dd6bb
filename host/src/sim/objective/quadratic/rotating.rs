//! A quadratic whose eigenvectors turn: `f_t(x) = (x - c_t)' R_t' D R_t (x - c_t) / 2`, `R_t` turning every coordinate plane by `rotation_per_step`.
//!
//! Without noise and drift it is the deterministic quadratic of the conjugate-gradient and Chebyshev bounds. The turning makes what was learned about one
//! direction (by momentum, or by learning rates of single parameters) stale at a known rate.

use super::Form;
use super::noisy::{accepts, defaults};
use super::spectrum::{Law, LawKind, Spectrum, Variances};
use crate::sim::objective::{ClosedForm, Defaults, Family, FamilySpec, Setting};
use crate::sim::regime::Touches;
use crate::sim::spec::{SpecError, within};
use crate::sim::trainer::Training;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of a rotating quadratic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RotatingQuadratic {
    /// Curvatures: a list, or a law.
    pub spectrum: Spectrum,
    /// Angle, in radians, of each optimizer step.
    pub rotation_per_step: f64,
    /// Variance of the gradient noise, in the eigenbasis: a number, a list, or `{ proportional = n }` to the curvature.
    pub noise: Variances,
    /// Variance of the centre's walk, a step, likewise.
    pub drift: Variances,
    /// Variance of the initial error, likewise.
    pub initial: Variances,
}

impl Default for RotatingQuadratic {
    fn default() -> Self {
        Self {
            spectrum: Spectrum::Law(Law { law: LawKind::Geometric, dimension: 10, ..Law::default() }),
            rotation_per_step: 0.01,
            noise: Variances::Same(0.0),
            drift: Variances::Same(0.0),
            initial: Variances::Same(1.0),
        }
    }
}

impl FamilySpec for RotatingQuadratic {
    const NAME: &'static str = "rotating-quadratic";
    const SUMMARY: &'static str = "an ill-conditioned quadratic whose eigenvectors turn, with or without noise and drift";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        within("task.rotation_per_step", self.rotation_per_step, -10.0, 10.0)?;
        let curvature = self.spectrum.curvatures()?;
        let noise_variance = self.noise.resolve("noise", &curvature)?;
        let drift_variance = self.drift.resolve("drift", &curvature)?;
        let initial_variance = self.initial.resolve("initial", &curvature)?;
        let form = ClosedForm { curvature, noise_variance, drift_variance, initial_variance, multiplicative: 0.0 };
        Ok(Arc::new(Checked { form, rotation_per_step: self.rotation_per_step }))
    }
}

#[derive(Debug)]
struct Checked {
    form: ClosedForm,
    rotation_per_step: f64,
}

impl Family for Checked {
    fn defaults(&self) -> Defaults {
        defaults(&self.form)
    }

    fn accepts(&self) -> Touches {
        accepts(&self.form)
    }

    fn closed_form(&self) -> Option<ClosedForm> {
        (self.rotation_per_step == 0.0).then(|| self.form.clone())
    }

    fn loss_floor(&self) -> Option<f64> {
        Some(0.0)
    }

    fn flops_per_step(&self) -> f64 {
        18.0 * self.form.curvature.len() as f64
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        let f = &self.form;
        let form = Form::new(f.curvature.clone(), &f.noise_variance, &f.drift_variance, &f.initial_variance, self.rotation_per_step);
        setting.train(form.world())
    }
}
