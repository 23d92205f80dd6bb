//! Expected running time to targets.

use super::common::{CLASSES, controller, percent, unless_empty, words};
use crate::table::{Column, Field, Row, Table};
use crate::verdict::Verdict;

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let mut before = ("", "", "");
    let mut rows = Vec::new();
    for row in &verdict.running_times {
        let key = (row.scenario.as_str(), row.quantity.as_str(), row.controller.as_str());
        let rule = before.0 != key.0 || before.1 != key.1;
        before = key;
        rows.push(Row {
            fields: vec![
                Field::text(&row.scenario),
                Field::Text(words(&row.quantity)),
                controller(verdict, &row.controller),
                Field::value(row.target, 3),
                Field::estimate(&row.steps),
                Field::count(row.n_reached),
                Field::count(row.steps.n),
            ],
            rule,
        });
    }
    let method = verdict.running_times.first().map_or("", |row| row.steps.method.as_str());
    unless_empty(Table {
        name: "running-times".to_owned(),
        title: "Expected running time to targets".to_owned(),
        caption: format!(
            "Steps spent by all runs over the number of runs that reached the target ({method}), with {} interval; infinite where none did. \
             {CLASSES}",
            percent(verdict.options.level)
        ),
        columns: vec![
            Column::left("scenario"),
            Column::left("quantity"),
            Column::left("controller"),
            Column::right("target"),
            Column::right("steps"),
            Column::right("reached"),
            Column::right("n"),
        ],
        rows,
    })
}
