//! What the other policies for missing episodes would have said.

use super::common::unless_empty;
use crate::table::{Column, Field, Row, Table};
use crate::verdict::Verdict;

pub(super) fn describe(verdict: &Verdict) -> Vec<Table> {
    let mut columns = vec![Column::left("policy"), Column::left("in force"), Column::right("values affected")];
    columns.extend(verdict.controllers.iter().map(|info| Column::right(&info.label)));
    let mut classes = vec![Field::text("information class"), Field::Empty, Field::Empty];
    classes.extend(verdict.controllers.iter().map(|info| Field::text(&info.information_class)));
    let mut rows = vec![Row { fields: classes, rule: false }];
    for (index, policy) in verdict.policies.iter().enumerate() {
        let name = policy.obstacle.as_ref().map_or_else(|| policy.policy.clone(), |obstacle| format!("{} ({obstacle})", policy.policy));
        let mut fields = vec![Field::Text(name), Field::text(if policy.in_force { "yes" } else { "no" }), Field::count(policy.n_affected)];
        let means = policy.means.iter().map(|mean| mean.map_or(Field::Empty, |mean| Field::value(mean, 4)));
        fields.extend(means.chain(std::iter::repeat(Field::Empty)).take(verdict.controllers.len()));
        rows.push(Row { fields, rule: index == 0 });
    }
    if verdict.policies.is_empty() {
        rows.clear();
    }
    unless_empty(Table {
        name: "policies".to_owned(),
        title: "Episodes without a value: the bracket of policies".to_owned(),
        caption: "Mean normalised cost of each controller under each policy for episodes that diverged, faulted or are missing. `completed-only` is \
                  shown for the bracket alone: it drops the failures of those that fail."
            .to_owned(),
        columns,
        rows,
    })
}
