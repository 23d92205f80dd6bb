//! A table as aligned plain text for a terminal.

use super::description::{Align, Field, Table};

/// Writes a table with aligned columns, two spaces apart, and its caption below. The best of a group carries a `>` before its value, so no
/// meaning hangs on colour or weight.
pub fn text(table: &Table) -> String {
    format!("{}\n\n{}\n{}\n", table.title, grid(table), fold(&table.caption, 100))
}

/// The headings, a rule and the rows, aligned.
pub(crate) fn grid(table: &Table) -> String {
    let columns = table.narrow();
    let heads: Vec<String> = columns.iter().map(|&index| table.columns[index].title.clone()).collect();
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| columns.iter().map(|&index| field(&row.fields[index])).collect()).collect();
    let width =
        |place: usize| rows.iter().map(|row| &row[place]).chain([&heads[place]]).map(|text| text.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |fields: &[String]| {
        let padded: Vec<String> = fields
            .iter()
            .enumerate()
            .map(|(place, text)| {
                let pad = " ".repeat(widths[place] - text.chars().count());
                if table.columns[columns[place]].align == Align::Left { format!("{text}{pad}") } else { format!("{pad}{text}") }
            })
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut out = format!("{}\n", line(&heads));
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    out.push_str(&format!("{}\n", rule.join("  ")));
    for (index, row) in rows.iter().enumerate() {
        if table.rows[index].rule && index > 0 {
            out.push('\n');
        }
        out.push_str(&format!("{}\n", line(row)));
    }
    out
}

fn field(field: &Field) -> String {
    match field {
        Field::Estimate { bold: true, .. } => format!("> {}", field.plain()),
        // A control character in a name must not reach the terminal.
        _ => field.plain().chars().map(|character| if character.is_control() { ' ' } else { character }).collect(),
    }
}

/// Breaks text at spaces into lines of at most `width` characters, where words allow it.
pub(crate) fn fold(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push('\n');
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn lines_are_folded() {
        assert_eq!(fold("one two  three", 8), "one two\nthree");
        assert_eq!(fold("", 8), "");
    }
}
