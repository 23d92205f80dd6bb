//! What a table says, before any format.

use crate::table::number::{self, Number};
use crate::verdict::Estimate;

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// File stem, for example `results`.
    pub name: String,
    /// Heading.
    pub title: String,
    /// Sentences that explain every column and mark.
    pub caption: String,
    /// Columns, left to right.
    pub columns: Vec<Column>,
    /// Rows, top to bottom; each has a field for every column.
    pub rows: Vec<Row>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Heading.
    pub title: String,
    /// How fields are set.
    pub align: Align,
    /// Left out of LaTeX, Markdown and plain text, where room is scarce; CSV and HTML have it.
    pub detail: bool,
}

/// How the fields of a column are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Names and sentences.
    Left,
    /// Numbers.
    Right,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Fields, one a column.
    pub fields: Vec<Field>,
    /// Whether a rule stands above the row (a new group begins).
    pub rule: bool,
}

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    /// Nothing.
    Empty,
    /// A text.
    Text(String),
    /// A controller with its information class (empty where unknown).
    Controller {
        /// Label.
        label: String,
        /// Information class.
        class: String,
    },
    /// A whole number.
    Count(u64),
    /// A number.
    Value {
        /// The number in full.
        value: f64,
        /// The number as it is shown.
        shown: Number,
        /// Sign after the number, explained in the caption; empty for none.
        mark: &'static str,
    },
    /// A value with its interval.
    Estimate {
        /// The numbers in full, with method, level and n.
        estimate: Estimate,
        /// Value, lower and upper end as they are shown.
        shown: [Number; 3],
        /// The best of its group.
        bold: bool,
        /// Sign after the value, explained in the caption; empty for none.
        mark: &'static str,
    },
}

impl Column {
    /// A column of names.
    pub fn left(title: &str) -> Self {
        Self { title: title.to_owned(), align: Align::Left, detail: false }
    }

    /// A column of numbers.
    pub fn right(title: &str) -> Self {
        Self { title: title.to_owned(), align: Align::Right, detail: false }
    }

    /// The same column, held back where room is scarce.
    #[must_use]
    pub fn detail(self) -> Self {
        Self { detail: true, ..self }
    }
}

impl Field {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A whole number.
    pub fn count(count: usize) -> Self {
        Self::Count(count as u64)
    }

    /// A number with so many significant digits.
    pub fn value(value: f64, n_digits: usize) -> Self {
        Self::Value { value, shown: number::significant(value, n_digits), mark: "" }
    }

    /// A number with so many decimals.
    pub fn fixed(value: f64, decimals: usize) -> Self {
        Self::Value { value, shown: number::fixed(value, decimals), mark: "" }
    }

    /// A p-value without stars.
    pub fn p(p: f64) -> Self {
        Self::Value { value: p, shown: number::p_value(p), mark: "" }
    }

    /// A p-value with stars: one below 0.05, two below 0.01, three below 0.001.
    pub fn p_starred(p: f64) -> Self {
        let mark = match p {
            _ if p < 0.001 => "***",
            _ if p < 0.01 => "**",
            _ if p < 0.05 => "*",
            _ => "",
        };
        Self::Value { value: p, shown: number::p_value(p), mark }
    }

    /// An estimate.
    pub fn estimate(estimate: &Estimate) -> Self {
        Self::marked(estimate, false, "")
    }

    /// An estimate in bold or with a mark.
    pub fn marked(estimate: &Estimate, bold: bool, mark: &'static str) -> Self {
        Self::Estimate { shown: number::estimate(estimate), estimate: estimate.clone(), bold, mark }
    }

    /// The field in plain text, without marks for weight.
    pub fn plain(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Controller { label, class } if class.is_empty() => label.clone(),
            Self::Controller { label, class } => format!("{label} ({class})"),
            Self::Count(count) => count.to_string(),
            Self::Value { shown, mark, .. } => format!("{}{mark}", shown.text()),
            Self::Estimate { shown: [value, lower, upper], estimate, mark, .. } => match interval(estimate) {
                true => format!("{}{mark} [{}, {}]", value.text(), lower.text(), upper.text()),
                false => format!("{}{mark}", value.text()),
            },
        }
    }
}

/// Whether an estimate's interval says anything: one that is unbounded on both sides does not.
pub(super) fn interval(estimate: &Estimate) -> bool {
    estimate.lower.is_finite() || estimate.upper.is_finite()
}

impl Table {
    /// Indices of the columns that a narrow format shows.
    pub(super) fn narrow(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|&index| !self.columns[index].detail).collect()
    }
}
