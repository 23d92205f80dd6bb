//! Each controller in each scenario: one row each, and a matrix for papers.

use super::common::{CLASSES, better, controller, distinct, mean_of, mean_of_capital, percent, unless_empty, words};
use crate::table::{Column, Field, Row, Table};
use crate::verdict::{Cell, Decision, Verdict};

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let mut tables = unless_empty(long(verdict));
    if verdict.controllers.len() > 1 && !verdict.cells.is_empty() {
        tables.push(matrix(verdict));
    }
    if !verdict.secondary.is_empty() {
        tables.push(secondary(verdict));
    }
    tables
}

/// `†` where the test tells a controller apart from the best of its scenario.
pub(crate) fn mark(verdict: &Verdict, cell: &Cell) -> &'static str {
    let best: Vec<&str> = verdict
        .cells
        .iter()
        .filter(|other| other.scenario == cell.scenario && other.is_best)
        .map(|other| other.controller.as_str())
        .collect();
    let apart = verdict.comparisons.iter().filter(|row| row.scenario == cell.scenario).any(|row| match row.decision {
        Decision::FirstBetter => row.b == cell.controller && best.contains(&row.a.as_str()),
        Decision::SecondBetter => row.a == cell.controller && best.contains(&row.b.as_str()),
        Decision::Equivalent | Decision::Undecided => false,
    });
    if apart { "†" } else { "" }
}

fn how(verdict: &Verdict) -> String {
    let methods = distinct(verdict.cells.iter().map(|cell| cell.mean.method.as_str()));
    format!("in brackets {} intervals ({})", percent(verdict.options.level), methods.join("; where a few seeds outweigh the others "))
}

const MARKS: &str = "Bold: best mean of the scenario. †: significantly worse than the best of the scenario (Wilcoxon's signed-rank test, Holm); without †, \
                     no difference from the best was shown, which is no evidence of equality.";

/// One row for each controller and scenario.
pub(super) fn long(verdict: &Verdict) -> Table {
    let mut rows: Vec<Row> = Vec::new();
    let mut before = "";
    for cell in &verdict.cells {
        let rule = cell.scenario != before;
        before = &cell.scenario;
        rows.push(Row {
            fields: vec![
                Field::text(&cell.scenario),
                controller(verdict, &cell.controller),
                Field::marked(&cell.mean, cell.is_best, mark(verdict, cell)),
                Field::estimate(&cell.median),
                Field::estimate(&cell.iqm),
                Field::value(cell.standard_deviation, 2),
                Field::count(cell.n),
                incidents(cell),
                Field::count(cell.n_substituted),
                Field::value(cell.min, 3),
                Field::value(cell.max, 3),
            ],
            rule,
        });
    }
    let metric = words(&verdict.options.primary_metric);
    Table {
        name: "results".to_owned(),
        title: format!("Results: {metric}"),
        caption: format!(
            "Mean and median {metric} over the seeds ({}); {}, those of medians by order statistics. {MARKS} D diverged, F faulted, M missing episodes. {CLASSES}",
            better(verdict),
            how(verdict)
        ),
        columns: vec![
            Column::left("scenario"),
            Column::left("controller"),
            Column::right("mean"),
            Column::right("median"),
            Column::right("IQM").detail(),
            Column::right("SD").detail(),
            Column::right("n"),
            Column::left("incidents"),
            Column::right("substituted").detail(),
            Column::right("min").detail(),
            Column::right("max").detail(),
        ],
        rows,
    }
}

/// `2 D, 1 F` for two diverged and one faulted episode.
fn incidents(cell: &Cell) -> Field {
    let counts = [(cell.n_diverged, "D"), (cell.n_faulted, "F"), (cell.n_missing, "M")];
    let words: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, letter)| format!("{count} {letter}")).collect();
    Field::Text(words.join(", "))
}

/// Scenarios by controllers.
fn matrix(verdict: &Verdict) -> Table {
    let mut columns = vec![Column::left("scenario")];
    columns.extend(verdict.controllers.iter().map(|info| Column::right(&info.label)));
    let mut fields = vec![Field::text("information class")];
    fields.extend(verdict.controllers.iter().map(|info| Field::text(&info.information_class)));
    let mut rows = vec![Row { fields, rule: false }];
    for (index, scenario) in verdict.scenarios.iter().enumerate() {
        let mut fields = vec![Field::text(&scenario.name)];
        for info in &verdict.controllers {
            let cell = verdict.cells.iter().find(|cell| cell.scenario == scenario.name && cell.controller == info.label);
            fields.push(cell.map_or(Field::Empty, |cell| Field::marked(&cell.mean, cell.is_best, mark(verdict, cell))));
        }
        rows.push(Row { fields, rule: index == 0 });
    }
    Table {
        name: "results-matrix".to_owned(),
        title: format!("Results: {} by scenario", mean_of(&verdict.options.primary_metric)),
        caption: format!("{} ({}); {}. {MARKS}", mean_of_capital(&verdict.options.primary_metric), better(verdict), how(verdict)),
        columns,
        rows,
    }
}

/// The other metrics.
fn secondary(verdict: &Verdict) -> Table {
    let mut before = (String::new(), String::new());
    let mut rows = Vec::new();
    for cell in &verdict.secondary {
        let key = (cell.metric.clone(), cell.scenario.clone());
        let rule = key != before;
        before = key;
        rows.push(Row {
            fields: vec![
                Field::Text(words(&cell.metric)),
                Field::text(&cell.scenario),
                controller(verdict, &cell.controller),
                Field::estimate(&cell.mean),
                Field::estimate(&cell.median),
                Field::count(cell.n),
            ],
            rule,
        });
    }
    Table {
        name: "results-secondary".to_owned(),
        title: "Results: other metrics".to_owned(),
        caption: format!("Means and medians of the other metrics with {} intervals. {CLASSES}", percent(verdict.options.level)),
        columns: vec![
            Column::left("metric"),
            Column::left("scenario"),
            Column::left("controller"),
            Column::right("mean"),
            Column::right("median"),
            Column::right("n"),
        ],
        rows,
    }
}
