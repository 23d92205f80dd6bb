//! A table as GitHub-flavoured Markdown.

use super::description::{Align, Field, Table};

/// Writes a table with its title and caption.
pub fn markdown(table: &Table) -> String {
    let columns = table.narrow();
    let mut out = format!("### {}\n\n", escape(&table.title));
    let heads: Vec<String> = columns.iter().map(|&index| escape(&table.columns[index].title)).collect();
    out.push_str(&format!("| {} |\n", heads.join(" | ")));
    let rules: Vec<&str> = columns.iter().map(|&index| if table.columns[index].align == Align::Left { "---" } else { "---:" }).collect();
    out.push_str(&format!("| {} |\n", rules.join(" | ")));
    for row in &table.rows {
        let fields: Vec<String> = columns.iter().map(|&index| field(&row.fields[index])).collect();
        out.push_str(&format!("| {} |\n", fields.join(" | ")));
    }
    out.push_str(&format!("\n{}\n", escape(&table.caption)));
    out
}

fn field(field: &Field) -> String {
    match field {
        Field::Estimate { bold: true, shown, .. } => {
            let (value, plain) = (shown[0].text(), escape(&field.plain()));
            format!("**{value}**{}", &plain[value.len()..])
        }
        _ => escape(&field.plain()),
    }
}

/// Escapes what Markdown would read as markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '#' | '~' => {
                out.push('\\');
                out.push(character);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' | '\t' => out.push(' '),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("a|b_c*<i>"), r"a\|b\_c\*&lt;i&gt;");
    }
}
