//! From a results folder to a verdict and its files.

use super::resimulated::{self, Resimulated};
use super::{comparators, episodes};
use super::{sensitivity, tuning};
use crate::session::recorded::Recorded;
use crate::sim::oracle::{Kind, Oracles};
use crate::store::frame::{Frame, Values};
use crate::store::{Reader, StoreError};
use oha_analysis::input::{AnalysisOptions, CurveSet, EpisodeRow, RecoveryRow, References, ResultTable, ScenarioInfo, Status, Supplement};
use oha_analysis::report::Fault;
use oha_analysis::verdict::Note;
use std::collections::BTreeMap;
use std::path::Path;

/// Points of a curve's grid of steps, at most.
const GRID: usize = 200;

/// Seeds of a curve, at most: the bands of more would be drawn with the same pen.
const CURVE_SEEDS: usize = 200;

/// Columns of an episode that are no metric.
const KEYS: [&str; 7] = ["scenario", "controller", "seed", "role", "status", "end_step", "fault"];

/// What the analysis receives of a results folder.
#[derive(Debug)]
pub struct Material {
    /// Every episode of a controller.
    pub table: ResultTable,
    /// Curves and recoveries, those of the comparators included.
    pub supplement: Supplement,
    /// The choices of the study.
    pub options: AnalysisOptions,
    /// Faults of controllers.
    pub faults: Vec<Fault>,
    /// What else the report says.
    pub notes: Vec<Note>,
    /// Schedules of controllers that beat the best known one.
    pub resimulated: Vec<Resimulated>,
}

/// Why a folder cannot be analysed.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    /// Its files cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its episodes do not make a table.
    #[error(transparent)]
    Table(#[from] oha_analysis::AnalysisError),
}

/// Reads a finished results folder, one row group of each file in memory at a time; of the episodes one metric is, when it is asked for.
///
/// # Errors
/// Files that cannot be read or are damaged, or whose rows do not make a table.
pub fn material(study: &Recorded, options: AnalysisOptions, reader: &Reader) -> Result<Material, MaterialError> {
    // What is not asked for is not read: without a list of secondary metrics, all are.
    let asked = &options.secondary_metrics;
    let wanted = |name: &str| {
        asked.is_empty() || KEYS.contains(&name) || name == options.primary_metric || asked.iter().any(|metric| metric == name)
    };
    let (table, faults) = episodes::read(study, &options.primary_metric, &wanted, reader)?;
    let mut recoveries = Vec::new();
    reader.changes(&mut |path, frame| recovery_rows(path, &frame, &mut recoveries))?;
    let curves = curves(study, reader)?;
    let resimulated = resimulated::read(reader.dir())?;
    let sensitivities = sensitivity::read(reader.dir())?;
    let notes = study.tuning.as_ref().map_or_else(Vec::new, tuning::notes);
    Ok(Material { table, supplement: Supplement { curves, recoveries, sensitivities }, options, faults, notes, resimulated })
}

/// Sum and count of the primary metric of each (scenario, comparator).
pub(super) type ReferenceSums = BTreeMap<(String, String), (f64, u64)>;

/// The scenario as the analysis knows it, with reference values of the primary metric.
pub(super) fn scenario_info(study: &Recorded, index: usize, primary: &str, sums: &ReferenceSums) -> ScenarioInfo {
    let scenario = &study.scenarios[index];
    let oracles = study.oracles[index].as_ref();
    let mean = |kind: Kind| sums.get(&(scenario.name.clone(), comparators::label(kind).to_owned())).map(|(sum, n)| sum / *n as f64);
    let best = oracles.and_then(Oracles::best_schedule);
    // Bounds are of the expected cumulative loss.
    let lower = oracles.and_then(Oracles::lower);
    let references = References {
        best_constant: mean(Kind::Constant),
        oracle_lower: match primary {
            "cumulative_loss" => lower,
            "mean_loss" => lower.map(|sum| sum / scenario.n_steps as f64),
            _ => None,
        },
        oracle_upper: mean(Kind::Dynamic),
        oracle_method: best.map(|s| s.method.clone()),
        oracle_status: best.map(|s| super::oracle_files::status_word(s.status).to_owned()),
    };
    ScenarioInfo { references, ..scenario.clone() }
}

/// Adds a row of a comparator to the sums.
pub(super) fn add_reference(
    frame: &Frame,
    row: usize,
    primary: &str,
    (scenario, controller): (&String, &String),
    sums: &mut ReferenceSums,
) {
    if let Some(Values::OptionalReals(values)) = frame.column(primary)
        && let Some(x) = values[row]
    {
        let sum = sums.entry((scenario.clone(), controller.clone())).or_insert((0.0, 0));
        *sum = (sum.0 + x, sum.1 + 1);
    }
}

/// How an episode ended.
pub(super) fn status(word: &str) -> Status {
    match word {
        "completed" => Status::Completed,
        "diverged" => Status::Diverged,
        _ => Status::Faulted,
    }
}

/// What a row says of its controller's fault.
pub(super) fn fault(path: &Path, frame: &Frame, row: usize) -> Result<Fault, StoreError> {
    let word = |name: &'static str| frame.words(path, name).map(|words| words[row].clone());
    Ok(Fault {
        controller: word("controller")?,
        scenario: word("scenario")?,
        seed: frame.integers(path, "seed")?[row].cast_unsigned(),
        step: Some(frame.integers(path, "end_step")?[row].cast_unsigned()),
        text: word("fault")?,
    })
}

/// Rows of a frame of episodes, those of comparators as sums.
pub(super) fn episode_rows(
    path: &Path,
    frame: &Frame,
    primary: &str,
    rows: &mut Vec<EpisodeRow>,
    sums: &mut ReferenceSums,
) -> Result<(), StoreError> {
    let (scenario, controller, role) = (frame.words(path, "scenario")?, frame.words(path, "controller")?, frame.words(path, "role")?);
    let (seed, statuses) = (frame.integers(path, "seed")?, frame.words(path, "status")?);
    for i in 0..frame.n_rows() {
        if role[i] == "comparator" {
            add_reference(frame, i, primary, (&scenario[i], &controller[i]), sums);
            continue;
        }
        let value = |(name, values): &(String, Values)| match values {
            Values::OptionalReals(v) => v[i].map(|x| (name.clone(), x)),
            _ => None,
        };
        let metrics = frame.columns.iter().filter_map(value).collect();
        let (controller, scenario, seed) = (controller[i].clone(), scenario[i].clone(), seed[i].cast_unsigned());
        rows.push(EpisodeRow { controller, scenario, seed, status: status(&statuses[i]), metrics });
    }
    Ok(())
}

fn recovery_rows(path: &Path, frame: &Frame, rows: &mut Vec<RecoveryRow>) -> Result<(), StoreError> {
    if frame.columns.is_empty() {
        return Ok(());
    }
    let (scenario, controller, seed) = (frame.words(path, "scenario")?, frame.words(path, "controller")?, frame.integers(path, "seed")?);
    let (change, time, censored) = (frame.integers(path, "change")?, frame.integers(path, "time")?, frame.integers(path, "censored")?);
    let (depth, area) = (frame.reals(path, "depth")?, frame.reals(path, "area")?);
    let best = match frame.column("time_best") {
        Some(Values::OptionalReals(v)) => v,
        _ => return Err(StoreError::damaged(path, "no column `time_best`")),
    };
    let is_comparator = |label: &str| comparators::KINDS.iter().any(|&k| comparators::label(k) == label);
    for i in (0..frame.n_rows()).filter(|&i| !is_comparator(&controller[i])) {
        let observed = censored[i] == 0;
        rows.push(RecoveryRow {
            controller: controller[i].clone(),
            scenario: scenario[i].clone(),
            seed: seed[i].cast_unsigned(),
            change: usize::try_from(change[i]).map_err(|_| StoreError::damaged(path, "a negative change"))?,
            recovery_steps: time[i] as f64,
            observed,
            degradation_depth: depth[i],
            degradation_area: area[i],
            normalised_recovery: best[i].filter(|b| observed && *b > 0.0).map(|b| time[i] as f64 / b),
        });
    }
    Ok(())
}

/// The grid of steps of a scenario's curves: every step, or [`GRID`] of them, the last included.
fn grid(n_steps: u64) -> Vec<u64> {
    let n = n_steps.min(GRID as u64);
    (1..=n).map(|i| (i * n_steps).div_ceil(n) - 1).collect()
}

/// One quantity of one scenario while it is read: rows of seeds by controller.
type Curves = BTreeMap<String, BTreeMap<u64, Vec<f64>>>;

/// Loss, hyperparameters and dynamic regret over the steps.
fn curves(study: &Recorded, reader: &Reader) -> Result<Vec<CurveSet>, StoreError> {
    if study.every != 1 {
        return Ok(Vec::new());
    }
    let kept: Vec<u64> = study.seeds.iter().take(CURVE_SEEDS).copied().collect();
    let mut sets = Vec::new();
    let mut gathered: BTreeMap<usize, BTreeMap<String, Curves>> = BTreeMap::new();
    let mut building: Option<Building> = None;
    reader.trajectories(&|name| name != "accuracy" && name != "guard" && name != "report", &mut |path, frame| {
        let (scenario, controller) = (frame.words(path, "scenario")?, frame.words(path, "controller")?);
        let (seed, step) = (frame.integers(path, "seed")?, frame.integers(path, "step")?);
        let quantities: Vec<(&String, &Vec<f64>)> =
            frame.columns.iter().filter_map(|(n, v)| if let Values::Reals(v) = v { Some((n, v)) } else { None }).collect();
        for i in 0..frame.n_rows() {
            let seed = seed[i].cast_unsigned();
            if building.as_ref().is_none_or(|b| !b.is(&scenario[i], &controller[i], seed)) {
                finish(building.take(), &kept, &mut gathered);
                building = Building::new(study, &scenario[i], &controller[i], seed);
            }
            if let Some(b) = &mut building {
                b.add(step[i].cast_unsigned(), &quantities, i);
            }
        }
        Ok(())
    })?;
    finish(building.take(), &kept, &mut gathered);
    for (scenario, by_quantity) in gathered {
        let scenario = &study.scenarios[scenario];
        let steps = grid(scenario.n_steps);
        for (quantity, curves) in regrets(by_quantity) {
            let curves = curves.into_iter().map(|(label, seeds)| (label, seeds.into_values().collect())).collect();
            sets.push(CurveSet { scenario: scenario.name.clone(), quantity, steps: steps.clone(), curves });
        }
    }
    Ok(sets)
}

/// Turns cumulative losses into regrets against the comparators, seed by seed; the comparators' own curves are left out.
fn regrets(mut by_quantity: BTreeMap<String, Curves>) -> Vec<(String, Curves)> {
    let cumulative = by_quantity.remove("cumulative_loss").unwrap_or_default();
    let is_comparator = |label: &str| comparators::KINDS.iter().any(|&k| comparators::label(k) == label);
    for curves in by_quantity.values_mut() {
        curves.retain(|label, _| !is_comparator(label));
    }
    let mut sets: Vec<(String, Curves)> = by_quantity.into_iter().collect();
    for (kind, name) in [(Kind::Dynamic, "regret"), (Kind::Constant, "static_regret")] {
        let Some(reference) = cumulative.get(comparators::label(kind)) else { continue };
        let minus = |seeds: &BTreeMap<u64, Vec<f64>>| {
            let one = |(seed, loss): (&u64, &Vec<f64>)| {
                let against = reference.get(seed)?;
                Some((*seed, loss.iter().zip(against).map(|(a, b)| a - b).collect()))
            };
            seeds.iter().filter_map(one).collect()
        };
        let curves: Curves =
            cumulative.iter().filter(|(label, _)| !is_comparator(label)).map(|(label, seeds)| (label.clone(), minus(seeds))).collect();
        sets.push((name.to_owned(), curves));
    }
    sets
}

/// The curves of one episode while its rows come.
struct Building {
    scenario: usize,
    name: String,
    controller: String,
    seed: u64,
    steps: Vec<u64>,
    n_steps: u64,
    n_seen: u64,
    cumulative: f64,
    values: BTreeMap<String, Vec<f64>>,
}

impl Building {
    fn new(study: &Recorded, name: &str, controller: &str, seed: u64) -> Option<Self> {
        let scenario = study.scenarios.iter().position(|s| s.name == name)?;
        let n_steps = study.scenarios[scenario].n_steps;
        let (name, controller) = (name.to_owned(), controller.to_owned());
        Some(Self { scenario, name, controller, seed, steps: grid(n_steps), n_steps, n_seen: 0, cumulative: 0.0, values: BTreeMap::new() })
    }

    fn is(&self, scenario: &str, controller: &str, seed: u64) -> bool {
        self.seed == seed && self.controller == controller && self.name == scenario
    }

    fn add(&mut self, step: u64, quantities: &[(&String, &Vec<f64>)], row: usize) {
        self.n_seen += 1;
        for (name, values) in quantities {
            if *name == "loss" {
                self.cumulative += values[row];
            }
        }
        if self.steps.binary_search(&step).is_ok() {
            for (name, values) in quantities {
                self.values.entry((*name).clone()).or_default().push(values[row]);
            }
            self.values.entry("cumulative_loss".to_owned()).or_default().push(self.cumulative);
        }
    }
}

/// Keeps the curves of a whole episode; one that faulted has no curve.
fn finish(building: Option<Building>, kept: &[u64], gathered: &mut BTreeMap<usize, BTreeMap<String, Curves>>) {
    let Some(b) = building.filter(|b| b.n_seen == b.n_steps && kept.contains(&b.seed)) else { return };
    let of_scenario = gathered.entry(b.scenario).or_default();
    for (quantity, values) in b.values {
        of_scenario.entry(quantity).or_default().entry(b.controller.clone()).or_default().insert(b.seed, values);
    }
}

#[cfg(test)]
mod tests {
    use super::grid;

    #[test]
    fn the_grid_ends_with_the_last_step() {
        assert_eq!(grid(3), [0, 1, 2]);
        let grid = grid(1001);
        assert_eq!((grid.len(), grid.last()), (200, Some(&1000)));
        assert!(grid.windows(2).all(|w| w[0] < w[1]));
    }
}
