//! Bayesian signed-rank test (Benavoli et al. 2014): a Dirichlet process prior, posterior weights on the pairwise sums.
//!
//! With Dirichlet weights `w` over the pseudo-observation `z_0` (strength `s`) and the differences, the masses are
//! `sum_ij w_i w_j 1[z_i + z_j > 2 rope]` and likewise left and inside. They are computed for each draw from sorted differences with
//! cumulative weights, in `O(n)` instead of `O(n^2)`.

use super::{Posterior, check_rope, check_strength, winners};
use crate::error::StatError;
use crate::resample::{Resampler, Stream};
use crate::sample::Pairs;

/// Where the prior's pseudo-observation lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriorPlace {
    /// Left of the region, beyond every difference.
    Left,
    /// At 0, inside the region.
    Rope,
    /// Right of the region, beyond every difference.
    Right,
}

/// Probability that each of the three masses is the largest.
///
/// Without a region (`rope` of 0) a pairwise sum of 0 counts half to each side, and the two sides share all probability.
///
/// # Errors
/// A negative or infinite `rope`; a `strength` that is not positive.
pub fn bayes_signed_rank(pairs: &Pairs, rope: f64, strength: f64, place: PriorPlace, resampler: Resampler) -> Result<Posterior, StatError> {
    check_rope(rope)?;
    check_strength(strength)?;
    let slack = 2.0 * pairs.roundings().iter().fold(0.0_f64, |a, &b| a.max(b));
    let prior = match place {
        PriorPlace::Left => f64::NEG_INFINITY,
        PriorPlace::Rope => 0.0,
        PriorPlace::Right => f64::INFINITY,
    };
    let mut points: Vec<(f64, bool)> = pairs.differences().iter().map(|&d| (d, false)).collect();
    points.push((prior, true));
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let reach = Reach::new(&points, 2.0 * rope, slack);
    let draws = resampler.run(
        || (vec![0.0; points.len()], vec![0.0; points.len() + 1]),
        |(weights, cumulative), seed, resample| {
            let mut stream = Stream::new(seed, resample, 0);
            let mut total = 0.0;
            for (weight, (_, is_prior)) in weights.iter_mut().zip(&points) {
                *weight = if *is_prior { stream.gamma(strength) } else { stream.exponential() };
                total += *weight;
            }
            reach.masses(weights, cumulative, total, rope == 0.0)
        },
    );
    Ok(winners(&draws))
}

/// For each point, where the partners end whose pairwise sum lies left of the region or on its edge, and where those begin whose
/// sum lies right of it or on its edge. An edge counts half to each side.
struct Reach {
    left: Vec<[usize; 2]>,
    right: Vec<[usize; 2]>,
}

impl Reach {
    fn new(points: &[(f64, bool)], width: f64, slack: f64) -> Self {
        let sum = |a: f64, b: f64| if a == -b { 0.0 } else { a + b };
        let first = |z: f64, reached: &dyn Fn(f64) -> bool| points.partition_point(|(other, _)| !reached(sum(z, *other)));
        let ends = |z: f64, bound: f64| [first(z, &|sum| sum >= bound - slack), first(z, &|sum| sum > bound + slack)];
        let left = points.iter().map(|(z, _)| ends(*z, -width)).collect();
        let right = points.iter().map(|(z, _)| ends(*z, width)).collect();
        Self { left, right }
    }

    fn masses(&self, weights: &[f64], cumulative: &mut [f64], total: f64, without_rope: bool) -> [f64; 3] {
        for (index, weight) in weights.iter().enumerate() {
            cumulative[index + 1] = cumulative[index] + weight;
        }
        let all = cumulative[weights.len()];
        let between = |ends: [usize; 2]| 0.5 * (cumulative[ends[0]] + cumulative[ends[1]]);
        let (mut left, mut right) = (0.0, 0.0);
        for (index, weight) in weights.iter().enumerate() {
            left += weight * between(self.left[index]);
            right += weight * (all - between(self.right[index]));
        }
        if without_rope { [left, 0.0, right] } else { [left, total * total - left - right, right] }
    }
}
