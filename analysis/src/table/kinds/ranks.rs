//! Mean ranks, and the post-hoc tests between them.

use super::common::{CLASSES, STARS, controller, percent};
use crate::table::number::{fixed, p_value};
use crate::table::{Column, Field, Row, Table};
use crate::verdict::{Ranking, Verdict};

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    verdict.ranking.as_ref().map_or_else(Vec::new, |ranking| vec![means(verdict, ranking), pairs(verdict, ranking)])
}

fn means(verdict: &Verdict, ranking: &Ranking) -> Table {
    let mut order: Vec<usize> = (0..ranking.controllers.len()).collect();
    order.sort_by(|&a, &b| ranking.mean_ranks[a].value.total_cmp(&ranking.mean_ranks[b].value).then(a.cmp(&b)));
    let best = order.first().map_or(0.0, |&index| ranking.mean_ranks[index].value);
    let row = |&index: &usize| Row {
        fields: vec![
            controller(verdict, &ranking.controllers[index]),
            Field::marked(&ranking.mean_ranks[index], ranking.mean_ranks[index].value == best, ""),
        ],
        rule: false,
    };
    Table {
        name: "ranks".to_owned(),
        title: "Mean ranks".to_owned(),
        caption: format!(
            "Mean rank over {} blocks (a block is a {}), 1 is best, with {} interval. Friedman: chi-square = {} with {} degrees of freedom, p = \
             {}; Iman and Davenport: p = {}; Kendall's W = {}; Nemenyi's critical difference at {}: {}. Bold: best. {CLASSES}",
            ranking.n_blocks,
            ranking.block,
            percent(ranking.mean_ranks.first().map_or(verdict.options.level, |rank| rank.level)),
            fixed(ranking.friedman_chi2, 2).text(),
            ranking.friedman_df,
            p_value(ranking.friedman_p).text(),
            p_value(ranking.iman_davenport_p).text(),
            fixed(ranking.kendall_w, 2).text(),
            percent(1.0 - ranking.alpha),
            fixed(ranking.critical_difference, 2).text()
        ),
        columns: vec![Column::left("controller"), Column::right("mean rank")],
        rows: order.iter().map(row).collect(),
    }
}

fn pairs(verdict: &Verdict, ranking: &Ranking) -> Table {
    let rows = ranking
        .pairs
        .iter()
        .map(|pair| Row {
            fields: vec![
                controller(verdict, &pair.a),
                controller(verdict, &pair.b),
                Field::p_starred(pair.p_nemenyi),
                Field::p(pair.p_wilcoxon),
                Field::p_starred(pair.p_wilcoxon_holm),
            ],
            rule: false,
        })
        .collect();
    Table {
        name: "ranks-pairs".to_owned(),
        title: "Post-hoc tests of ranks".to_owned(),
        caption: format!(
            "Nemenyi's test of mean ranks, and Wilcoxon's signed-rank test over {} blocks with Holm's correction. {STARS} {CLASSES}",
            ranking.n_blocks
        ),
        columns: vec![
            Column::left("first"),
            Column::left("second"),
            Column::right("p Nemenyi"),
            Column::right("p Wilcoxon"),
            Column::right("p Wilcoxon, Holm"),
        ],
        rows,
    }
}
