//! A table of blocks (rows) by treatments (columns).

use crate::error::StatError;

/// At least one block of at least two treatments, all finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocks {
    rows: Vec<Vec<f64>>,
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
        for (index, row) in rows.iter().enumerate() {
            if row.len() != first.len() {
                return Err(StatError::Unpaired { first: first.len(), second: row.len() });
            }
            if row.len() < 2 {
                let sample = format!("block {index}");
                return Err(StatError::TooFew { sample, found: row.len(), allowed: 2, method: "a comparison of treatments" });
            }
            super::check(&format!("block {index}"), row)?;
        }
        Ok(Self { rows: rows.to_vec() })
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &[Vec<f64>] {
        &self.rows
    }

    /// Number of blocks, at least 1.
    #[must_use]
    pub fn n_blocks(&self) -> usize {
        self.rows.len()
    }

    /// Number of treatments, at least 2.
    #[must_use]
    pub fn n_treatments(&self) -> usize {
        self.rows[0].len()
    }

    /// Values of one treatment over the blocks.
    #[must_use]
    pub fn column(&self, treatment: usize) -> Vec<f64> {
        self.rows.iter().map(|row| row[treatment]).collect()
    }
}
