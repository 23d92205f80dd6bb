//! Tables of named columns in Parquet files: the one place that speaks the format.
//!
//! zstd level 3, floats as BYTE_STREAM_SPLIT, whole numbers as DELTA_BINARY_PACKED, words as dictionaries, no statistics that depend on the machine, a pinned
//! `created_by`: the same table gives the same bytes. A file is written under a unique temporary name, synced, and renamed.

mod reader;
mod writer;

pub use reader::FrameReader;
pub use writer::{FrameWriter, write};

use super::StoreError;
use std::path::Path;

/// The values of one column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Real numbers; NaN is a value.
    Reals(Vec<f64>),
    /// Real numbers that may be absent.
    OptionalReals(Vec<Option<f64>>),
    /// Words.
    Words(Vec<String>),
}

impl Values {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Integers(v) => v.len(),
            Self::Reals(v) => v.len(),
            Self::OptionalReals(v) => v.len(),
            Self::Words(v) => v.len(),
        }
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows at these positions.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Integers(v) => Self::Integers(rows.iter().map(|&i| v[i]).collect()),
            Self::Reals(v) => Self::Reals(rows.iter().map(|&i| v[i]).collect()),
            Self::OptionalReals(v) => Self::OptionalReals(rows.iter().map(|&i| v[i]).collect()),
            Self::Words(v) => Self::Words(rows.iter().map(|&i| v[i].clone()).collect()),
        }
    }

    /// One value as words; reals in the shortest form that reads back to the same bits.
    #[must_use]
    pub fn text(&self, row: usize) -> String {
        match self {
            Self::Integers(v) => v[row].to_string(),
            Self::Reals(v) => format!("{:?}", v[row]),
            Self::OptionalReals(v) => v[row].map_or_else(|| "absent".to_owned(), |x| format!("{x:?}")),
            Self::Words(v) => v[row].clone(),
        }
    }

    /// Whether a value is the same in both, bit by bit.
    #[must_use]
    pub fn same(&self, row: usize, other: &Self) -> bool {
        match (self, other) {
            (Self::Integers(a), Self::Integers(b)) => a[row] == b[row],
            (Self::Reals(a), Self::Reals(b)) => a[row].to_bits() == b[row].to_bits(),
            (Self::OptionalReals(a), Self::OptionalReals(b)) => a[row].map(f64::to_bits) == b[row].map(f64::to_bits),
            (Self::Words(a), Self::Words(b)) => a[row] == b[row],
            _ => false,
        }
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::Integers(_) => Kind::Integer,
            Self::Reals(_) => Kind::Real,
            Self::OptionalReals(_) => Kind::OptionalReal,
            Self::Words(_) => Kind::Word,
        }
    }

    /// An empty column of the same kind.
    #[must_use]
    pub const fn empty_like(&self) -> Self {
        match self {
            Self::Integers(_) => Self::Integers(Vec::new()),
            Self::Reals(_) => Self::Reals(Vec::new()),
            Self::OptionalReals(_) => Self::OptionalReals(Vec::new()),
            Self::Words(_) => Self::Words(Vec::new()),
        }
    }

    /// Appends the rows of a column of the same kind.
    ///
    /// # Panics
    /// When the kinds differ.
    pub fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Integers(a), Self::Integers(b)) => a.extend(b),
            (Self::Reals(a), Self::Reals(b)) => a.extend(b),
            (Self::OptionalReals(a), Self::OptionalReals(b)) => a.extend(b),
            (Self::Words(a), Self::Words(b)) => a.extend(b),
            _ => panic!("columns of one kind are appended"),
        }
    }
}

/// What a column holds; see [`Values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Integer,
    /// Real numbers.
    Real,
    /// Real numbers that may be absent.
    OptionalReal,
    /// Words.
    Word,
}

/// Name and kind of each column of a table, in order.
pub type Schema = Vec<(String, Kind)>;

/// A table: columns of equal length, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Name and values of each column.
    pub columns: Vec<(String, Values)>,
}

impl Frame {
    /// Name and kind of each column.
    #[must_use]
    pub fn schema(&self) -> Schema {
        self.columns.iter().map(|(name, values)| (name.clone(), values.kind())).collect()
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, v)| v.len())
    }

    /// The rows at these positions.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        Self { columns: self.columns.iter().map(|(name, values)| (name.clone(), values.select(rows))).collect() }
    }

    /// Appends the rows of a frame of the same schema; a frame without columns takes any.
    ///
    /// # Panics
    /// When the kinds of columns differ.
    pub fn append(&mut self, other: Self) {
        if self.columns.is_empty() {
            *self = other;
        } else {
            self.columns.iter_mut().zip(other.columns).for_each(|((_, a), (_, b))| a.append(b));
        }
    }

    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// Takes a column of whole numbers out.
    ///
    /// # Errors
    /// No such column, or one of another kind.
    pub fn integers(&self, path: &Path, name: &str) -> Result<&[i64], StoreError> {
        match self.column(name) {
            Some(Values::Integers(v)) => Ok(v),
            _ => Err(StoreError::damaged(path, format!("no column `{name}` of whole numbers"))),
        }
    }

    /// A column of real numbers.
    ///
    /// # Errors
    /// No such column, or one of another kind.
    pub fn reals(&self, path: &Path, name: &str) -> Result<&[f64], StoreError> {
        match self.column(name) {
            Some(Values::Reals(v)) => Ok(v),
            _ => Err(StoreError::damaged(path, format!("no column `{name}` of real numbers"))),
        }
    }

    /// A column of words.
    ///
    /// # Errors
    /// No such column, or one of another kind.
    pub fn words(&self, path: &Path, name: &str) -> Result<&[String], StoreError> {
        match self.column(name) {
            Some(Values::Words(v)) => Ok(v),
            _ => Err(StoreError::damaged(path, format!("no column `{name}` of words"))),
        }
    }
}
