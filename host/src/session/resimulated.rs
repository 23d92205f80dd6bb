//! Best known schedules that a controller beat: the controller's own schedule is re-simulated, and becomes the best known one where it is better.
//!
//! What a controller applied on each seed is made one open-loop plan: at each step the mean over the seeds, on the scale of the hyperparameter. The plan is scored
//! where every comparator is: on the expected loss, or on tuning seeds that no controller is judged on. A plan that is worse shows that what helped was what
//! the controller saw. An exact schedule is never replaced.

use crate::executor::Executor;
use crate::sim::oracle::{Kind, Oracles, Plan, Problem, Solution, Status};
use crate::sim::scenario::Scenario;
use crate::store::frame::{Frame, Values};
use crate::store::{Reader, StoreError, write_bytes};
use crate::study::Study;
use oha_plugin_api::Scale;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A controller that beat the best known schedule, and what its own schedule is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resimulated {
    /// Name of the scenario.
    pub scenario: String,
    /// Label of the controller.
    pub controller: String,
    /// Cumulative loss of its plan where comparators are tuned.
    pub own: f64,
    /// That of the best schedule known before.
    pub known: f64,
}

impl Resimulated {
    /// Whether the controller's schedule is the best known one now.
    #[must_use]
    pub fn is_better(&self) -> bool {
        self.own < self.known
    }
}

/// The file of a results folder.
fn path(dir: &Path) -> PathBuf {
    dir.join("resimulated.json")
}

/// Writes what was found; nothing where no schedule was beaten.
///
/// # Errors
/// When the disk refuses.
fn write(dir: &Path, found: &[Resimulated]) -> Result<(), StoreError> {
    if found.is_empty() {
        return Ok(());
    }
    write_bytes(&path(dir), &serde_json::to_vec_pretty(found).expect("plain data"))
}

/// Reads it back; empty where there is no such file.
///
/// # Errors
/// A file that cannot be read or is damaged.
pub fn read(dir: &Path) -> Result<Vec<Resimulated>, StoreError> {
    let path = path(dir);
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| StoreError::damaged(&path, e.to_string())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(StoreError::io("read", &path, e)),
    }
}

/// Completes a finished folder with its oracles: those of controllers that beat the best known schedules included. Libraries are not needed.
///
/// # Errors
/// A folder that cannot be read, a disk that refuses.
pub fn complete(study: &Study, oracles: &[Oracles], dir: &Path, executor: &Executor) -> Result<(), StoreError> {
    if oracles.is_empty() {
        return Ok(());
    }
    let mut oracles = oracles.to_vec();
    let found = resimulate(study, &mut oracles, dir, executor)?;
    write(dir, &found)?;
    if found.iter().any(Resimulated::is_better) {
        super::comparators::write(study, oracles.clone(), &dir.join("oracles.json"))?;
    }
    super::oracle_files::write_table(study, &oracles, dir)?;
    Ok(())
}

/// Re-simulates the schedules of controllers that beat the best known one of their scenario in a finished folder; those that are better join `oracles`.
/// Nothing happens where trajectories were not kept at every step.
///
/// # Errors
/// A folder that cannot be read.
fn resimulate(study: &Study, oracles: &mut [Oracles], dir: &Path, executor: &Executor) -> Result<Vec<Resimulated>, StoreError> {
    if study.file.record.every != 1 {
        return Ok(Vec::new());
    }
    let reader = Reader::open(dir)?;
    let mut plans: BTreeMap<(usize, String), Mean> =
        beaten(study, oracles, &reader)?.into_iter().map(|key| (key, Mean::default())).collect();
    if plans.is_empty() {
        return Ok(Vec::new());
    }
    reader.trajectories(&|name| name != "accuracy" && name != "guard" && name != "report", &mut |path, frame| {
        gather(study, path, &frame, &mut plans)
    })?;
    let mut found = Vec::new();
    for ((index, label), mean) in plans {
        let scenario = &study.scenarios[index];
        let Some(plan) = mean.plan(scenario) else { continue };
        let mapper = |n: usize, work: &(dyn Fn(usize) -> f64 + Sync)| executor.map(n, work);
        let problem = Problem::tuning(scenario, study.file.seed, study.file.oracle.settings(), &mapper);
        let own = problem.score(&plan);
        let Some(known) = oracles[index].best_schedule().map(|s| s.upper) else { continue };
        if own < known {
            let method = format!("the mean over {} seeds of what `{label}` applied, re-simulated", study.seeds.len());
            let solution = Solution { method, status: Status::BestKnown, plan, upper: own, lower: None, n_restarts: 1 };
            oracles[index].schedules.push(problem.schedule(&label, Kind::Dynamic, solution));
        }
        found.push(Resimulated { scenario: scenario.name.clone(), controller: label, own, known });
    }
    Ok(found)
}

/// Scenarios and controllers whose mean loss is below that of a schedule that is only the best known.
fn beaten(study: &Study, oracles: &[Oracles], reader: &Reader) -> Result<Vec<(usize, String)>, StoreError> {
    let mut sums: BTreeMap<(String, String), (f64, u64)> = BTreeMap::new();
    reader.episodes(&|_| true, &mut |path, frame| {
        let (scenario, controller) = (frame.words(path, "scenario")?, frame.words(path, "controller")?);
        let Some(Values::OptionalReals(loss)) = frame.column("mean_loss") else {
            return Err(StoreError::damaged(path, "no column `mean_loss`"));
        };
        for i in 0..frame.n_rows() {
            // A faulted episode has no loss: its controller beats nothing.
            let sum = sums.entry((scenario[i].clone(), controller[i].clone())).or_insert((0.0, 0));
            *sum = (sum.0 + loss[i].unwrap_or(f64::NAN), sum.1 + 1);
        }
        Ok(())
    })?;
    let mut all = Vec::new();
    for (index, scenario) in study.scenarios.iter().enumerate() {
        let mean = |label: &str| sums.get(&(scenario.name.clone(), label.to_owned())).map(|(sum, n)| sum / *n as f64);
        let is_open = oracles.get(index).and_then(Oracles::best_schedule).is_some_and(|s| s.status != Status::Exact);
        let Some(known) = mean(super::comparators::label(Kind::Dynamic)).filter(|_| is_open) else { continue };
        let better = reader.manifest.controllers.iter().filter(|c| mean(&c.label).is_some_and(|own| own < known));
        all.extend(better.map(|c| (index, c.label.clone())));
    }
    Ok(all)
}

/// Sums of what was applied, each on its scale.
#[derive(Default)]
struct Mean {
    sums: Vec<f64>,
    counts: Vec<u64>,
}

impl Mean {
    fn plan(self, scenario: &Scenario) -> Option<Plan> {
        let specs: Vec<_> = scenario.space.controlled_specs().collect();
        if self.sums.len() != scenario.n_steps as usize * specs.len() || self.counts.contains(&0) {
            return None;
        }
        let back = |(i, (sum, n)): (usize, (f64, u64))| match specs[i % specs.len()].scale {
            Scale::Log => libm::exp(sum / n as f64),
            Scale::Linear => sum / n as f64,
        };
        Some(Plan::Steps(self.sums.into_iter().zip(self.counts).enumerate().map(back).collect()))
    }
}

fn gather(study: &Study, path: &Path, frame: &Frame, plans: &mut BTreeMap<(usize, String), Mean>) -> Result<(), StoreError> {
    let (names, labels) = (frame.words(path, "scenario")?, frame.words(path, "controller")?);
    let steps = frame.integers(path, "step")?;
    for (index, scenario) in study.scenarios.iter().enumerate() {
        if !plans.keys().any(|(i, _)| *i == index) {
            continue;
        }
        let specs: Vec<_> = scenario.space.controlled_specs().collect();
        let n = specs.len();
        let columns: Vec<Option<&Values>> = specs.iter().map(|h| frame.column(&h.name)).collect();
        for row in (0..frame.n_rows()).filter(|&r| names[r] == scenario.name) {
            let Some(mean) = plans.get_mut(&(index, labels[row].clone())) else { continue };
            mean.sums.resize(scenario.n_steps as usize * n, 0.0);
            mean.counts.resize(scenario.n_steps as usize * n, 0);
            for (slot, column) in columns.iter().enumerate() {
                let value = match column {
                    Some(Values::Reals(v)) => v[row],
                    Some(Values::OptionalReals(v)) => v[row].unwrap_or(f64::NAN),
                    _ => return Err(StoreError::damaged(path, format!("no column `{}`", specs[slot].name))),
                };
                let at = steps[row] as usize * n + slot;
                mean.sums[at] += if specs[slot].scale == Scale::Log { libm::log(value) } else { value };
                mean.counts[at] += 1;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::from_json;
    use serde_json::json;

    #[test]
    fn what_was_applied_is_averaged_on_the_scale_of_the_hyperparameter() {
        let scenario = from_json(&json!({ "name": "m", "task": "tracking", "n_steps": 2, "controlled": ["learning_rate", "momentum"] }))
            .expect("valid");
        let mean = Mean { sums: vec![libm::log(0.01) + libm::log(0.04), 0.4, libm::log(0.1) * 2.0, 1.0], counts: vec![2; 4] };
        let Some(Plan::Steps(rows)) = mean.plan(&scenario) else { panic!("whole") };
        assert!(rows.iter().zip([0.02, 0.2, 0.1, 0.5]).all(|(a, b)| (a - b).abs() < 1e-15), "{rows:?}");
        assert_eq!(Mean { sums: vec![0.0; 3], counts: vec![1; 3] }.plan(&scenario), None);
    }
}
