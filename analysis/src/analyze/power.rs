//! What the tests can detect with the seeds there are.
//!
//! The signed-rank and sign-flip tests of `n` pairs cannot give a two-sided p below `2^(1-n)`, nor sampled flips one below `1 / (1 + resamples)`. Effects are by the t test's power:
//! `d_z sqrt(n) = t(1 - alpha/2m, n-1) + t(power, n-1)`, an approximation that the exact tests follow closely.

use super::context::Context;
use crate::distribution::student_t_quantile;
use crate::estimate::{mean_of, median_of_sorted, variance_of};
use crate::input::Claim;
use crate::verdict::{Decision, PairedComparison, PooledComparison, PowerLine, SeedsNeeded};

const POWER: f64 = 0.8;
const MOST: u64 = 1_000_000;

/// One comparison of a family: labels, mean advantage, its standard deviation, whether it is decided.
struct Member<'a> {
    a: &'a str,
    b: &'a str,
    mean: f64,
    deviation: f64,
    decided: bool,
}

pub(super) fn lines(context: &Context, comparisons: &[PairedComparison], pooled: &[PooledComparison]) -> Vec<PowerLine> {
    let alpha = 1.0 - context.options.level;
    let mut lines = Vec::new();
    let sequential = context.options.sequential.is_some();
    let least_p: fn(usize) -> f64 = if sequential { crate::sequential::smallest_p } else { smallest };
    let n_pairs = context.pairs().len();
    for (s, scenario) in context.table.scenarios().iter().enumerate() {
        let members: Vec<Member> = comparisons[s * n_pairs..(s + 1) * n_pairs]
            .iter()
            .zip(context.pairs())
            .map(|(comparison, (a, b))| Member {
                a: &comparison.a,
                b: &comparison.b,
                mean: comparison.advantage.value,
                deviation: deviation(context, s, a, b),
                decided: comparison.decision != Decision::Undecided,
            })
            .collect();
        let n = context.table.seeds(&scenario.name).len();
        if !members.is_empty() {
            lines.push(line(format!("pairs in {}", scenario.name), n, &members, alpha, least_p, 0.0));
        }
    }
    if pooled.is_empty() {
        return lines;
    }
    let members: Vec<Member> = pooled.iter().zip(context.pairs()).map(|(pooled, (a, b))| pooled_member(context, pooled, a, b)).collect();
    let (family, n) = match context.options.claim {
        Claim::TheseScenarios if sequential => ("pooled over these scenarios (seeds)", context.values.n_seeds(0)),
        Claim::TheseScenarios => ("pooled over these scenarios (pairs of seeds)", pooled[0].n),
        Claim::ScenariosLikeThese => ("pooled over scenarios like these (scenarios)", pooled[0].n_scenarios),
    };
    // Sampled flips count the observed arrangement.
    let is_sampled = !sequential && pooled.iter().any(|pair| pair.test.method.ends_with("sampled flips"));
    let floor = if is_sampled { 1.0 / (context.options.n_resamples as f64 + 1.0) } else { 0.0 };
    lines.push(line(family.to_owned(), n, &members, alpha, least_p, floor));
    lines
}

/// Standard deviation of the advantages of one scenario.
fn deviation(context: &Context, scenario: usize, a: usize, b: usize) -> f64 {
    let pairs = context.advantages(scenario, a, b).expect("these pairs were compared");
    variance_of(pairs.differences()).sqrt()
}

fn pooled_member<'a>(context: &Context, pooled: &'a PooledComparison, a: usize, b: usize) -> Member<'a> {
    let advantages = context.normalised.advantages(&context.values, a, b);
    let deviation = match context.options.claim {
        Claim::TheseScenarios => mean_of(&advantages.groups().map(variance_of).collect::<Vec<_>>()).sqrt(),
        Claim::ScenariosLikeThese => variance_of(&advantages.means()).sqrt(),
    };
    let decided = pooled.decision != Decision::Undecided;
    Member { a: &pooled.a, b: &pooled.b, mean: pooled.advantage.value, deviation, decided }
}

fn line(family: String, n: usize, members: &[Member], alpha: f64, smallest: fn(usize) -> f64, floor: f64) -> PowerLine {
    let m = members.len() as f64;
    let smallest_p = smallest(n).max(floor);
    let smallest_p_adjusted = (m * smallest_p).min(1.0);
    let can_decide = smallest_p_adjusted < alpha;
    let n_needed_to_decide = (1..=MOST as usize).find(|&n| m * smallest(n) < alpha).expect("2^(1-n) falls below any level");
    let detectable_d_z = if can_decide && n >= 2 { sum_of_quantiles(n as u64, m, alpha) / (n as f64).sqrt() } else { f64::INFINITY };
    let mut deviations: Vec<f64> = members.iter().map(|member| member.deviation).collect();
    deviations.sort_by(f64::total_cmp);
    let typical = median_of_sorted(&deviations);
    let needed = members.iter().filter(|member| !member.decided).map(|member| needed(member, n, n_needed_to_decide, m, alpha)).collect();
    PowerLine {
        family,
        n,
        n_comparisons: members.len(),
        smallest_p,
        smallest_p_adjusted,
        can_decide,
        n_needed_to_decide,
        power: POWER,
        detectable_d_z,
        detectable_advantage: if typical == 0.0 { 0.0 } else { detectable_d_z * typical },
        needed,
    }
}

/// Smallest two-sided p of a sign-flip or signed-rank test.
fn smallest(n: usize) -> f64 {
    libm::ldexp(1.0, 1 - n.min(1000) as i32).min(1.0)
}

fn sum_of_quantiles(n: u64, m: f64, alpha: f64) -> f64 {
    let df = n as f64 - 1.0;
    student_t_quantile(1.0 - 0.5 * alpha / m, df) + student_t_quantile(POWER, df)
}

fn needed(member: &Member, n: usize, n_least: usize, m: f64, alpha: f64) -> SeedsNeeded {
    let (a, b) = (member.a.to_owned(), member.b.to_owned());
    if member.mean == 0.0 {
        return SeedsNeeded { a, b, n_total: None, n_more: None };
    }
    let least = (n_least as u64).max(2);
    let enough = |n: u64| member.mean.abs() * (n as f64).sqrt() >= sum_of_quantiles(n, m, alpha) * member.deviation;
    if !enough(MOST) {
        return SeedsNeeded { a, b, n_total: None, n_more: None };
    }
    let (mut low, mut high) = (least - 1, MOST);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    SeedsNeeded { a, b, n_total: Some(high), n_more: Some(high.saturating_sub(n as u64)) }
}
