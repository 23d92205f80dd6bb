//! Corpus swap: windows of a sequence model are read from the task's other text (another spelling, another author), with probability the strength.

use super::mixture::chosen;
use super::{Alteration, AlterationSpec, Batch, Touches};
use crate::sim::rng::{Generator, SeedKey};
use crate::sim::spec::SpecError;
use serde::{Deserialize, Serialize};

/// A corpus swap has no settings: the task names its other text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CorpusSwap {}

impl Alteration for CorpusSwap {
    fn touches(&self) -> Touches {
        Touches::CORPUS
    }

    fn data(&self, strength: f64, _fixed: SeedKey, draws: &mut Generator, batch: &mut Batch<'_>) {
        for text in batch.texts.iter_mut() {
            if chosen(strength, draws) {
                *text = 1 - *text;
            }
        }
    }
}

impl AlterationSpec for CorpusSwap {
    const NAME: &'static str = "corpus-swap";
    const SUMMARY: &'static str = "a sequence model reads from its task's other text";

    fn check(&self) -> Result<(), SpecError> {
        Ok(())
    }
}
