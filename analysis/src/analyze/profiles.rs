//! Performance profiles of the normalised costs with simultaneous bands.

use super::context::{Context, stat};
use crate::curve::cost_profile;
use crate::error::{AnalysisError, StatError};
use crate::estimate::{QuantileType, quantile_of_sorted};
use crate::input::Claim;
use crate::resample::{Plan, Resampler};
use crate::sample::Strata;
use crate::verdict::Profile;

const PART: u64 = 7;
/// Most thresholds of a profile.
const MAX_TAUS: usize = 200;
/// Most costs that thresholds are chosen from.
const MAX_SORTED: usize = 100_000;

pub(super) fn all(context: &Context) -> Result<Vec<Profile>, AnalysisError> {
    let taus = taus(context);
    (0..context.values.n_controllers())
        .map(|controller| {
            let describe = |source: StatError| stat(&format!("profile of `{}`", context.label(controller)), source);
            one(context, controller, &taus).map_err(describe)
        })
        .collect()
}

/// All distinct costs where they are few, otherwise quantiles of them: of every so manieth one, where there are very many.
fn taus(context: &Context) -> Vec<f64> {
    let stride = context.table.n_rows().div_ceil(MAX_SORTED);
    let (mut costs, mut ends, mut n) = (Vec::new(), (f64::INFINITY, f64::NEG_INFINITY), 0);
    context.normalised.each(&context.values, |cost| {
        if n % stride == 0 {
            costs.push(cost);
        }
        (n, ends) = (n + 1, (ends.0.min(cost), ends.1.max(cost)));
    });
    if stride > 1 {
        costs.extend([ends.0, ends.1]);
    }
    crate::order::sort(&mut costs);
    costs.dedup();
    if costs.len() <= MAX_TAUS {
        return costs;
    }
    let place = |index: usize| index as f64 / (MAX_TAUS - 1) as f64;
    (0..MAX_TAUS).map(|index| quantile_of_sorted(&costs, place(index), QuantileType::Type7)).collect()
}

fn one(context: &Context, controller: usize, taus: &[f64]) -> Result<Profile, StatError> {
    let costs = context.normalised.strata(&context.values, controller);
    let fraction = cost_profile(&costs, taus)?;
    let level = context.options.level;
    let half = half_width(&costs, taus, &fraction, context.options.claim, level, context.resampler(PART, 0));
    let source = match context.options.claim {
        Claim::TheseScenarios => "seeds within scenarios",
        Claim::ScenariosLikeThese => "scenarios, then seeds",
    };
    Ok(Profile {
        controller: context.label(controller).to_owned(),
        taus: taus.to_vec(),
        lower: fraction.iter().map(|f| (f - half).max(0.0)).collect(),
        upper: fraction.iter().map(|f| (f + half).min(1.0)).collect(),
        fraction,
        level,
        method: format!("simultaneous band of constant width, bootstrap over {source}"),
    })
}

/// Quantile of the largest absolute deviation of a resampled profile (Kolmogorov-Smirnov band).
fn half_width(costs: &Strata, taus: &[f64], fraction: &[f64], claim: Claim, level: f64, resampler: Resampler) -> f64 {
    let plan = match claim {
        Claim::TheseScenarios => Plan::stratified(costs),
        Claim::ScenariosLikeThese => Plan::hierarchical(costs),
    };
    let place: Vec<usize> = costs.values().iter().map(|cost| taus.partition_point(|tau| tau < cost)).collect();
    let (weights, n_strata) = plan.weights();
    let mut deviations = resampler.for_size(costs.values().len()).map_indices(&plan, |indices| {
        let mut steps = vec![0.0; taus.len() + 1];
        indices.iter().for_each(|&index| steps[place[index as usize]] += weights[index as usize] / n_strata);
        let mut sum = 0.0;
        fraction.iter().zip(&steps).fold(0.0_f64, |largest, (f, step)| {
            sum += step;
            largest.max((sum - f).abs())
        })
    });
    crate::order::sort(&mut deviations);
    quantile_of_sorted(&deviations, level, QuantileType::Type1)
}
