//! Running a study into a results folder.

use super::block::{self, BlockSetting, Measurement, Runner};
use super::comparators;
use super::oracle_cache::OracleCache;
use super::oracle_files;
use super::recorded::{controller_infos, scenario_infos};
use crate::executor::{Executor, RunError};
use crate::sim::audit::audit;
use crate::sim::episode::End;
use crate::sim::metrics;
use crate::sim::oracle::{OracleSchedule, Oracles};
use crate::sim::rng::Streams;
use crate::sim::trajectory::Trajectory;
use crate::store::{
    EpisodeRecord, Growth, Layout, Manifest, Part, PartWriter, Role, SCHEMA, ScenarioLayout, Shard, Status, StoreError, Writer,
};
use crate::study::Study;
use crate::system;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Faults that are told one by one.
const FAULTS_TOLD: usize = 20;

/// What is told while a study runs.
pub trait Monitor: Sync {
    /// A stage with this many items begins.
    fn stage(&self, what: &'static str, n: u64);
    /// So many items of the stage are done.
    fn advance(&self, n: u64);
    /// Something that the user should know.
    fn note(&self, text: &str);
}

/// A study with its comparators: all that its episodes depend on.
pub struct Prepared<'a> {
    /// The study.
    pub study: &'a Study,
    /// What the ladder of oracles found, by scenario; empty where comparators are switched off.
    pub oracles: Vec<Oracles>,
    /// The comparators that are run, by scenario.
    pub comparators: Vec<Vec<OracleSchedule>>,
}

/// Where and how to run.
pub struct Place<'a> {
    /// The results folder.
    pub dir: &'a Path,
    /// Whether to go on with an unfinished folder.
    pub resume: bool,
    /// The share of the study that is run; `None` runs all.
    pub shard: Option<Shard>,
    /// Measured costs that the study is shared out by; by its floating-point operations where absent.
    pub costs: Option<Vec<u64>>,
    /// Arguments that make the same study again, for the manifest.
    pub command: Vec<String>,
    /// Where controllers run and how they are confined, for the manifest.
    pub isolation: serde_json::Value,
    /// Raised to stop after the episodes under way.
    pub stop: &'a AtomicBool,
}

impl<'a> Prepared<'a> {
    /// Computes the comparators of every scenario; what the self-audit finds wrong with a change is noted.
    pub fn new(study: &'a Study, executor: &Executor, cache: Option<&OracleCache>, monitor: &dyn Monitor) -> Self {
        let changing: Vec<_> = study.scenarios.iter().filter(|s| !s.changes.is_empty()).collect();
        let faults =
            executor.map(changing.len(), |i| audit(changing[i], &Streams::tuning(study.file.seed, &changing[i].name, 0), 1).faults());
        for (scenario, faults) in changing.iter().zip(faults) {
            faults.iter().for_each(|fault| monitor.note(&format!("scenario `{}`: {fault}", scenario.name)));
        }
        let mut oracles = Vec::new();
        if study.file.oracle.enabled {
            monitor.stage("comparators", study.scenarios.len() as u64);
            for scenario in &study.scenarios {
                oracles.push(comparators::compute(study, scenario, executor, cache, monitor));
                monitor.advance(1);
            }
        }
        Self::with_oracles(study, oracles)
    }

    /// The same from oracles that are known already: one for each scenario, or none.
    #[must_use]
    pub fn with_oracles(study: &'a Study, oracles: Vec<Oracles>) -> Self {
        let mut comparators: Vec<Vec<OracleSchedule>> = oracles.iter().map(comparators::chosen).collect();
        comparators.resize(study.scenarios.len(), Vec::new());
        Self { study, oracles, comparators }
    }

    /// How the study is cut into parts.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let study = self.study;
        let mut names: Vec<String> = Vec::new();
        let mut scenarios = Vec::new();
        for (scenario, comparators) in study.scenarios.iter().zip(&self.comparators) {
            for name in metrics::names(scenario) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            let mut labels: Vec<String> = comparators.iter().map(|c| comparators::label(c.kind).to_owned()).collect();
            labels.extend(study.controllers.iter().map(|c| c.label.clone()));
            let hyperparameters = scenario.space.controlled_specs().map(|h| h.name.clone()).collect();
            let n_optimizer_steps = scenario.n_steps.saturating_mul(scenario.spec.optimizer_steps_per_decision);
            let flops = scenario.family.flops_per_step() * n_optimizer_steps as f64 * labels.len() as f64;
            let (name, n_steps, flops) = (scenario.name.clone(), scenario.n_steps, flops as u64);
            scenarios.push(ScenarioLayout { name, n_steps, labels, hyperparameters, flops });
        }
        let growth = study.file.analysis.sequential.map(|design| Growth { first: design.first as usize, block: design.block as usize });
        Layout::new(scenarios, study.seeds.clone(), names, study.file.record.every, growth)
    }

    /// Names and SHA-256 of the data sets in use.
    fn data(&self) -> serde_json::Value {
        let all = self.study.scenarios.iter().flat_map(|s| s.family.data());
        serde_json::Value::Object(all.map(|(name, sha256)| (name, sha256.into())).collect())
    }

    /// The manifest of a results folder.
    #[must_use]
    pub fn manifest(&self, command: Vec<String>) -> Manifest {
        let named = |f: &dyn Fn(usize) -> serde_json::Value| {
            let by_scenario = self.study.scenarios.iter().enumerate().map(|(i, s)| (s.name.clone(), f(i))).collect();
            serde_json::Value::Object(by_scenario)
        };
        Manifest {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            digest: self.study.digest(),
            study: self.study.canonical(),
            file: serde_json::to_value(&self.study.file).expect("a study file is plain data"),
            controllers: controller_infos(self.study),
            scenarios: scenario_infos(self.study),
            oracles: named(&|i| self.oracles.get(i).map_or(serde_json::Value::Null, |o| json!(o))),
            data: self.data(),
            layout: self.layout().to_json(),
            command,
            isolation: serde_json::Value::Null,
        }
    }

    /// The manifest of a folder to be written at this place.
    pub(super) fn manifest_at(&self, place: &Place<'_>) -> Manifest {
        Manifest { isolation: place.isolation.clone(), ..self.manifest(place.command.clone()) }
    }

    /// Runs every pending part into the folder and completes it; returns damaged files that were set aside.
    ///
    /// # Errors
    /// A folder that cannot be used, a disk that refuses, or the stop flag; finished parts stay.
    pub fn run(
        &self,
        place: &Place<'_>,
        executor: &Executor,
        runner: &dyn Runner,
        monitor: &dyn Monitor,
    ) -> Result<Vec<PathBuf>, RunError<StoreError>> {
        let writer = self.open(place, place.resume, monitor)?;
        let set_aside = writer.set_aside().to_vec();
        self.write_oracles(place.dir).map_err(RunError::Sink)?;
        system::give_memory_back();
        self.fill(&writer, place, executor, runner, monitor)?;
        system::give_memory_back();
        writer.finish().map_err(RunError::Sink)?;
        Ok(set_aside)
    }

    /// Opens the folder, and tells of damaged files.
    pub(super) fn open(&self, place: &Place<'_>, resume: bool, monitor: &dyn Monitor) -> Result<Writer, RunError<StoreError>> {
        let manifest = self.manifest_at(place);
        let layout = self.layout().with_costs(place.costs.clone());
        let writer = Writer::open(place.dir, layout, &manifest, place.shard, resume).map_err(RunError::Sink)?;
        for path in writer.set_aside() {
            monitor.note(&format!("`{}` was damaged and set aside; its episodes run again", path.display()));
        }
        Ok(writer)
    }

    /// Writes `oracle.parquet`, where there are comparators: before any part, so that a folder with all of its parts has it.
    pub(super) fn write_oracles(&self, dir: &Path) -> Result<(), StoreError> {
        if self.oracles.is_empty() { Ok(()) } else { oracle_files::write_table(self.study, &self.oracles, dir).map(drop) }
    }

    /// Runs every pending part into the folder.
    pub(super) fn fill(
        &self,
        writer: &Writer,
        place: &Place<'_>,
        executor: &Executor,
        runner: &dyn Runner,
        monitor: &dyn Monitor,
    ) -> Result<(), RunError<StoreError>> {
        let layout = writer.layout();
        let pending = writer.pending();
        let jobs: Vec<(usize, u64)> = pending.iter().flat_map(|p| p.seeds.clone().map(|s| (p.scenario, layout.seeds[s]))).collect();
        let n_labels = |scenario: usize| layout.scenarios[scenario].labels.len() as u64;
        monitor.stage("episodes", jobs.iter().map(|(s, _)| n_labels(*s)).sum());
        let setting = BlockSetting {
            study_seed: self.study.file.seed,
            scenarios: &self.study.scenarios,
            comparators: &self.comparators,
            n_controllers: self.study.controllers.len(),
            runner,
        };
        let mut gathering = Gathering { writer, parts: pending.into_iter(), current: None };
        let work = |&(scenario, seed): &(usize, u64)| {
            let measured = block::run(&setting, scenario, seed);
            monitor.advance(n_labels(scenario));
            (scenario, seed, self.records(layout, scenario, seed, measured))
        };
        let mut n_faults = 0;
        let sink = |(scenario, seed, records): (usize, u64, Vec<EpisodeRecord>)| {
            for (controller, fault) in records.iter().filter_map(|r| Some((&r.controller, r.status.fault()?))) {
                n_faults += 1;
                if n_faults <= FAULTS_TOLD {
                    monitor.note(&format!("`{controller}` on `{}`, seed {seed}: {fault}", layout.scenarios[scenario].name));
                }
            }
            gathering.add(records)
        };
        let result = executor.run(&jobs, layout.n_ahead(), place.stop, work, sink);
        if n_faults > FAULTS_TOLD {
            monitor.note(&format!("{} more episodes faulted; the report names each", n_faults - FAULTS_TOLD));
        }
        result
    }

    /// The episodes of a block as the store takes them.
    pub(super) fn records(&self, layout: &Layout, scenario: usize, seed: u64, measured: Vec<Measurement>) -> Vec<EpisodeRecord> {
        let n_comparators = self.comparators[scenario].len();
        let labels = &layout.scenarios[scenario].labels;
        let record = |(i, m): (usize, Measurement)| {
            let by_name: BTreeMap<String, Option<f64>> = m.metrics.into_iter().collect();
            EpisodeRecord {
                role: if i < n_comparators { Role::Comparator } else { Role::Controller },
                controller: labels[i].clone(),
                seed,
                status: match m.end {
                    End::Completed => Status::Completed,
                    End::Diverged { step } => Status::Diverged(step),
                    End::Faulted { step, fault } => Status::Faulted(step, fault.message),
                },
                digest: m.digest,
                metrics: layout.metrics.iter().map(|name| by_name.get(name).copied().flatten()).collect(),
                // What is not kept is not held either.
                trajectory: if layout.every == 0 { Trajectory::default() } else { m.trajectory },
                after_changes: m.after_changes,
            }
        };
        measured.into_iter().enumerate().map(record).collect()
    }
}

/// Gathers blocks, which come in order, into parts.
struct Gathering<'a> {
    writer: &'a Writer,
    parts: std::vec::IntoIter<Part>,
    /// The part under way, and how many of its blocks are still to come.
    current: Option<(PartWriter<'a>, usize)>,
}

impl Gathering<'_> {
    fn add(&mut self, block: Vec<EpisodeRecord>) -> Result<(), StoreError> {
        let (mut part, n_to_come) = self.current.take().unwrap_or_else(|| {
            let part = self.parts.next().expect("as many parts as the jobs were made from");
            let n_blocks = part.seeds.len();
            (self.writer.begin_part(part), n_blocks)
        });
        part.add(block)?;
        if n_to_come == 1 {
            return part.finish();
        }
        self.current = Some((part, n_to_come - 1));
        Ok(())
    }
}
