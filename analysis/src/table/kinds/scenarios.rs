//! What the controllers were tried on, and the reference values that are known.

use super::common::{unless_empty, words};
use crate::input::{ChangePoint, ScenarioInfo};
use crate::table::{Column, Field, Row, Table};
use crate::verdict::Verdict;

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let number = |value: Option<f64>| value.map_or(Field::Empty, |value| Field::value(value, 4));
    let rows = verdict
        .scenarios
        .iter()
        .map(|scenario| {
            let references = &scenario.references;
            let changes: Vec<String> = scenario.change_points.iter().map(change).collect();
            let oracle =
                [&references.oracle_status, &references.oracle_method].into_iter().flatten().cloned().collect::<Vec<_>>().join(", ");
            Row {
                fields: vec![
                    Field::text(&scenario.name),
                    if scenario.n_steps == 0 { Field::Empty } else { Field::Count(scenario.n_steps) },
                    Field::Text(if changes.is_empty() { "none".to_owned() } else { changes.join(", ") }),
                    number(references.best_constant),
                    number(references.oracle_lower),
                    number(references.oracle_upper),
                    Field::Text(oracle),
                ],
                rule: false,
            }
        })
        .collect();
    // Of a table of somebody's own only the names are known.
    if verdict.scenarios.iter().all(|scenario| *scenario == ScenarioInfo::from_name(&scenario.name)) {
        return Vec::new();
    }
    unless_empty(Table {
        name: "scenarios".to_owned(),
        title: "Scenarios".to_owned(),
        caption: format!(
            "Changes with the step at which they begin (a range for a drift). References of {}: the best constant hyperparameters tuned over \
             seeds, a certified lower bound of the expectation under any open-loop schedule, and the best schedule known (means over the same seeds).",
            words(&verdict.options.primary_metric)
        ),
        columns: vec![
            Column::left("scenario"),
            Column::right("steps"),
            Column::left("changes"),
            Column::right("best constant"),
            Column::right("oracle lower"),
            Column::right("oracle upper"),
            Column::left("oracle"),
        ],
        rows,
    })
}

fn change(point: &ChangePoint) -> String {
    match point.end {
        Some(end) => format!("{} {}\u{2013}{end}", point.label, point.step),
        None => format!("{} {}", point.label, point.step),
    }
}
