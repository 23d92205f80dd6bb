//! Dependence on initial hyperparameters.

use super::common::{CLASSES, controller, percent, unless_empty, words};
use crate::table::{Column, Field, Row, Table};
use crate::verdict::Verdict;

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let mut before = ("", "");
    let mut rows = Vec::new();
    for row in &verdict.sensitivity {
        let key = (row.hyperparameter.as_str(), row.scenario.as_str());
        let rule = before != key;
        before = key;
        rows.push(Row {
            fields: vec![
                Field::Text(words(&row.hyperparameter)),
                Field::text(&row.scenario),
                controller(verdict, &row.controller),
                Field::value(row.best_initial, 3),
                Field::value(row.best_score, 3),
                Field::estimate(&row.area),
                Field::estimate(&row.good_width),
                Field::text(&row.scale),
                Field::value(row.good_threshold, 3),
            ],
            rule,
        });
    }
    let rule = verdict.sensitivity.first().map_or("", |row| row.good_rule.as_str());
    unless_empty(Table {
        name: "sensitivity".to_owned(),
        title: "Sensitivity to initial hyperparameters".to_owned(),
        caption: format!(
            "Mean score: of an initial value drawn uniformly from the grid's range. Good width: width of the region of good initial values, in the \
             unit of the scale; good is: {rule}. In brackets {} intervals. {CLASSES}",
            percent(verdict.options.level)
        ),
        columns: vec![
            Column::left("hyperparameter"),
            Column::left("scenario"),
            Column::left("controller"),
            Column::right("best initial"),
            Column::right("best score"),
            Column::right("mean score"),
            Column::right("good width"),
            Column::left("scale"),
            Column::right("good threshold").detail(),
        ],
        rows,
    })
}
