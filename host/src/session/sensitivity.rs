//! Sensitivity to the initial hyperparameters: every controller again over a grid of initial values of one hyperparameter, on the study's first seeds.
//!
//! A value is the scenario's own initial value times a factor, inside the range; all values of a scenario share their random numbers, so that scores are compared
//! in pairs. Scenarios that do not offer the hyperparameter are left out.

use super::block::Runner;
use super::run::Monitor;
use crate::executor::Executor;
use crate::sim::metrics::{self, Measured};
use crate::sim::scenario::{HyperparameterChange, Scenario};
use crate::store::StoreError;
use crate::store::frame::{self, Frame, FrameReader, Values};
use crate::study::{SensitivityFile, Study};
use oha_analysis::input::SensitivityRow;
use std::path::{Path, PathBuf};

/// The study of a grid: variants of each scenario, with the scenario and the initial value of each.
pub struct Grid {
    /// The variants, with the controllers of the study.
    pub study: Study,
    origin: Vec<(usize, f64)>,
    hyperparameter: String,
    primary: String,
}

impl Grid {
    /// The grid that a study asks for; `None` where it asks for none or no scenario offers the hyperparameter.
    #[must_use]
    pub fn new(study: &Study) -> Option<Self> {
        let asked: &SensitivityFile = study.file.sensitivity.as_ref()?;
        let (mut scenarios, mut origin) = (Vec::new(), Vec::new());
        for (index, scenario) in study.scenarios.iter().enumerate() {
            let Some(spec) = scenario.space.controlled_specs().find(|h| h.name == asked.hyperparameter) else { continue };
            let mut values: Vec<f64> = asked.factors.iter().map(|f| (f * spec.initial).clamp(spec.min, spec.max)).collect();
            values.sort_by(f64::total_cmp);
            values.dedup();
            for value in values {
                let mut changed = scenario.spec.clone();
                let own: &mut HyperparameterChange = changed.hyperparameters.entry(asked.hyperparameter.clone()).or_default();
                own.initial = Some(value);
                scenarios.push(Scenario::new(changed).expect("a value of the range is a valid initial one"));
                origin.push((index, value));
            }
        }
        if scenarios.is_empty() {
            return None;
        }
        let (hyperparameter, primary) = (asked.hyperparameter.clone(), study.file.analysis.primary_metric.clone());
        let seeds = study.seeds.iter().copied().take(asked.seeds as usize).collect();
        Some(Self { study: Study { scenarios, seeds, ..study.clone() }, origin, hyperparameter, primary })
    }

    /// Runs every episode and gives the scores; one that has none (it faulted) is left out.
    #[must_use]
    pub fn run(&self, executor: &Executor, runner: &dyn Runner, monitor: &dyn Monitor) -> Vec<SensitivityRow> {
        let (n_controllers, n_seeds) = (self.study.controllers.len(), self.study.seeds.len());
        let n = self.study.scenarios.len() * n_controllers * n_seeds;
        monitor.stage("sensitivity", n as u64);
        let rows = executor.map(n, |i| {
            let (variant, controller, seed) = (i / (n_controllers * n_seeds), i / n_seeds % n_controllers, self.study.seeds[i % n_seeds]);
            let episode = runner.run(variant, controller, seed);
            monitor.advance(1);
            let measured = metrics::measure(&Measured { scenario: &self.study.scenarios[variant], episode: &episode, comparators: &[] });
            let score =
                measured.into_iter().find(|(name, _)| *name == self.primary).and_then(|(_, value)| value).filter(|x| x.is_finite())?;
            Some(SensitivityRow {
                controller: self.study.controllers[controller].label.clone(),
                scenario: self.study.scenarios[variant].name.clone(),
                hyperparameter: self.hyperparameter.clone(),
                initial: self.origin[variant].1,
                seed,
                score,
            })
        });
        rows.into_iter().flatten().collect()
    }
}

fn path(dir: &Path) -> PathBuf {
    dir.join("sensitivity.parquet")
}

/// Writes the scores into a results folder.
///
/// # Errors
/// When the disk refuses.
pub fn write(dir: &Path, rows: &[SensitivityRow]) -> Result<(), StoreError> {
    let words = |f: fn(&SensitivityRow) -> &String| Values::Words(rows.iter().map(|r| f(r).clone()).collect());
    let columns = [
        ("scenario", words(|r| &r.scenario)),
        ("controller", words(|r| &r.controller)),
        ("hyperparameter", words(|r| &r.hyperparameter)),
        ("initial", Values::Reals(rows.iter().map(|r| r.initial).collect())),
        ("seed", Values::Integers(rows.iter().map(|r| r.seed.cast_signed()).collect())),
        ("score", Values::Reals(rows.iter().map(|r| r.score).collect())),
    ];
    let frame = Frame { columns: columns.into_iter().map(|(name, values)| (name.to_owned(), values)).collect() };
    frame::write(&path(dir), &frame, &[])
}

/// Reads the scores of a results folder; empty where it has none.
///
/// # Errors
/// A damaged file.
pub fn read(dir: &Path) -> Result<Vec<SensitivityRow>, StoreError> {
    let path = path(dir);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let reader = FrameReader::open(&path)?;
    let mut rows = Vec::new();
    for group in 0..reader.n_groups() {
        let frame = reader.group(group, &|_| true)?;
        let [scenario, controller, hyperparameter] = ["scenario", "controller", "hyperparameter"].map(|name| frame.words(&path, name));
        let (scenario, controller, hyperparameter) = (scenario?, controller?, hyperparameter?);
        let (initial, seed, score) = (frame.reals(&path, "initial")?, frame.integers(&path, "seed")?, frame.reals(&path, "score")?);
        rows.extend((0..frame.n_rows()).map(|i| SensitivityRow {
            scenario: scenario[i].clone(),
            controller: controller[i].clone(),
            hyperparameter: hyperparameter[i].clone(),
            initial: initial[i],
            seed: seed[i].cast_unsigned(),
            score: score[i],
        }));
    }
    Ok(rows)
}
