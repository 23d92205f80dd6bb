//! The noisy quadratic model: curvatures `h_i`, gradient noise of variance `n_i`, drift of variance `q_i` a step.
//!
//! The expected squared error of each coordinate follows `P_i <- (1 - a h_i)^2 P_i + a^2 n_i + q_i`, the expected loss is `sum h_i P_i / 2`
//! (Wu et al. 2018, arXiv:1803.02021; Zhang et al. 2019, arXiv:1907.04164, whose spectrum is `h_i = 1 / i` with `n_i = h_i`).

use super::Form;
use super::spectrum::{Law, Proportional, Spectrum, Variances};
use crate::sim::objective::{ClosedForm, Defaults, Family, FamilySpec, Setting};
use crate::sim::regime::Touches;
use crate::sim::spec::SpecError;
use crate::sim::trainer::Training;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of a noisy quadratic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoisyQuadratic {
    /// Curvatures: a list, or a law.
    pub spectrum: Spectrum,
    /// Variance of the gradient noise: a number, a list, or `{ proportional = n }` to the curvature.
    pub noise: Variances,
    /// Variance of the centre's walk, a step, likewise.
    pub drift: Variances,
    /// Variance of the initial error, likewise.
    pub initial: Variances,
}

impl Default for NoisyQuadratic {
    fn default() -> Self {
        Self {
            spectrum: Spectrum::Law(Law::default()),
            noise: Variances::Proportional(Proportional { proportional: 1.0 }),
            drift: Variances::Same(0.0),
            initial: Variances::Same(1.0),
        }
    }
}

impl FamilySpec for NoisyQuadratic {
    const NAME: &'static str = "noisy-quadratic";
    const SUMMARY: &'static str = "the noisy quadratic model: a diagonal quadratic with gradient noise and drift in each coordinate";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        let curvature = self.spectrum.curvatures()?;
        let noise_variance = self.noise.resolve("noise", &curvature)?;
        let drift_variance = self.drift.resolve("drift", &curvature)?;
        let initial_variance = self.initial.resolve("initial", &curvature)?;
        Ok(Arc::new(Checked { form: ClosedForm { curvature, noise_variance, drift_variance, initial_variance, multiplicative: 0.0 } }))
    }
}

#[derive(Debug)]
struct Checked {
    form: ClosedForm,
}

/// The suggestions for a quadratic: a learning rate up to four times the inverse of the largest curvature, since the best schedule of a
/// finite horizon begins above the limit `2 / h_max` of stability.
pub(super) fn defaults(form: &ClosedForm) -> Defaults {
    let largest = form.curvature.iter().fold(0.0f64, |m, &h| m.max(h));
    let spread = |i: usize| form.initial_variance[i] + form.noise_variance[i] / (largest * largest) + form.drift_variance[i];
    let loss: f64 = (0..form.curvature.len()).map(|i| 0.5 * form.curvature[i] * spread(i)).sum();
    Defaults {
        n_steps: 1000,
        ceiling: 1e4 * loss.max(1e-12),
        learning_rate: (1e-4 / largest, 4.0 / largest, 0.1 / largest),
        steps_per_epoch: 0,
    }
}

/// What a quadratic accepts: the spectrum only where curvatures differ.
pub(super) fn accepts(form: &ClosedForm) -> Touches {
    let spectrum = if form.curvature.iter().any(|&h| h != form.curvature[0]) { Touches::SPECTRUM } else { Touches::NONE };
    Touches::LANDSCAPE | Touches::GRADIENT | Touches::FEEDBACK | Touches::STATE | spectrum
}

impl Family for Checked {
    fn defaults(&self) -> Defaults {
        defaults(&self.form)
    }

    fn accepts(&self) -> Touches {
        accepts(&self.form)
    }

    fn closed_form(&self) -> Option<ClosedForm> {
        Some(self.form.clone())
    }

    fn loss_floor(&self) -> Option<f64> {
        Some(0.0)
    }

    fn gives_curvature(&self) -> bool {
        true
    }

    fn flops_per_step(&self) -> f64 {
        8.0 * self.form.curvature.len() as f64
    }

    fn start(&self, setting: Setting<'_>) -> Box<dyn Training> {
        let f = &self.form;
        setting.train(Form::new(f.curvature.clone(), &f.noise_variance, &f.drift_variance, &f.initial_variance, 0.0).world())
    }
}
