//! How often controllers diverged or failed.

use super::common::{CLASSES, controller, percent, unless_empty};
use crate::table::{Column, Field, Row, Table};
use crate::verdict::{DivergenceRate, Verdict};

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let row = |rate: &DivergenceRate, rule: bool| Row {
        fields: vec![
            Field::text(rate.scenario.as_deref().unwrap_or("all")),
            controller(verdict, &rate.controller),
            Field::count(rate.n),
            Field::count(rate.n_diverged),
            Field::estimate(&rate.diverged),
            Field::count(rate.n_failed),
            Field::estimate(&rate.failed),
        ],
        rule,
    };
    let mut before = None;
    let mut rows = Vec::new();
    // The sums first; then the scenarios in which something happened.
    let sums = verdict.divergence.iter().filter(|rate| rate.scenario.is_none());
    let incidents = verdict.divergence.iter().filter(|rate| rate.scenario.is_some() && rate.n_diverged + rate.n_failed > 0);
    for rate in sums.chain(incidents) {
        let rule = before != Some(&rate.scenario);
        before = Some(&rate.scenario);
        rows.push(row(rate, rule));
    }
    unless_empty(Table {
        name: "stability".to_owned(),
        title: "Divergence and failures".to_owned(),
        caption: format!(
            "Fraction of episodes that diverged, and that faulted or are missing, with {} Clopper-Pearson intervals. Scenarios without incident \
             are left out. {CLASSES}",
            percent(verdict.options.level)
        ),
        columns: vec![
            Column::left("scenario"),
            Column::left("controller"),
            Column::right("n"),
            Column::right("n diverged"),
            Column::right("diverged"),
            Column::right("n failed"),
            Column::right("failed"),
        ],
        rows,
    })
}
