//! Label noise: each training label is replaced with probability `rate` by another class, uniformly among the others, so that it is wrong at exactly
//! this rate (symmetric noise, Angluin and Laird 1988, doi:10.1007/BF00116829). For regression the target is replaced by that of another example
//! of the batch. Held-out data stays clean.

use super::mixture::chosen;
use super::{Alteration, AlterationSpec, Batch, Touches};
use crate::sim::rng::{Generator, SeedKey, below};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Settings of label noise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LabelNoise {
    /// Fraction of wrong labels at full strength.
    rate: f64,
}

impl Default for LabelNoise {
    fn default() -> Self {
        Self { rate: 0.4 }
    }
}

impl Alteration for LabelNoise {
    fn touches(&self) -> Touches {
        Touches::DATA
    }

    fn data(&self, strength: f64, _fixed: SeedKey, draws: &mut Generator, batch: &mut Batch<'_>) {
        if !batch.for_training {
            return;
        }
        let probability = strength * self.rate;
        if batch.n_classes >= 2 {
            for label in batch.labels.iter_mut() {
                let (wrong, by) = (chosen(probability, draws), below(draws, u64::from(batch.n_classes) - 1) as u32);
                *label = if wrong { (*label + 1 + by) % batch.n_classes } else { *label };
            }
        }
        let n = batch.targets.len();
        let clean: Vec<f32> = if n > 1 { batch.targets.to_vec() } else { Vec::new() };
        for i in 0..clean.len() {
            let (wrong, by) = (chosen(probability, draws), below(draws, n as u64 - 1) as usize);
            if wrong {
                batch.targets[i] = clean[(i + 1 + by) % n];
            }
        }
    }
}

impl AlterationSpec for LabelNoise {
    const NAME: &'static str = "label-noise";
    const SUMMARY: &'static str = "training labels are replaced by wrong ones at a rate; held-out data stays clean";

    fn check(&self) -> Result<(), SpecError> {
        within("rate", self.rate, 0.0, 1.0)
    }
}
