//! From examples to a data set for training: the fixed split and the scaling.

use super::Dataset;
use super::index::{Centers, Index};
use crate::sim::rng::{SeedKey, below};

/// A data set, split and scaled.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// Name in task settings.
    pub name: String,
    /// SHA-256 of its files, one after the other, hexadecimal.
    pub sha256: String,
    /// Examples to train on.
    pub train: Dataset,
    /// Examples to evaluate on.
    pub held_out: Dataset,
    /// How the rows are ordered.
    pub order: Order,
    /// The training examples by class and by difficulty.
    pub train_index: Index,
    /// The held-out examples by class and by difficulty.
    pub held_out_index: Index,
}

/// What the order of the rows means, and the rule of the split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Nothing: rows are shuffled by a generator of the data set's own; the first `floor(4 n / 5)` train, the others are held out.
    Exchangeable,
    /// Time: rows keep their order; of each five rows, the first four train and the fifth is held out, so that both see the same time.
    Stream,
}

/// How inputs (and targets of regression) are scaled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scaling {
    /// Inputs times a constant: pixels of a known range to [0, 1].
    Times(f32),
    /// Each input, and the target of a regression, to mean 0 and standard deviation 1 over the training examples (a constant one is only
    /// centred).
    Standard,
}

impl Split {
    /// Splits and scales examples.
    #[must_use]
    pub fn new(name: &str, sha256: String, all: &Dataset, order: Order, scaling: Scaling) -> Self {
        let (train, held_out) = order.rows(name, all.len());
        let (mut first, mut second) = (Dataset::default(), Dataset::default());
        first.gather(all, train.into_iter());
        second.gather(all, held_out.into_iter());
        scaling.apply(&mut first, &mut second);
        let center = Centers::of(&first);
        Self {
            name: name.to_owned(),
            sha256,
            train_index: Index::new(&first, &center),
            held_out_index: Index::new(&second, &center),
            train: first,
            held_out: second,
            order,
        }
    }
}

impl Order {
    /// Rows to train on and rows held out.
    fn rows(self, name: &str, n: usize) -> (Vec<usize>, Vec<usize>) {
        match self {
            Self::Exchangeable => {
                let mut rows: Vec<usize> = (0..n).collect();
                let mut draws = SeedKey::study(0).named("data").named(name).at(0);
                for i in (1..n).rev() {
                    rows.swap(i, below(&mut draws, i as u64 + 1) as usize);
                }
                let held_out = rows.split_off(4 * n / 5);
                (rows, held_out)
            }
            Self::Stream => (0..n).partition(|i| i % 5 != 4),
        }
    }
}

impl Scaling {
    fn apply(self, train: &mut Dataset, held_out: &mut Dataset) {
        match self {
            Self::Times(factor) => {
                for x in train.inputs.iter_mut().chain(&mut held_out.inputs) {
                    *x *= factor;
                }
            }
            Self::Standard => {
                let n = train.n_features;
                for j in 0..n {
                    standardize(&mut train.inputs, &mut held_out.inputs, j, n);
                }
                standardize(&mut train.targets, &mut held_out.targets, 0, 1);
            }
        }
    }
}

/// Standardises column `j` of two matrices with `n` columns by the moments of the first.
fn standardize(train: &mut [f32], held_out: &mut [f32], j: usize, n: usize) {
    let column = || train.iter().skip(j).step_by(n).map(|&x| f64::from(x));
    let count = column().count();
    if count == 0 {
        return;
    }
    let mean = column().sum::<f64>() / count as f64;
    let variance = column().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count as f64;
    let factor = if variance > 0.0 { 1.0 / variance.sqrt() } else { 1.0 };
    for x in train.iter_mut().skip(j).step_by(n).chain(held_out.iter_mut().skip(j).step_by(n)) {
        *x = ((f64::from(*x) - mean) * factor) as f32;
    }
}
