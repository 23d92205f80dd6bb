//! Paired comparisons in each scenario.

use super::context::{Context, stat};
use super::words::Case;
use crate::bayes::{PriorPlace, bayes_signed_rank};
use crate::effect::{cliffs_delta_interval, hodges_lehmann, paired_improvement, rank_biserial};
use crate::error::{AnalysisError, StatError};
use crate::estimate::{mean_of, variance_of};
use crate::input::Rope;
use crate::interval::{bootstrap, clopper_pearson, mean_interval, student_t_interval, studentized_interval};
use crate::many::{Adjustment, adjust};
use crate::resample::{LARGE, Resampler, Statistic};
use crate::sample::{Pairs, Sample};
use crate::sequential::t_confidence_sequence;
use crate::test::{FlipLaw, SignFlip, SignFlipMethod, Tails, WilcoxonMethod, ZeroMethod, sign_flip, wilcoxon};
use crate::verdict::{BayesResult, Decision, EffectSizes, Estimate, PairedComparison, TestResult};

const PART: u64 = 2;
/// Strength of the prior of the Bayesian signed-rank test, at 0 (Benavoli et al. 2017).
const PRIOR_STRENGTH: f64 = 0.5;

pub(super) fn all(context: &Context) -> Result<Vec<PairedComparison>, AnalysisError> {
    let mut comparisons = Vec::new();
    for scenario in 0..context.values.n_scenarios() {
        let start = comparisons.len();
        for (a, b) in context.pairs() {
            comparisons.push(one(context, scenario, a, b, context.resampler(PART, scenario))?);
        }
        let family = &mut comparisons[start..];
        let p: Vec<f64> =
            family.iter().map(|comparison| comparison.sequential.as_ref().unwrap_or(&comparison.wilcoxon).p_two_sided).collect();
        let adjusted = adjust(&p, Adjustment::Holm).map_err(|source| stat("Holm's correction", source))?;
        for (comparison, p_adjusted) in family.iter_mut().zip(adjusted) {
            comparison.p_adjusted = p_adjusted;
            let case = Case {
                a: &comparison.a,
                b: &comparison.b,
                place: format!("in {}", comparison.scenario),
                advantage: &comparison.advantage,
                test: comparison.sequential.as_ref().unwrap_or(&comparison.wilcoxon),
                p_adjusted,
                rope: comparison.rope,
                alpha: 1.0 - context.options.level,
            };
            (comparison.decision, comparison.words) = case.decide();
        }
    }
    Ok(comparisons)
}

fn one(context: &Context, scenario: usize, a: usize, b: usize, resampler: Resampler) -> Result<PairedComparison, AnalysisError> {
    let name = &context.table.scenarios()[scenario].name;
    let describe = |source: StatError| stat(&format!("`{}` against `{}` in `{name}`", context.label(a), context.label(b)), source);
    let pairs = context.advantages(scenario, a, b)?;
    let sample = Sample::new("advantage", pairs.differences()).map_err(describe)?;
    let level = context.options.level;
    let rope = rope(context, scenario, b);
    let sequential = context.options.sequential.map(|_| super::sequential::in_scenario(&pairs));
    let advantage = match sequential {
        Some(_) => t_confidence_sequence(&sample, level),
        None => mean_interval(&sample, level, resampler),
    };
    Ok(PairedComparison {
        scenario: name.clone(),
        a: context.label(a).to_owned(),
        b: context.label(b).to_owned(),
        n: pairs.len(),
        advantage: advantage.map_err(describe)?,
        alternatives: alternatives(&sample, level, resampler.branch(1)).map_err(describe)?,
        wilcoxon: signed_rank(&pairs),
        permutation: flip(&pairs, resampler.branch(2)).map_err(describe)?,
        sequential,
        p_adjusted: 1.0,
        effect: effect(&pairs, level).map_err(describe)?,
        bayes: bayes(&pairs, rope, resampler.branch(3)).map_err(describe)?,
        rope,
        decision: Decision::Undecided,
        words: String::new(),
        advantages: if pairs.len() > LARGE { Vec::new() } else { pairs.differences().to_vec() },
    })
}

/// Half-width of the region of practical equivalence in the unit of the metric.
pub(super) fn rope(context: &Context, scenario: usize, b: usize) -> Option<f64> {
    context.options.rope.map(|rope| match rope {
        Rope::Absolute(half_width) => half_width,
        Rope::Relative(fraction) => fraction * mean_of(&context.values.of(scenario, b)).abs(),
    })
}

fn alternatives(sample: &Sample, level: f64, resampler: Resampler) -> Result<Vec<Estimate>, StatError> {
    if sample.len() < 2 {
        return Ok(Vec::new());
    }
    if sample.len() > LARGE {
        return Ok(vec![student_t_interval(sample, level)?]);
    }
    let replicates = bootstrap(sample, Statistic::Mean, resampler)?;
    let mut found = vec![student_t_interval(sample, level)?, studentized_interval(sample, level, resampler)?];
    found.extend(replicates.bca(level, sample, Statistic::Mean));
    found.push(replicates.percentile(level)?);
    Ok(found)
}

pub(super) fn signed_rank(pairs: &Pairs) -> TestResult {
    let certain = Tails { p_two_sided: 1.0, p_greater: 1.0, p_less: 1.0 };
    match wilcoxon(pairs, ZeroMethod::Wilcox, WilcoxonMethod::Auto) {
        Ok(found) => {
            let kind = if found.z.is_some() { "asymptotic" } else { "exact given ties" };
            test_result(format!("Wilcoxon signed rank, {kind}"), found.w_plus, found.tails, found.n_used)
        }
        Err(_) => test_result(String::from("Wilcoxon signed rank, all advantages are 0"), 0.0, certain, 0),
    }
}

pub(super) fn test_result(method: String, statistic: f64, tails: Tails, n: usize) -> TestResult {
    let Tails { p_two_sided, p_greater, p_less } = tails;
    TestResult { method, statistic, p_two_sided, p_first_better: p_greater, p_second_better: p_less, n }
}

pub(super) fn flip(pairs: &Pairs, resampler: Resampler) -> Result<TestResult, StatError> {
    let found = sign_flip(pairs, SignFlipMethod::Auto(resampler))?;
    Ok(flip_result("sign flips of the mean", &found, pairs.len()))
}

pub(super) fn flip_result(what: &str, found: &SignFlip, n: usize) -> TestResult {
    let kind = match found.law {
        FlipLaw::Exact => "all flips",
        FlipLaw::Sampled => "sampled flips",
        FlipLaw::Normal => "normal law of all flips",
    };
    test_result(format!("{what}, {kind}"), found.mean_difference, found.tails, n)
}

fn effect(pairs: &Pairs, level: f64) -> Result<EffectSizes, StatError> {
    let n = pairs.len();
    let (x, y) = (Sample::new("first", pairs.x())?, Sample::new("second", pairs.y())?);
    let cliffs_delta = if n < 2 {
        let value = crate::effect::cliffs_delta(&x, &y).delta;
        Estimate::without_interval(value, level, 2, "Cliff's delta, no interval from one pair")
    } else {
        cliffs_delta_interval(&x, &y, level)?
    };
    let (mean, deviation) = (mean_of(pairs.differences()), variance_of(pairs.differences()).sqrt());
    let d_z = if deviation > 0.0 {
        mean / deviation
    } else if mean == 0.0 {
        0.0
    } else {
        mean * f64::INFINITY
    };
    Ok(EffectSizes {
        a12: 0.5 + 0.5 * cliffs_delta.value,
        cliffs_delta,
        d_z,
        hodges_lehmann: hodges_lehmann(pairs, level)?,
        rank_biserial: rank_biserial(pairs),
        probability_of_improvement: improvement(pairs, level)?,
    })
}

/// Fraction of seeds on which the first is better, ties as one half, with an exact interval widened for the ties.
fn improvement(pairs: &Pairs, level: f64) -> Result<Estimate, StatError> {
    let n = pairs.len();
    let wins = pairs.differences().iter().filter(|d| **d > 0.0).count();
    let ties = pairs.differences().iter().filter(|d| **d == 0.0).count();
    let lower = clopper_pearson(wins, n, level)?.lower;
    let upper = clopper_pearson(wins + ties, n, level)?.upper;
    let method = String::from("probability of improvement under the same seed, Clopper-Pearson");
    Ok(Estimate { value: paired_improvement(pairs), lower, upper, level, method, n })
}

pub(super) fn bayes(pairs: &Pairs, rope: Option<f64>, resampler: Resampler) -> Result<Option<BayesResult>, StatError> {
    if pairs.len() < 2 {
        return Ok(None);
    }
    let rope = rope.unwrap_or(0.0);
    let posterior = bayes_signed_rank(pairs, rope, PRIOR_STRENGTH, PriorPlace::Rope, resampler)?;
    Ok(Some(BayesResult {
        method: String::from(if pairs.len() > LARGE {
            "Bayesian signed rank, prior strength 0.5 at 0, normal posterior"
        } else {
            "Bayesian signed rank, prior strength 0.5 at 0"
        }),
        rope,
        p_first_better: posterior.p_right,
        p_equivalent: posterior.p_rope,
        p_second_better: posterior.p_left,
    }))
}
