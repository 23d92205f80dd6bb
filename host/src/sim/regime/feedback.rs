//! Alterations of what the controller is told; the recorded loss stays true.

use super::{Alteration, AlterationSpec, Touches};
use crate::sim::kernel::normal;
use crate::sim::rng::{Generator, uniform};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Noise on the reported loss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Noise {
    /// Standard deviation at full strength.
    deviation: f64,
    /// Whether the deviation is a share of the loss.
    relative: bool,
}

impl Default for Noise {
    fn default() -> Self {
        Self { deviation: 0.5, relative: true }
    }
}

impl Alteration for Noise {
    fn touches(&self) -> Touches {
        Touches::FEEDBACK
    }

    fn feedback(&self, strength: f64, draws: &mut Generator, _history: &[f64], loss: &mut f64) {
        let deviation = strength * self.deviation * if self.relative { loss.abs() } else { 1.0 };
        *loss += deviation * normal::one(draws);
    }
}

impl AlterationSpec for Noise {
    const NAME: &'static str = "feedback-noise";
    const SUMMARY: &'static str = "normal noise is added to the loss that the controller is told";

    fn check(&self) -> Result<(), SpecError> {
        within("deviation", self.deviation, 0.0, 1e9)
    }
}

/// A late report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Delay {
    /// Decisions by which the report is late at full strength; rounded at lower strength.
    steps: u32,
}

impl Default for Delay {
    fn default() -> Self {
        Self { steps: 10 }
    }
}

impl Alteration for Delay {
    fn touches(&self) -> Touches {
        Touches::FEEDBACK
    }

    fn feedback(&self, strength: f64, _draws: &mut Generator, history: &[f64], loss: &mut f64) {
        let late = libm::rint(strength * f64::from(self.steps)) as usize;
        if late > 0 {
            *loss = history.len().checked_sub(1 + late).map_or(f64::NAN, |at| history[at]);
        }
    }
}

impl AlterationSpec for Delay {
    const NAME: &'static str = "feedback-delay";
    const SUMMARY: &'static str = "the controller is told the loss some decisions late, and nothing before the first one";

    fn check(&self) -> Result<(), SpecError> {
        within("steps", f64::from(self.steps), 1.0, 1e6)
    }
}

/// A missing report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Missing {
    /// Share of the reports that are missing at full strength.
    fraction: f64,
}

impl Default for Missing {
    fn default() -> Self {
        Self { fraction: 0.5 }
    }
}

impl Alteration for Missing {
    fn touches(&self) -> Touches {
        Touches::FEEDBACK
    }

    fn feedback(&self, strength: f64, draws: &mut Generator, _history: &[f64], loss: &mut f64) {
        if uniform(draws) < strength * self.fraction {
            *loss = f64::NAN;
        }
    }
}

impl AlterationSpec for Missing {
    const NAME: &'static str = "feedback-missing";
    const SUMMARY: &'static str = "some losses are not told: the controller receives NaN";

    fn check(&self) -> Result<(), SpecError> {
        within("fraction", self.fraction, 0.0, 1.0)
    }
}
