//! Coverage self-audit: studies of this size are simulated, and each interval is asked how often it covers the truth.
//!
//! Residuals of the advantages within scenarios, scaled to unit deviation, form the population of the seeds (a normal one where there are
//! fewer than 20); scenarios differ by a normal effect with the deviation estimated from the data. The truth is 0 in every study.

use super::context::{Context, stat};
use crate::error::{AnalysisError, StatError};
use crate::estimate::{mean_of, variance_of};
use crate::input::Claim;
use crate::interval::{STUDENTIZED_MIN, bootstrap, clopper_pearson, mean_interval, pooled_interval, pooled_mean_interval};
use crate::resample::{LARGE, Resampler, Statistic, Stream};
use crate::sample::{Sample, Strata};
use crate::verdict::{CoverageAudit, Estimate};

use rayon::prelude::*;

const PART: u64 = 11;
/// Resamples of an interval inside the audit.
const INNER: usize = 500;
const LEAST_RESIDUALS: usize = 20;
/// Most residuals of the population, about: of more, every so manieth is taken.
const MAX_RESIDUALS: usize = 200_000;

struct Population {
    residuals: Vec<f64>,
    between: f64,
    n_scenarios: usize,
    n_seeds: usize,
    level: f64,
}

impl Population {
    fn of(context: &Context, n_seeds: usize) -> Self {
        let mut residuals = Vec::new();
        let mut between = Vec::new();
        let n_residuals = context.pairs().len() * (0..context.values.n_scenarios()).map(|s| context.values.n_seeds(s)).sum::<usize>();
        let stride = n_residuals.div_ceil(MAX_RESIDUALS).max(1);
        for (a, b) in context.pairs() {
            let advantages = context.normalised.advantages(&context.values, a, b);
            let within: Vec<f64> = advantages.groups().map(variance_of).collect();
            for (group, variance) in advantages.groups().zip(&within) {
                if *variance > 0.0 && group.len() >= 3 {
                    let (mean, n) = (mean_of(group), group.len() as f64);
                    let scale = (variance * (n - 1.0) / n).sqrt();
                    residuals.extend(group.iter().step_by(stride).map(|value| (value - mean) / scale));
                }
            }
            let typical = mean_of(&within);
            if typical > 0.0 && advantages.n_groups() > 1 {
                let size = advantages.values().len() as f64 / advantages.n_groups() as f64;
                between.push((variance_of(&advantages.means()) / typical - 1.0 / size).max(0.0));
            }
        }
        Self {
            residuals: if residuals.len() < LEAST_RESIDUALS { Vec::new() } else { residuals },
            between: if between.is_empty() { 0.0 } else { mean_of(&between).sqrt() },
            n_scenarios: context.values.n_scenarios(),
            n_seeds,
            level: context.options.level,
        }
    }

    fn words(&self) -> String {
        let seeds = match self.residuals.len() {
            0 => String::from("normal seeds"),
            n => format!("seeds drawn from the study's {n} standardised residuals"),
        };
        format!("{seeds}; scenarios differ by a normal effect of {:.2} within-scenario deviations", self.between)
    }

    /// One simulated study; scenario effects are fixed at 0 unless `random`.
    fn study(&self, stream: &mut Stream, random: bool) -> Vec<Vec<f64>> {
        let mut draw = |_| match self.residuals.len() {
            0 => stream.normal(),
            n => self.residuals[stream.index(n)],
        };
        let mut groups: Vec<Vec<f64>> = (0..self.n_scenarios).map(|_| (0..self.n_seeds).map(&mut draw).collect()).collect();
        if random {
            for group in &mut groups {
                let effect = self.between * stream.normal();
                group.iter_mut().for_each(|value| *value += effect);
            }
        }
        groups
    }
}

/// An interval under audit.
type Interval = fn(&Strata, f64, Resampler) -> Result<Estimate, StatError>;

fn first_sample(strata: &Strata) -> Result<Sample, StatError> {
    Sample::new("advantage", strata.group(0))
}

pub(super) fn audit(context: &Context) -> Result<Vec<CoverageAudit>, AnalysisError> {
    let n_seeds = (0..context.values.n_scenarios()).map(|scenario| context.values.n_seeds(scenario)).min().unwrap_or(1);
    if context.options.n_audit == 0 || !(2..=LARGE).contains(&n_seeds) || context.values.n_controllers() < 2 {
        return Ok(Vec::new());
    }
    let population = Population::of(context, n_seeds);
    let kind = if population.n_seeds < STUDENTIZED_MIN { "Student t" } else { "studentized bootstrap" };
    let is_large = population.n_seeds * population.n_scenarios > LARGE;
    let pooled_kind = if is_large { "Student t" } else { kind };
    let these = context.options.claim == Claim::TheseScenarios;
    let mut cases: Vec<(String, bool, bool, Interval)> = vec![
        (format!("mean in one scenario, {kind}"), true, false, |s, level, r| mean_interval(&first_sample(s)?, level, r)),
        (String::from("mean in one scenario, percentile bootstrap"), false, false, |s, level, r| {
            bootstrap(&first_sample(s)?, Statistic::Mean, r)?.percentile(level)
        }),
        (String::from("mean in one scenario, BCa bootstrap"), false, false, |s, level, r| {
            let sample = first_sample(s)?;
            bootstrap(&sample, Statistic::Mean, r)?.bca(level, &sample, Statistic::Mean)
        }),
    ];
    if population.n_scenarios > 1 {
        cases.push((format!("pooled mean for these scenarios, {pooled_kind}"), these, false, |s, level, r| {
            pooled_mean_interval(s, Claim::TheseScenarios, level, r)
        }));
        cases.push((String::from("pooled mean for scenarios like these, Student t over scenarios"), !these, true, |s, level, r| {
            pooled_mean_interval(s, Claim::ScenariosLikeThese, level, r)
        }));
        if !is_large {
            cases.push((String::from("pooled mean for scenarios like these, hierarchical bootstrap"), false, true, |s, level, r| {
                pooled_interval(s, Statistic::MeanOfStrata, Claim::ScenariosLikeThese, level, r)
            }));
        }
        cases.push((String::from("interval for these scenarios, read as if for scenarios like these"), false, true, |s, level, r| {
            pooled_mean_interval(s, Claim::TheseScenarios, level, r)
        }));
    }
    let resampler = context.resampler(PART, 0);
    let audits = cases.into_iter().enumerate().map(|(index, (interval, in_use, random, method))| {
        let own = resampler.branch(index as u64);
        let coverage = covered(&population, context.options.n_audit, random, method, own)?;
        Ok(CoverageAudit {
            interval,
            in_use,
            n_scenarios: if index < 3 { 1 } else { population.n_scenarios },
            n_seeds: population.n_seeds,
            level: population.level,
            coverage: coverage.value,
            coverage_lower: coverage.lower,
            coverage_upper: coverage.upper,
            n_studies: context.options.n_audit,
            population: population.words(),
        })
    });
    audits.collect::<Result<_, StatError>>().map_err(|source| stat("coverage self-audit", source))
}

fn covered(population: &Population, n: usize, random: bool, method: Interval, resampler: Resampler) -> Result<Estimate, StatError> {
    let hits = (0..n)
        .into_par_iter()
        .map(|study| {
            let inner = resampler.branch(study as u64).at_most(INNER);
            let groups = population.study(&mut inner.stream(), random);
            let interval = method(&Strata::new("simulated", &groups)?, population.level, inner)?;
            Ok(usize::from(interval.covers(0.0)))
        })
        .collect::<Result<Vec<usize>, StatError>>()?;
    clopper_pearson(hits.into_iter().sum(), n, 0.99)
}
