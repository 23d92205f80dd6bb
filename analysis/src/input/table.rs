//! The checked table of episodes. What is inside needs no second check.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::error::AnalysisError;
use crate::input::{ControllerInfo, CurveSet, EpisodeRow, RecoveryRow, ScenarioInfo, SensitivityRow, Status};

/// Episodes of a study, checked: unique keys, finite metrics, and the same seeds for every controller of a scenario.
///
/// Controllers and scenarios keep the order in which they were given; rows are ordered by (scenario, controller, seed).
#[derive(Serialize, Clone, Debug, PartialEq)]
pub struct ResultTable {
    controllers: Vec<ControllerInfo>,
    scenarios: Vec<ScenarioInfo>,
    seeds: BTreeMap<String, Vec<u64>>,
    rows: Vec<EpisodeRow>,
}

/// What may come beside the table; each part is optional.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct Supplement {
    /// Trajectories for the curves with bands.
    pub curves: Vec<CurveSet>,
    /// Recovery after each change.
    pub recoveries: Vec<RecoveryRow>,
    /// Scores over initial hyperparameters.
    pub sensitivities: Vec<SensitivityRow>,
}

impl ResultTable {
    /// Checks and orders the rows.
    ///
    /// An episode that diverged, faulted or is missing may lack a metric; a completed one may not hold a NaN or an infinity.
    /// An empty list of controllers or scenarios is filled from the rows in order of appearance.
    ///
    /// # Errors
    /// No rows; a duplicate (controller, scenario, seed); a controller or scenario that is not listed or listed twice; a metric that
    /// is not finite; a scenario in which two controllers do not have the same seeds. Each names the row.
    pub fn new(
        mut controllers: Vec<ControllerInfo>,
        mut scenarios: Vec<ScenarioInfo>,
        mut rows: Vec<EpisodeRow>,
    ) -> Result<Self, AnalysisError> {
        if rows.is_empty() {
            return Err(AnalysisError::EmptyTable { thing: "rows" });
        }
        if controllers.is_empty() {
            controllers = in_order(rows.iter().map(|row| &row.controller)).into_iter().map(ControllerInfo::from_label).collect();
        }
        if scenarios.is_empty() {
            scenarios = in_order(rows.iter().map(|row| &row.scenario)).into_iter().map(ScenarioInfo::from_name).collect();
        }
        let controller_order = positions("controller", controllers.iter().map(|info| info.label.as_str()))?;
        let scenario_order = positions("scenario", scenarios.iter().map(|info| info.name.as_str()))?;
        for row in &mut rows {
            check_row(row, &controller_order, &scenario_order)?;
        }
        rows.sort_by_key(|row| (scenario_order[&row.scenario], controller_order[&row.controller], row.seed));
        for pair in rows.windows(2) {
            if key(&pair[0]) == key(&pair[1]) {
                return Err(row_error(&pair[1], String::from("it stands in the table twice")));
            }
        }
        let seeds = paired_seeds(&controllers, &scenarios, &rows)?;
        Ok(Self { controllers, scenarios, seeds, rows })
    }

    /// Controllers in the order given.
    #[must_use]
    pub fn controllers(&self) -> &[ControllerInfo] {
        &self.controllers
    }

    /// Scenarios in the order given.
    #[must_use]
    pub fn scenarios(&self) -> &[ScenarioInfo] {
        &self.scenarios
    }

    /// Seeds of a scenario, ascending; every controller has each of them.
    #[must_use]
    pub fn seeds(&self, scenario: &str) -> &[u64] {
        self.seeds.get(scenario).map_or(&[], Vec::as_slice)
    }

    /// All rows, ordered by scenario, controller (both in the order given) and seed.
    #[must_use]
    pub fn rows(&self) -> &[EpisodeRow] {
        &self.rows
    }

    /// Rows of one controller in one scenario, ordered by seed.
    pub fn cell<'a>(&'a self, controller: &'a str, scenario: &'a str) -> impl Iterator<Item = &'a EpisodeRow> + 'a {
        let place = |row: &EpisodeRow| {
            let scenario = self.scenarios.iter().position(|info| info.name == row.scenario);
            (scenario, self.controllers.iter().position(|info| info.label == row.controller))
        };
        let wanted = (
            self.scenarios.iter().position(|info| info.name == scenario),
            self.controllers.iter().position(|info| info.label == controller),
        );
        let known = wanted.0.is_some() && wanted.1.is_some();
        let start = self.rows.partition_point(|row| place(row) < wanted);
        let n = if known { self.rows[start..].partition_point(|row| place(row) == wanted) } else { 0 };
        self.rows[start..start + n].iter()
    }

    /// Names of all metrics, ordered.
    #[must_use]
    pub fn metrics(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.rows.iter().flat_map(|row| row.metrics.keys()).collect();
        names.into_iter().cloned().collect()
    }
}

fn key(row: &EpisodeRow) -> (&str, &str, u64) {
    (&row.scenario, &row.controller, row.seed)
}

pub(crate) fn row_error(row: &EpisodeRow, reason: String) -> AnalysisError {
    AnalysisError::Row { controller: row.controller.clone(), scenario: row.scenario.clone(), seed: row.seed, reason }
}

fn in_order<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(name.as_str())).cloned().collect()
}

fn positions<'a>(kind: &'static str, names: impl Iterator<Item = &'a str>) -> Result<BTreeMap<String, usize>, AnalysisError> {
    let mut order = BTreeMap::new();
    for (position, name) in names.enumerate() {
        if order.insert(name.to_owned(), position).is_some() {
            return Err(AnalysisError::Duplicate { kind, name: name.to_owned() });
        }
    }
    Ok(order)
}

fn check_row(
    row: &mut EpisodeRow,
    controllers: &BTreeMap<String, usize>,
    scenarios: &BTreeMap<String, usize>,
) -> Result<(), AnalysisError> {
    let unknown = |kind, found: &str, names: &BTreeMap<String, usize>| AnalysisError::Unknown {
        kind,
        found: found.to_owned(),
        allowed: names.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    };
    if !controllers.contains_key(&row.controller) {
        return Err(unknown("controller", &row.controller, controllers));
    }
    if !scenarios.contains_key(&row.scenario) {
        return Err(unknown("scenario", &row.scenario, scenarios));
    }
    if row.status == Status::Completed
        && let Some((name, value)) = row.metrics.iter().find(|(_, value)| !value.is_finite())
    {
        let reason = format!("metric `{name}` is {value}; a completed episode has only finite metrics");
        return Err(row_error(row, reason));
    }
    row.metrics.retain(|_, value| value.is_finite());
    Ok(())
}

fn paired_seeds(
    controllers: &[ControllerInfo],
    scenarios: &[ScenarioInfo],
    rows: &[EpisodeRow],
) -> Result<BTreeMap<String, Vec<u64>>, AnalysisError> {
    let mut by_cell: BTreeMap<(&str, &str), BTreeSet<u64>> = BTreeMap::new();
    for row in rows {
        by_cell.entry((&row.scenario, &row.controller)).or_default().insert(row.seed);
    }
    let mut seeds = BTreeMap::new();
    for scenario in scenarios {
        let cells = controllers.iter().filter_map(|info| by_cell.get(&(scenario.name.as_str(), info.label.as_str())));
        let union: BTreeSet<u64> = cells.flatten().copied().collect();
        if union.is_empty() {
            return Err(AnalysisError::EmptyTable { thing: "rows of one of its scenarios" });
        }
        for controller in controllers {
            let own = by_cell.get(&(scenario.name.as_str(), controller.label.as_str()));
            if let Some(&seed) = union.iter().find(|seed| own.is_none_or(|own| !own.contains(seed))) {
                return Err(AnalysisError::Row {
                    controller: controller.label.clone(),
                    scenario: scenario.name.clone(),
                    seed,
                    reason: String::from(
                        "there is no such row, though another controller has this seed; seeds are paired: add the row, if need be with status `missing`",
                    ),
                });
            }
        }
        seeds.insert(scenario.name.clone(), union.into_iter().collect());
    }
    Ok(seeds)
}
