//! Values of the primary metric after the missing policy.

use std::ops::Range;

use crate::error::AnalysisError;
use crate::input::{AnalysisOptions, Direction, MissingPolicy, ResultTable, ScenarioInfo, Status};

/// Values by scenario, controller and seed, all finite.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Values {
    values: Vec<Vec<Vec<f64>>>,
    /// Values that the policy put in, by scenario and controller.
    pub(super) n_substituted: Vec<Vec<usize>>,
}

impl Values {
    pub(super) fn of(&self, scenario: usize, controller: usize) -> &[f64] {
        &self.values[scenario][controller]
    }

    pub(super) fn n_scenarios(&self) -> usize {
        self.values.len()
    }

    pub(super) fn n_controllers(&self) -> usize {
        self.values[0].len()
    }

    pub(super) fn n_seeds(&self, scenario: usize) -> usize {
        self.values[scenario][0].len()
    }
}

/// Applies a policy to the primary metric.
pub(super) fn primary(table: &ResultTable, options: &AnalysisOptions, policy: MissingPolicy) -> Result<Values, AnalysisError> {
    let metric = options.primary_metric.as_str();
    let column = table.metric(metric)?;
    let (n_scenarios, n_controllers) = (table.scenarios().len(), table.controllers().len());
    let (mut values, mut n_substituted) = (Vec::with_capacity(n_scenarios), Vec::with_capacity(n_scenarios));
    for (s, scenario) in table.scenarios().iter().enumerate() {
        let rows = table.cell(s, 0).start..table.cell(s, n_controllers - 1).end;
        let worst = worst_completed(table, &column, rows, options.direction);
        let (mut by_controller, mut substituted) = (Vec::with_capacity(n_controllers), Vec::with_capacity(n_controllers));
        for controller in 0..n_controllers {
            let rows = table.cell(s, controller);
            let mut cell = Vec::with_capacity(rows.len());
            let mut count = 0;
            for row in rows {
                let own = Some(column[row]).filter(|value| !value.is_nan());
                match (table.statuses()[row], own) {
                    (Status::Completed, Some(value)) => cell.push(value),
                    (Status::Completed, None) => {
                        return Err(table.error_at(row, format!("it completed without metric `{metric}`")));
                    }
                    (status, _) => {
                        count += 1;
                        cell.push(substitute(status, own, worst, scenario, policy).map_err(|reason| table.error_at(row, reason))?);
                    }
                }
            }
            by_controller.push(cell);
            substituted.push(count);
        }
        values.push(by_controller);
        n_substituted.push(substituted);
    }
    Ok(Values { values, n_substituted })
}

/// The worst value of the completed episodes of a scenario.
fn worst_completed(table: &ResultTable, column: &[f64], rows: Range<usize>, direction: Direction) -> Option<f64> {
    let completed = rows.filter(|&row| table.statuses()[row] == Status::Completed && !column[row].is_nan());
    let values = completed.map(|row| column[row]);
    match direction {
        Direction::LowerIsBetter => values.reduce(f64::max),
        Direction::HigherIsBetter => values.reduce(f64::min),
    }
}

fn substitute(status: Status, own: Option<f64>, worst: Option<f64>, scenario: &ScenarioInfo, policy: MissingPolicy) -> Result<f64, String> {
    let status = format!("{status:?}").to_lowercase();
    match policy {
        MissingPolicy::Error => Err(format!("its status is `{status}`, and missing policy `error` allows only completed episodes")),
        MissingPolicy::WorstRank => {
            worst.ok_or_else(|| format!("its status is `{status}`, and no episode of its scenario completed to take the worst value from"))
        }
        MissingPolicy::CeilingScore => own.or(scenario.ceiling).filter(|value| value.is_finite()).ok_or_else(|| {
            format!("its status is `{status}`; missing policy `ceiling-score` needs its own finite value or a ceiling of the scenario")
        }),
    }
}
