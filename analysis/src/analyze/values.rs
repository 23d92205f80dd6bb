//! Values of the primary metric after the missing policy.

use crate::error::AnalysisError;
use crate::input::{AnalysisOptions, Direction, EpisodeRow, MissingPolicy, ResultTable, ScenarioInfo, Status};

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
    let (mut values, mut n_substituted) = (Vec::new(), Vec::new());
    for scenario in table.scenarios() {
        let worst = worst_completed(table, scenario, metric, options.direction);
        let (mut by_controller, mut substituted) = (Vec::new(), Vec::new());
        for controller in table.controllers() {
            let mut cell = Vec::new();
            let mut count = 0;
            for row in table.cell(&controller.label, &scenario.name) {
                let own = row.metrics.get(metric).copied();
                match (row.status, own) {
                    (Status::Completed, Some(value)) => cell.push(value),
                    (Status::Completed, None) => {
                        let reason = format!("it completed without metric `{metric}`");
                        return Err(crate::input::row_error(row, reason));
                    }
                    _ => {
                        count += 1;
                        cell.push(substitute(row, own, worst, scenario, policy)?);
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

fn worst_completed(table: &ResultTable, scenario: &ScenarioInfo, metric: &str, direction: Direction) -> Option<f64> {
    let completed = table.rows().iter().filter(|row| row.scenario == scenario.name && row.status == Status::Completed);
    let values = completed.filter_map(|row| row.metrics.get(metric).copied());
    match direction {
        Direction::LowerIsBetter => values.reduce(f64::max),
        Direction::HigherIsBetter => values.reduce(f64::min),
    }
}

fn substitute(
    row: &EpisodeRow,
    own: Option<f64>,
    worst: Option<f64>,
    scenario: &ScenarioInfo,
    policy: MissingPolicy,
) -> Result<f64, AnalysisError> {
    let status = format!("{:?}", row.status).to_lowercase();
    let refuse = |reason: String| Err(crate::input::row_error(row, reason));
    match policy {
        MissingPolicy::Error => refuse(format!("its status is `{status}`, and missing policy `error` allows only completed episodes")),
        MissingPolicy::WorstRank => match worst {
            Some(value) => Ok(value),
            None => refuse(format!("its status is `{status}`, and no episode of its scenario completed to take the worst value from")),
        },
        MissingPolicy::CeilingScore => match own.or(scenario.ceiling) {
            Some(value) if value.is_finite() => Ok(value),
            _ => refuse(format!(
                "its status is `{status}`; missing policy `ceiling-score` needs its own finite value or a ceiling of the scenario"
            )),
        },
    }
}
