//! Recovery after changes, and divergence.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, stat};
use crate::curve::{kaplan_meier, restricted_mean};
use crate::error::{AnalysisError, StatError};
use crate::estimate::mean_of;
use crate::input::{Censored, RecoveryRow, Status};
use crate::interval::{clopper_pearson, mean_interval, median_interval};
use crate::resample::Resampler;
use crate::sample::Sample;
use crate::verdict::{DivergenceRate, RecoverySummary};

const PART: u64 = 6;

pub(super) fn recovery(context: &Context, rows: &[RecoveryRow]) -> Result<Vec<RecoverySummary>, AnalysisError> {
    check(context, rows)?;
    let mut summaries = Vec::new();
    let mut by_cell: BTreeMap<(&str, &str), Vec<&RecoveryRow>> = BTreeMap::new();
    for row in rows {
        by_cell.entry((&row.scenario, &row.controller)).or_default().push(row);
    }
    for (s, scenario) in context.table.scenarios().iter().enumerate() {
        for controller in context.table.controllers() {
            let mut groups: BTreeMap<Option<usize>, Vec<&RecoveryRow>> = BTreeMap::new();
            for row in by_cell.remove(&(scenario.name.as_str(), controller.label.as_str())).unwrap_or_default() {
                groups.entry(Some(row.change)).or_default().push(row);
                groups.entry(None).or_default().push(row);
            }
            for (change, group) in groups {
                let resampler = context.resampler(PART, s);
                let describe = |source: StatError| stat(&format!("recovery of `{}` in `{}`", controller.label, scenario.name), source);
                summaries.push(summary(context, &group, change, resampler).map_err(describe)?);
            }
        }
    }
    Ok(summaries)
}

fn check(context: &Context, rows: &[RecoveryRow]) -> Result<(), AnalysisError> {
    let controllers: BTreeSet<&str> = context.table.controllers().iter().map(|info| info.label.as_str()).collect();
    let scenarios: BTreeSet<&str> = context.table.scenarios().iter().map(|info| info.name.as_str()).collect();
    for row in rows {
        let refuse = |reason: String| {
            let (controller, scenario) = (row.controller.clone(), row.scenario.clone());
            Err(AnalysisError::Row { controller, scenario, seed: row.seed, reason })
        };
        if !controllers.contains(row.controller.as_str()) {
            return refuse(String::from("the recovery's controller is not in the table"));
        }
        if !scenarios.contains(row.scenario.as_str()) {
            return refuse(String::from("the recovery's scenario is not in the table"));
        }
        if !(row.recovery_steps.is_finite() && row.recovery_steps >= 0.0) {
            return refuse(format!("recovery after change {} took {} steps; allowed: finite, at least 0", row.change, row.recovery_steps));
        }
        let others = [("depth", row.degradation_depth), ("area", row.degradation_area), ("ratio", row.normalised_recovery.unwrap_or(0.0))];
        if let Some((name, value)) = others.iter().find(|(_, value)| !value.is_finite()) {
            return refuse(format!("degradation {name} after change {} is {value}; only finite numbers are allowed", row.change));
        }
    }
    Ok(())
}

fn summary(context: &Context, rows: &[&RecoveryRow], change: Option<usize>, resampler: Resampler) -> Result<RecoverySummary, StatError> {
    let level = context.options.level;
    let times: Vec<Censored> = rows.iter().map(|row| Censored { time: row.recovery_steps, observed: row.observed }).collect();
    let curve = kaplan_meier(&times, level)?;
    let restriction = rows.iter().map(|row| row.recovery_steps).fold(0.0, f64::max).max(1.0);
    let mean_over_seeds = |name: &str, value: fn(&RecoveryRow) -> f64, part: u64| {
        // Changes of one seed go together: seeds are what varies on its own.
        let mut by_seed: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        rows.iter().for_each(|row| by_seed.entry(row.seed).or_default().push(value(row)));
        let values: Vec<f64> = by_seed.values().map(|values| mean_of(values)).collect();
        mean_interval(&Sample::new(name, values)?, level, resampler.branch(part))
    };
    let ratios: Vec<f64> = rows.iter().filter_map(|row| row.normalised_recovery).collect();
    let normalised_recovery = if ratios.is_empty() {
        None
    } else {
        let mut interval = median_interval(&Sample::new("normalised recovery", ratios)?, level)?;
        if rows.iter().any(|row| !row.observed) {
            interval.method.push_str("; censored recoveries enter at the time waited, so this is a lower bound");
        }
        Some(interval)
    };
    Ok(RecoverySummary {
        controller: rows[0].controller.clone(),
        scenario: rows[0].scenario.clone(),
        change,
        n: rows.len(),
        n_censored: rows.len() - curve.n_events,
        curve: curve.curve,
        median: curve.median,
        restricted_mean: restricted_mean(&times, restriction, level)?,
        restriction_steps: restriction,
        degradation_depth: mean_over_seeds("degradation depth", |row| row.degradation_depth, 1)?,
        degradation_area: mean_over_seeds("degradation area", |row| row.degradation_area, 2)?,
        normalised_recovery,
    })
}

pub(super) fn divergence(context: &Context) -> Result<Vec<DivergenceRate>, AnalysisError> {
    let n_scenarios = context.table.scenarios().len();
    let mut rates = Vec::new();
    for scenario in (0..n_scenarios).map(Some).chain(std::iter::once(None)) {
        for (c, controller) in context.table.controllers().iter().enumerate() {
            let (mut n, mut n_diverged, mut n_failed) = (0, 0, 0);
            for s in scenario.map_or(0..n_scenarios, |scenario| scenario..scenario + 1) {
                let statuses = &context.table.statuses()[context.table.cell(s, c)];
                n += statuses.len();
                n_diverged += statuses.iter().filter(|status| **status == Status::Diverged).count();
                n_failed += statuses.iter().filter(|status| matches!(status, Status::Faulted | Status::Missing)).count();
            }
            let rate = |successes| clopper_pearson(successes, n, context.options.level).map_err(|source| stat("divergence rate", source));
            rates.push(DivergenceRate {
                controller: controller.label.clone(),
                scenario: scenario.map(|scenario| context.table.scenarios()[scenario].name.clone()),
                n,
                n_diverged,
                n_failed,
                diverged: rate(n_diverged)?,
                failed: rate(n_failed)?,
            });
        }
    }
    Ok(rates)
}
