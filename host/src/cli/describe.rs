//! `oha-host describe`.

use super::error::CliError;
use super::output::table;
use super::process::{executor, search_path};
use super::{Format, Global, output};
use crate::plugin::ControllerRef;
use crate::sim::oracle::{self, Oracles, Settings};
use crate::sim::rng::Streams;
use crate::sim::scenario::{Scenario, ScenarioSpec};
use crate::sim::spec::{SpecError, lookup};
use crate::sim::{audit, metrics, objective, optimizer, regime, suite};
use crate::study::{StudyFile, TEMPLATE};
use oha_plugin_api::{Descriptor, ParameterKind, abi};
use serde_json::{Value, json};

/// Describe a task, regime, optimizer, suite, scenario, metric or controller; `study` prints a study file with every key explained.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A name from `oha-host list`, a scenario of a suite, a controller, or `theme` (the default style file)
    name: String,
}

/// A description: a title, one paragraph, and a table.
struct Description {
    kind: &'static str,
    name: String,
    text: Vec<String>,
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    data: Value,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    if args.name == "theme" {
        output::data(&toml::to_string(&oha_analysis::figure::Theme::default()).expect("a theme is plain data"));
        return Ok(());
    }
    if args.name == "study" {
        match global.format {
            Format::Json => output::json(&StudyFile::parse(TEMPLATE).expect("the template is valid, as its test shows")),
            Format::Table => output::data(TEMPLATE),
        }
        return Ok(());
    }
    let description = match (built_in(&args.name), of_suite(&args.name)) {
        (Some(description), _) => description,
        (None, Some(spec)) => scenario(&args.name, spec, global)?,
        (None, None) => controller(&args.name, global)?,
    };
    match global.format {
        Format::Json => output::json(&description.data),
        Format::Table => {
            let mut text = format!("{} {}\n{}\n", description.kind, description.name, description.text.join("\n"));
            if !description.rows.is_empty() {
                text.push('\n');
                text.push_str(&table(&description.columns, &description.rows));
            }
            output::data(&text);
        }
    }
    Ok(())
}

/// The name in one of the registries.
fn built_in(name: &str) -> Option<Description> {
    let settings = |kind, summary: &str, defaults: Value| {
        let rows = defaults.as_object().into_iter().flatten().map(|(k, v)| vec![k.clone(), v.to_string()]).collect();
        let data = json!({ "kind": kind, "name": name, "summary": summary, "settings": defaults });
        Description { kind, name: name.to_owned(), text: vec![summary.to_owned()], columns: vec!["setting", "default"], rows, data }
    };
    if let Some(e) = objective::registry().iter().find(|e| e.name == name) {
        return Some(settings("task", e.summary, (e.defaults)()));
    }
    if let Some(e) = objective::stream::registry().iter().find(|e| e.name == name) {
        return Some(settings("stream", e.summary, (e.defaults)()));
    }
    if let Some(e) = regime::registry().iter().find(|e| e.name == name) {
        let mut description = settings("regime", e.summary, (e.defaults)());
        description
            .text
            .push("Timing: shape (abrupt, sigmoid, ramp, cyclic, recurring, random-time), start, end, width, period; seed.".to_owned());
        return Some(description);
    }
    if let Some(e) = optimizer::registry().iter().find(|e| e.name == name) {
        return Some(settings("optimizer", e.summary, (e.defaults)()));
    }
    if let Some(e) = metrics::registry().iter().find(|e| e.name == name) {
        return Some(settings("metric", e.summary, json!({})));
    }
    let entry = suite::registry().iter().find(|e| e.name == name)?;
    let specs = (entry.scenarios)();
    let rows = specs.iter().map(|s| vec![s.name.clone(), kind_of(&s.task), changes_of(s)]).collect();
    let data = json!({ "kind": "suite", "name": name, "summary": entry.summary, "scenarios": specs });
    let text = vec![entry.summary.to_owned()];
    Some(Description { kind: "suite", name: name.to_owned(), text, columns: vec!["scenario", "task", "changes"], rows, data })
}

fn kind_of(value: &Value) -> String {
    value.get("kind").unwrap_or(value).as_str().unwrap_or("?").to_owned()
}

fn changes_of(spec: &ScenarioSpec) -> String {
    let kinds: Vec<String> = spec.regime.iter().map(kind_of).collect();
    if kinds.is_empty() { "stationary".to_owned() } else { kinds.join(", ") }
}

/// How hard `describe` looks for what adaptation can gain: enough to tell a few per cent from much.
const GAP_SETTINGS: Settings = Settings { n_tuning_seeds: 2, budget: 40, switches: 3 };

/// A scenario of some suite.
fn of_suite(name: &str) -> Option<ScenarioSpec> {
    let (of_suite, short) = name.split_once('/').map_or((None, name), |(suite, short)| (Some(suite), short));
    let suites = suite::registry().iter().filter(|e| of_suite.is_none_or(|s| s == e.name));
    suites.flat_map(|e| (e.scenarios)()).find(|s| s.name == short)
}

/// What the best schedule found saves of the best constant's loss.
fn gap(oracles: &Oracles) -> String {
    let (Some(gap), Some(best)) = (oracles.gap(), oracles.best_schedule()) else { return "gap: no comparator applies".to_owned() };
    let meaning = if gap < 0.05 { ": a tuned constant is nearly as good, so little is learned here about adaptation" } else { "" };
    format!("gap: the best schedule found ({}) saves {:.1} % of the best constant's cumulative loss{meaning}", best.method, 100.0 * gap)
}

fn scenario(name: &str, spec: ScenarioSpec, global: &Global) -> Result<Description, CliError> {
    let scenario = Scenario::new(spec.clone()).expect("scenarios of suites are valid");
    let audit = audit::audit(&scenario, &Streams::tuning(0, &spec.name, 0), 200);
    let executor = executor(global)?;
    let oracles = oracle::compute(&scenario, 0, GAP_SETTINGS, &|n, work| executor.map(n, work));
    let rows = scenario
        .space
        .all()
        .iter()
        .enumerate()
        .map(|(i, h)| {
            let controlled = if scenario.space.controlled().contains(&i) { "yes" } else { "no" };
            vec![
                h.name.clone(),
                controlled.to_owned(),
                format!("{:?}", h.scale).to_lowercase(),
                h.min.to_string(),
                h.max.to_string(),
                h.initial.to_string(),
            ]
        })
        .collect();
    let mut text = vec![
        format!(
            "task {}, optimizer {}, {} decisions of {} optimizer steps",
            kind_of(&spec.task),
            kind_of(&spec.optimizer),
            scenario.n_steps,
            spec.optimizer_steps_per_decision
        ),
        format!("diverged above a loss of {}; changes: {}", scenario.ceiling, changes_of(&spec)),
    ];
    text.extend(scenario.family.best_accuracy().map(|a| format!("accuracy of the best classifier: {a:.4}")));
    text.extend(audited(&audit));
    text.push(gap(&oracles));
    let columns = vec!["hyperparameter", "controlled", "scale", "min", "max", "initial"];
    Ok(Description {
        kind: "scenario",
        name: name.to_owned(),
        text,
        columns,
        rows,
        data: json!({ "kind": "scenario", "spec": spec, "digest": scenario.digest(), "audit": audit, "gap": oracles.gap() }),
    })
}

/// What the self-audit says, one line a finding.
fn audited(audit: &audit::Audit) -> Vec<String> {
    let floor = audit.loss_floor.map_or_else(|| "unknown".to_owned(), |f| f.to_string());
    let mut lines = vec![format!("audit: gradient against finite differences {:.1e}; floor of the loss {floor}", audit.gradient_error)];
    for c in &audit.changes {
        let effect = c.first_effect.map_or_else(|| "no effect on training".to_owned(), |t| format!("first effect at step {t}"));
        let severity = c.loss.map_or_else(String::new, |(with, without)| {
            format!("; mean loss {with:.4} with it, {without:.4} without, over {} decisions", c.n_compared)
        });
        lines.push(format!("audit: `{}` alters {}: {effect}{severity}", c.kind, c.declared));
    }
    lines.extend(audit.faults().into_iter().map(|fault| format!("audit: FAULT: {fault}")));
    lines
}

fn controller(name: &str, global: &Global) -> Result<Description, CliError> {
    let reference: ControllerRef = name.parse().map_err(|e| CliError::from(crate::study::StudyError::Reference(e)))?;
    let found = search_path(global)
        .resolve(&reference)
        .map_err(|e| if reference.is_path() || reference.id.is_some() { controller_error(name, e) } else { unknown(name, e) })?;
    let d = found.descriptor;
    let word = |v: Value| v.as_str().unwrap_or_default().to_owned();
    let list = |names: &[String], none: &str| if names.is_empty() { none.to_owned() } else { names.join(", ") };
    let signals: Vec<String> = d.signals.iter().map(|s| s.name().to_owned()).collect();
    let text = vec![
        d.description.clone(),
        format!("source: {}", if d.source.is_empty() { "not stated" } else { &d.source }),
        format!("information class: {}", word(json!(d.information))),
        format!("controls: {}; signals: {}", list(&d.controls, "any hyperparameter"), list(&signals, "none")),
        format!("library {} (version {}), SHA-256 {}", found.plugin.name(), d.version, found.plugin.digest()),
        format!("plugin API {}.{}; built with: {}", abi::MAJOR, found.plugin.abi_minor(), found.plugin.build().unwrap_or("not stated")),
    ];
    let data = json!({ "kind": "controller", "descriptor": d, "library": found.plugin.path(), "sha256": found.plugin.digest(),
        "abi_minor": found.plugin.abi_minor(), "build": found.plugin.build() });
    Ok(Description {
        kind: "controller",
        name: d.id.clone(),
        text,
        columns: vec!["parameter", "range", "default", "meaning"],
        rows: parameters(&d),
        data,
    })
}

fn parameters(descriptor: &Descriptor) -> Vec<Vec<String>> {
    let row = |p: &oha_plugin_api::Parameter| {
        let end = |x: Option<String>, none: &str| x.unwrap_or_else(|| none.to_owned());
        let (range, default) = match &p.kind {
            ParameterKind::Real { min, max, default } => (
                format!("[{}, {}]", end(min.map(|x| x.to_string()), "-inf"), end(max.map(|x| x.to_string()), "inf")),
                default.map(|x| x.to_string()),
            ),
            ParameterKind::Integer { min, max, default } => (
                format!("{{{}..{}}}", end(min.map(|x| x.to_string()), "-inf"), end(max.map(|x| x.to_string()), "inf")),
                default.map(|x| x.to_string()),
            ),
            ParameterKind::Flag { default } => ("true, false".to_owned(), Some(default.to_string())),
            ParameterKind::Choice { values, default } => (values.join(", "), Some(default.clone())),
        };
        vec![p.name.clone(), range, end(default, "(derived)"), p.doc.clone()]
    };
    descriptor.parameters.iter().map(row).collect()
}

fn controller_error(name: &str, error: crate::plugin::DiscoverError) -> CliError {
    CliError::from(crate::study::StudyError::Controller { spec: name.to_owned(), source: Box::new(error) })
}

/// No controller of this name: the nearest of everything that can be described.
fn unknown(name: &str, error: crate::plugin::DiscoverError) -> CliError {
    let registries = [
        objective::registry().iter().map(|e| e.name).collect::<Vec<_>>(),
        objective::stream::registry().iter().map(|e| e.name).collect(),
        regime::registry().iter().map(|e| e.name).collect(),
        optimizer::registry().iter().map(|e| e.name).collect(),
        metrics::registry().iter().map(|e| e.name).collect(),
        suite::registry().iter().map(|e| e.name).collect(),
    ];
    let Err::<(), SpecError>(known) = lookup("name", name, registries.into_iter().flatten().map(|n| (n, ()))) else {
        return controller_error(name, error);
    };
    let nearest =
        known.allowed.split_once("(nearest: `").and_then(|(_, rest)| rest.split_once('`')).map(|(n, _)| format!("did you mean `{n}`?"));
    controller_error(name, error).with_hint(nearest)
}
