//! Each controller over all scenarios, with the intervals of both claims.

use super::common::{CLASSES, controller, percent, unless_empty};
use crate::input::Claim;
use crate::table::{Column, Field, Row, Table};
use crate::verdict::{TwoClaims, Verdict};

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let first: fn(&TwoClaims) -> &crate::verdict::Estimate = match verdict.options.claim {
        Claim::TheseScenarios => |both| &both.these_scenarios,
        Claim::ScenariosLikeThese => |both| &both.scenarios_like_these,
    };
    let best = verdict.aggregates.iter().map(|row| first(&row.mean).value).fold(f64::INFINITY, f64::min);
    let rows = verdict
        .aggregates
        .iter()
        .map(|row| Row {
            fields: vec![
                controller(verdict, &row.controller),
                Field::marked(first(&row.mean), first(&row.mean).value == best, ""),
                Field::estimate(first(&row.median)),
                Field::estimate(first(&row.iqm)),
                Field::estimate(first(&row.optimality_gap)),
                Field::estimate(&row.mean.these_scenarios),
                Field::estimate(&row.mean.scenarios_like_these),
                Field::estimate(&row.iqm.these_scenarios),
                Field::estimate(&row.iqm.scenarios_like_these),
            ],
            rule: false,
        })
        .collect();
    let claim = match verdict.options.claim {
        Claim::TheseScenarios => "these scenarios (seeds resampled within each)",
        Claim::ScenariosLikeThese => "scenarios like these (scenarios and seeds resampled)",
    };
    unless_empty(Table {
        name: "aggregates".to_owned(),
        title: "Aggregates over all scenarios".to_owned(),
        caption: format!(
            "Normalised cost over {} scenarios; lower is better. {}: {}. In brackets {} intervals for {claim}. Bold: lowest mean. {CLASSES}",
            verdict.scenarios.len(),
            verdict.normalisation.method,
            verdict.normalisation.formula,
            percent(verdict.options.level)
        ),
        columns: vec![
            Column::left("controller"),
            Column::right("mean"),
            Column::right("median"),
            Column::right("IQM"),
            Column::right("optimality gap"),
            Column::right("mean, these scenarios").detail(),
            Column::right("mean, scenarios like these").detail(),
            Column::right("IQM, these scenarios").detail(),
            Column::right("IQM, scenarios like these").detail(),
        ],
        rows,
    })
}
