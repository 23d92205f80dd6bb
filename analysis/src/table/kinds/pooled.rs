//! Pairs of controllers over all scenarios.

use super::common::{CLASSES, STARS, controller, decision, percent, unless_empty};
use crate::table::{Column, Field, Row, Table};
use crate::verdict::Verdict;

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let rows = verdict
        .pooled
        .iter()
        .map(|row| Row {
            fields: vec![
                controller(verdict, &row.a),
                controller(verdict, &row.b),
                Field::estimate(&row.these_scenarios),
                Field::estimate(&row.scenarios_like_these),
                Field::p(row.test.p_two_sided),
                Field::p_starred(row.p_adjusted),
                Field::estimate(&row.probability_of_improvement),
                Field::Text(format!("{}:{}", row.n_scenarios_won, row.n_scenarios_lost)),
                decision(row.decision),
                Field::estimate(&row.iqm),
                Field::count(row.n),
                Field::text(&row.test.method),
            ],
            rule: false,
        })
        .collect();
    unless_empty(Table {
        name: "pooled".to_owned(),
        title: "Paired comparisons over all scenarios".to_owned(),
        caption: format!(
            "Advantage of the first over the second in normalised cost ({}), positive where the first is better, with {} intervals for these \
             scenarios and for scenarios like these. p: {test}, two-sided, adjusted by Holm. P(improvement): probability that the first is better under a random \
             seed of a random scenario. Won: scenarios whose mean favours the first : the second. Undecided is no evidence of equality. \
             {STARS} {CLASSES}",
            verdict.normalisation.formula,
            percent(verdict.options.level),
            test = verdict.pooled.first().map_or("", |row| row.test.method.as_str())
        ),
        columns: vec![
            Column::left("first"),
            Column::left("second"),
            Column::right("these scenarios"),
            Column::right("scenarios like these"),
            Column::right("p").detail(),
            Column::right("p adjusted"),
            Column::right("P(improvement)"),
            Column::right("won"),
            Column::left("decision"),
            Column::right("IQM").detail(),
            Column::right("n").detail(),
            Column::left("test").detail(),
        ],
        rows,
    })
}
