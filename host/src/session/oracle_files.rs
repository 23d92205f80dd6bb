//! Oracles as files: `oracle.parquet` and figures of the schedules over the regime.

use super::comparators;
use crate::sim::oracle::{OracleSchedule, Oracles, Status};
use crate::sim::regime::Regime;
use crate::sim::rng::Streams;
use crate::sim::scenario::Scenario;
use crate::store::frame::{self, Frame, Values};
use crate::store::{StoreError, write_bytes};
use crate::study::Study;
use oha_analysis::figure::{self, RegimeStrength, ScheduleLine, Theme, draw, svg};
use oha_analysis::input::{ChangePoint, ScenarioInfo};
use std::path::{Path, PathBuf};

/// Writes `oracle.parquet` into a folder: every comparator of every scenario with method, status, budget and `[lower, upper]`, one row a step and
/// hyperparameter. Plans that follow the change times of each seed are laid over those of the study's first seed.
///
/// # Errors
/// When the disk refuses.
pub fn write_table(study: &Study, oracles: &[Oracles], dir: &Path) -> Result<PathBuf, StoreError> {
    let path = dir.join("oracle.parquet");
    frame::write(&path, &table(study, oracles), &[])?;
    Ok(path)
}

/// The word for a status in files and tables.
#[must_use]
pub const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Exact => "exact",
        Status::Certified => "interval",
        Status::BestKnown => "best known",
        Status::Bound => "bound",
    }
}

fn first_regime(study: &Study, scenario: &Scenario) -> std::sync::Arc<Regime> {
    scenario.regime(&Streams::new(study.file.seed, &scenario.name, study.seeds[0]))
}

fn table(study: &Study, oracles: &[Oracles]) -> Frame {
    let mut words: [Vec<String>; 6] = Default::default();
    let (mut lower, mut upper, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let (mut evaluations, mut restarts, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    let mut above_exact = Vec::new();
    for (scenario, oracles) in study.scenarios.iter().zip(oracles) {
        let regime = first_regime(study, scenario);
        let names: Vec<&str> = scenario.space.controlled_specs().map(|h| h.name.as_str()).collect();
        for s in &oracles.schedules {
            let rows = s.plan.rows(scenario, &regime);
            for t in 0..scenario.n_steps as usize {
                let row = t.min(rows.len() / names.len() - 1);
                for (slot, name) in names.iter().enumerate() {
                    let cells = [&scenario.name, s.kind.name(), &s.rung, &s.method, status_word(s.status), name];
                    words.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell.to_owned()));
                    lower.push(s.lower);
                    upper.push(s.upper);
                    above_exact.push(s.above_exact);
                    evaluations.push(s.n_evaluations.cast_signed());
                    restarts.push(s.n_restarts.cast_signed());
                    steps.push(t as i64);
                    values.push(rows[row * names.len() + slot]);
                }
            }
        }
    }
    let [scenario, kind, rung, method, status, hyperparameter] = words.map(Values::Words);
    let columns = [
        ("scenario", scenario),
        ("kind", kind),
        ("rung", rung),
        ("method", method),
        ("status", status),
        ("lower", Values::OptionalReals(lower)),
        ("upper", Values::Reals(upper)),
        ("above_exact", Values::OptionalReals(above_exact)),
        ("n_evaluations", Values::Integers(evaluations)),
        ("n_restarts", Values::Integers(restarts)),
        ("hyperparameter", hyperparameter),
        ("step", Values::Integers(steps)),
        ("value", Values::Reals(values)),
    ];
    Frame { columns: columns.into_iter().map(|(name, values)| (name.to_owned(), values)).collect() }
}

/// Writes a figure of each scenario and hyperparameter into a folder: the comparators that are run, over the strengths of the changes.
///
/// # Errors
/// When the disk refuses.
pub fn write_figures(study: &Study, oracles: &[Oracles], dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    std::fs::create_dir_all(dir).map_err(|e| StoreError::io("create", dir, e))?;
    let theme = Theme::default();
    let mut paths = Vec::new();
    for (scenario, oracles) in study.scenarios.iter().zip(oracles) {
        for slot in 0..scenario.space.controlled().len() {
            let figure = schedule(study, scenario, oracles, slot);
            let path = dir.join(format!("{}.svg", figure.name));
            write_bytes(&path, svg(&figure, &draw(&figure, &theme), &theme).as_bytes())?;
            paths.push(path);
        }
    }
    Ok(paths)
}

fn schedule(study: &Study, scenario: &Scenario, oracles: &Oracles, slot: usize) -> figure::Figure {
    let regime = first_regime(study, scenario);
    let n = scenario.space.controlled().len();
    let line = |s: &OracleSchedule| {
        let rows = s.plan.rows(scenario, &regime);
        let at = |t: usize| rows[t.min(rows.len() / n - 1) * n + slot];
        ScheduleLine { label: comparators::label(s.kind).to_owned(), values: (0..scenario.n_steps as usize).map(at).collect() }
    };
    let lines: Vec<ScheduleLine> = comparators::chosen(oracles).iter().map(line).collect();
    let strengths: Vec<RegimeStrength> = scenario
        .changes
        .iter()
        .zip(regime.strengths())
        .map(|(change, values)| RegimeStrength { label: change.kind.clone(), values: values.to_vec() })
        .collect();
    let below = (!strengths.is_empty()).then(|| figure::Regime { unit: "strength".to_owned(), strengths });
    let point =
        |p: &crate::sim::regime::ChangePoint| ChangePoint { step: p.step, end: (p.end > p.step).then_some(p.end), label: p.label.clone() };
    let change_points = regime.points().iter().map(point).collect();
    let info = ScenarioInfo { n_steps: scenario.n_steps, change_points, ..ScenarioInfo::from_name(&scenario.name) };
    let name = scenario.space.controlled_specs().nth(slot).map_or("", |h| h.name.as_str());
    let method = oracles.best_schedule().map_or_else(String::new, |s| format!("The oracle is {}: {}.", status_word(s.status), s.method));
    figure::schedule(&info, name, &lines, below.as_ref(), &method)
}
