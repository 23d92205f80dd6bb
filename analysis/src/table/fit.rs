//! How a table is made to fit a page: column specification, font size, and parts below one another where one is not enough.
//!
//! Widths are estimated from Helvetica's. Computer Modern, LaTeX's own, is drawn wider at small sizes and sets signs of mathematics wider still: each
//! setting carries a factor for the first, and a number counts its signs. Times is narrower than both.

use super::description::{Align, Field, Table, interval};
use super::number::Number;
use crate::figure::metrics::text_width;

/// Width of a text over two columns of a usual page in points (6.75 in): NeurIPS has 397, ICML 487, IEEE 516.
pub(super) const TEXT_WIDTH: f64 = 486.0;
/// Width of one of two columns.
pub(super) const COLUMN_WIDTH: f64 = 236.0;
/// Widest column of texts before its lines are broken.
const TEXT_MAX: f64 = 130.0;

/// Font sizes to try, with the distance on both sides of a column.
const SIZES: [Setting; 3] = [
    Setting { command: "\\small", size: 9.3, script: 7.9, separation: 6.0 },
    Setting { command: "\\footnotesize", size: 8.5, script: 7.9, separation: 4.0 },
    Setting { command: "\\scriptsize", size: 7.9, script: 7.9, separation: 2.0 },
];

/// A font size with its companions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Setting {
    /// The command that sets it.
    pub(super) command: &'static str,
    /// Font size at which Helvetica is as wide.
    size: f64,
    /// The same of intervals and classes.
    script: f64,
    /// `\tabcolsep`.
    pub(super) separation: f64,
}

/// A layout: its setting, its parts as indices of columns, the specification of each column, the width of the widest part.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fit {
    pub(super) setting: Setting,
    pub(super) parts: Vec<Vec<usize>>,
    specs: Vec<String>,
    pub(super) width: f64,
}

impl Fit {
    /// The specification of the columns of a part.
    pub(super) fn spec(&self, part: &[usize]) -> String {
        part.iter().map(|&column| self.specs[column].as_str()).collect()
    }
}

/// The largest setting in which the columns fit in one part; at the smallest, in as many parts as it takes.
pub(super) fn fit(table: &Table) -> Fit {
    let columns = table.narrow();
    let fitted = |setting: Setting| {
        let mut specs = vec![String::new(); table.columns.len()];
        let mut widths = vec![0.0; table.columns.len()];
        for &column in &columns {
            (specs[column], widths[column]) = column_width(table, column, setting);
        }
        (specs, widths)
    };
    for setting in SIZES {
        let (specs, widths) = fitted(setting);
        let width: f64 = columns.iter().map(|&column| widths[column]).sum();
        if width <= TEXT_WIDTH {
            return Fit { setting, parts: vec![columns], specs, width };
        }
    }
    let (specs, widths) = fitted(SIZES[1]);
    let parts = split(table, &columns, &widths);
    let width = parts.iter().map(|part| part.iter().map(|&column| widths[column]).sum()).fold(0.0, f64::max);
    Fit { setting: SIZES[1], parts, specs, width }
}

/// Specification and width of a column, its separation included.
fn column_width(table: &Table, column: usize, setting: Setting) -> (String, f64) {
    let head = text_width(&table.columns[column].title, setting.size, false);
    let widest = table.rows.iter().map(|row| field_width(&row.fields[column], setting)).fold(head, f64::max);
    let left = table.columns[column].align == Align::Left;
    if left && widest > TEXT_MAX {
        return (format!(">{{\\raggedright\\arraybackslash}}p{{{TEXT_MAX}pt}}"), TEXT_MAX + 2.0 * setting.separation);
    }
    (if left { "l" } else { "r" }.to_owned(), widest + 2.0 * setting.separation)
}

fn field_width(field: &Field, setting: Setting) -> f64 {
    let Setting { size, script, .. } = setting;
    match field {
        Field::Controller { label, class } if !class.is_empty() => {
            text_width(&format!("{label} "), size, false) + text_width(class, script, false)
        }
        Field::Estimate { shown: [value, lower, upper], estimate, bold, mark } => {
            let own = number_width(value, size, *bold) + text_width(mark, size, false);
            let ends = number_width(lower, script, false) + number_width(upper, script, false) + text_width(" [, ]", script, false);
            own + if interval(estimate) { ends } else { 0.0 }
        }
        Field::Value { shown, mark, .. } => number_width(shown, size, false) + text_width(mark, size, false),
        other => text_width(&other.plain(), size, false),
    }
}

/// A minus sign is a quarter wider in mathematics, and a power of ten has a sign with space around it.
fn number_width(number: &Number, size: f64, bold: bool) -> f64 {
    let text = number.text();
    let signs = text.matches('\u{2212}').count() as f64 * 0.25;
    let power = if matches!(number, Number::Power(..)) { 1.6 } else { 0.0 };
    text_width(&text, size, bold) + (signs + power) * size
}

/// Groups of columns that fit, each with the names that lead every row.
fn split(table: &Table, columns: &[usize], widths: &[f64]) -> Vec<Vec<usize>> {
    let n_keys = columns.iter().take_while(|&&column| table.columns[column].align == Align::Left).count().clamp(1, 3).min(columns.len());
    let (keys, rest) = columns.split_at(n_keys);
    let taken: f64 = keys.iter().map(|&column| widths[column]).sum();
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut width = f64::INFINITY;
    for &column in rest {
        if width + widths[column] > TEXT_WIDTH {
            parts.push(keys.to_vec());
            width = taken;
        }
        width += widths[column];
        parts.last_mut().expect("a part was begun").push(column);
    }
    if parts.is_empty() { vec![columns.to_vec()] } else { parts }
}
