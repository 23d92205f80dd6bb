//! Bayesian signed-rank test (Benavoli et al. 2014): a Dirichlet process prior, posterior weights on the pairwise sums.
//!
//! With Dirichlet weights `w` over the pseudo-observation `z_0` (strength `s`) and the differences, the masses are
//! `sum_ij w_i w_j 1[z_i + z_j > 2 rope]` and likewise left and inside. They are computed for each draw from sorted differences with
//! cumulative weights, in `O(n)` instead of `O(n^2)`. For a large sample the masses are drawn from their normal limit: with `h_i` the mass of the pairs that
//! observation `i` belongs to under equal weights, a mass is `mean h` plus `2 sum_i (w_i - 1/n) h_i`, of covariance `4 cov(h, h') / (n + 1)` (the linear part of
//! a V-statistic under the Bayesian bootstrap; Rubin 1981, doi:10.1214/aos/1176345338).

use super::{Posterior, check_rope, check_strength, winners};
use crate::error::StatError;
use crate::estimate::mean_of;
use crate::resample::{LARGE, Resampler, Stream};
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
    let reach = Reach { points: &points, width: 2.0 * rope, slack };
    if points.len() > LARGE + 1 {
        return Ok(winners(&reach.normal_masses(rope == 0.0, resampler)));
    }
    let edges = reach.edges();
    let draws = resampler.run(
        || (vec![0.0; points.len()], vec![0.0; points.len() + 1]),
        |(weights, cumulative), seed, resample| {
            let mut stream = Stream::new(seed, resample, 0);
            let mut total = 0.0;
            for (weight, (_, is_prior)) in weights.iter_mut().zip(&points) {
                *weight = if *is_prior { stream.gamma(strength) } else { stream.exponential() };
                total += *weight;
            }
            edges.masses(weights, cumulative, total, rope == 0.0)
        },
    );
    Ok(winners(&draws))
}

/// The sorted points, and which pairwise sums count as beyond the region: a sum within `slack` of an edge is on it.
struct Reach<'a> {
    points: &'a [(f64, bool)],
    width: f64,
    slack: f64,
}

impl Reach<'_> {
    /// Where the partners of `z` begin whose sum with it is at least `bound`, and where those that are above it.
    fn ends(&self, z: f64, bound: f64) -> [usize; 2] {
        let sum = |a: f64, b: f64| if a == -b { 0.0 } else { a + b };
        let first = |reached: &dyn Fn(f64) -> bool| self.points.partition_point(|(other, _)| !reached(sum(z, *other)));
        [first(&|sum| sum >= bound - self.slack), first(&|sum| sum > bound + self.slack)]
    }

    fn edges(&self) -> Edges {
        let of = |bound: f64| self.points.iter().map(|(z, _)| self.ends(*z, bound)).collect();
        Edges { left: of(-self.width), right: of(self.width) }
    }

    /// Draws of the three masses from their normal limit; the prior's observation counts as one of them.
    fn normal_masses(&self, without_rope: bool, resampler: Resampler) -> Vec<[f64; 3]> {
        let n = self.points.len() as f64;
        let below = |z: f64, bound: f64| self.ends(z, bound).iter().sum::<usize>() as f64 * 0.5 / n;
        let left: Vec<f64> = self.points.iter().map(|(z, _)| below(*z, -self.width)).collect();
        let right: Vec<f64> = self.points.iter().map(|(z, _)| 1.0 - below(*z, self.width)).collect();
        let (mean_left, mean_right) = (mean_of(&left), mean_of(&right));
        let (mut ll, mut lr, mut rr) = (0.0, 0.0, 0.0);
        for (l, r) in left.iter().zip(&right) {
            let (l, r) = (l - mean_left, r - mean_right);
            (ll, lr, rr) = (ll + l * l, lr + l * r, rr + r * r);
        }
        let scale = 4.0 / (n * (n + 1.0));
        // Cholesky's factor of the covariance.
        let a = (scale * ll).sqrt();
        let b = if a > 0.0 { scale * lr / a } else { 0.0 };
        let c = (scale * rr - b * b).max(0.0).sqrt();
        resampler.run(
            || (),
            |(), seed, resample| {
                let mut stream = Stream::new(seed, resample, 0);
                let (u, v) = (stream.normal(), stream.normal());
                let (left, right) = (mean_left + a * u, mean_right + b * u + c * v);
                if without_rope { [left, 0.0, right] } else { [left, 1.0 - left - right, right] }
            },
        )
    }
}

/// For each point, where the partners end whose pairwise sum lies left of the region or on its edge, and where those begin whose
/// sum lies right of it or on its edge. An edge counts half to each side.
struct Edges {
    left: Vec<[usize; 2]>,
    right: Vec<[usize; 2]>,
}

impl Edges {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;

    #[test]
    fn the_normal_limit_agrees_with_the_draws() {
        let mut stream = Stream::new(1, 2, 3);
        let d: Vec<f64> = (0..1500).map(|_| 0.012 + stream.normal()).collect();
        let pairs = Pairs::from_differences(&Sample::new("d", d).unwrap());
        let resampler = Resampler::new(2000, 7).unwrap();
        for rope in [0.0, 0.6] {
            let mut points: Vec<(f64, bool)> = pairs.differences().iter().map(|&d| (d, false)).chain([(0.0, true)]).collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            let limit = winners(&Reach { points: &points, width: 2.0 * rope, slack: 0.0 }.normal_masses(rope == 0.0, resampler));
            let drawn = bayes_signed_rank(&pairs, rope, 1.0, PriorPlace::Rope, resampler).unwrap();
            for (a, b) in [(limit.p_left, drawn.p_left), (limit.p_rope, drawn.p_rope), (limit.p_right, drawn.p_right)] {
                // Four standard errors of the difference of two proportions of 2000 draws.
                assert!((a - b).abs() < 0.064, "{limit:?} {drawn:?}");
            }
            assert!((0.02..0.98).contains(&drawn.p_right) || rope > 0.0, "{drawn:?}");
        }
    }
}
