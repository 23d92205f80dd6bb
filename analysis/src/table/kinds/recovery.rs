//! Degradation and recovery after changes.

use super::common::{CLASSES, controller, percent, unless_empty};
use crate::table::{Column, Field, Row, Table};
use crate::verdict::{RecoverySummary, Verdict};

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let mut before = ("", None);
    let mut rows = Vec::new();
    let place = |name: &str| verdict.scenarios.iter().position(|scenario| scenario.name == name);
    let mut sorted: Vec<&RecoverySummary> = verdict.recovery.iter().collect();
    sorted.sort_by_key(|row| (place(&row.scenario), row.change));
    for row in sorted {
        let key = (row.scenario.as_str(), row.change);
        let rule = before.0 != key.0 || before.1 != key.1;
        before = key;
        rows.push(Row {
            fields: vec![
                Field::text(&row.scenario),
                row.change.map_or_else(|| Field::text("all"), |change| Field::count(change + 1)),
                controller(verdict, &row.controller),
                Field::estimate(&row.degradation_depth),
                Field::estimate(&row.degradation_area),
                Field::estimate(&row.median),
                Field::estimate(&row.restricted_mean),
                Field::count(row.n),
                Field::count(row.n_censored),
                row.normalised_recovery.as_ref().map_or(Field::Empty, Field::estimate),
                Field::value(row.restriction_steps, 4),
            ],
            rule,
        });
    }
    unless_empty(Table {
        name: "recovery".to_owned(),
        title: "Degradation and recovery after changes".to_owned(),
        caption: format!(
            "Depth and area: largest and summed excess of the loss over its level before the change, means. Recovery in steps: Kaplan-Meier median \
             and mean up to the longest time watched, which differs between rows; recoveries that did not come while watched are censored, not dropped. In \
             brackets {} intervals, those of depth and area over seeds. n counts changes of seeds; rows of all changes take the recoveries of one seed as \
             independent. {CLASSES}",
            percent(verdict.options.level)
        ),
        columns: vec![
            Column::left("scenario"),
            Column::left("change"),
            Column::left("controller"),
            Column::right("depth"),
            Column::right("area"),
            Column::right("median recovery"),
            Column::right("mean recovery"),
            Column::right("n"),
            Column::right("censored"),
            Column::right("recovery / oracle's").detail(),
            Column::right("mean up to step").detail(),
        ],
        rows,
    })
}
