//! Coverage of the intervals at the sizes of this study.

use super::common::unless_empty;
use crate::table::{Column, Field, Row, Table};
use crate::verdict::{Estimate, Verdict};

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let rows = verdict
        .audit
        .iter()
        .map(|audit| {
            let coverage = Estimate {
                value: audit.coverage,
                lower: audit.coverage_lower,
                upper: audit.coverage_upper,
                level: 0.99,
                method: "fraction of simulated studies, Clopper-Pearson".to_owned(),
                n: audit.n_studies,
            };
            Row {
                fields: vec![
                    Field::text(&audit.interval),
                    Field::text(if audit.in_use { "yes" } else { "no" }),
                    Field::count(audit.n_scenarios),
                    Field::count(audit.n_seeds),
                    Field::fixed(audit.level, 3),
                    Field::estimate(&coverage),
                    Field::count(audit.n_studies),
                    Field::text(&audit.population),
                ],
                rule: false,
            }
        })
        .collect();
    unless_empty(Table {
        name: "coverage".to_owned(),
        title: "Coverage of the intervals at these sizes".to_owned(),
        caption: "Fraction of simulated studies of this size whose interval covered the truth, with its 99 % Clopper-Pearson interval. An interval \
                  that covers less than its level claims too much."
            .to_owned(),
        columns: vec![
            Column::left("interval"),
            Column::left("in use"),
            Column::right("scenarios"),
            Column::right("seeds"),
            Column::right("level"),
            Column::right("coverage"),
            Column::right("studies"),
            Column::left("population").detail(),
        ],
        rows,
    })
}
