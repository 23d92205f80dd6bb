//! Sign-flip permutation test of a mean difference (Fisher 1935; Pitman 1937).
//!
//! Under the null each difference is as likely as its negative. Up to 40 pairs the law over all `2^n` flips is exact: the sums of each
//! half of the pairs are generated in order by merging, and pairs of them that reach the observed sum are counted with two
//! fingers, in `O(2^(n/2))`. Beyond, flips are sampled and the observed arrangement is counted, so p is never 0. The sum over all flips of a large sample is
//! normal with variance `sum d_i^2` (Lindeberg's condition holds unless one difference outweighs all others together).

use super::Tails;
use crate::distribution::normal_sf;
use crate::error::StatError;
use crate::estimate::mean_of;
use crate::resample::{LARGE, Resampler};
use crate::sample::Pairs;
use crate::sum::exact_sum;

/// How the law is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignFlipMethod {
    /// Exact up to 32 pairs, Monte Carlo beyond, normal for a [`LARGE`] sample.
    Auto(Resampler),
    /// All flips; at most 40 nonzero differences.
    Exact,
    /// Sampled flips, the observed one counted.
    MonteCarlo(Resampler),
    /// The normal law that the flips of a large sample tend to.
    Normal,
}

/// Which law of the flips gave the p-values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlipLaw {
    /// All flips were counted.
    Exact,
    /// Some were sampled.
    Sampled,
    /// The normal limit.
    Normal,
}

/// Result of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignFlip {
    /// Mean of `x - y`.
    pub mean_difference: f64,
    /// Number of flips counted: `2^n` where exact; infinite for the normal limit.
    pub n_arrangements: f64,
    /// The law that the p-values come from.
    pub law: FlipLaw,
    /// p-values; the two-sided one counts flips with at least the observed absolute mean.
    pub tails: Tails,
}

/// Most pairs for an exact law.
const EXACT_MAX: usize = 40;
const AUTO_MAX: usize = 32;

/// Runs the test; with only zero differences every p-value is 1.
///
/// # Errors
/// More than 40 nonzero differences for the exact law.
pub fn sign_flip(pairs: &Pairs, method: SignFlipMethod) -> Result<SignFlip, StatError> {
    let sizes: Vec<f64> = pairs.differences().iter().filter(|d| **d != 0.0).map(|d| d.abs()).collect();
    let observed = exact_sum(pairs.differences().iter().copied());
    // What the operands' rounding and that of the sums can hide; more would take differences beside a large one for ties.
    let summing = (1.0 + 0.5 * (sizes.len() as f64).sqrt()) * f64::EPSILON;
    let slack = 2.0 * pairs.roundings().iter().sum::<f64>() + summing * sizes.iter().sum::<f64>();
    let mean_difference = mean_of(pairs.differences());
    let sampled = |resampler| Ok(monte_carlo(&sizes, observed, slack, mean_difference, resampler));
    match method {
        SignFlipMethod::MonteCarlo(resampler) => return sampled(resampler),
        SignFlipMethod::Normal => return Ok(normal(&sizes, observed, mean_difference)),
        SignFlipMethod::Auto(_) if sizes.len() > LARGE => return Ok(normal(&sizes, observed, mean_difference)),
        SignFlipMethod::Auto(resampler) if sizes.len() > AUTO_MAX => return sampled(resampler),
        _ if sizes.len() > EXACT_MAX => {
            let found = sizes.len() as f64;
            return Err(StatError::Parameter { parameter: "number of pairs", found, allowed: "at most 40 for all sign flips" });
        }
        _ => {}
    }
    let (left, right) = sizes.split_at(sizes.len() / 2);
    let (left, right) = (signed_sums(left), signed_sums(right));
    let total = left.len() as f64 * right.len() as f64;
    let at_least = |bound: f64| count_at_least(&left, &right, bound - slack) as f64 / total;
    let p_two_sided = if observed.abs() <= slack { 1.0 } else { (2.0 * at_least(observed.abs())).min(1.0) };
    let tails = Tails { p_two_sided, p_greater: at_least(observed), p_less: at_least(-observed) };
    Ok(SignFlip { mean_difference, n_arrangements: libm::ldexp(1.0, pairs.len() as i32), law: FlipLaw::Exact, tails })
}

/// All sums of `±size`, ascending.
fn signed_sums(sizes: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for &size in sizes {
        let mut merged = Vec::with_capacity(2 * sums.len());
        let (mut low, mut high) = (0, 0);
        while high < sums.len() {
            if low < sums.len() && sums[low] - size <= sums[high] + size {
                merged.push(sums[low] - size);
                low += 1;
            } else {
                merged.push(sums[high] + size);
                high += 1;
            }
        }
        sums = merged;
    }
    sums
}

/// Number of pairs of the two ascending lists whose sum is at least `bound`.
fn count_at_least(left: &[f64], right: &[f64], bound: f64) -> u64 {
    let mut first = right.len();
    let mut count = 0;
    for &value in left {
        while first > 0 && value + right[first - 1] >= bound {
            first -= 1;
        }
        count += (right.len() - first) as u64;
    }
    count
}

fn normal(sizes: &[f64], observed: f64, mean_difference: f64) -> SignFlip {
    let deviation = exact_sum(sizes.iter().map(|size| size * size)).sqrt();
    let z = if deviation > 0.0 { observed / deviation } else { 0.0 };
    let tails = Tails::doubled(normal_sf(z), normal_sf(-z));
    SignFlip { mean_difference, n_arrangements: f64::INFINITY, law: FlipLaw::Normal, tails }
}

fn monte_carlo(sizes: &[f64], observed: f64, slack: f64, mean_difference: f64, resampler: Resampler) -> SignFlip {
    let sums = resampler.run(
        || (),
        |(), seed, resample| {
            let mut stream = crate::resample::Stream::new(seed, resample, 0);
            let mut sum = 0.0;
            for chunk in sizes.chunks(64) {
                let mut bits = stream.next();
                for size in chunk {
                    sum += if bits & 1 == 1 { *size } else { -size };
                    bits >>= 1;
                }
            }
            sum
        },
    );
    let total = sums.len() as f64 + 1.0;
    let p = |hit: &dyn Fn(f64) -> bool| (sums.iter().filter(|sum| hit(**sum)).count() as f64 + 1.0) / total;
    let tails = Tails {
        p_two_sided: p(&|sum| sum.abs() >= observed.abs() - slack),
        p_greater: p(&|sum| sum >= observed - slack),
        p_less: p(&|sum| sum <= observed + slack),
    };
    SignFlip { mean_difference, n_arrangements: total, law: FlipLaw::Sampled, tails }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;

    #[test]
    fn one_large_difference_does_not_make_ties_of_the_others() {
        for large in [1e3, 1e12, 1e14, 1e15] {
            let y: Vec<f64> = (11..18).map(f64::from).chain([large]).collect();
            let pairs =
                Pairs::new(&Sample::new("y", y).expect("finite"), &Sample::new("x", vec![10.0; 8]).expect("finite")).expect("paired");
            let found = sign_flip(&pairs, SignFlipMethod::Exact).expect("few");
            assert_eq!(found.tails.p_two_sided, 2.0 / 256.0, "{large:e}");
        }
    }
}
