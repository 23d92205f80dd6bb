//! Changes of the concept: which class a label stands for. `label-permutation` moves every one of `classes` classes (a cyclic permutation, so none
//! stays), `concept-swap` exchanges two. Both alter training and held-out data alike: the optimum moves. At full strength the fraction of labels
//! that disagree with the old concept is the share of the classes moved: 1 for all of them.

use super::mixture::chosen;
use super::{Alteration, AlterationSpec, Batch, Touches};
use crate::sim::rng::{Generator, SeedKey, below};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// `classes` distinct numbers below `n` in random order: each is mapped to the next, the last to the first.
pub(super) fn cycle(n: usize, classes: usize, fixed: SeedKey) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    let mut draws = fixed.at(0);
    for i in (1..n).rev() {
        order.swap(i, below(&mut draws, i as u64 + 1) as usize);
    }
    order.truncate(classes);
    let mut to: Vec<usize> = (0..n).collect();
    for (i, &from) in order.iter().enumerate() {
        to[from] = order[(i + 1) % order.len()];
    }
    to
}

fn relabel(strength: f64, draws: &mut Generator, labels: &mut [u32], to: impl Fn(u32) -> u32) {
    for label in labels {
        if chosen(strength, draws) {
            *label = to(*label);
        }
    }
}

/// Settings of a label permutation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LabelPermutation {
    /// Number of classes that are permuted; 0 for all.
    classes: u32,
}

impl Alteration for LabelPermutation {
    fn touches(&self) -> Touches {
        Touches::DATA
    }

    fn data(&self, strength: f64, fixed: SeedKey, draws: &mut Generator, batch: &mut Batch<'_>) {
        let n = batch.n_classes;
        let classes = if self.classes == 0 { n } else { self.classes.min(n) };
        let to = cycle(n as usize, classes as usize, fixed);
        relabel(strength, draws, batch.labels, |c| to[c as usize] as u32);
        if n == 0 {
            batch.targets.iter_mut().for_each(|y| *y = if chosen(strength, draws) { -*y } else { *y });
        }
    }
}

impl AlterationSpec for LabelPermutation {
    const NAME: &'static str = "label-permutation";
    const SUMMARY: &'static str = "classes change places, so the concept changes; targets of regression change sign";

    fn check(&self) -> Result<(), SpecError> {
        if self.classes == 1 {
            return Err(SpecError::new("classes", "1", "0 for all, or at least 2"));
        }
        Ok(())
    }
}

/// Settings of a concept swap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ConceptSwap {
    /// One class.
    first: u32,
    /// The other class.
    second: u32,
}

impl Default for ConceptSwap {
    fn default() -> Self {
        Self { first: 0, second: 1 }
    }
}

impl Alteration for ConceptSwap {
    fn touches(&self) -> Touches {
        Touches::DATA
    }

    fn data(&self, strength: f64, _fixed: SeedKey, draws: &mut Generator, batch: &mut Batch<'_>) {
        let n = batch.n_classes;
        if self.first >= n || self.second >= n {
            return;
        }
        relabel(strength, draws, batch.labels, |c| match c {
            c if c == self.first => self.second,
            c if c == self.second => self.first,
            c => c,
        });
    }
}

impl AlterationSpec for ConceptSwap {
    const NAME: &'static str = "concept-swap";
    const SUMMARY: &'static str = "two classes exchange their labels";

    fn check(&self) -> Result<(), SpecError> {
        within("first", f64::from(self.first), 0.0, 65535.0)?;
        within("second", f64::from(self.second), 0.0, 65535.0)?;
        if self.first == self.second {
            return Err(SpecError::new("second", self.second.to_string(), "another class than `first`"));
        }
        Ok(())
    }
}
