//! Data sets: the embedded ones (`host/data`, made from registry packages by `host/data/prepare.py`) and those that a user registers.
//!
//! Each is split once, by a fixed rule, into training and held-out examples, and scaled with statistics of the training examples alone
//! ([`Scaling`]). A new data set is its files and one line in [`registry`]; a new text is one line in [`text::registry`].

mod embedded;
mod index;
pub mod read;
pub mod sampler;
mod split;
pub mod text;

pub use embedded::{Entry, Origin, registry};
pub use index::Index;
pub use sampler::Sampler;
pub use split::{Order, Scaling, Split};

use crate::sim::regime::Batch;
use crate::sim::spec::{SpecError, lookup};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Examples with their labels or targets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dataset {
    /// `n x n_features`, row-major, scaled.
    pub inputs: Vec<f32>,
    /// One class a row, below `n_classes`; empty for regression.
    pub labels: Vec<u32>,
    /// One target a row; empty for classification.
    pub targets: Vec<f32>,
    /// Number of inputs of an example.
    pub n_features: usize,
    /// Number of classes; 0 for regression.
    pub n_classes: u32,
    /// Height, width, channels (row-major, channels last) where the inputs are images.
    pub image: Option<[usize; 3]>,
}

impl Dataset {
    /// Number of examples.
    #[must_use]
    pub const fn len(&self) -> usize {
        if self.n_classes > 0 { self.labels.len() } else { self.targets.len() }
    }

    /// Whether there is no example.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The inputs of example `i`.
    ///
    /// # Panics
    /// When there is no such example.
    #[must_use]
    pub fn row(&self, i: usize) -> &[f32] {
        &self.inputs[i * self.n_features..(i + 1) * self.n_features]
    }

    /// What alterations may change.
    pub const fn view(&mut self, for_training: bool) -> Batch<'_> {
        Batch {
            inputs: self.inputs.as_mut_slice(),
            labels: self.labels.as_mut_slice(),
            targets: self.targets.as_mut_slice(),
            n_features: self.n_features,
            n_classes: self.n_classes,
            image: self.image,
            for_training,
            texts: &mut [],
        }
    }

    /// The examples `rows`, in that order, into `self`; what was there is overwritten.
    pub fn gather(&mut self, from: &Self, rows: impl Iterator<Item = usize>) {
        self.inputs.clear();
        self.labels.clear();
        self.targets.clear();
        (self.n_features, self.n_classes, self.image) = (from.n_features, from.n_classes, from.image);
        for i in rows {
            self.inputs.extend_from_slice(from.row(i));
            if from.n_classes > 0 {
                self.labels.push(from.labels[i]);
            } else {
                self.targets.push(from.targets[i]);
            }
        }
    }
}

/// Data sets made so far: embedded ones at their first use, users' ones when they are registered. A name always means the same content.
static KNOWN: Mutex<BTreeMap<String, Arc<Split>>> = Mutex::new(BTreeMap::new());

/// The data set of this name, made once and shared.
///
/// # Errors
/// An unknown name; the error lists those that exist.
pub fn load(name: &str) -> Result<Arc<Split>, SpecError> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(split) = known.get(name) {
        return Ok(split.clone());
    }
    let split = Arc::new(lookup("data", name, registry().iter().map(|e| (e.name, e)))?.make());
    known.insert(name.to_owned(), split.clone());
    Ok(split)
}

/// Makes a user's data set known under its [`Split::name`], which must name its content (a digest).
pub fn register(split: Split) -> Arc<Split> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(split.name.clone()).or_insert_with(|| Arc::new(split)).clone()
}

#[cfg(test)]
mod tests;
