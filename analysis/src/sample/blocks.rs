//! A table of blocks (rows) by treatments (columns).

use crate::error::StatError;

/// At least one block of at least two treatments, all finite, stored one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocks {
    values: Vec<f64>,
    n_treatments: usize,
}

impl Blocks {
    /// Checks the rows: one row a block, one column a treatment.
    ///
    /// # Errors
    /// No row; fewer than two columns; rows of different lengths; a value that is NaN or infinite (the error names row and column).
    pub fn new(rows: &[Vec<f64>]) -> Result<Self, StatError> {
        let Some(first) = rows.first() else {
            return Err(StatError::Empty { sample: String::from("blocks"), allowed: 1 });
        };
        if let Some(row) = rows.iter().find(|row| row.len() != first.len()) {
            return Err(StatError::Unpaired { first: first.len(), second: row.len() });
        }
        Self::flat(rows.concat(), first.len())
    }

    /// Checks values that stand row after row.
    ///
    /// # Errors
    /// As [`Blocks::new`].
    ///
    /// # Panics
    /// When the values do not fill whole rows.
    pub fn flat(values: Vec<f64>, n_treatments: usize) -> Result<Self, StatError> {
        if n_treatments < 2 {
            let sample = String::from("block 0");
            return Err(StatError::TooFew { sample, found: n_treatments, allowed: 2, method: "a comparison of treatments" });
        }
        assert_eq!(values.len() % n_treatments, 0, "whole rows");
        if values.is_empty() {
            return Err(StatError::Empty { sample: String::from("blocks"), allowed: 1 });
        }
        for (index, row) in values.chunks_exact(n_treatments).enumerate() {
            if row.iter().any(|value| !value.is_finite()) {
                super::check(&format!("block {index}"), row)?;
            }
        }
        Ok(Self { values, n_treatments })
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.n_treatments)
    }

    /// Number of blocks, at least 1.
    #[must_use]
    pub fn n_blocks(&self) -> usize {
        self.values.len() / self.n_treatments
    }

    /// Number of treatments, at least 2.
    #[must_use]
    pub fn n_treatments(&self) -> usize {
        self.n_treatments
    }

    /// Values of one treatment over the blocks.
    #[must_use]
    pub fn column(&self, treatment: usize) -> Vec<f64> {
        self.rows().map(|row| row[treatment]).collect()
    }
}
