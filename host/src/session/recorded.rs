//! What the manifest of a results folder tells of its study: enough to analyse it where its controllers' libraries no longer load.

use crate::sim::metrics::{self, Direction};
use crate::sim::oracle::Oracles;
use crate::sim::rng::Streams;
use crate::store::Manifest;
use crate::study::{Study, StudyFile, TuningRecord};
use oha_analysis::input::{self, AnalysisOptions, ChangePoint, ControllerInfo, References, ScenarioInfo};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A study as its results folder remembers it.
pub struct Recorded {
    /// The seeds of each (controller, scenario), in order.
    pub seeds: Vec<u64>,
    /// What is known of the scenarios, but for the reference values.
    pub scenarios: Vec<ScenarioInfo>,
    /// The oracles of each scenario; absent where comparators were switched off.
    pub oracles: Vec<Option<Oracles>>,
    /// What every table says about the controllers.
    pub controllers: Vec<ControllerInfo>,
    /// The choices of the analysis that the study file makes.
    pub analysis: AnalysisOptions,
    /// How the controllers were tuned, where they were.
    pub tuning: Option<TuningRecord>,
    /// One row of a trajectory was kept every so many steps; 0 means none.
    pub every: u64,
}

/// A part of a manifest that is not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("the manifest's `{part}` is not understood: {reason}")]
pub struct RecordedError {
    part: &'static str,
    reason: String,
}

fn part<T: DeserializeOwned>(part: &'static str, value: &Value) -> Result<T, RecordedError> {
    serde_json::from_value(value.clone()).map_err(|e| RecordedError { part, reason: e.to_string() })
}

impl Recorded {
    /// Reads what the analysis needs from a manifest.
    ///
    /// # Errors
    /// A part that is missing or of another form.
    pub fn read(manifest: &Manifest) -> Result<Self, RecordedError> {
        let file: StudyFile = part("file", &manifest.file)?;
        let scenarios = manifest.scenarios.clone();
        let oracles = scenarios.iter().map(|s| part("oracles", &manifest.oracles[&s.name])).collect::<Result<_, _>>()?;
        let mut analysis = file.analysis;
        analysis.study = file.name;
        analysis.direction = direction(&analysis.primary_metric).unwrap_or(analysis.direction);
        Ok(Self {
            seeds: file.seeds.list(),
            scenarios,
            oracles,
            controllers: manifest.controllers.clone(),
            analysis,
            every: file.record.every,
            tuning: file.tuning,
        })
    }
}

/// Which way a metric of this program is better; `None` for another name.
#[must_use]
pub fn direction(metric: &str) -> Option<input::Direction> {
    let known = metrics::registry().iter().find(|m| m.name == metric)?;
    Some(if known.direction == Direction::Higher { input::Direction::HigherIsBetter } else { input::Direction::LowerIsBetter })
}

/// What every table says about the controllers of a study.
#[must_use]
pub(super) fn controller_infos(study: &Study) -> Vec<ControllerInfo> {
    let info = |entry: &crate::study::ControllerEntry| {
        let class = serde_json::to_value(entry.descriptor.information).expect("a plain word");
        ControllerInfo {
            label: entry.label.clone(),
            information_class: class.as_str().unwrap_or_default().to_owned(),
            kind: "controller".to_owned(),
            source: entry.descriptor.source.clone(),
            description: entry.descriptor.description.clone(),
        }
    };
    study.controllers.iter().map(info).collect()
}

/// What is known of the scenarios of a study; changes at the times of its first seed.
#[must_use]
pub(super) fn scenario_infos(study: &Study) -> Vec<ScenarioInfo> {
    let info = |scenario: &crate::sim::scenario::Scenario| {
        let streams = Streams::new(study.file.seed, &scenario.name, study.seeds[0]);
        let points = scenario.regime(&streams).points().to_vec();
        ScenarioInfo {
            name: scenario.name.clone(),
            n_steps: scenario.n_steps,
            change_points: points
                .into_iter()
                .map(|p| ChangePoint { step: p.step, end: (p.end > p.step).then_some(p.end), label: p.label })
                .collect(),
            references: References::default(),
            ceiling: Some(scenario.ceiling),
        }
    };
    study.scenarios.iter().map(info).collect()
}
