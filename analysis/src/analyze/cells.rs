//! Cells: each controller in each scenario.

use super::context::{Context, stat};
use super::values::HELD;
use crate::error::{AnalysisError, StatError};
use crate::estimate::{interquartile_mean, mean_of, variance_of};
use crate::input::{Direction, Status};
use crate::interval::{bootstrap, mean_interval, median_interval, trimmed_mean_interval};
use crate::resample::{LARGE, Resampler, Statistic};
use crate::sample::Sample;
use crate::verdict::{Cell, Estimate};

const PART: u64 = 1;

pub(super) fn primary(context: &Context) -> Result<Vec<Cell>, AnalysisError> {
    let metric = &context.options.primary_metric;
    let mut cells = Vec::new();
    for scenario in 0..context.values.n_scenarios() {
        let start = cells.len();
        for controller in 0..context.values.n_controllers() {
            let resampler = context.resampler(PART, scenario);
            let mut cell = cell(context, metric, scenario, controller, &context.values.of(scenario, controller), resampler)?;
            cell.n_substituted = context.values.n_substituted[scenario][controller];
            cells.push(cell);
        }
        let better = |a: f64, b: f64| if context.options.direction == Direction::LowerIsBetter { a.min(b) } else { a.max(b) };
        let best = cells[start..].iter().map(|cell| cell.mean.value).reduce(better);
        cells[start..].iter_mut().for_each(|cell| cell.is_best = Some(cell.mean.value) == best);
    }
    Ok(cells)
}

pub(super) fn secondary(context: &Context) -> Result<Vec<Cell>, AnalysisError> {
    let asked = &context.options.secondary_metrics;
    let metrics = if asked.is_empty() { context.table.metrics() } else { asked.clone() };
    let mut cells = Vec::new();
    for (index, metric) in metrics.iter().enumerate().filter(|(_, metric)| **metric != context.options.primary_metric) {
        for s in 0..context.table.scenarios().len() {
            let n_controllers = context.table.controllers().len();
            let all = context.table.cell(s, 0).start..context.table.cell(s, n_controllers - 1).end;
            // A scenario is read at once where it is small, cell by cell where it is not.
            let whole = if all.len() <= HELD { Some(context.table.metric(metric, all.clone())?) } else { None };
            for c in 0..n_controllers {
                let rows = context.table.cell(s, c);
                let mut values = match &whole {
                    Some(whole) => whole[rows.start - all.start..rows.end - all.start].to_vec(),
                    None => context.table.metric(metric, rows)?,
                };
                values.retain(|value| !value.is_nan());
                if !values.is_empty() {
                    let resampler = context.resampler(PART + 100 + index as u64, s);
                    cells.push(cell(context, metric, s, c, &values, resampler)?);
                }
            }
        }
    }
    Ok(cells)
}

fn cell(
    context: &Context,
    metric: &str,
    scenario: usize,
    controller: usize,
    values: &[f64],
    resampler: Resampler,
) -> Result<Cell, AnalysisError> {
    let (label, name) = (context.label(controller), &context.table.scenarios()[scenario].name);
    let statuses = &context.table.statuses()[context.table.cell(scenario, controller)];
    let count = |wanted: Status| statuses.iter().filter(|status| **status == wanted).count();
    let describe = |source: StatError| stat(&format!("metric `{metric}` of `{label}` in `{name}`"), source);
    let sample = Sample::new(metric, values).map_err(describe)?;
    let level = context.options.level;
    Ok(Cell {
        metric: metric.to_owned(),
        controller: label.to_owned(),
        scenario: name.clone(),
        n: statuses.len(),
        n_diverged: count(Status::Diverged),
        n_faulted: count(Status::Faulted),
        n_missing: count(Status::Missing),
        n_substituted: 0,
        mean: mean_interval(&sample, level, resampler).map_err(describe)?,
        median: median_interval(&sample, level).map_err(describe)?,
        iqm: iqm(&sample, level, resampler.branch(1)).map_err(describe)?,
        standard_deviation: variance_of(values).sqrt(),
        min: values.iter().copied().fold(f64::INFINITY, f64::min),
        max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        values: if values.len() > LARGE { Vec::new() } else { values.to_vec() },
        is_best: false,
    })
}

fn iqm(sample: &Sample, level: f64, resampler: Resampler) -> Result<Estimate, StatError> {
    if sample.len() < 2 {
        return Ok(Estimate::without_interval(mean_of(sample.values()), level, 1, "interquartile mean, no interval from one value"));
    }
    if sample.len() > LARGE {
        return trimmed_mean_interval(sample, 0.25, level);
    }
    let replicates = bootstrap(sample, Statistic::InterquartileMean, resampler)?;
    let mut interval = replicates.bca(level, sample, Statistic::InterquartileMean).or_else(|_| replicates.percentile(level))?;
    interval.value = interquartile_mean(sample);
    Ok(interval)
}
