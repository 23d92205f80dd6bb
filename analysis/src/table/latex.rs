//! A table as LaTeX with `booktabs`: ready for `\input`.

use std::fmt::Write;

use super::description::{Align, Field, Table, interval};
use super::number::Number;
use crate::figure::escape_tex;

/// Rows above which a table may break over pages (`longtable`).
const N_ROWS_MAX: usize = 40;
const WRITTEN: &str = "writing to a string cannot fail";

/// Writes a table as a `table` environment, or as a `longtable` when it has more than 40 rows.
///
/// The document must load `booktabs` (and `longtable`); the head of the file says so.
pub fn latex(table: &Table) -> String {
    let columns = table.narrow();
    let spec: String = columns.iter().map(|&index| if table.columns[index].align == Align::Left { 'l' } else { 'r' }).collect();
    let heads: Vec<String> = columns.iter().map(|&index| escape_tex(&table.columns[index].title)).collect();
    let head = format!("{} \\\\", heads.join(" & "));
    let caption = escape_tex(&table.caption);
    let label = &table.name;
    let mut out = String::new();
    let long = table.rows.len() > N_ROWS_MAX;
    let packages = if long { "booktabs, longtable" } else { "booktabs" };
    writeln!(out, "% needs: \\usepackage{{{packages}}}").expect(WRITTEN);
    if long {
        write!(
            out,
            "{{\\small\n\\begin{{longtable}}{{{spec}}}\n\\caption{{{caption}}}\\label{{tab:{label}}}\\\\\n\\toprule\n{head}\n\\midrule\n\\endfirsthead\n\
             \\toprule\n{head}\n\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n"
        )
        .expect(WRITTEN);
    } else {
        write!(
            out,
            "\\begin{{table}}\n\\centering\\small\n\\caption{{{caption}}}\\label{{tab:{label}}}\n\\begin{{tabular}}{{{spec}}}\n\\toprule\n{head}\n\\midrule\n"
        )
        .expect(WRITTEN);
    }
    for (index, row) in table.rows.iter().enumerate() {
        if row.rule && index > 0 {
            out.push_str("\\midrule\n");
        }
        let fields: Vec<String> = columns.iter().map(|&column| field(&row.fields[column])).collect();
        writeln!(out, "{} \\\\", fields.join(" & ")).expect(WRITTEN);
    }
    out.push_str(if long { "\\end{longtable}}\n" } else { "\\bottomrule\n\\end{tabular}\n\\end{table}\n" });
    out
}

fn field(field: &Field) -> String {
    match field {
        Field::Empty => String::new(),
        Field::Text(text) => escape_tex(text),
        Field::Controller { label, class } if class.is_empty() => escape_tex(label),
        Field::Controller { label, class } => format!("{} {{\\scriptsize {}}}", escape_tex(label), escape_tex(class)),
        Field::Count(count) => count.to_string(),
        Field::Value { shown, mark, .. } => format!("{}{}", number(shown), superscript(mark)),
        Field::Estimate { shown: [value, lower, upper], estimate, bold, mark } => {
            let value = if *bold { bold_number(value) } else { number(value) };
            let mark = superscript(mark);
            if interval(estimate) {
                format!("{value}{mark} {{\\scriptsize [{}, {}]}}", number(lower), number(upper))
            } else {
                format!("{value}{mark}")
            }
        }
    }
}

fn superscript(mark: &str) -> String {
    if mark.is_empty() { String::new() } else { format!("\\textsuperscript{{{}}}", escape_tex(mark)) }
}

fn number(number: &Number) -> String {
    match number {
        Number::Plain(digits) => escape_tex(digits),
        Number::Power(mantissa, power) => format!("${}\\times10^{{{power}}}$", mantissa.replace('\u{2212}', "-")),
    }
}

fn bold_number(number: &Number) -> String {
    match number {
        Number::Plain(digits) => format!("\\textbf{{{}}}", escape_tex(digits)),
        Number::Power(mantissa, power) => format!("$\\mathbf{{{}\\times10^{{{power}}}}}$", mantissa.replace('\u{2212}', "-")),
    }
}
