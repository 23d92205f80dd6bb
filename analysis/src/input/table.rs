//! The checked table of episodes. What is inside needs no second check.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::error::AnalysisError;
use crate::input::metric::{ABSENT, MetricSource, is_absent};
use crate::input::{ControllerInfo, CurveSet, EpisodeRow, RecoveryRow, ScenarioInfo, SensitivityRow, Status};

/// Episodes of a study, checked: unique keys, finite metrics, and the same seeds for every controller of a scenario.
///
/// Controllers and scenarios keep the order in which they were given; rows are ordered by (scenario, controller, seed). A row is its position: the table
/// holds a byte for each, and reads a metric when it is asked for.
pub struct ResultTable {
    controllers: Vec<ControllerInfo>,
    scenarios: Vec<ScenarioInfo>,
    /// Seeds of each scenario, ascending.
    seeds: Vec<Vec<u64>>,
    /// Position of the first row of each scenario.
    starts: Vec<usize>,
    statuses: Vec<Status>,
    metrics: Box<dyn MetricSource>,
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
        let mut columns: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for (position, row) in rows.iter().enumerate() {
            for (name, &value) in &row.metrics {
                if !columns.contains_key(name) {
                    columns.insert(name.clone(), vec![ABSENT; rows.len()]);
                }
                columns.get_mut(name).expect("it was just made")[position] = value;
            }
        }
        let statuses = rows.iter().map(|row| row.status).collect();
        let starts = starts(&seeds, controllers.len());
        Ok(Self { controllers, scenarios, seeds, starts, statuses, metrics: Box::new(columns) })
    }

    /// A table whose rows are known by position: scenario after scenario, in each controller after controller, in each seed after seed.
    ///
    /// `seeds` are those of each scenario, `statuses` one a row, and a status that is absent a row that is absent.
    ///
    /// # Errors
    /// No scenario, controller or seed; a name that is listed twice; seeds that are not ascending; a row that is absent.
    ///
    /// # Panics
    /// When there is not one list of seeds a scenario, or not one status a row.
    pub fn from_columns(
        controllers: Vec<ControllerInfo>,
        scenarios: Vec<ScenarioInfo>,
        seeds: Vec<Vec<u64>>,
        statuses: &[Option<Status>],
        metrics: Box<dyn MetricSource>,
    ) -> Result<Self, AnalysisError> {
        positions("controller", controllers.iter().map(|info| info.label.as_str()))?;
        positions("scenario", scenarios.iter().map(|info| info.name.as_str()))?;
        assert_eq!(seeds.len(), scenarios.len(), "one list of seeds a scenario");
        if seeds.iter().any(Vec::is_empty) {
            return Err(AnalysisError::EmptyTable { thing: "rows of one of its scenarios" });
        }
        let starts = starts(&seeds, controllers.len());
        let n_rows = seeds.iter().map(|seeds| seeds.len() * controllers.len()).sum::<usize>();
        assert_eq!(statuses.len(), n_rows, "one status a row");
        if n_rows == 0 {
            return Err(AnalysisError::EmptyTable { thing: "rows" });
        }
        let absent = statuses.iter().position(Option::is_none);
        let known = statuses.iter().flatten().copied().collect();
        let table = Self { controllers, scenarios, seeds, starts, statuses: known, metrics };
        for (scenario, seeds) in table.scenarios.iter().zip(&table.seeds) {
            if let Some(pair) = seeds.windows(2).find(|pair| pair[0] >= pair[1]) {
                let (kind, name) = ("seed", format!("{} of scenario {}", pair[1], scenario.name));
                return Err(AnalysisError::Duplicate { kind, name });
            }
        }
        match absent {
            Some(row) => Err(table.error_at(row, String::from(NO_PARTNER))),
            None => Ok(table),
        }
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
        let position = self.scenarios.iter().position(|info| info.name == scenario);
        position.map_or(&[], |position| self.seeds[position].as_slice())
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.statuses.len()
    }

    /// Positions of the rows of one controller in one scenario, both by position, ordered by seed.
    #[must_use]
    pub fn cell(&self, scenario: usize, controller: usize) -> Range<usize> {
        let n = self.seeds[scenario].len();
        let start = self.starts[scenario] + controller * n;
        start..start + n
    }

    /// How each episode ended, ordered by scenario, controller (both in the order given) and seed.
    #[must_use]
    pub fn statuses(&self) -> &[Status] {
        &self.statuses
    }

    /// Names of all metrics, ordered.
    #[must_use]
    pub fn metrics(&self) -> Vec<String> {
        self.metrics.names()
    }

    /// The values of a metric in some rows, NaN where the episode lacks it.
    ///
    /// # Errors
    /// Values that cannot be read; a completed episode whose value is not finite.
    ///
    /// # Panics
    /// When the source gives another number of values than were asked for.
    pub fn metric(&self, name: &str, rows: Range<usize>) -> Result<Vec<f64>, AnalysisError> {
        let read = self.metrics.read(name, rows.clone()).map_err(|reason| AnalysisError::Metric { metric: name.to_owned(), reason })?;
        let mut values = read.into_owned();
        assert_eq!(values.len(), rows.len(), "one value a row");
        for (row, value) in rows.zip(&mut values) {
            if !value.is_finite() {
                if self.statuses[row] == Status::Completed && !is_absent(*value) {
                    return Err(self.error_at(row, not_finite(name, *value)));
                }
                *value = f64::NAN;
            }
        }
        Ok(values)
    }

    /// All rows with all metrics, ordered by scenario, controller (both in the order given) and seed. For small tables.
    ///
    /// # Errors
    /// As [`Self::metric`].
    pub fn rows(&self) -> Result<Vec<EpisodeRow>, AnalysisError> {
        let columns: Vec<(String, Vec<f64>)> = self
            .metrics()
            .into_iter()
            .map(|name| self.metric(&name, 0..self.n_rows()).map(|column| (name, column)))
            .collect::<Result<_, _>>()?;
        let row = |row: usize| {
            let (scenario, controller, seed) = self.key(row);
            let metrics = columns.iter().filter(|(_, column)| !column[row].is_nan()).map(|(name, column)| (name.clone(), column[row]));
            let (scenario, controller) = (self.scenarios[scenario].name.clone(), self.controllers[controller].label.clone());
            EpisodeRow { controller, scenario, seed, status: self.statuses[row], metrics: metrics.collect() }
        };
        Ok((0..self.n_rows()).map(row).collect())
    }

    /// Scenario and controller by position, and the seed of a row.
    fn key(&self, row: usize) -> (usize, usize, u64) {
        let scenario = self.starts.partition_point(|&start| start <= row) - 1;
        let (within, n) = (row - self.starts[scenario], self.seeds[scenario].len());
        (scenario, within / n, self.seeds[scenario][within % n])
    }

    /// An error that names a row by its position.
    pub(crate) fn error_at(&self, row: usize, reason: String) -> AnalysisError {
        let (scenario, controller, seed) = self.key(row);
        let (scenario, controller) = (self.scenarios[scenario].name.clone(), self.controllers[controller].label.clone());
        AnalysisError::Row { controller, scenario, seed, reason }
    }
}

impl fmt::Debug for ResultTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { controllers, scenarios, statuses, .. } = self;
        write!(f, "ResultTable of {} rows, {} controllers, {} scenarios", statuses.len(), controllers.len(), scenarios.len())
    }
}

/// What a row that is absent is told.
const NO_PARTNER: &str =
    "there is no such row, though another controller has this seed; seeds are paired: add the row, if need be with status `missing`";

fn not_finite(name: &str, value: f64) -> String {
    format!("metric `{name}` is {value}; a completed episode has only finite metrics")
}

fn starts(seeds: &[Vec<u64>], n_controllers: usize) -> Vec<usize> {
    let place = |start: &mut usize, seeds: &Vec<u64>| Some(std::mem::replace(start, *start + seeds.len() * n_controllers));
    seeds.iter().scan(0, place).collect()
}

fn key(row: &EpisodeRow) -> (&str, &str, u64) {
    (&row.scenario, &row.controller, row.seed)
}

fn row_error(row: &EpisodeRow, reason: String) -> AnalysisError {
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
        return Err(row_error(row, not_finite(name, *value)));
    }
    row.metrics.retain(|_, value| value.is_finite());
    Ok(())
}

fn paired_seeds(controllers: &[ControllerInfo], scenarios: &[ScenarioInfo], rows: &[EpisodeRow]) -> Result<Vec<Vec<u64>>, AnalysisError> {
    let mut by_cell: BTreeMap<(&str, &str), BTreeSet<u64>> = BTreeMap::new();
    for row in rows {
        by_cell.entry((&row.scenario, &row.controller)).or_default().insert(row.seed);
    }
    let mut seeds = Vec::new();
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
                    reason: String::from(NO_PARTNER),
                });
            }
        }
        seeds.push(union.into_iter().collect());
    }
    Ok(seeds)
}
