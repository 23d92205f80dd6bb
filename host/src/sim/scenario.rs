//! A scenario: a task (objective, optimizer, horizon, hyperparameter space) under a regime, checked at this door.

use crate::sim::objective::{self, Family, Setting};
use crate::sim::optimizer::{self, OptimizerEntry};
use crate::sim::regime::{Change, Regime, Touches};
use crate::sim::rng::Streams;
use crate::sim::space::HyperparameterSpace;
use crate::sim::spec::{SpecError, lookup, parse};
use crate::sim::trainer::Training;
use oha_plugin_api::{EpisodeSpec, HyperparameterSpec, Scale};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A scenario as the study file gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioSpec {
    /// Name, unique in the study; it keys the random streams.
    pub name: String,
    /// `kind` and settings of the objective.
    pub task: Value,
    /// `kind` and settings of the optimizer.
    #[serde(default = "default_optimizer")]
    pub optimizer: Value,
    /// Number of decisions; the task's own default where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_steps: Option<u64>,
    /// Optimizer steps between two decisions.
    #[serde(default = "one")]
    pub optimizer_steps_per_decision: u64,
    /// Loss above which an episode has diverged; the task's own default where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<f64>,
    /// Factor on the initial parameters: poor initial weights where it is far from 1.
    #[serde(default = "unscaled", skip_serializing_if = "is_unscaled")]
    pub initial_scale: f64,
    /// Names of the hyperparameters offered to controllers.
    #[serde(default = "learning_rate")]
    pub controlled: Vec<String>,
    /// Other ranges, scales or initial values than the default ones.
    #[serde(default)]
    pub hyperparameters: BTreeMap<String, HyperparameterChange>,
    /// The changes; none is a stationary regime.
    #[serde(default)]
    pub regime: Vec<Value>,
}

fn default_optimizer() -> Value {
    serde_json::json!({ "kind": "sgd" })
}

const fn one() -> u64 {
    1
}

const fn unscaled() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_unscaled(scale: &f64) -> bool {
    *scale == 1.0
}

fn learning_rate() -> Vec<String> {
    vec!["learning_rate".to_owned()]
}

/// What a study file may say otherwise about one hyperparameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HyperparameterChange {
    /// Smallest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Largest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Value before the first proposal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial: Option<f64>,
    /// Scale of the range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
}

/// A checked scenario, shared by all its episodes.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Name, unique in the study.
    pub name: String,
    /// The specification that it was made from.
    pub spec: ScenarioSpec,
    /// The objective.
    pub family: Arc<dyn Family>,
    /// The optimizer.
    pub optimizer: Arc<dyn OptimizerEntry>,
    /// The hyperparameters.
    pub space: HyperparameterSpace,
    /// Number of decisions.
    pub n_steps: u64,
    /// Loss above which an episode has diverged.
    pub ceiling: f64,
    /// The changes.
    pub changes: Vec<Change>,
    n_optimizer_hyperparameters: usize,
    steps_per_epoch: u64,
}

impl Scenario {
    /// Checks a specification.
    ///
    /// # Errors
    /// Whatever the specification gets wrong, with its place.
    pub fn new(spec: ScenarioSpec) -> Result<Self, SpecError> {
        Self::check(spec.clone()).map_err(|e| e.within(&format!("scenario `{}`", spec.name)))
    }

    fn check(spec: ScenarioSpec) -> Result<Self, SpecError> {
        let (kind, settings) = split_kind("task", &spec.task)?;
        let family = (lookup("task.kind", &kind, objective::registry().iter().map(|e| (e.name, e)))?.build)(&settings)?;
        let (kind, settings) = split_kind("optimizer", &spec.optimizer)?;
        let optimizer = optimizer::build(&kind, &settings)?;
        if optimizer.wants_curvature() && !family.gives_curvature() {
            let allowed = "an optimizer that needs no diagonal of the Hessian, or a task that gives one: tracking, noisy-quadratic, moving-regression";
            return Err(SpecError::new("optimizer.kind", format!("`{kind}`"), allowed));
        }
        let defaults = family.defaults();
        let mut all = optimizer.hyperparameters(defaults.learning_rate);
        let n_optimizer_hyperparameters = all.len();
        all.extend(family.hyperparameters());
        apply_changes(&mut all, &spec.hyperparameters)?;
        let space = HyperparameterSpace::new(all, &spec.controlled)?;
        let n_steps = spec.n_steps.unwrap_or(defaults.n_steps);
        crate::sim::spec::within("n_steps", n_steps as f64, 1.0, 1e9)?;
        crate::sim::spec::within("optimizer_steps_per_decision", spec.optimizer_steps_per_decision as f64, 1.0, 1e6)?;
        crate::sim::spec::within("initial_scale", spec.initial_scale, 0.0, 1e6)?;
        let ceiling = spec.ceiling.unwrap_or(defaults.ceiling);
        crate::sim::spec::within("ceiling", ceiling, 1e-300, 1e300)?;
        let mut changes = Vec::new();
        for (i, value) in spec.regime.iter().enumerate() {
            let at = format!("regime[{i}]");
            let change = Change::parse(value).map_err(|e| e.within(&at))?;
            let touches = change.alteration.touches();
            if !family.accepts().contains(touches) {
                let found = format!("`{}`, which alters {}", change.kind, touches.names());
                return Err(SpecError::new(
                    at,
                    found,
                    format!("changes of {}: it would have no effect on this task", family.accepts().names()),
                ));
            }
            changes.push(change);
        }
        Ok(Self {
            name: spec.name.clone(),
            steps_per_epoch: defaults.steps_per_epoch,
            spec,
            family,
            optimizer,
            space,
            n_steps,
            ceiling,
            changes,
            n_optimizer_hyperparameters,
        })
    }

    /// What a controller is told about an episode of this scenario.
    #[must_use]
    pub fn episode_spec(&self) -> EpisodeSpec {
        EpisodeSpec {
            n_steps: self.n_steps,
            optimizer_steps_per_decision: self.spec.optimizer_steps_per_decision,
            steps_per_epoch: self.steps_per_epoch,
            hyperparameters: self.space.controlled_specs().cloned().collect(),
        }
    }

    /// The smallest loss that any parameters can reach at each step, where it is known: the task's own, where no change alters the data or the loss.
    #[must_use]
    pub fn loss_floor(&self) -> Option<f64> {
        let moved = |c: &Change| c.alteration.touches().intersects(Touches::DATA | Touches::CORPUS | Touches::LOSS);
        self.family.loss_floor().filter(|_| !self.changes.iter().any(moved))
    }

    /// The changes laid over the horizon for one seed.
    #[must_use]
    pub fn regime(&self, streams: &Streams) -> Arc<Regime> {
        Arc::new(Regime::resolve(&self.changes, self.n_steps, streams))
    }

    /// A training run at its start.
    #[must_use]
    pub fn start(&self, streams: &Streams) -> Box<dyn Training> {
        self.start_under(streams, self.regime(streams))
    }

    /// A training run at its start under a regime that is already resolved.
    #[must_use]
    pub fn start_under(&self, streams: &Streams, regime: Arc<Regime>) -> Box<dyn Training> {
        self.family.start(Setting {
            optimizer: &*self.optimizer,
            n_optimizer_hyperparameters: self.n_optimizer_hyperparameters,
            optimizer_steps_per_decision: self.spec.optimizer_steps_per_decision,
            initial_scale: self.spec.initial_scale,
            regime,
            streams: *streams,
        })
    }

    /// SHA-256 of the specification in canonical form, hexadecimal: the key of caches and the first thing that `verify` compares.
    #[must_use]
    pub fn digest(&self) -> String {
        let text = serde_json::to_string(&self.spec).expect("a specification is plain data");
        Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// Takes `kind` off a table of settings.
pub(in crate::sim) fn split_kind(at: &str, value: &Value) -> Result<(String, Value), SpecError> {
    match value {
        // A bare word is the kind with default settings.
        Value::String(kind) => Ok((kind.clone(), Value::Object(Map::new()))),
        Value::Object(table) => {
            let mut settings = table.clone();
            match settings.remove("kind") {
                Some(Value::String(kind)) => Ok((kind, Value::Object(settings))),
                Some(other) => Err(SpecError::new(format!("{at}.kind"), other.to_string(), "a word")),
                None => Err(SpecError::new(format!("{at}.kind"), "nothing", "a word; see `oha-host list`")),
            }
        }
        other => Err(SpecError::new(at, other.to_string(), "a table with `kind`, or the kind alone")),
    }
}

fn apply_changes(all: &mut [HyperparameterSpec], changes: &BTreeMap<String, HyperparameterChange>) -> Result<(), SpecError> {
    for (name, change) in changes {
        let known: Vec<String> = all.iter().map(|h| h.name.clone()).collect();
        let Some(h) = all.iter_mut().find(|h| h.name == *name) else {
            return Err(SpecError::new(format!("hyperparameters.{name}"), "an unknown hyperparameter", known.join(", ")));
        };
        h.min = change.min.unwrap_or(h.min);
        h.max = change.max.unwrap_or(h.max);
        h.scale = change.scale.unwrap_or(h.scale);
        h.initial = change.initial.unwrap_or(h.initial);
    }
    Ok(())
}

/// Reads a scenario from JSON, as tests and tools do.
///
/// # Errors
/// Whatever the specification gets wrong.
pub fn from_json(value: &Value) -> Result<Scenario, SpecError> {
    Scenario::new(parse::<ScenarioSpec>("scenario", value)?)
}
