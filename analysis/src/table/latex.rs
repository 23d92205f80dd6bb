//! A table as LaTeX with `booktabs`: ready for `\input`.

use std::fmt::Write;

use super::description::{Field, Table, interval};
use super::fit::{COLUMN_WIDTH, Fit, fit};
use super::number::Number;
use crate::figure::escape_tex;

/// Rows above which a table may break over pages (`longtable`).
const N_ROWS_MAX: usize = 40;
const WRITTEN: &str = "writing to a string cannot fail";

/// Writes a table as a `table` environment (`table*` where it is wider than one of two columns), or as a `longtable` when it has more than 40 rows.
///
/// What does not fit the page is set smaller, and at last in parts below one another, each with the names that lead its rows; long texts break
/// within their column. The head of the file says which packages the document must load and how wide the table is.
pub fn latex(table: &Table) -> String {
    let fit = fit(table);
    let long = table.rows.len() > N_ROWS_MAX;
    let mut packages = String::from(if long { "booktabs, longtable" } else { "booktabs" });
    if fit.parts.iter().any(|part| fit.spec(part).contains("arraybackslash")) {
        packages.push_str(", array");
    }
    let mut out = format!("% needs: \\usepackage{{{packages}}}; about {:.0} pt wide", fit.width);
    out.push_str(match (long, fit.width > COLUMN_WIDTH) {
        (true, _) => "; a longtable needs a page of one column (\\onecolumn)\n",
        (false, true) => ", over both columns of a page of two\n",
        (false, false) => "\n",
    });
    if long {
        write_long(&mut out, table, &fit)
    } else {
        write_float(&mut out, table, &fit)
    }
    out
}

fn write_float(out: &mut String, table: &Table, fit: &Fit) {
    let environment = if fit.width > COLUMN_WIDTH { "table*" } else { "table" };
    write!(
        out,
        "\\begin{{{environment}}}\n\\centering{}\\setlength{{\\tabcolsep}}{{{}pt}}\n\\caption{{{}}}\\label{{tab:{}}}\n",
        fit.setting.command,
        fit.setting.separation,
        escape_tex(&table.caption),
        table.name
    )
    .expect(WRITTEN);
    for (index, part) in fit.parts.iter().enumerate() {
        if index > 0 {
            out.push_str("\n\\medskip\n");
        }
        write!(out, "\\begin{{tabular}}{{{}}}\n\\toprule\n{}\n\\midrule\n", fit.spec(part), head(table, part)).expect(WRITTEN);
        write_rows(out, table, part);
        out.push_str("\\bottomrule\n\\end{tabular}\n");
    }
    writeln!(out, "\\end{{{environment}}}").expect(WRITTEN);
}

fn write_long(out: &mut String, table: &Table, fit: &Fit) {
    writeln!(out, "{{{}\\setlength{{\\tabcolsep}}{{{}pt}}", fit.setting.command, fit.setting.separation).expect(WRITTEN);
    for (index, part) in fit.parts.iter().enumerate() {
        let caption = if index == 0 {
            format!("\\caption{{{}}}\\label{{tab:{}}}", escape_tex(&table.caption), table.name)
        } else {
            format!("\\caption[]{{{} (continued: further columns)}}", escape_tex(&table.title))
        };
        let head = head(table, part);
        write!(
            out,
            "\\begin{{longtable}}{{{}}}\n{caption}\\\\\n\\toprule\n{head}\n\\midrule\n\\endfirsthead\n\\toprule\n{head}\n\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n",
            fit.spec(part)
        )
        .expect(WRITTEN);
        write_rows(out, table, part);
        out.push_str("\\end{longtable}\n");
    }
    out.push_str("}\n");
}

fn head(table: &Table, part: &[usize]) -> String {
    let heads: Vec<String> = part.iter().map(|&index| escape_tex(&table.columns[index].title)).collect();
    format!("{} \\\\", heads.join(" & "))
}

fn write_rows(out: &mut String, table: &Table, part: &[usize]) {
    for (index, row) in table.rows.iter().enumerate() {
        if row.rule && index > 0 {
            out.push_str("\\midrule\n");
        }
        let fields: Vec<String> = part.iter().map(|&column| field(&row.fields[column])).collect();
        writeln!(out, "{} \\\\", fields.join(" & ")).expect(WRITTEN);
    }
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
