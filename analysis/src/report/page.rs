//! The report: one HTML file that needs nothing else, and no script to be read.

use std::fmt::Write;

use super::bibliography::bibtex;
use super::context::{Fault, ReportContext};
use super::methods::{Markup, methods};
use super::prose::{headlines, scale};
use crate::figure::{Figure, FigureWidth, Theme, draw, escape, figures, svg};
use crate::table::{self, Table, tables};
use crate::verdict::{NoteKind, Verdict};

const WRITTEN: &str = "writing to a string cannot fail";
/// Rows up to which a table stands open.
const N_ROWS_OPEN: usize = 24;

/// A part of the report with the stems of its figures and tables.
struct Section {
    id: &'static str,
    title: &'static str,
    text: &'static str,
    figures: &'static [&'static str],
    tables: &'static [&'static str],
}

const SECTIONS: &[Section] = &[
    Section { id: "results", title: "Results", text: "", figures: &["heat-map"], tables: &["results"] },
    Section {
        id: "overall",
        title: "Over all scenarios",
        text: "",
        figures: &["aggregates", "forest-pooled", "profile"],
        tables: &["aggregates", "pooled"],
    },
    Section { id: "pairs", title: "Pair by pair", text: "", figures: &["forest"], tables: &["comparisons"] },
    Section { id: "ranks", title: "Ranks", text: "", figures: &["critical-difference"], tables: &["ranks"] },
    Section {
        id: "time",
        title: "Over time",
        text: "Regret is measured against a comparator schedule that is simulated again from the first step under the same random numbers. An open-loop \
               comparator does not bound feedback: a controller that sees the past can beat it, so negative regret is legitimate and is shown as it is.",
        figures: &["trajectory", "regret", "hyperparameter", "ecdf"],
        tables: &["running-times"],
    },
    Section { id: "recovery", title: "Recovery and stability", text: "", figures: &["recovery"], tables: &["recovery", "stability"] },
    Section { id: "sensitivity", title: "Sensitivity", text: "", figures: &["sensitivity"], tables: &["sensitivity"] },
    Section {
        id: "guards",
        title: "How far these numbers carry",
        text: "Undecided never means equal. The tables say what could have been found with these seeds, how well the intervals cover at these sizes, and \
               what another policy for episodes without a value would have given.",
        figures: &[],
        tables: &["power", "coverage", "policies"],
    },
    Section {
        id: "parts",
        title: "Controllers and scenarios",
        text: "",
        figures: &["schedule", "scenario"],
        tables: &["controllers", "scenarios"],
    },
];

/// Whether `name` is `stem` or begins with it and a hyphen.
fn belongs(name: &str, stem: &str) -> bool {
    name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Index of the section of a figure or table: that of the longest stem; the last one where none fits.
fn section_of(name: &str, stems: impl Fn(&Section) -> &'static [&'static str]) -> usize {
    let fit = |section: &Section| stems(section).iter().filter(|stem| belongs(name, stem)).map(|stem| stem.len()).max();
    let best = SECTIONS.iter().enumerate().filter_map(|(index, section)| Some((fit(section)?, index))).max();
    best.map_or(SECTIONS.len() - 1, |(_, index)| index)
}

/// The whole page.
pub fn html(verdict: &Verdict, context: &ReportContext) -> String {
    let figures: Vec<Figure> = figures(verdict, &context.theme).into_iter().chain(context.figures.iter().cloned()).collect();
    let tables = tables(verdict);
    let mut body = String::new();
    let mut contents = vec![("outcome", "Outcome")];
    write_outcome(&mut body, verdict, context);
    for (index, section) in SECTIONS.iter().enumerate() {
        let own_figures: Vec<&Figure> =
            figures.iter().filter(|figure| section_of(&figure.name, |section| section.figures) == index).collect();
        let own_tables: Vec<&Table> = tables.iter().filter(|table| section_of(&table.name, |section| section.tables) == index).collect();
        if own_figures.is_empty() && own_tables.is_empty() {
            continue;
        }
        contents.push((section.id, section.title));
        let scale = if section.id == "overall" { scale(verdict) } else { None };
        write_section(&mut body, section, scale.as_deref(), (&own_figures, &own_tables), &context.theme);
    }
    if !context.faults.is_empty() {
        contents.push(("faults", "Faults"));
        write_faults(&mut body, &context.faults);
    }
    contents.push(("methods", "Methods"));
    write_methods(&mut body, verdict, context);
    page(verdict, context, &contents, &body)
}

fn page(verdict: &Verdict, context: &ReportContext, contents: &[(&str, &str)], body: &str) -> String {
    let study = escape(&verdict.study);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <meta name=\"generator\" content=\"{}\">\n<title>{study}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n",
        escape(&context.program),
        include_str!("style.css"),
        dark_inks(&context.theme)
    );
    write!(
        out,
        "<header>\n<h1>{study}</h1>\n<p class=\"facts\">{}</p>\n<nav aria-label=\"Contents\"><ul>",
        escape(&facts(verdict, context))
    )
    .expect(WRITTEN);
    for (id, title) in contents {
        write!(out, "<li><a href=\"#{id}\">{title}</a></li>").expect(WRITTEN);
    }
    out.push_str("</ul></nav>\n</header>\n<main>\n");
    out.push_str(body);
    write!(out, "</main>\n<script>\n{}</script>\n</body>\n</html>\n", include_str!("sort.js")).expect(WRITTEN);
    out
}

fn facts(verdict: &Verdict, context: &ReportContext) -> String {
    let mut facts = vec![
        format!("{} controllers", verdict.controllers.len()),
        format!("{} scenarios", verdict.scenarios.len()),
        format!("{} episodes", verdict.n_episodes),
        format!("metric {}", verdict.options.primary_metric),
    ];
    if !context.digest.is_empty() {
        facts.push(format!("study {}", context.digest));
    }
    facts.push(context.program.clone());
    facts.join(" \u{B7} ")
}

/// Rules that recolour the figures on a dark page, see [`crate::figure::svg`].
fn dark_inks(theme: &Theme) -> String {
    let mut out = String::from("@media (prefers-color-scheme: dark) {\n");
    for index in 0..theme.palette.len() {
        let color = theme.palette_dark[index % theme.palette_dark.len()].css();
        writeln!(out, "  .oha-figure .s{index} {{ stroke: {color}; }} .oha-figure .f{index} {{ fill: {color}; }}").expect(WRITTEN);
    }
    for (letter, color) in [('i', "#e0e0e0"), ('m', "#9aa0a6"), ('g', "#33373d"), ('p', "#16181c")] {
        writeln!(out, "  .oha-figure .s{letter} {{ stroke: {color}; }} .oha-figure .f{letter} {{ fill: {color}; }}").expect(WRITTEN);
    }
    out.push_str("  .oha-figure .halo { stroke: #16181c; }\n}\n");
    out
}

fn write_outcome(out: &mut String, verdict: &Verdict, context: &ReportContext) {
    out.push_str("<section id=\"outcome\">\n<h2>Outcome</h2>\n<ul class=\"lead\">\n");
    for line in headlines(verdict) {
        writeln!(out, "<li>{}</li>", escape(&line)).expect(WRITTEN);
    }
    out.push_str("</ul>\n");
    for note in verdict.notes.iter().filter(|note| note.kind == NoteKind::Warning) {
        writeln!(out, "<p class=\"warning\"><b>Warning.</b> {}</p>", quoted(&note.text)).expect(WRITTEN);
    }
    if !context.faults.is_empty() {
        let n = context.faults.len();
        let noun = if n == 1 { "fault" } else { "faults" };
        writeln!(out, "<p class=\"warning\"><b>Warning.</b> {n} {noun} of controllers: <a href=\"#faults\">see below</a>.</p>")
            .expect(WRITTEN);
    }
    let remarks: Vec<&str> =
        verdict.notes.iter().filter(|note| note.kind == NoteKind::Information).map(|note| note.text.as_str()).collect();
    if !remarks.is_empty() {
        writeln!(
            out,
            "<details{}><summary>Remarks <small>{}</small></summary><ul>",
            if remarks.len() < 6 { " open" } else { "" },
            remarks.len()
        )
        .expect(WRITTEN);
        for remark in remarks {
            writeln!(out, "<li>{}</li>", quoted(remark)).expect(WRITTEN);
        }
        out.push_str("</ul></details>\n");
    }
    out.push_str("</section>\n");
}

fn write_section(out: &mut String, section: &Section, scale: Option<&str>, (figures, tables): (&[&Figure], &[&Table]), theme: &Theme) {
    writeln!(out, "<section id=\"{}\">\n<h2>{}</h2>", section.id, section.title).expect(WRITTEN);
    for text in [section.text].into_iter().chain(scale).filter(|text| !text.is_empty()) {
        writeln!(out, "<p>{}</p>", escape(text)).expect(WRITTEN);
    }
    for figure in figures {
        write_figure(out, figure, theme);
    }
    for table in tables {
        write_table(out, table);
    }
    out.push_str("</section>\n");
}

fn write_figure(out: &mut String, figure: &Figure, theme: &Theme) {
    let class = if figure.width == FigureWidth::OneColumn { "one" } else { "two" };
    write!(
        out,
        "<figure id=\"figure-{}\" class=\"{class}\">\n<h3>{}</h3>\n<div class=\"canvas\" tabindex=\"0\" role=\"group\" aria-label=\"{}\">\n{}</div>\n\
         <figcaption>{}</figcaption>\n</figure>\n",
        escape(&figure.name),
        escape(&figure.title),
        escape(&figure.title),
        svg(figure, &draw(figure, theme), theme),
        escape(&figure.caption)
    )
    .expect(WRITTEN);
}

fn write_table(out: &mut String, table: &Table) {
    let open = if table.rows.len() <= N_ROWS_OPEN { " open" } else { "" };
    write!(
        out,
        "<details id=\"table-{}\"{open}><summary>{} <small>{} rows</small></summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" \
         aria-label=\"{}\">\n{}</div>\n<p class=\"note\">{} Point at a number for its method, n and level.</p>\n</details>\n",
        escape(&table.name),
        escape(&table.title),
        table.rows.len(),
        escape(&table.title),
        table::html(table),
        escape(&table.caption)
    )
    .expect(WRITTEN);
}

fn write_faults(out: &mut String, faults: &[Fault]) {
    out.push_str("<section id=\"faults\">\n<h2>Faults</h2>\n<ul>\n");
    for fault in faults {
        let step = fault.step.map_or(String::new(), |step| format!(", step {step}"));
        let place = format!("{} in {}, seed {}{step}", fault.controller, fault.scenario, fault.seed);
        writeln!(out, "<li><b>{}</b>: {}</li>", escape(&place), escape(&fault.text)).expect(WRITTEN);
    }
    out.push_str("</ul>\n</section>\n");
}

fn write_methods(out: &mut String, verdict: &Verdict, context: &ReportContext) {
    write!(out, "<section id=\"methods\">\n<h2>Methods</h2>\n<p>{}</p>\n", escape(&methods(verdict, Markup::Plain))).expect(WRITTEN);
    write!(
        out,
        "<details><summary>For a paper: LaTeX</summary>\n<pre>{}</pre></details>\n<details><summary>For a paper: BibTeX</summary>\n<pre>{}</pre></details>\n",
        escape_lines(&methods(verdict, Markup::Latex)),
        escape_lines(&bibtex(verdict, &context.program, &context.bibliography))
    )
    .expect(WRITTEN);
    if !context.command.is_empty() {
        write!(out, "<h3>Reproduction</h3>\n<pre>{}</pre>\n", escape_lines(&context.command)).expect(WRITTEN);
    }
    out.push_str("</section>\n");
}

/// Escapes text; what stands between backticks becomes code.
fn quoted(text: &str) -> String {
    let text = escape(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text;
    }
    let part = |(index, part): (usize, &&str)| if index.is_multiple_of(2) { (*part).to_owned() } else { format!("<code>{part}</code>") };
    parts.iter().enumerate().map(part).collect()
}

/// Escapes text that keeps its lines.
fn escape_lines(text: &str) -> String {
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{figure, table};

    #[test]
    fn every_registered_kind_has_a_section() {
        for kind in figure::REGISTRY {
            assert!(SECTIONS.iter().any(|section| section.figures.iter().any(|stem| belongs(kind.name, stem))), "figure {}", kind.name);
        }
        for kind in table::REGISTRY {
            assert!(SECTIONS.iter().any(|section| section.tables.iter().any(|stem| belongs(kind.name, stem))), "table {}", kind.name);
        }
    }

    #[test]
    fn backticks_in_pairs_become_code() {
        assert_eq!(quoted("chosen by `auto`: a < b"), "chosen by <code>auto</code>: a &lt; b");
        assert_eq!(quoted("a lone ` stays"), "a lone ` stays");
    }

    #[test]
    fn the_longest_stem_wins() {
        let figures = |section: &Section| section.figures;
        assert_eq!(SECTIONS[section_of("forest-pooled", figures)].id, "overall");
        assert_eq!(SECTIONS[section_of("forest", figures)].id, "pairs");
        assert_eq!(SECTIONS[section_of("unheard-of", figures)].id, "parts");
    }
}
