//! The sequential design inside an analysis: tests that hold at any time, and one look at unfinished data.

use super::context::{Context, stat};
use super::words::Case;
use crate::error::{AnalysisError, StatError};
use crate::estimate::mean_of;
use crate::input::{AnalysisOptions, Claim, ResultTable};
use crate::many::{Adjustment, adjust};
use crate::sample::{Pairs, Sample};
use crate::sequential::{sign_betting, t_confidence_sequence};
use crate::verdict::{Decision, Estimate, SequentialSummary, TestResult};

/// What one look at the data so far says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Seeds of each scenario.
    pub n_seeds: usize,
    /// Comparisons of the main family: over all scenarios, or in the one there is.
    pub n_comparisons: usize,
    /// Those that are decided.
    pub n_decided: usize,
}

impl Look {
    /// Whether nothing is left to decide.
    #[must_use]
    pub fn is_decided(self) -> bool {
        self.n_decided == self.n_comparisons
    }
}

/// Decides every comparison of the main family by tests that hold at any time: a pure function of the data so far.
///
/// # Errors
/// As [`analyze`](crate::analyze); options without a sequential design.
pub fn look(table: &ResultTable, options: &AnalysisOptions) -> Result<Look, AnalysisError> {
    let context = Context::new(table, options)?;
    let found = summary(&context)?.ok_or(AnalysisError::Option {
        option: "sequential",
        found: String::from("none"),
        allowed: "a design with `first`, `block` and `max`",
    })?;
    Ok(Look { n_seeds: found.n_seeds, n_comparisons: found.n_comparisons, n_decided: found.n_decided })
}

/// The state of the design; `None` without one.
pub(super) fn summary(context: &Context) -> Result<Option<SequentialSummary>, AnalysisError> {
    let Some(design) = context.options.sequential else { return Ok(None) };
    let mut members = Vec::new();
    for (a, b) in context.pairs() {
        members.push((a, b, test(context, a, b)?, advantage(context, a, b)?));
    }
    let p: Vec<f64> = members.iter().map(|(_, _, test, _)| test.p_two_sided).collect();
    let adjusted = adjust(&p, Adjustment::Holm).map_err(|source| stat("Holm's correction", source))?;
    let decided = |((a, b, test, advantage), p_adjusted): (&(usize, usize, TestResult, Estimate), f64)| {
        let case = Case {
            a: context.label(*a),
            b: context.label(*b),
            place: String::new(),
            advantage,
            test,
            p_adjusted,
            rope: rope(context, *b),
            alpha: 1.0 - context.options.level,
        };
        case.decide().0 != Decision::Undecided
    };
    let n_decided = members.iter().zip(adjusted).filter(|&(member, p)| decided((member, p))).count();
    let n_seeds = context.values.n_seeds(0);
    Ok(Some(SequentialSummary { design, n_seeds, n_looks: design.n_looks(n_seeds as u64), n_comparisons: members.len(), n_decided }))
}

fn rope(context: &Context, b: usize) -> Option<f64> {
    if context.values.n_scenarios() == 1 { super::compare::rope(context, 0, b) } else { super::pool::rope(context, b) }
}

fn test(context: &Context, a: usize, b: usize) -> Result<TestResult, AnalysisError> {
    if context.values.n_scenarios() == 1 { Ok(in_scenario(&context.advantages(0, a, b)?)) } else { pooled(context, a, b) }
}

fn advantage(context: &Context, a: usize, b: usize) -> Result<Estimate, AnalysisError> {
    let describe = |source: StatError| stat("confidence sequence", source);
    if context.values.n_scenarios() == 1 {
        let sample = Sample::new("advantage", context.advantages(0, a, b)?.differences()).map_err(describe)?;
        return t_confidence_sequence(&sample, context.options.level).map_err(describe);
    }
    pooled_advantage(context, a, b).map_err(describe)
}

/// The bet on the pairs of one scenario.
pub(super) fn in_scenario(pairs: &Pairs) -> TestResult {
    let found = sign_betting(pairs);
    TestResult {
        method: String::from("sign betting, valid at any time"),
        statistic: libm::exp(found.log_e),
        p_two_sided: found.p_two_sided,
        p_first_better: found.p_greater,
        p_second_better: found.p_less,
        n: found.n_used,
    }
}

/// The bet on the seeds over all scenarios: the mean over scenarios of the relative advantage `(worse - better) / (|worse| + |better|)`.
///
/// It depends on the two values of one seed alone: a scale that is estimated from the data, as the normalised cost is, would let later seeds
/// change earlier bets.
pub(super) fn pooled(context: &Context, a: usize, b: usize) -> Result<TestResult, AnalysisError> {
    let n_scenarios = context.values.n_scenarios();
    let mut relative = vec![Vec::new(); context.values.n_seeds(0)];
    for scenario in 0..n_scenarios {
        let pairs = context.advantages(scenario, a, b)?;
        let values = pairs.differences().iter().zip(pairs.x().iter().zip(pairs.y()));
        for (all, (difference, (x, y))) in relative.iter_mut().zip(values) {
            let scale = x.abs() + y.abs();
            all.push(if *difference == 0.0 { 0.0 } else { difference / scale });
        }
    }
    let means: Vec<f64> = relative.iter().map(|values| mean_of(values)).collect();
    let sample = Sample::new("relative advantages", means).map_err(|source| stat("sign betting", source))?;
    Ok(in_scenario(&Pairs::from_differences(&sample)))
}

/// Mean over seeds of the mean over scenarios of the normalised advantage, with a confidence sequence; the scale is taken as known.
pub(super) fn pooled_advantage(context: &Context, a: usize, b: usize) -> Result<Estimate, StatError> {
    let advantages = context.normalised.advantages(&context.values, a, b);
    let k = advantages.n_groups() as f64;
    let n = advantages.group(0).len();
    let by_seed: Vec<f64> = (0..n).map(|seed| advantages.groups().map(|group| group[seed]).sum::<f64>() / k).collect();
    let found = t_confidence_sequence(&Sample::new("advantage", by_seed)?, context.options.level)?;
    Ok(Estimate { method: found.method.replace("mean,", "mean of scenario means,"), ..found })
}

/// A sequential design needs the claim about these scenarios, and the same seeds in each.
pub(super) fn check(table: &ResultTable, options: &AnalysisOptions) -> Result<(), AnalysisError> {
    if options.sequential.is_none() {
        return Ok(());
    }
    if options.claim != Claim::TheseScenarios {
        let allowed = "`these-scenarios` with a sequential design: more seeds do not make more scenarios";
        return Err(AnalysisError::Option { option: "claim", found: String::from("`scenarios-like-these`"), allowed });
    }
    let first = table.seeds(&table.scenarios()[0].name);
    match table.scenarios().iter().find(|info| table.seeds(&info.name) != first) {
        Some(info) => Err(AnalysisError::Stat {
            context: format!("sequential design, scenario `{}`", info.name),
            source: StatError::Unpaired { first: first.len(), second: table.seeds(&info.name).len() },
        }),
        None => Ok(()),
    }
}
