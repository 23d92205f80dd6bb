//! Aggregates of each controller over the scenarios.

use super::context::{Context, stat};
use crate::error::{AnalysisError, StatError};
use crate::input::Claim;
use crate::interval::{pooled_interval, pooled_mean_interval};
use crate::resample::{Resampler, Statistic};
use crate::sample::Strata;
use crate::verdict::{Aggregate, TwoClaims};

const PART: u64 = 4;

pub(super) fn all(context: &Context) -> Result<Vec<Aggregate>, AnalysisError> {
    (0..context.values.n_controllers())
        .map(|controller| {
            let describe = |source: StatError| stat(&format!("aggregates of `{}`", context.label(controller)), source);
            one(context, controller).map_err(describe)
        })
        .collect()
}

fn one(context: &Context, controller: usize) -> Result<Aggregate, StatError> {
    let costs = context.normalised.strata(&context.values, controller);
    let resampler = context.resampler(PART, 0);
    let level = context.options.level;
    let target = context.normalised.info.target;
    let excess: Vec<Vec<f64>> = costs.groups().map(|group| group.iter().map(|cost| (cost - target).max(0.0)).collect()).collect();
    let mut optimality_gap = both(&Strata::new("excess", &excess)?, Statistic::MeanOfStrata, level, resampler.branch(3))?;
    for interval in [&mut optimality_gap.these_scenarios, &mut optimality_gap.scenarios_like_these] {
        interval.method = interval.method.replace("mean of scenario means", "optimality gap");
    }
    Ok(Aggregate {
        controller: context.label(controller).to_owned(),
        mean: TwoClaims {
            these_scenarios: pooled_mean_interval(&costs, Claim::TheseScenarios, level, resampler)?,
            scenarios_like_these: pooled_mean_interval(&costs, Claim::ScenariosLikeThese, level, resampler)?,
        },
        median: both(&costs, Statistic::Median, level, resampler.branch(1))?,
        iqm: both(&costs, Statistic::InterquartileMean, level, resampler.branch(2))?,
        optimality_gap,
        by_scenario: costs.means(),
    })
}

fn both(strata: &Strata, statistic: Statistic, level: f64, resampler: Resampler) -> Result<TwoClaims, StatError> {
    Ok(TwoClaims {
        these_scenarios: pooled_interval(strata, statistic, Claim::TheseScenarios, level, resampler)?,
        scenarios_like_these: pooled_interval(strata, statistic, Claim::ScenariosLikeThese, level, resampler.branch(9))?,
    })
}
