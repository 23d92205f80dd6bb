//! Pairs of controllers in each scenario.

use super::common::{CLASSES, STARS, controller, decision, percent, unless_empty, words};
use crate::table::{Column, Field, Row, Table};
use crate::verdict::Verdict;

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let mut before = "";
    let mut rows = Vec::new();
    for row in &verdict.comparisons {
        let rule = row.scenario != before;
        before = &row.scenario;
        let bayes = row.bayes.as_ref();
        rows.push(Row {
            fields: vec![
                Field::text(&row.scenario),
                controller(verdict, &row.a),
                controller(verdict, &row.b),
                Field::count(row.n),
                Field::estimate(&row.advantage),
                Field::p(row.wilcoxon.p_two_sided),
                Field::p_starred(row.p_adjusted),
                Field::p(row.permutation.p_two_sided),
                Field::fixed(row.effect.a12, 2),
                decision(row.decision),
                Field::estimate(&row.effect.cliffs_delta),
                Field::estimate(&row.effect.hodges_lehmann),
                Field::fixed(row.effect.rank_biserial, 2),
                Field::fixed(row.effect.d_z, 2),
                Field::estimate(&row.effect.probability_of_improvement),
                bayes.map_or(Field::Empty, |bayes| Field::fixed(bayes.p_first_better, 3)),
                bayes.map_or(Field::Empty, |bayes| Field::fixed(bayes.p_equivalent, 3)),
                bayes.map_or(Field::Empty, |bayes| Field::fixed(bayes.p_second_better, 3)),
            ],
            rule,
        });
    }
    let test = verdict.comparisons.first().map_or("", |row| row.wilcoxon.method.as_str());
    unless_empty(Table {
        name: "comparisons".to_owned(),
        title: "Paired comparisons by scenario".to_owned(),
        caption: format!(
            "Advantage: mean difference in {} under the same seed, positive where the first is better, with {} interval. p: {test}, two-sided, a \
             test of ranks that may see what the interval of the mean does not; adjusted by Holm within each scenario. A12: probability that a run of the first is better than one of the second. Undecided is no \
             evidence of equality. {STARS} {CLASSES}",
            words(&verdict.options.primary_metric),
            percent(verdict.options.level)
        ),
        columns: vec![
            Column::left("scenario"),
            Column::left("first"),
            Column::left("second"),
            Column::right("n"),
            Column::right("advantage"),
            Column::right("p").detail(),
            Column::right("p adjusted"),
            Column::right("p permutation").detail(),
            Column::right("A12"),
            Column::left("decision"),
            Column::right("Cliff's delta").detail(),
            Column::right("Hodges-Lehmann").detail(),
            Column::right("rank-biserial").detail(),
            Column::right("d_z").detail(),
            Column::right("P(improvement)").detail(),
            Column::right("P(first better)").detail(),
            Column::right("P(equivalent)").detail(),
            Column::right("P(second better)").detail(),
        ],
        rows,
    })
}
