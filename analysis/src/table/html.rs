//! A table as HTML: every number tells its method when asked (`title`), and sorts by its full value (`data-value`).

use std::fmt::Write;

use super::description::{Align, Field, Table, interval};
use super::number::Number;
use crate::figure::escape;

const WRITTEN: &str = "writing to a string cannot fail";

/// Writes the `<table>` element; captions belong to the page.
pub fn html(table: &Table) -> String {
    let mut out = format!("<table class=\"sortable\" aria-label=\"{}\">\n<thead><tr>", escape(&table.title));
    for column in &table.columns {
        let class = if column.align == Align::Right { " class=\"num\"" } else { "" };
        write!(out, "<th scope=\"col\"{class}>{}</th>", escape(&column.title)).expect(WRITTEN);
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str(if row.rule { "<tr class=\"rule\">" } else { "<tr>" });
        for (field, column) in row.fields.iter().zip(&table.columns) {
            write_field(&mut out, field, column.align);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
    out
}

fn write_field(out: &mut String, field: &Field, align: Align) {
    let class = if align == Align::Right { " class=\"num\"" } else { "" };
    match field {
        Field::Controller { label, class: information } => {
            write!(out, "<td{class}>{}", escape(label)).expect(WRITTEN);
            if !information.is_empty() {
                write!(out, " <small>{}</small>", escape(information)).expect(WRITTEN);
            }
        }
        Field::Count(count) => write!(out, "<td{class} data-value=\"{count}\">{count}").expect(WRITTEN),
        Field::Value { value, shown, mark } => {
            write!(out, "<td{class} data-value=\"{value}\" title=\"{value}\">{}{}", number(shown), superscript(mark)).expect(WRITTEN);
        }
        Field::Estimate { estimate, shown: [value, lower, upper], bold, mark } => {
            let title = format!("{} = {}, n = {}, level {}", estimate.method, estimate.value, estimate.n, estimate.level);
            write!(out, "<td{class} data-value=\"{}\" title=\"{}\">", estimate.value, escape(&title)).expect(WRITTEN);
            let value = number(value);
            let value = if *bold { format!("<b>{value}</b>") } else { value };
            write!(out, "{value}{}", superscript(mark)).expect(WRITTEN);
            if interval(estimate) {
                write!(out, " <span class=\"ci\">[{}, {}]</span>", number(lower), number(upper)).expect(WRITTEN);
            }
        }
        Field::Empty | Field::Text(_) => write!(out, "<td{class}>{}", escape(&field.plain())).expect(WRITTEN),
    }
    out.push_str("</td>");
}

fn superscript(mark: &str) -> String {
    if mark.is_empty() { String::new() } else { format!("<sup>{}</sup>", escape(mark)) }
}

fn number(number: &Number) -> String {
    match number {
        Number::Plain(digits) => escape(digits),
        Number::Power(mantissa, power) => format!("{}×10<sup>{}</sup>", escape(mantissa), power.to_string().replace('-', "\u{2212}")),
    }
}
