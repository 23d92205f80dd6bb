//! A checked study: scenarios built, controllers loaded and configured, labels unique.

use super::data::{self, UserData};
use super::{ControllerFile, StudyError, StudyFile};
use crate::plugin::{ControllerRef, Plugin, SearchPath};
use crate::seeds::Seeds;
use crate::sim::episode::View;
use crate::sim::scenario::{Scenario, ScenarioSpec};
use crate::sim::spec::{SpecError, lookup};
use crate::sim::suite;
use oha_plugin_api::{Config, Descriptor};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A controller that takes part.
#[derive(Clone)]
pub struct ControllerEntry {
    /// Label in tables and figures, unique in the study; it keys the controller's own seed.
    pub label: String,
    /// The library, loaded.
    pub plugin: Arc<Plugin>,
    /// What the controller says about itself.
    pub descriptor: Descriptor,
    /// Its checked configuration.
    pub config: Config,
}

impl ControllerEntry {
    /// Finds, loads and configures a controller, written as in a study file: `[LABEL=]PATH_OR_NAME[:ID][?key=value&key=value]`.
    ///
    /// # Errors
    /// A controller that cannot be found, loaded or configured.
    pub fn find(spec: &str, search: &SearchPath) -> Result<Self, StudyError> {
        load(&ControllerFile::Spec(spec.to_owned()), search)
    }

    /// What the simulator lets it see.
    #[must_use]
    pub fn view(&self) -> View {
        View { information: self.descriptor.information, signals: self.descriptor.signals.clone() }
    }
}

/// A checked study.
#[derive(Clone)]
pub struct Study {
    /// The file that it was made from, with the suite's scenarios still by name.
    pub file: StudyFile,
    /// The seeds, distinct, in order.
    pub seeds: Vec<u64>,
    /// The scenarios, names unique.
    pub scenarios: Vec<Scenario>,
    /// The controllers, labels unique.
    pub controllers: Vec<ControllerEntry>,
    /// Data of the user's own, registered.
    pub data: Vec<UserData>,
}

impl Study {
    /// Checks a study file and loads its controllers.
    ///
    /// # Errors
    /// A value that is not allowed, a scenario that cannot be built, a controller that cannot be found, loaded or configured.
    pub fn resolve(file: StudyFile, search: &SearchPath) -> Result<Self, StudyError> {
        let value = |source: SpecError| StudyError::Value { name: file.name.clone(), source };
        let seeds = distinct_seeds(&file).map_err(value)?;
        let mut specs = specs(&file).map_err(value)?;
        let mut user_data: Vec<UserData> = Vec::new();
        for spec in &mut specs {
            let fail = |e| StudyError::Data { name: file.name.clone(), scenario: spec.name.clone(), source: Box::new(e) };
            let user = data::resolve(&mut spec.task).map_err(fail)?;
            user_data.extend(user.filter(|u| !user_data.contains(u)));
        }
        let scenarios = scenarios(specs).map_err(value)?;
        file.analysis.check().map_err(|e| value(SpecError::new("analysis", e.to_string(), "see `oha-host describe study`")))?;
        if file.analysis.sequential.is_some() && matches!(file.seeds, Seeds::List(_)) {
            let allowed = "a count, or a first seed and a count, where seeds are added until decided";
            return Err(value(SpecError::new("seeds", "a list", allowed)));
        }
        file.sensitivity.as_ref().map_or(Ok(()), |s| s.check()).map_err(value)?;
        let mut controllers: Vec<ControllerEntry> = Vec::new();
        for asked in &file.controllers {
            let entry = load(asked, search)?;
            if controllers.iter().any(|c| c.label == entry.label) {
                let found = format!("the label `{}` twice", entry.label);
                return Err(value(SpecError::new("controllers", found, "labels that differ: write LABEL=CONTROLLER")));
            }
            controllers.push(entry);
        }
        Ok(Self { seeds, scenarios, controllers, data: user_data, file })
    }

    /// Everything that decides the results, in canonical form: what the manifest holds and `verify` starts from.
    #[must_use]
    pub fn canonical(&self) -> Value {
        let controllers: Vec<Value> = self
            .controllers
            .iter()
            .map(|c| {
                json!({ "label": c.label, "library": c.plugin.name(), "sha256": c.plugin.digest(), "id": c.descriptor.id,
                    "version": c.descriptor.version, "information": c.descriptor.information, "config": c.config.to_json() })
            })
            .collect();
        let mut study = json!({
            "schema": self.file.schema,
            "name": self.file.name,
            "seed": self.file.seed,
            "seeds": Seeds::of(&self.seeds),
            "scenarios": self.scenarios.iter().map(|s| &s.spec).collect::<Vec<_>>(),
            "controllers": controllers,
            "record": self.file.record,
            "oracle": self.file.oracle,
        });
        if let Some(sensitivity) = &self.file.sensitivity {
            study["sensitivity"] = json!(sensitivity);
        }
        if self.file.analysis.sequential.is_some() {
            study["until_decided"] = json!(self.file.analysis);
        }
        study
    }

    /// [`Self::canonical`] for digests: of a growing study the first seed stands for all, since its design and analysis decide how many there
    /// are; so its digest stays while it grows.
    fn identity(&self) -> Value {
        let mut study = self.canonical();
        if self.file.analysis.sequential.is_some() {
            study["seeds"] = json!({ "from": self.seeds[0] });
        }
        study
    }

    /// The same study with the first `n` seeds; meant for seeds that are counted.
    #[must_use]
    pub fn with_seeds(&self, n: u64) -> Self {
        let mut study = self.clone();
        study.file.seeds = match self.file.seeds {
            Seeds::Count(_) => Seeds::Count(n),
            _ => Seeds::Range { first: self.seeds[0], count: n },
        };
        study.seeds = study.file.seeds.list();
        study
    }

    /// SHA-256, hexadecimal, of [`Self::canonical`] without the digests of the libraries: what was asked. It stands in every file, so that two
    /// builds of the same controllers that behave alike give the same bytes.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut asked = self.identity();
        for controller in asked["controllers"].as_array_mut().into_iter().flatten() {
            controller.as_object_mut().and_then(|c| c.remove("sha256"));
        }
        hexadecimal(&asked)
    }

    /// SHA-256, hexadecimal, of [`Self::canonical`]: what was asked, and of which libraries. It names the default folder, so that a rebuilt
    /// controller has a folder of its own.
    #[must_use]
    pub fn digest_with_libraries(&self) -> String {
        hexadecimal(&self.identity())
    }
}

fn hexadecimal(value: &Value) -> String {
    Sha256::digest(value.to_string().as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

fn distinct_seeds(file: &StudyFile) -> Result<Vec<u64>, SpecError> {
    let seeds = file.seeds.list();
    if seeds.is_empty() {
        return Err(SpecError::new("seeds", "none", "at least one"));
    }
    let mut sorted = seeds.clone();
    sorted.sort_unstable();
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(SpecError::new("seeds", format!("{} twice", pair[0]), "each seed once"));
    }
    Ok(seeds)
}

fn specs(file: &StudyFile) -> Result<Vec<ScenarioSpec>, SpecError> {
    let mut specs = Vec::new();
    if let Some(name) = &file.suite {
        let entry = lookup("suite", name, suite::registry().iter().map(|e| (e.name, e)))?;
        specs.extend((entry.scenarios)());
    }
    specs.extend(file.scenarios.iter().cloned());
    if specs.is_empty() {
        return Err(SpecError::new("scenarios", "none", "a `suite`, or at least one [[scenarios]] table"));
    }
    Ok(specs)
}

fn scenarios(specs: Vec<ScenarioSpec>) -> Result<Vec<Scenario>, SpecError> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    for spec in specs {
        if scenarios.iter().any(|s| s.name == spec.name) {
            return Err(SpecError::new("scenarios", format!("the name `{}` twice", spec.name), "names that differ"));
        }
        scenarios.push(Scenario::new(spec)?);
    }
    Ok(scenarios)
}

fn load(asked: &ControllerFile, search: &SearchPath) -> Result<ControllerEntry, StudyError> {
    let text = match asked {
        ControllerFile::Spec(text) => text.clone(),
        ControllerFile::Table(table) => table.spec.clone(),
    };
    let fail = |source: Box<crate::plugin::DiscoverError>| StudyError::Controller { spec: text.clone(), source };
    let mut reference: ControllerRef = text.parse().map_err(StudyError::Reference)?;
    if let ControllerFile::Table(table) = asked {
        reference.label = table.label.clone().or(reference.label);
        for (key, value) in &table.config {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            reference.parameters.push((key.clone(), value));
        }
    }
    let found = search.resolve(&reference).map_err(|e| fail(Box::new(e)))?;
    Ok(ControllerEntry { label: found.label, plugin: found.plugin, descriptor: found.descriptor, config: found.config })
}
