//! What a study file may say: TOML, unknown keys refused.

use super::StudyError;
use crate::plugin::{ControllerRef, ReferenceError};
use crate::seeds::Seeds;
use crate::sim::scenario::ScenarioSpec;
use crate::sim::spec::{SpecError, within};
use oha_analysis::input::AnalysisOptions;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::Path;

/// A study as it stands in its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyFile {
    /// Version of this format.
    #[serde(default = "schema")]
    pub schema: u32,
    /// Name: titles, file names, and nothing of the results.
    pub name: String,
    /// Seed of the study, the root of every random number.
    #[serde(default)]
    pub seed: u64,
    /// The seeds of each (controller, scenario).
    #[serde(default)]
    pub seeds: Seeds,
    /// Name of a suite whose scenarios are taken, before those of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
    /// Scenarios of the file's own.
    #[serde(default)]
    pub scenarios: Vec<ScenarioSpec>,
    /// The controllers to compare.
    #[serde(default)]
    pub controllers: Vec<ControllerFile>,
    /// What is kept of the trajectories.
    #[serde(default)]
    pub record: Record,
    /// The comparators that regret is measured against.
    #[serde(default)]
    pub oracle: OracleFile,
    /// Every controller again over a grid of initial hyperparameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<SensitivityFile>,
    /// How the controllers were tuned; written by `compare --tune`, a record that decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuning: Option<TuningRecord>,
    /// Choices of the analysis.
    #[serde(default = "analysis", deserialize_with = "read_analysis")]
    pub analysis: AnalysisOptions,
}

/// Version of the study file's format.
pub(super) const SCHEMA: u32 = 1;

const fn schema() -> u32 {
    SCHEMA
}

fn analysis() -> AnalysisOptions {
    AnalysisOptions { primary_metric: "mean_loss".to_owned(), ..AnalysisOptions::default() }
}

/// Options of the analysis; the metric is a study's own default where the table does not name one.
fn read_analysis<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<AnalysisOptions, D::Error> {
    let mut table = Map::deserialize(deserializer)?;
    table.entry("primary_metric").or_insert_with(|| analysis().primary_metric.into());
    serde_json::from_value(Value::Object(table)).map_err(serde::de::Error::custom)
}

/// A controller: its specification alone, or with a label and configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ControllerFile {
    /// `[LABEL=]PATH_OR_NAME[:ID][?key=value&key=value]`.
    Spec(String),
    /// The same in parts.
    Table(ControllerTable),
}

/// A controller in parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControllerTable {
    /// `PATH_OR_NAME[:ID]`.
    pub spec: String,
    /// Label in tables and figures; the controller's id where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Parameters of the controller.
    #[serde(default)]
    pub config: Map<String, Value>,
}

impl ControllerFile {
    /// The controller in parts, whichever way it is written; parameters of a bare specification as the words that they are.
    ///
    /// # Errors
    /// A specification that is not written as it must be.
    pub fn table(&self) -> Result<ControllerTable, ReferenceError> {
        let Self::Spec(text) = self else {
            let Self::Table(table) = self else { unreachable!("there are two forms") };
            return Ok(table.clone());
        };
        let reference: ControllerRef = text.parse()?;
        let spec = reference.id.as_ref().map_or_else(|| reference.target.clone(), |id| format!("{}:{id}", reference.target));
        let config = reference.parameters.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect();
        Ok(ControllerTable { spec, label: reference.label, config })
    }
}

/// What is kept of the trajectories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Record {
    /// One row every so many steps (metrics and digests always see every step); 0 keeps none.
    pub every: u64,
}

impl Default for Record {
    fn default() -> Self {
        Self { every: 1 }
    }
}

/// The comparators that regret is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OracleFile {
    /// Whether comparators are computed and run beside the controllers.
    pub enabled: bool,
    /// Seeds, apart from the study's own, on which comparators are tuned.
    pub tuning_seeds: u64,
    /// Number of episodes that the search of one comparator may spend, on all tuning seeds together.
    pub budget: u64,
    /// Most switches of the comparator of the K-switch regret.
    pub switches: u64,
}

impl Default for OracleFile {
    fn default() -> Self {
        Self { enabled: true, tuning_seeds: 8, budget: 300, switches: 4 }
    }
}

impl OracleFile {
    /// What the ladder of oracles is told.
    #[must_use]
    pub const fn settings(&self) -> crate::sim::oracle::Settings {
        crate::sim::oracle::Settings { n_tuning_seeds: self.tuning_seeds, budget: self.budget, switches: self.switches }
    }
}

/// A grid of initial hyperparameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SensitivityFile {
    /// The hyperparameter whose initial value is varied.
    pub hyperparameter: String,
    /// Factors on the scenario's own initial value.
    pub factors: Vec<f64>,
    /// How many of the study's seeds, the first ones, are run at each value.
    pub seeds: u64,
}

impl Default for SensitivityFile {
    fn default() -> Self {
        Self { hyperparameter: "learning_rate".into(), factors: vec![0.01, 0.1, 0.3, 1.0, 3.0, 10.0], seeds: 5 }
    }
}

impl SensitivityFile {
    /// # Errors
    /// No factor, one that is not positive, no seed.
    pub(super) fn check(&self) -> Result<(), SpecError> {
        if self.factors.is_empty() {
            return Err(SpecError::new("sensitivity.factors", "none", "at least one positive number"));
        }
        self.factors.iter().try_for_each(|&f| within("sensitivity.factors", f, 1e-12, 1e12))?;
        within("sensitivity.seeds", self.seeds as f64, 1.0, 1e6)
    }
}

/// How the controllers of a study were tuned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TuningRecord {
    /// Episodes that each controller might spend.
    pub budget: u64,
    /// Names of the instances.
    pub instances: Vec<String>,
    /// What was found.
    pub controllers: Vec<Tuned>,
}

/// The outcome for one controller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuned {
    /// Label of the controller.
    pub label: String,
    /// Configurations tried, the default one among them.
    pub n_configurations: u64,
    /// Score of the default configuration, the mean over the instances of the logarithm of the mean loss; absent where it faulted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_default: Option<f64>,
    /// Score of the best one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_tuned: Option<f64>,
    /// What it sets beyond the default.
    pub settings: Map<String, Value>,
}

/// A study file with every key explained, as `oha-host describe study` prints it.
pub const TEMPLATE: &str = include_str!("template.toml");

impl StudyFile {
    /// A study of a suite, as `compare` makes it without a file.
    #[must_use]
    pub fn of_suite(suite: &str) -> Self {
        Self {
            schema: SCHEMA,
            name: suite.to_owned(),
            seed: 0,
            seeds: Seeds::default(),
            suite: Some(suite.to_owned()),
            scenarios: Vec::new(),
            controllers: Vec::new(),
            record: Record::default(),
            oracle: OracleFile::default(),
            sensitivity: None,
            tuning: None,
            analysis: analysis(),
        }
    }

    /// Reads a study file.
    ///
    /// # Errors
    /// A file that cannot be read, is not TOML, has unknown keys, or is of another schema.
    pub fn read(path: &Path) -> Result<Self, StudyError> {
        let text = std::fs::read_to_string(path).map_err(|source| StudyError::Read { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|message| StudyError::Syntax { path: path.to_owned(), message }).and_then(|study| {
            if study.schema == SCHEMA {
                Ok(study)
            } else {
                Err(StudyError::Schema { name: study.name, found: study.schema, allowed: SCHEMA })
            }
        })
    }

    /// Reads a study from TOML text; the error has line and column.
    ///
    /// # Errors
    /// The parser's words.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|e| e.to_string().trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::Scenario;

    #[test]
    fn the_template_names_every_key() {
        let study = StudyFile::parse(TEMPLATE).expect("valid");
        let value = serde_json::to_value(&study).expect("plain data");
        let scenario = serde_json::to_value(&study.scenarios[0]).expect("plain data");
        let tables = [&value, &scenario, &value["record"], &value["oracle"], &value["sensitivity"]];
        for key in tables.into_iter().flat_map(|table| table.as_object().expect("a table").keys()) {
            let starts =
                |line: &str| line.trim_start_matches(['[', ' ']).strip_prefix(key.as_str()).is_some_and(|r| r.starts_with([' ', ']']));
            assert!(TEMPLATE.lines().any(starts), "`{key}` is explained");
        }
        assert_eq!(study.seeds, Seeds::default());
        assert_eq!((study.record, study.oracle), (Record::default(), OracleFile::default()));
        assert_eq!(study.sensitivity, Some(SensitivityFile::default()));
        assert!(Scenario::new(study.scenarios[0].clone()).is_ok());
    }

    #[test]
    fn the_documented_forms_are_read() {
        let study = StudyFile::parse(
            r#"
            name = "demo"
            seeds = { first = 5, count = 3 }
            controllers = ["schedules:cosine?peak=0.3", { spec = "schedules:constant", label = "low", config = { learning_rate = 0.01 } }]
            [[scenarios]]
            name = "walk"
            task = { kind = "tracking", dimension = 3 }
            regime = [{ kind = "target-jump", start = 0.5 }, { kind = "curvature", start = 100, end = 200, factor = 2.0 }]
            [analysis]
            level = 0.9
            "#,
        )
        .expect("valid");
        assert_eq!(study.seeds.list(), [5, 6, 7]);
        assert_eq!(study.controllers.len(), 2);
        assert_eq!(study.scenarios[0].regime[1]["start"], 100);
        assert_eq!((study.analysis.level, study.analysis.primary_metric.as_str()), (0.9, "mean_loss"));
        let error = StudyFile::parse("name = \"x\"\n[analysis]\nlevle = 0.9").expect_err("a typo");
        assert!(error.contains("levle") && error.contains("level"), "{error}");
    }

    #[test]
    fn unknown_keys_are_refused_with_their_place() {
        let error = StudyFile::parse("name = \"x\"\nseedz = 3\n").expect_err("a typo");
        assert!(error.contains("line 2") && error.contains("seedz") && error.contains("seeds"), "{error}");
    }
}
