//! Ranks over blocks: Friedman's test and both families of post-hoc comparisons.

use super::compare::signed_rank;
use super::context::{Context, stat};
use crate::error::{AnalysisError, StatError};
use crate::estimate::mean_of;
use crate::input::Direction;
use crate::interval::bootstrap;
use crate::many::{Adjustment, Friedman, adjust, average_ranks, cliques, friedman, nemenyi_cd, nemenyi_p, rank_groups};
use crate::resample::Statistic;
use crate::sample::{Blocks, Pairs, Sample};
use crate::test::midranks;
use crate::verdict::{Estimate, PostHocPair, Ranking};

const PART: u64 = 5;

pub(super) fn ranking(context: &Context) -> Result<Option<Ranking>, AnalysisError> {
    let (block, rows) = blocks(context);
    if context.values.n_controllers() < 2 || rows.len() < 2 {
        return Ok(None);
    }
    let describe = |source: StatError| stat("ranks of the controllers", source);
    let blocks = Blocks::new(&rows).map_err(describe)?;
    build(context, block, &blocks).map(Some).map_err(describe)
}

/// Blocks of costs (lower is better): the scenarios' means, or the seeds where there is one scenario.
fn blocks(context: &Context) -> (&'static str, Vec<Vec<f64>>) {
    let sign = if context.options.direction == Direction::LowerIsBetter { 1.0 } else { -1.0 };
    let (n_scenarios, n_controllers) = (context.values.n_scenarios(), context.values.n_controllers());
    if n_scenarios > 1 {
        let row = |scenario| (0..n_controllers).map(|c| sign * mean_of(context.values.of(scenario, c))).collect();
        ("scenario", (0..n_scenarios).map(row).collect())
    } else {
        let row = |seed: usize| (0..n_controllers).map(|c| sign * context.values.of(0, c)[seed]).collect();
        ("seed", (0..context.values.n_seeds(0)).map(row).collect())
    }
}

fn build(context: &Context, block: &str, blocks: &Blocks) -> Result<Ranking, StatError> {
    let (n, k) = (blocks.n_blocks(), blocks.n_treatments());
    let alpha = 1.0 - context.options.level;
    let ranks = average_ranks(blocks);
    let test = friedman(blocks).unwrap_or_else(|_| Friedman::of_ties(ranks.clone(), n));
    let critical_difference = nemenyi_cd(alpha, k, n)?;
    let pairs = post_hoc(context, blocks)?;
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|&a, &b| ranks[a].total_cmp(&ranks[b]));
    let mut separated = vec![vec![false; k]; k];
    let mut pair = pairs.iter();
    for a in 0..k {
        for b in a + 1..k {
            let differs = pair.next().is_some_and(|pair| pair.p_wilcoxon_holm < alpha);
            (separated[a][b], separated[b][a]) = (differs, differs);
        }
    }
    Ok(Ranking {
        block: block.to_owned(),
        n_blocks: n,
        mean_ranks: mean_ranks(context, blocks, &ranks)?,
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

fn post_hoc(context: &Context, blocks: &Blocks) -> Result<Vec<PostHocPair>, StatError> {
    let nemenyi = nemenyi_p(blocks);
    let mut pairs = Vec::new();
    for a in 0..blocks.n_treatments() {
        for b in a + 1..blocks.n_treatments() {
            let (x, y) = (Sample::new(context.label(a), blocks.column(a))?, Sample::new(context.label(b), blocks.column(b))?);
            pairs.push(PostHocPair {
                a: context.label(a).to_owned(),
                b: context.label(b).to_owned(),
                p_nemenyi: nemenyi[a][b],
                p_wilcoxon: signed_rank(&Pairs::new(&x, &y)?).p_two_sided,
                p_wilcoxon_holm: 1.0,
            });
        }
    }
    let p: Vec<f64> = pairs.iter().map(|pair| pair.p_wilcoxon).collect();
    for (pair, adjusted) in pairs.iter_mut().zip(adjust(&p, Adjustment::Holm)?) {
        pair.p_wilcoxon_holm = adjusted;
    }
    Ok(pairs)
}

fn mean_ranks(context: &Context, blocks: &Blocks, ranks: &[f64]) -> Result<Vec<Estimate>, StatError> {
    let rows: Vec<Vec<f64>> = blocks.rows().iter().map(|row| midranks(row, |_| 0.0).0).collect();
    let resampler = context.resampler(PART, 0, 0);
    (0..ranks.len())
        .map(|treatment| {
            let column: Vec<f64> = rows.iter().map(|row| row[treatment]).collect();
            let replicates = bootstrap(&Sample::new("ranks", column)?, Statistic::Mean, resampler)?;
            let mut interval = replicates.percentile(context.options.level)?;
            interval.value = ranks[treatment];
            interval.method = String::from("mean rank, percentile bootstrap over blocks");
            Ok(interval)
        })
        .collect()
}
