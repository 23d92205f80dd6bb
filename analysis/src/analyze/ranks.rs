//! Ranks over blocks: Friedman's test and both families of post-hoc comparisons.

use std::borrow::Cow;

use super::compare::signed_rank;
use super::context::{Context, stat};
use crate::error::{AnalysisError, StatError};
use crate::estimate::mean_of;
use crate::input::Direction;
use crate::interval::{bootstrap, student_t_interval};
use crate::many::{Adjustment, Friedman, adjust, average_ranks, cliques, friedman, nemenyi_cd, nemenyi_p, rank_groups};
use crate::resample::{LARGE, Statistic};
use crate::sample::{Blocks, Pairs, Sample};
use crate::test::midranks;
use crate::verdict::{Estimate, PostHocPair, Ranking};

const PART: u64 = 5;

pub(super) fn ranking(context: &Context) -> Result<Option<Ranking>, AnalysisError> {
    let (block, n_blocks) = match context.values.n_scenarios() {
        1 => ("seed", context.values.n_seeds(0)),
        n => ("scenario", n),
    };
    if context.values.n_controllers() < 2 || n_blocks < 2 {
        return Ok(None);
    }
    build(context, block).map(Some).map_err(|source: StatError| stat("ranks of the controllers", source))
}

/// Costs of a controller by block (lower is better): the scenarios' means, or the seeds where there is one scenario.
fn column<'a>(context: &'a Context, controller: usize) -> Cow<'a, [f64]> {
    let sign = if context.options.direction == Direction::LowerIsBetter { 1.0 } else { -1.0 };
    match context.values.n_scenarios() {
        1 if sign == 1.0 => context.values.of(0, controller),
        1 => context.values.of(0, controller).iter().map(|value| sign * value).collect(),
        n => (0..n).map(|scenario| sign * mean_of(&context.values.of(scenario, controller))).collect(),
    }
}

fn build(context: &Context, block: &str) -> Result<Ranking, StatError> {
    let blocks = Blocks::of_columns((0..context.values.n_controllers()).map(|c| column(context, c)).collect())?;
    let (n, k) = (blocks.n_blocks(), blocks.n_treatments());
    let alpha = 1.0 - context.options.level;
    let ranks = average_ranks(&blocks);
    let test = friedman(&blocks).unwrap_or_else(|_| Friedman::of_ties(ranks.clone(), n));
    let critical_difference = nemenyi_cd(alpha, k, n)?;
    let (nemenyi, mean_ranks) = (nemenyi_p(&blocks), mean_ranks(context, &blocks, &ranks)?);
    drop(blocks);
    let pairs = post_hoc(context, &nemenyi)?;
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|&a, &b| ranks[a].total_cmp(&ranks[b]));
    let mut separated = vec![vec![false; k]; k];
    let mut pair = pairs.iter();
    for (a, b) in upper_pairs(k) {
        let differs = pair.next().is_some_and(|pair| pair.p_wilcoxon_holm < alpha);
        (separated[a][b], separated[b][a]) = (differs, differs);
    }
    Ok(Ranking {
        block: block.to_owned(),
        n_blocks: n,
        mean_ranks,
        controllers: context.labels(),
        friedman_chi2: test.chi2,
        friedman_df: test.df,
        friedman_p: test.p_chi2,
        iman_davenport_f: test.f,
        iman_davenport_p: if test.f.is_infinite() { smallest_p(k, n) } else { test.p_f },
        kendall_w: test.kendall_w,
        alpha,
        critical_difference,
        nemenyi_groups: rank_groups(&ranks, critical_difference)?,
        wilcoxon_groups: cliques(&separated, &order),
        pairs,
    })
}

/// Probability that all blocks agree by chance: `k!^(1 - n)`.
fn smallest_p(k: usize, n: usize) -> f64 {
    let log = libm::lgamma(k as f64 + 1.0) * (1.0 - n as f64);
    libm::exp(log).max(f64::MIN_POSITIVE)
}

/// All pairs of indices below `k`, first smaller than second.
fn upper_pairs(k: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..k).flat_map(move |a| (a + 1..k).map(move |b| (a, b)))
}

fn post_hoc(context: &Context, nemenyi: &[Vec<f64>]) -> Result<Vec<PostHocPair>, StatError> {
    let mut pairs = Vec::new();
    for (a, b) in upper_pairs(nemenyi.len()) {
        let (x, y) = (Sample::new(context.label(a), column(context, a))?, Sample::new(context.label(b), column(context, b))?);
        pairs.push(PostHocPair {
            a: context.label(a).to_owned(),
            b: context.label(b).to_owned(),
            p_nemenyi: nemenyi[a][b],
            p_wilcoxon: signed_rank(&Pairs::new(&x, &y)?).p_two_sided,
            p_wilcoxon_holm: 1.0,
        });
    }
    let p: Vec<f64> = pairs.iter().map(|pair| pair.p_wilcoxon).collect();
    for (pair, adjusted) in pairs.iter_mut().zip(adjust(&p, Adjustment::Holm)?) {
        pair.p_wilcoxon_holm = adjusted;
    }
    Ok(pairs)
}

fn mean_ranks(context: &Context, blocks: &Blocks, ranks: &[f64]) -> Result<Vec<Estimate>, StatError> {
    let resampler = context.resampler(PART, 0);
    (0..ranks.len())
        .map(|treatment| {
            let column: Vec<f64> = blocks.rows().map(|row| midranks(&row, |_| 0.0).0[treatment]).collect();
            let (column, level) = (Sample::new("ranks", column)?, context.options.level);
            let (mut interval, method) = if column.len() > LARGE {
                (student_t_interval(&column, level)?, "mean rank, Student t over blocks")
            } else {
                (bootstrap(&column, Statistic::Mean, resampler)?.percentile(level)?, "mean rank, percentile bootstrap over blocks")
            };
            interval.value = ranks[treatment];
            interval.method = method.to_owned();
            Ok(interval)
        })
        .collect()
}
