//! Comparisons over all scenarios, on the normalised scale.

use super::compare::{bayes, flip, flip_result};
use super::context::{Context, stat};
use super::words::Case;
use crate::effect::half_step;
use crate::error::{AnalysisError, StatError};
use crate::estimate::mean_of;
use crate::input::{Claim, Normalisation, Rope};
use crate::interval::{clopper_pearson, pooled_interval, pooled_mean_interval};
use crate::many::{Adjustment, adjust};
use crate::resample::{Resampler, Statistic};
use crate::sample::{Pairs, Sample, Strata};
use crate::test::stratified_sign_flip;
use crate::verdict::{Decision, Estimate, PooledComparison, TestResult};

const PART: u64 = 3;

pub(super) fn all(context: &Context) -> Result<Vec<PooledComparison>, AnalysisError> {
    let mut comparisons = Vec::new();
    for (a, b) in context.pairs() {
        let describe = |source: StatError| stat(&format!("`{}` against `{}`, pooled", context.label(a), context.label(b)), source);
        let mut found = one(context, a, b, context.resampler(PART, 0)).map_err(describe)?;
        if context.options.sequential.is_some() {
            found.advantage = super::sequential::pooled_advantage(context, a, b).map_err(describe)?;
            found.sequential = Some(super::sequential::pooled(context, a, b)?);
        }
        comparisons.push(found);
    }
    let p: Vec<f64> = comparisons.iter().map(|comparison| comparison.sequential.as_ref().unwrap_or(&comparison.test).p_two_sided).collect();
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
            test: comparison.sequential.as_ref().unwrap_or(&comparison.test),
            p_adjusted,
            rope: comparison.rope,
            alpha: 1.0 - context.options.level,
        };
        (comparison.decision, comparison.words) = case.decide();
    }
    Ok(comparisons)
}

fn one(context: &Context, a: usize, b: usize, resampler: Resampler) -> Result<PooledComparison, StatError> {
    let advantages = context.normalised.advantages(&context.values, a, b);
    let (level, claim) = (context.options.level, context.options.claim);
    let these_scenarios = pooled_mean_interval(&advantages, Claim::TheseScenarios, level, resampler)?;
    let scenarios_like_these = pooled_mean_interval(&advantages, Claim::ScenariosLikeThese, level, resampler.branch(1))?;
    let advantage = if claim == Claim::TheseScenarios { these_scenarios.clone() } else { scenarios_like_these.clone() };
    let means = advantages.means();
    let wins: Vec<Vec<f64>> = advantages.groups().map(|group| group.iter().map(|&d| half_step(d)).collect()).collect();
    let wins = Strata::new("wins", &wins)?;
    let rope = rope(context, b);
    let scenario_pairs = Pairs::from_differences(&Sample::new("scenario means", means.clone())?);
    Ok(PooledComparison {
        a: context.label(a).to_owned(),
        b: context.label(b).to_owned(),
        n_scenarios: means.len(),
        n: advantages.values().len(),
        advantage,
        these_scenarios,
        scenarios_like_these,
        iqm: pooled_interval(&advantages, Statistic::InterquartileMean, claim, level, resampler.branch(2))?,
        probability_of_improvement: improvement(&wins, claim, level, resampler.branch(4))?,
        test: test(&advantages, &scenario_pairs, claim, resampler.branch(3))?,
        sequential: None,
        p_adjusted: 1.0,
        bayes: if means.len() < 3 { None } else { bayes(&scenario_pairs, rope, resampler.branch(5))? },
        rope,
        n_scenarios_won: means.iter().filter(|mean| **mean > 0.0).count(),
        n_scenarios_lost: means.iter().filter(|mean| **mean < 0.0).count(),
        decision: Decision::Undecided,
        words: String::new(),
    })
}

/// Half-width of the region of practical equivalence on the pooled scale, where the one that was given means something there: an absolute one for the metric
/// as it is, a relative one for that and for log-ratios.
pub(super) fn rope(context: &Context, b: usize) -> Option<f64> {
    match (context.options.rope?, context.normalised.method) {
        (Rope::Absolute(half_width), Normalisation::Raw) => Some(half_width),
        (Rope::Relative(fraction), Normalisation::LogRatio) => Some(libm::log1p(fraction)),
        (Rope::Relative(fraction), Normalisation::Raw) => {
            let n = context.values.n_scenarios();
            Some(fraction * mean_of(&(0..n).map(|scenario| mean_of(&context.values.of(scenario, b))).collect::<Vec<_>>()).abs())
        }
        _ => None,
    }
}

/// Probability that the first is better under a random seed of a random scenario.
///
/// For these scenarios, with the same number of seeds in each, Clopper and Pearson's interval of all pairs, widened for ties: it is conservative
/// also where the probability differs between scenarios (Hoeffding 1956, doi:10.1214/aoms/1177728178). A bootstrap would have no width where every
/// pair is won; it serves where scenarios have different numbers of seeds, and for scenarios like these where not all scenarios agree.
fn improvement(wins: &Strata, claim: Claim, level: f64, resampler: Resampler) -> Result<Estimate, StatError> {
    let name = "probability of improvement";
    let sizes = wins.sizes();
    let (least, most) = match claim {
        Claim::TheseScenarios => (wins.values().iter().filter(|w| **w == 1.0).count(), wins.values().iter().filter(|w| **w > 0.0).count()),
        Claim::ScenariosLikeThese => {
            let means = wins.means();
            (means.iter().filter(|m| **m == 1.0).count(), means.iter().filter(|m| **m > 0.0).count())
        }
    };
    let equal = sizes.iter().all(|size| *size == sizes[0]);
    let n_trials = if claim == Claim::TheseScenarios { wins.values().len() } else { sizes.len() };
    let unanimous = most == 0 || least == n_trials;
    if unanimous || (equal && claim == Claim::TheseScenarios) {
        let value = mean_of(&wins.means());
        let (lower, upper) = (clopper_pearson(least, n_trials, level)?.lower, clopper_pearson(most, n_trials, level)?.upper);
        let of = if claim == Claim::TheseScenarios { "pairs" } else { "scenarios" };
        let method = format!("{name}, Clopper-Pearson over {of}");
        return Ok(Estimate { value, lower, upper, level, method, n: wins.values().len() });
    }
    let mut found = pooled_interval(wins, Statistic::MeanOfStrata, claim, level, resampler)?;
    found.method = found.method.replace("mean of scenario means", name);
    // An unbounded interval of a proportion ends at 0 and 1.
    (found.lower, found.upper) = (found.lower.max(0.0), found.upper.min(1.0));
    Ok(found)
}

/// Sign flips of the mean of scenario means: of every pair for these scenarios, studentized within them where seeds allow; of whole scenarios for scenarios
/// like these.
fn test(advantages: &Strata, scenario_means: &Pairs, claim: Claim, resampler: Resampler) -> Result<TestResult, StatError> {
    if claim == Claim::ScenariosLikeThese {
        let mut found = flip(scenario_means, resampler)?;
        found.method = found.method.replace("sign flips of the mean", "sign flips of scenario means");
        return Ok(found);
    }
    if advantages.n_groups() > 1 && advantages.sizes().iter().all(|size| *size > 1) {
        let found = stratified_sign_flip(advantages, resampler)?;
        return Ok(flip_result("studentized sign flips of seeds within scenarios", &found, advantages.values().len()));
    }
    let k = advantages.n_groups() as f64;
    let n = advantages.values().len() as f64;
    let shares = advantages.groups().flat_map(|group| group.iter().map(move |d| d * n / (k * group.len() as f64)));
    let mut found = flip(&Pairs::from_differences(&Sample::new("shares", shares.collect::<Vec<_>>())?), resampler)?;
    found.method = found.method.replace("sign flips of the mean", "sign flips of seeds within scenarios");
    Ok(found)
}
