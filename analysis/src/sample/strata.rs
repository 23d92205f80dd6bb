//! Values in groups: the runs of each scenario.

use std::ops::Range;

use super::Sample;
use crate::error::StatError;

/// Non-empty groups of finite values, stored one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Strata {
    values: Vec<f64>,
    offsets: Vec<usize>,
}

impl Strata {
    /// Checks the groups; `name` is what errors show.
    ///
    /// # Errors
    /// No group; an empty group; a value that is NaN or infinite (the error names group and index).
    pub fn new(name: &str, groups: &[Vec<f64>]) -> Result<Self, StatError> {
        Self::of(name, groups)
    }

    /// The same, one group in memory after the other.
    pub(crate) fn of<G: AsRef<[f64]>>(name: &str, groups: impl IntoIterator<Item = G>) -> Result<Self, StatError> {
        let (mut values, mut offsets) = (Vec::new(), vec![0]);
        for (index, group) in groups.into_iter().enumerate() {
            let group = group.as_ref();
            super::check(&format!("{name}, group {index}"), group)?;
            values.reserve_exact(group.len());
            values.extend_from_slice(group);
            offsets.push(values.len());
        }
        if values.is_empty() {
            return Err(StatError::Empty { sample: name.to_owned(), allowed: 1 });
        }
        Ok(Self { values, offsets })
    }

    /// All values, group after group.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Number of groups, at least 1.
    #[must_use]
    pub fn n_groups(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Positions of one group in [`Strata::values`].
    #[must_use]
    pub fn range(&self, group: usize) -> Range<usize> {
        self.offsets[group]..self.offsets[group + 1]
    }

    /// Values of one group.
    #[must_use]
    pub fn group(&self, group: usize) -> &[f64] {
        &self.values[self.range(group)]
    }

    /// All groups in order.
    pub fn groups(&self) -> impl Iterator<Item = &[f64]> {
        (0..self.n_groups()).map(|group| self.group(group))
    }

    /// Sizes of the groups.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        self.groups().map(<[f64]>::len).collect()
    }

    /// Mean of each group.
    #[must_use]
    pub fn means(&self) -> Vec<f64> {
        self.groups().map(crate::estimate::mean_of).collect()
    }

    /// All values as one sample.
    #[must_use]
    pub fn pooled(&self) -> Sample {
        Sample { name: String::from("pooled"), values: self.values.clone() }
    }
}
