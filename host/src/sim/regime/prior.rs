//! Changes of the class distribution (prior shift, Moreno-Torres et al. 2012, doi:10.1016/j.patcog.2011.06.019) and of the order of difficulty.
//!
//! With strength `s` each example is drawn anew with probability `s`: from a geometric distribution over the classes (`prior-shift`), from the first
//! classes of a fixed order (`class-subset`: what class-incremental learning shows before its new classes come; give it an `end`), or from the
//! easiest or hardest examples (`curriculum`, training data alone).

use super::mixture::chosen;
use super::{Alteration, AlterationSpec, Choice, Touches};
use crate::sim::rng::{Generator, SeedKey, below, uniform};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};

/// Classes that have examples, in the order of a fixed shuffle.
fn shuffled(choice: &Choice<'_>, fixed: SeedKey) -> Vec<usize> {
    let mut classes: Vec<usize> = (0..choice.index.by_class.len()).collect();
    let mut draws = fixed.at(0);
    for i in (1..classes.len()).rev() {
        classes.swap(i, below(&mut draws, i as u64 + 1) as usize);
    }
    classes.retain(|&c| !choice.index.by_class[c].is_empty());
    classes
}

fn pick(from: &[u32], draws: &mut Generator) -> u32 {
    from[below(draws, from.len() as u64) as usize]
}

/// Settings of a prior shift.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PriorShift {
    /// Frequency of the most frequent class over that of the rarest; geometric between.
    imbalance: f64,
}

impl Default for PriorShift {
    fn default() -> Self {
        Self { imbalance: 50.0 }
    }
}

impl PriorShift {
    /// Cumulative weights of `n` classes by rank.
    fn cumulative(&self, n: usize) -> Vec<f64> {
        let weight = |rank: usize| libm::pow(self.imbalance, -(rank as f64) / (n.max(2) - 1) as f64);
        let mut total = 0.0;
        let mut sums = Vec::with_capacity(n);
        for rank in 0..n {
            total += weight(rank);
            sums.push(total);
        }
        sums.iter().map(|s| s / total).collect()
    }
}

impl Alteration for PriorShift {
    fn touches(&self) -> Touches {
        Touches::DATA | Touches::SAMPLING
    }

    fn choice(&self, strength: f64, fixed: SeedKey, draws: &mut Generator, choice: &mut Choice<'_>) {
        let classes = shuffled(choice, fixed);
        let Some(&last) = classes.last() else { return };
        let cumulative = self.cumulative(classes.len());
        for row in choice.rows.iter_mut() {
            if chosen(strength, draws) {
                let u = uniform(draws);
                let class = cumulative.iter().position(|&c| u < c).map_or(last, |rank| classes[rank]);
                *row = pick(&choice.index.by_class[class], draws);
            }
        }
    }
}

impl AlterationSpec for PriorShift {
    const NAME: &'static str = "prior-shift";
    const SUMMARY: &'static str = "some classes become frequent and others rare";

    fn check(&self) -> Result<(), SpecError> {
        within("imbalance", self.imbalance, 1.0, 1e6)
    }
}

/// Settings of a class subset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ClassSubset {
    /// Number of classes shown.
    classes: u32,
}

impl Default for ClassSubset {
    fn default() -> Self {
        Self { classes: 5 }
    }
}

impl Alteration for ClassSubset {
    fn touches(&self) -> Touches {
        Touches::DATA | Touches::SAMPLING
    }

    fn choice(&self, strength: f64, fixed: SeedKey, draws: &mut Generator, choice: &mut Choice<'_>) {
        let classes = shuffled(choice, fixed);
        let shown = &classes[..classes.len().min(self.classes as usize)];
        let mut pool: Vec<u32> = shown.iter().flat_map(|&c| choice.index.by_class[c].iter().copied()).collect();
        pool.sort_unstable();
        if pool.is_empty() {
            return;
        }
        for row in choice.rows.iter_mut() {
            let hidden = chosen(strength, draws) && pool.binary_search(row).is_err();
            *row = if hidden { pick(&pool, draws) } else { *row };
        }
    }
}

impl AlterationSpec for ClassSubset {
    const NAME: &'static str = "class-subset";
    const SUMMARY: &'static str = "only some classes are shown; with an `end`, the others are new then (class-incremental)";

    fn check(&self) -> Result<(), SpecError> {
        within("classes", f64::from(self.classes), 1.0, 65535.0)
    }
}

/// Settings of a curriculum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Curriculum {
    /// Share of the training examples that is drawn from.
    fraction: f64,
    /// Whether they are the hardest, not the easiest.
    hardest: bool,
}

impl Default for Curriculum {
    fn default() -> Self {
        Self { fraction: 0.3, hardest: false }
    }
}

impl Alteration for Curriculum {
    fn touches(&self) -> Touches {
        Touches::DATA | Touches::SAMPLING
    }

    fn choice(&self, strength: f64, _fixed: SeedKey, draws: &mut Generator, choice: &mut Choice<'_>) {
        let all = &choice.index.by_difficulty;
        if !choice.for_training || all.is_empty() {
            return;
        }
        let n = ((self.fraction * all.len() as f64) as usize).max(1);
        let pool = if self.hardest { &all[all.len() - n..] } else { &all[..n] };
        for row in choice.rows.iter_mut() {
            if chosen(strength, draws) {
                *row = pick(pool, draws);
            }
        }
    }
}

impl AlterationSpec for Curriculum {
    const NAME: &'static str = "curriculum";
    const SUMMARY: &'static str = "training draws from the easiest or hardest examples alone";

    fn check(&self) -> Result<(), SpecError> {
        within("fraction", self.fraction, 1e-6, 1.0)
    }
}
