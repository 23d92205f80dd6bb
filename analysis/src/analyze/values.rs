//! Values of the primary metric after the missing policy.

use std::borrow::Cow;

use crate::error::AnalysisError;
use crate::input::{AnalysisOptions, Direction, MissingPolicy, ResultTable, ScenarioInfo, Status};

/// Rows whose values are all held in memory; of a larger table a cell is read when it is asked for.
pub(super) const HELD: usize = 1 << 17;

/// Values by scenario, controller and seed, all finite.
pub(super) struct Values<'a> {
    table: &'a ResultTable,
    metric: &'a str,
    policy: MissingPolicy,
    /// The worst value of the completed episodes of each scenario.
    worst: Vec<Option<f64>>,
    held: Option<Vec<Vec<Vec<f64>>>>,
    /// Values that the policy put in, by scenario and controller.
    pub(super) n_substituted: Vec<Vec<usize>>,
}

impl Values<'_> {
    /// Whether all values are in memory.
    pub(super) const fn are_held(&self) -> bool {
        self.held.is_some()
    }

    /// The values of a cell in the order of the seeds.
    ///
    /// # Panics
    /// When a metric that was read once can no longer be read.
    pub(super) fn of(&self, scenario: usize, controller: usize) -> Cow<'_, [f64]> {
        match &self.held {
            Some(held) => held[scenario][controller].as_slice().into(),
            None => match self.cell(scenario, controller) {
                Ok((values, _)) => values.into(),
                Err(error) => panic!("metric `{}` was read before: {error}", self.metric),
            },
        }
    }

    pub(super) fn n_scenarios(&self) -> usize {
        self.table.scenarios().len()
    }

    pub(super) fn n_controllers(&self) -> usize {
        self.table.controllers().len()
    }

    pub(super) fn n_seeds(&self, scenario: usize) -> usize {
        self.table.cell(scenario, 0).len()
    }

    /// Reads a cell and applies the policy; how many values it put in.
    fn cell(&self, scenario: usize, controller: usize) -> Result<(Vec<f64>, usize), AnalysisError> {
        let rows = self.table.cell(scenario, controller);
        let mut values = self.table.metric(self.metric, rows.clone())?;
        let (info, worst) = (&self.table.scenarios()[scenario], self.worst[scenario]);
        let mut n_substituted = 0;
        for (row, value) in rows.zip(&mut values) {
            let own = Some(*value).filter(|value| !value.is_nan());
            match (self.table.statuses()[row], own) {
                (Status::Completed, Some(_)) => {}
                (Status::Completed, None) => {
                    return Err(self.table.error_at(row, format!("it completed without metric `{}`", self.metric)));
                }
                (status, _) => {
                    n_substituted += 1;
                    let found = substitute(status, own, worst, info, self.policy);
                    *value = found.map_err(|reason| self.table.error_at(row, reason))?;
                }
            }
        }
        Ok((values, n_substituted))
    }
}

/// Applies a policy to the primary metric.
pub(super) fn primary<'a>(
    table: &'a ResultTable,
    options: &'a AnalysisOptions,
    policy: MissingPolicy,
) -> Result<Values<'a>, AnalysisError> {
    let metric = options.primary_metric.as_str();
    let (n_scenarios, n_controllers) = (table.scenarios().len(), table.controllers().len());
    let worst = (0..n_scenarios).map(|scenario| worst_completed(table, metric, scenario, options.direction)).collect::<Result<_, _>>()?;
    let mut values = Values { table, metric, policy, worst, held: None, n_substituted: Vec::with_capacity(n_scenarios) };
    let mut held = (table.n_rows() <= HELD).then(|| Vec::with_capacity(n_scenarios));
    for scenario in 0..n_scenarios {
        let (mut by_controller, mut substituted) = (Vec::with_capacity(n_controllers), Vec::with_capacity(n_controllers));
        for controller in 0..n_controllers {
            let (cell, n_substituted) = values.cell(scenario, controller)?;
            substituted.push(n_substituted);
            if held.is_some() {
                by_controller.push(cell);
            }
        }
        values.n_substituted.push(substituted);
        if let Some(held) = &mut held {
            held.push(by_controller);
        }
    }
    values.held = held;
    Ok(values)
}

/// The worst value of the completed episodes of a scenario; it is not needed, and none, where all completed.
fn worst_completed(table: &ResultTable, metric: &str, scenario: usize, direction: Direction) -> Result<Option<f64>, AnalysisError> {
    let mut worst: Option<f64> = None;
    let cells = (0..table.controllers().len()).map(|controller| table.cell(scenario, controller));
    let all = table.cell(scenario, 0).start..table.cell(scenario, table.controllers().len() - 1).end;
    if table.statuses()[all].iter().all(|status| *status == Status::Completed) {
        return Ok(None);
    }
    for rows in cells {
        let values = table.metric(metric, rows.clone())?;
        for (row, value) in rows.zip(values) {
            if table.statuses()[row] == Status::Completed && !value.is_nan() {
                worst = Some(match direction {
                    Direction::LowerIsBetter => worst.map_or(value, |w| w.max(value)),
                    Direction::HigherIsBetter => worst.map_or(value, |w| w.min(value)),
                });
            }
        }
    }
    Ok(worst)
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
