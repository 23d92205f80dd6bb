//! Comparisons over all scenarios, on the normalised scale.

use super::compare::{bayes, flip};
use super::context::{Context, stat};
use super::words::Case;
use crate::effect::half_step;
use crate::error::{AnalysisError, StatError};
use crate::input::{Claim, Rope};
use crate::interval::{pooled_interval, pooled_mean_interval};
use crate::many::{Adjustment, adjust};
use crate::resample::{Resampler, Statistic};
use crate::sample::{Pairs, Sample, Strata};
use crate::verdict::{Decision, Estimate, PooledComparison, TestResult};

const PART: u64 = 3;

pub(super) fn all(context: &Context) -> Result<Vec<PooledComparison>, AnalysisError> {
    let mut comparisons = Vec::new();
    for (index, (a, b)) in context.pairs().into_iter().enumerate() {
        let describe = |source: StatError| stat(&format!("`{}` against `{}`, pooled", context.label(a), context.label(b)), source);
        comparisons.push(one(context, a, b, context.resampler(PART, 0, index)).map_err(describe)?);
    }
    let p: Vec<f64> = comparisons.iter().map(|comparison| comparison.test.p_two_sided).collect();
    let adjusted = adjust(&p, Adjustment::Holm).map_err(|source| stat("Holm's correction", source))?;
    for (comparison, p_adjusted) in comparisons.iter_mut().zip(adjusted) {
        comparison.p_adjusted = p_adjusted;
        let place = match context.options.claim {
            Claim::TheseScenarios => "over these scenarios",
            Claim::ScenariosLikeThese => "over scenarios like these",
        };
        let case = Case {
            a: &comparison.a,
            b: &comparison.b,
            place: place.to_owned(),
            advantage: &comparison.advantage,
            test: &comparison.test,
            p_adjusted,
            rope: comparison.rope,
            alpha: 1.0 - context.options.level,
        };
        (comparison.decision, comparison.words) = case.decide();
    }
    Ok(comparisons)
}

fn one(context: &Context, a: usize, b: usize, resampler: Resampler) -> Result<PooledComparison, StatError> {
    let advantages = context.normalised.advantages(a, b);
    let (level, claim) = (context.options.level, context.options.claim);
    let these_scenarios = pooled_mean_interval(&advantages, Claim::TheseScenarios, level, resampler)?;
    let scenarios_like_these = pooled_mean_interval(&advantages, Claim::ScenariosLikeThese, level, resampler.branch(1))?;
    let advantage = if claim == Claim::TheseScenarios { these_scenarios.clone() } else { scenarios_like_these.clone() };
    let means = advantages.means();
    let wins: Vec<Vec<f64>> = advantages.groups().map(|group| group.iter().map(|&d| half_step(d)).collect()).collect();
    let wins = Strata::new("wins", &wins)?;
    let rope = context.options.rope.map(|(Rope::Absolute(half_width) | Rope::Relative(half_width))| half_width);
    let scenario_pairs = Pairs::from_differences(&Sample::new("scenario means", means.clone())?);
    let mut improvement = pooled_interval(&wins, Statistic::MeanOfStrata, claim, level, resampler.branch(4))?;
    improvement.method = improvement.method.replace("mean of scenario means", "probability of improvement");
    Ok(PooledComparison {
        a: context.label(a).to_owned(),
        b: context.label(b).to_owned(),
        n_scenarios: means.len(),
        n: advantages.values().len(),
        advantage,
        these_scenarios,
        scenarios_like_these,
        iqm: pooled_interval(&advantages, Statistic::InterquartileMean, claim, level, resampler.branch(2))?,
        probability_of_improvement: proportion(improvement),
        test: test(&advantages, &scenario_pairs, claim, resampler.branch(3))?,
        p_adjusted: 1.0,
        bayes: if means.len() < 3 { None } else { bayes(&scenario_pairs, rope, resampler.branch(5))? },
        rope,
        n_scenarios_won: means.iter().filter(|mean| **mean > 0.0).count(),
        n_scenarios_lost: means.iter().filter(|mean| **mean < 0.0).count(),
        decision: Decision::Undecided,
        words: String::new(),
    })
}

/// Keeps an unbounded interval of a proportion inside `[0, 1]`.
fn proportion(mut estimate: Estimate) -> Estimate {
    estimate.lower = estimate.lower.max(0.0);
    estimate.upper = estimate.upper.min(1.0);
    estimate
}

/// Sign flips of the mean of scenario means: of every pair for these scenarios, of whole scenarios for scenarios like these.
fn test(advantages: &Strata, scenario_means: &Pairs, claim: Claim, resampler: Resampler) -> Result<TestResult, StatError> {
    if claim == Claim::ScenariosLikeThese {
        let mut found = flip(scenario_means, resampler)?;
        found.method = found.method.replace("sign flips of the mean", "sign flips of scenario means");
        return Ok(found);
    }
    let k = advantages.n_groups() as f64;
    let n = advantages.values().len() as f64;
    let shares = advantages.groups().flat_map(|group| group.iter().map(move |d| d * n / (k * group.len() as f64)));
    let mut found = flip(&Pairs::from_differences(&Sample::new("shares", shares.collect::<Vec<_>>())?), resampler)?;
    found.method = found.method.replace("sign flips of the mean", "sign flips of seeds within scenarios");
    Ok(found)
}
