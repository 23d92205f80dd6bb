//! A table of blocks (rows) by treatments (columns).

use std::borrow::Cow;

use crate::error::StatError;

/// At least one block of at least two treatments, all finite, stored treatment by treatment.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocks<'a> {
    columns: Vec<Cow<'a, [f64]>>,
}

impl<'a> Blocks<'a> {
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
        let column = |treatment: usize| rows.iter().map(|row| row[treatment]).collect::<Vec<f64>>().into();
        Self::of_columns((0..first.len()).map(column).collect())
    }

    /// Checks the values of each treatment over the blocks.
    ///
    /// # Errors
    /// As [`Blocks::new`].
    pub fn of_columns(columns: Vec<Cow<'a, [f64]>>) -> Result<Self, StatError> {
        if columns.len() < 2 {
            let (sample, found) = (String::from("block 0"), columns.len());
            return Err(StatError::TooFew { sample, found, allowed: 2, method: "a comparison of treatments" });
        }
        if let Some(column) = columns.iter().find(|column| column.len() != columns[0].len()) {
            return Err(StatError::Unpaired { first: columns[0].len(), second: column.len() });
        }
        if columns[0].is_empty() {
            return Err(StatError::Empty { sample: String::from("blocks"), allowed: 1 });
        }
        let blocks = Self { columns };
        let bad = |column: &Cow<'_, [f64]>| column.iter().position(|value| !value.is_finite());
        if let Some(index) = blocks.columns.iter().filter_map(bad).min() {
            let row = blocks.rows().nth(index).expect("it was found there");
            super::check(&format!("block {index}"), &row)?;
        }
        Ok(blocks)
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = Vec<f64>> {
        (0..self.n_blocks()).map(|block| self.columns.iter().map(|column| column[block]).collect())
    }

    /// Number of blocks, at least 1.
    #[must_use]
    pub fn n_blocks(&self) -> usize {
        self.columns[0].len()
    }

    /// Number of treatments, at least 2.
    #[must_use]
    pub fn n_treatments(&self) -> usize {
        self.columns.len()
    }

    /// Values of one treatment over the blocks.
    #[must_use]
    pub fn column(&self, treatment: usize) -> Vec<f64> {
        self.columns[treatment].to_vec()
    }
}
