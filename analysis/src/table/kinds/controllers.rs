//! Who took part.

use super::common::unless_empty;
use crate::table::{Column, Field, Row, Table};
use crate::verdict::Verdict;

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let rows = verdict
        .controllers
        .iter()
        .map(|info| Row {
            fields: vec![
                Field::text(&info.label),
                Field::text(&info.information_class),
                Field::text(&info.kind),
                Field::text(&info.source),
                Field::text(&info.description),
            ],
            rule: false,
        })
        .collect();
    unless_empty(Table {
        name: "controllers".to_owned(),
        title: "Controllers".to_owned(),
        caption: "Information class: open-loop (the step only), scalar (past losses), signals (past internal signals), current (signals of the current \
                  gradient before the step, outside the strict definition), evaluations (extra loss evaluations, charged to the budget)."
            .to_owned(),
        columns: vec![
            Column::left("controller"),
            Column::left("information class"),
            Column::left("kind"),
            Column::left("source"),
            Column::left("description").detail(),
        ],
        rows,
    })
}
