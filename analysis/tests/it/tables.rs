//! LaTeX tables as a parser sees them: balanced, of even rows, no wider than a page.

use oha_analysis::table::{Table, latex, tables};

use crate::fixture::Size;

/// Checks what TeX would trip over, and returns the width that the head states.
fn check(table: &Table) -> f64 {
    let text = latex(table);
    let mut open: Vec<&str> = Vec::new();
    for piece in text.split('\\').skip(1) {
        let name = |rest: &'static str| piece.strip_prefix(rest).and_then(|rest| rest.split('}').next());
        if let Some(name) = name("begin{") {
            open.push(name);
        } else if let Some(name) = name("end{") {
            assert_eq!(open.pop(), Some(name), "{}", table.name);
        }
    }
    assert!(open.is_empty(), "{}: {open:?} stay open", table.name);
    let mut depth = 0_i32;
    let mut before = ' ';
    for character in text.chars() {
        depth += match character {
            '{' if before != '\\' => 1,
            '}' if before != '\\' => -1,
            _ => 0,
        };
        assert!(depth >= 0, "{}", table.name);
        before = if before == '\\' && character == '\\' { ' ' } else { character };
    }
    assert_eq!(depth, 0, "{}: braces", table.name);
    let mut n_columns = 0;
    for line in text.lines() {
        if let Some(spec) = line.strip_prefix("\\begin{tabular}").or_else(|| line.strip_prefix("\\begin{longtable}")) {
            let plain = spec.replace(">{\\raggedright\\arraybackslash}", "").replace("{130pt}", "");
            n_columns = plain.chars().filter(|character| matches!(character, 'l' | 'r' | 'p')).count();
        } else if line.ends_with("\\\\") && !line.starts_with("\\caption") {
            let n_fields = line.replace("\\&", "").matches('&').count() + 1;
            assert_eq!(n_fields, n_columns, "{}: {line}", table.name);
        }
    }
    let width = text.lines().next().unwrap().split("about ").nth(1).unwrap().split(" pt").next().unwrap();
    width.parse().unwrap()
}

#[test]
fn tables_are_sound_and_fit_a_page() {
    for n_controllers in [2, 5, 11] {
        for (n_scenarios, long) in [(1, false), (5, true), (12, false)] {
            let verdict = Size { n_controllers, n_scenarios, n_seeds: 10, long }.verdict();
            for table in tables(&verdict) {
                let width = check(&table);
                assert!(width <= 486.0, "{} is {width} pt wide", table.name);
            }
        }
    }
}

/// A matrix of many controllers is split by columns; each part repeats the scenarios.
#[test]
fn a_wide_matrix_stands_in_parts() {
    let verdict = Size { n_controllers: 11, n_scenarios: 5, n_seeds: 10, long: true }.verdict();
    let matrix = tables(&verdict).into_iter().find(|table| table.name == "results-matrix").unwrap();
    let text = latex(&matrix);
    let n_parts = text.matches("\\begin{tabular}").count();
    assert!(n_parts > 1 && text.starts_with("% needs: \\usepackage{booktabs"), "{text}");
    assert!(text.contains("over both columns") && text.contains("\\begin{table*}"));
    let first = oha_analysis::figure::escape_tex(&verdict.scenarios[0].name);
    assert_eq!(text.lines().filter(|line| line.starts_with(&format!("{first} &"))).count(), n_parts);
}
