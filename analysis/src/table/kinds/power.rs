//! What these seeds can show, and how many more an undecided comparison would need.

use super::common::{CLASSES, controller, percent, unless_empty};
use crate::table::{Column, Field, Row, Table};
use crate::verdict::Verdict;

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let mut tables = unless_empty(lines(verdict));
    tables.extend(unless_empty(needed(verdict)));
    tables
}

fn lines(verdict: &Verdict) -> Table {
    let rows = verdict
        .power
        .iter()
        .map(|line| Row {
            fields: vec![
                Field::text(&line.family),
                Field::count(line.n),
                Field::count(line.n_comparisons),
                Field::p(line.smallest_p),
                Field::p(line.smallest_p_adjusted),
                Field::text(if line.can_decide { "yes" } else { "no" }),
                Field::count(line.n_needed_to_decide),
                Field::value(line.detectable_d_z, 3),
                Field::value(line.detectable_advantage, 3),
            ],
            rule: false,
        })
        .collect();
    let power = verdict.power.first().map_or(0.8, |line| line.power);
    Table {
        name: "power".to_owned(),
        title: "What these seeds can show".to_owned(),
        caption: format!(
            "Smallest p: the least two-sided p-value that the test can give, before and after Holm's correction. Detectable: the least \
             standardised (d_z) and raw mean advantage found with probability {} at the corrected level.",
            percent(power)
        ),
        columns: vec![
            Column::left("family"),
            Column::right("n"),
            Column::right("comparisons"),
            Column::right("smallest p"),
            Column::right("smallest p adjusted"),
            Column::left("can decide"),
            Column::right("n to decide"),
            Column::right("detectable d_z"),
            Column::right("detectable advantage"),
        ],
        rows,
    }
}

fn needed(verdict: &Verdict) -> Table {
    let count = |count: Option<u64>| count.map_or_else(|| Field::text("over a million"), Field::Count);
    let mut rows = Vec::new();
    for line in &verdict.power {
        for (index, need) in line.needed.iter().enumerate() {
            rows.push(Row {
                fields: vec![
                    Field::text(&line.family),
                    controller(verdict, &need.a),
                    controller(verdict, &need.b),
                    count(need.n_total),
                    count(need.n_more),
                ],
                rule: index == 0,
            });
        }
    }
    Table {
        name: "power-needed".to_owned(),
        title: "Seeds that undecided comparisons need".to_owned(),
        caption: format!(
            "Pairs in all, and beside those there are, that would be needed if the advantage seen were the true one. {CLASSES}"
        ),
        columns: vec![
            Column::left("family"),
            Column::left("first"),
            Column::left("second"),
            Column::right("pairs in all"),
            Column::right("more pairs"),
        ],
        rows,
    }
}
