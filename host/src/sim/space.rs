//! The hyperparameters of a task: names, ranges, scales and initial values, checked.

use crate::sim::spec::SpecError;
use oha_plugin_api::{HyperparameterSpec, Scale};

/// A checked list of hyperparameters; those that are not controlled stay at their initial value.
#[derive(Clone, Debug, PartialEq)]
pub struct HyperparameterSpace {
    all: Vec<HyperparameterSpec>,
    controlled: Vec<usize>,
}

impl HyperparameterSpace {
    /// Checks every range; `controlled` names the hyperparameters offered to controllers.
    ///
    /// # Errors
    /// A range that is empty or not finite, an initial value outside it, a log scale that reaches 0, a name that does not exist or stands twice.
    pub fn new(all: Vec<HyperparameterSpec>, controlled: &[String]) -> Result<Self, SpecError> {
        for (i, h) in all.iter().enumerate() {
            check(h)?;
            if all[..i].iter().any(|other| other.name == h.name) {
                return Err(SpecError::new(format!("hyperparameters.{}", h.name), "stands twice", "each name once"));
            }
        }
        let mut positions = Vec::new();
        for name in controlled {
            let Some(position) = all.iter().position(|h| h.name == *name) else {
                let known: Vec<&str> = all.iter().map(|h| h.name.as_str()).collect();
                return Err(SpecError::new("controlled", name, known.join(", ")));
            };
            if !positions.contains(&position) {
                positions.push(position);
            }
        }
        Ok(Self { all, controlled: positions })
    }

    /// Every hyperparameter of the task, in the order in which the update receives them.
    #[must_use]
    pub fn all(&self) -> &[HyperparameterSpec] {
        &self.all
    }

    /// Positions in [`Self::all`] of the hyperparameters offered to controllers.
    #[must_use]
    pub fn controlled(&self) -> &[usize] {
        &self.controlled
    }

    /// The hyperparameters offered to controllers.
    pub fn controlled_specs(&self) -> impl Iterator<Item = &HyperparameterSpec> {
        self.controlled.iter().map(|&i| &self.all[i])
    }

    /// The values in force before the first proposal, one for each of [`Self::all`].
    #[must_use]
    pub fn initial(&self) -> Vec<f64> {
        self.all.iter().map(|h| h.initial).collect()
    }
}

fn check(h: &HyperparameterSpec) -> Result<(), SpecError> {
    let at = format!("hyperparameters.{}", h.name);
    if !(h.min.is_finite() && h.max.is_finite() && h.min < h.max) {
        return Err(SpecError::new(at, format!("[{}, {}]", h.min, h.max), "a finite range with min < max"));
    }
    if h.scale == Scale::Log && h.min <= 0.0 {
        return Err(SpecError::new(at, format!("min {} on a log scale", h.min), "a positive min, or scale = \"linear\""));
    }
    if !(h.initial >= h.min && h.initial <= h.max) {
        return Err(SpecError::new(at, format!("initial {}", h.initial), format!("a value in [{}, {}]", h.min, h.max)));
    }
    if h.integer && h.initial.fract() != 0.0 {
        return Err(SpecError::new(at, format!("initial {}", h.initial), "a whole number"));
    }
    Ok(())
}
