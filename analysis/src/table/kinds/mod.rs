//! The tables, one file each. A new one is a new file and a line in [`REGISTRY`].

mod aggregates;
mod comparisons;
mod controllers;
mod coverage;
mod policies;
mod pooled;
mod power;
mod ranks;
mod recovery;
mod results;
mod running_times;
mod scenarios;
mod sensitivity;
mod stability;

pub(crate) use common::{better, mean_of, mean_of_capital, percent};
pub(crate) use results::mark;

use super::description::Table;
use crate::verdict::Verdict;

/// A kind of table.
#[derive(Clone, Copy, Debug)]
pub struct TableKind {
    /// Name; the tables' file stems begin with it.
    pub name: &'static str,
    /// What it shows, in one sentence.
    pub about: &'static str,
    /// Describes the tables of this kind; none where the verdict lacks the numbers.
    pub describe: fn(&Verdict) -> Vec<Table>,
}

/// All kinds, in the order of the report.
pub const REGISTRY: &[TableKind] = &[
    TableKind { name: "results", about: "each controller in each scenario", describe: results::describe },
    TableKind { name: "aggregates", about: "each controller over all scenarios", describe: aggregates::describe },
    TableKind { name: "pooled", about: "pairs of controllers over all scenarios", describe: pooled::describe },
    TableKind { name: "comparisons", about: "pairs of controllers in each scenario", describe: comparisons::describe },
    TableKind { name: "ranks", about: "mean ranks and post-hoc tests", describe: ranks::describe },
    TableKind { name: "recovery", about: "degradation and recovery after changes", describe: recovery::describe },
    TableKind { name: "stability", about: "divergence and failures", describe: stability::describe },
    TableKind { name: "running-times", about: "expected running time to targets", describe: running_times::describe },
    TableKind { name: "sensitivity", about: "dependence on initial hyperparameters", describe: sensitivity::describe },
    TableKind { name: "power", about: "what these seeds can show", describe: power::describe },
    TableKind { name: "coverage", about: "coverage of the intervals at these sizes", describe: coverage::describe },
    TableKind { name: "policies", about: "what other policies for missing episodes would give", describe: policies::describe },
    TableKind { name: "controllers", about: "the controllers and what they may see", describe: controllers::describe },
    TableKind { name: "scenarios", about: "the scenarios, their changes and reference values", describe: scenarios::describe },
];

/// Every table that the verdict has the numbers for, in the order of the registry.
pub fn tables(verdict: &Verdict) -> Vec<Table> {
    REGISTRY.iter().flat_map(|kind| (kind.describe)(verdict)).collect()
}

/// The table for a terminal: each controller in each scenario.
pub fn main_table(verdict: &Verdict) -> Table {
    results::long(verdict)
}

/// Helpers that several tables use.
mod common {
    use crate::input::Direction;
    pub(super) use crate::order::distinct;
    use crate::table::{Field, Table};
    use crate::verdict::{Decision, Verdict};

    /// A controller with its information class.
    pub(super) fn controller(verdict: &Verdict, label: &str) -> Field {
        let info = verdict.controllers.iter().find(|info| info.label == label);
        Field::Controller { label: label.to_owned(), class: info.map_or(String::new(), |info| info.information_class.clone()) }
    }

    /// A decision in a word or two.
    pub(super) fn decision(decision: Decision) -> Field {
        Field::text(match decision {
            Decision::FirstBetter => "first better",
            Decision::SecondBetter => "second better",
            Decision::Equivalent => "equivalent",
            Decision::Undecided => "undecided",
        })
    }

    /// `lower is better` or `higher is better`.
    pub(crate) fn better(verdict: &Verdict) -> &'static str {
        match verdict.options.direction {
            Direction::LowerIsBetter => "lower is better",
            Direction::HigherIsBetter => "higher is better",
        }
    }

    /// `95 %`.
    pub(crate) fn percent(level: f64) -> String {
        let text = format!("{:.1}", level * 100.0);
        format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
    }

    /// A name as a reader writes it.
    pub(super) fn words(name: &str) -> String {
        name.replace('_', " ")
    }

    /// The mean of a metric as a reader writes it: a metric that is a mean itself needs no second one.
    pub(crate) fn mean_of(name: &str) -> String {
        let name = words(name);
        if name.starts_with("mean ") { name } else { format!("mean {name}") }
    }

    /// The same at the beginning of a sentence.
    pub(crate) fn mean_of_capital(name: &str) -> String {
        mean_of(name).replacen('m', "M", 1)
    }

    /// Nothing where there is no row.
    pub(super) fn unless_empty(table: Table) -> Vec<Table> {
        if table.rows.is_empty() { Vec::new() } else { vec![table] }
    }

    /// What the stars of adjusted p-values mean.
    pub(super) const STARS: &str = "Stars: adjusted p below 0.05 (*), 0.01 (**), 0.001 (***).";
    /// What the small words after controllers mean.
    pub(super) const CLASSES: &str = "After each controller: its information class.";
}
