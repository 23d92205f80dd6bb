//! Distribution over loss targets and expected running times, from the curves of the quantity `loss`.

use super::context::{Context, stat};
use super::curves::check;
use crate::curve::{expected_running_time, first_hits, log_targets, target_ecdf};
use crate::error::{AnalysisError, StatError};
use crate::estimate::{QuantileType, median_of_sorted, quantile_of_sorted};
use crate::input::CurveSet;
use crate::resample::Plan;
use crate::sample::Sample;
use crate::verdict::{Estimate, RunningTime, TargetEcdf};

const PART: u64 = 9;
/// Quantity whose curves are read against targets.
const QUANTITY: &str = "loss";
const N_TARGETS: usize = 51;
/// Indices of the targets for which running times are given.
const SHOWN: [usize; 4] = [10, 25, 40, 50];

pub(super) fn ecdf(context: &Context, sets: &[CurveSet]) -> Result<Vec<TargetEcdf>, AnalysisError> {
    let mut found = Vec::new();
    for set in sets.iter().filter(|set| set.quantity == QUANTITY) {
        check(context, set)?;
        let Some(targets) = targets(set) else { continue };
        for controller in context.table.controllers() {
            let Some(rows) = set.curves.get(&controller.label) else { continue };
            found.push(TargetEcdf {
                scenario: set.scenario.clone(),
                quantity: set.quantity.clone(),
                controller: controller.label.clone(),
                targets: targets.clone(),
                steps: set.steps.clone(),
                fraction: target_ecdf(rows, &targets),
            });
        }
    }
    Ok(found)
}

/// Targets from the median first loss of all runs down to the best loss of any; none where nothing was learned.
fn targets(set: &CurveSet) -> Option<Vec<f64>> {
    let rows = || set.curves.values().flatten();
    let mut first: Vec<f64> = rows().map(|row| row[0]).collect();
    first.sort_unstable_by(f64::total_cmp);
    let hard = rows().flatten().copied().reduce(f64::min)?;
    let easy = median_of_sorted(&first);
    (easy > hard).then(|| log_targets(easy, hard, N_TARGETS))
}

pub(super) fn running_times(context: &Context, sets: &[CurveSet]) -> Result<Vec<RunningTime>, AnalysisError> {
    let mut found = Vec::new();
    for (index, set) in sets.iter().enumerate().filter(|(_, set)| set.quantity == QUANTITY) {
        let Some(targets) = targets(set) else { continue };
        for controller in context.table.controllers() {
            let Some(rows) = set.curves.get(&controller.label) else { continue };
            for shown in SHOWN {
                let target = targets[shown];
                let hits: Vec<Option<usize>> = rows.iter().map(|row| first_hits(row, &[target])[0]).collect();
                let describe = |source: StatError| stat(&format!("running time of `{}` in `{}`", controller.label, set.scenario), source);
                let steps = estimate(context, &set.steps, &hits, index * 100 + shown).map_err(describe)?;
                found.push(RunningTime {
                    scenario: set.scenario.clone(),
                    quantity: set.quantity.clone(),
                    controller: controller.label.clone(),
                    target,
                    n_reached: hits.iter().flatten().count(),
                    steps,
                });
            }
        }
    }
    Ok(found)
}

fn estimate(context: &Context, steps: &[u64], hits: &[Option<usize>], place: usize) -> Result<Estimate, StatError> {
    let last = steps[steps.len() - 1] as f64;
    let spent: Vec<f64> = hits.iter().map(|hit| hit.map_or(last, |index| steps[index] as f64)).collect();
    let success: Vec<bool> = hits.iter().map(Option::is_some).collect();
    let value = expected_running_time(&Sample::new("steps", spent.clone())?, &success)?.ert;
    let (level, n) = (context.options.level, hits.len());
    if n < 2 {
        return Ok(Estimate::without_interval(value, level, n, "expected running time, no interval from one seed"));
    }
    let mut replicates = context.resampler(PART, place).at_most(2000).map_indices(&Plan::Simple(n), |indices| {
        let total: f64 = indices.iter().map(|&index| spent[index as usize]).sum();
        let n_success = indices.iter().filter(|index| success[**index as usize]).count();
        if n_success == 0 { f64::INFINITY } else { total / n_success as f64 }
    });
    crate::order::sort(&mut replicates);
    let tail = 0.5 * (1.0 - level);
    let quantile = |p| quantile_of_sorted(&replicates, p, QuantileType::Type1);
    let (lower, upper) = (quantile(tail), quantile(1.0 - tail));
    let method = String::from("expected running time, percentile bootstrap over seeds");
    Ok(Estimate { value, lower, upper, level, method, n })
}
