//! A table as CSV (RFC 4180): every number in full.

use super::description::{Field, Table};

/// Writes a table as CSV. A controller takes two columns, an estimate six: value, `_lower`, `_upper`, `_level`, `_method`, `_n`.
pub fn csv(table: &Table) -> String {
    let mut out = String::new();
    let wide: Vec<Shape> = (0..table.columns.len()).map(|column| shape(table, column)).collect();
    let header = table.columns.iter().zip(&wide).flat_map(|(column, shape)| shape.headings(&column.title));
    write_row(&mut out, header);
    for row in &table.rows {
        write_row(&mut out, row.fields.iter().zip(&wide).flat_map(|(field, shape)| shape.fields(field)));
    }
    out
}

/// Columns that a column of the table becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    One,
    Controller,
    Estimate,
}

fn shape(table: &Table, column: usize) -> Shape {
    let mut fields = table.rows.iter().map(|row| &row.fields[column]);
    if fields.clone().any(|field| matches!(field, Field::Estimate { .. })) {
        Shape::Estimate
    } else if fields.any(|field| matches!(field, Field::Controller { .. })) {
        Shape::Controller
    } else {
        Shape::One
    }
}

impl Shape {
    fn headings(self, title: &str) -> Vec<String> {
        let stem = stem(title);
        let suffixes: &[&str] = match self {
            Self::One => &[""],
            Self::Controller => &["", "_information_class"],
            Self::Estimate => &["", "_lower", "_upper", "_level", "_method", "_n"],
        };
        suffixes.iter().map(|suffix| format!("{stem}{suffix}")).collect()
    }

    fn fields(self, field: &Field) -> Vec<String> {
        let mut written = match field {
            Field::Empty => vec![String::new()],
            Field::Text(text) => vec![text.clone()],
            Field::Controller { label, class } => vec![label.clone(), class.clone()],
            Field::Count(count) => vec![count.to_string()],
            Field::Value { value, .. } => vec![number(*value)],
            Field::Estimate { estimate, .. } => vec![
                number(estimate.value),
                number(estimate.lower),
                number(estimate.upper),
                number(estimate.level),
                estimate.method.clone(),
                estimate.n.to_string(),
            ],
        };
        let n = match self {
            Self::One => 1,
            Self::Controller => 2,
            Self::Estimate => 6,
        };
        written.resize(n, String::new());
        written
    }
}

/// The heading as an identifier.
fn stem(title: &str) -> String {
    let words = title.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

/// The shortest digits that read back to the same number; `inf`, `-inf`, `nan` otherwise.
fn number(value: f64) -> String {
    match value {
        _ if value.is_nan() => "nan".to_owned(),
        _ if value.is_infinite() => if value > 0.0 { "inf" } else { "-inf" }.to_owned(),
        0.0 => "0".to_owned(),
        _ if (1e-5..1e16).contains(&value.abs()) => format!("{value}"),
        _ => format!("{value:e}"),
    }
}

fn write_row(out: &mut String, fields: impl Iterator<Item = String>) {
    for (index, field) in fields.enumerate() {
        if index > 0 {
            out.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&field);
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Column, Row};
    use crate::verdict::Estimate;

    #[test]
    fn numbers_keep_every_digit_and_texts_are_quoted() {
        let estimate = Estimate { value: 0.1, lower: f64::NEG_INFINITY, upper: 1e-17, level: 0.95, method: "mean, \"t\"".to_owned(), n: 3 };
        let table = Table {
            name: "x".to_owned(),
            title: String::new(),
            caption: String::new(),
            columns: vec![Column::left("controller"), Column::right("mean loss")],
            rows: vec![Row {
                fields: vec![Field::Controller { label: "a,b".to_owned(), class: "scalar".to_owned() }, Field::estimate(&estimate)],
                rule: false,
            }],
        };
        assert_eq!(
            csv(&table),
            "controller,controller_information_class,mean_loss,mean_loss_lower,mean_loss_upper,mean_loss_level,mean_loss_method,mean_loss_n\n\
             \"a,b\",scalar,0.1,-inf,1e-17,0.95,\"mean, \"\"t\"\"\",3\n"
        );
    }
}
