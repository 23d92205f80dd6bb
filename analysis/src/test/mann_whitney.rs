//! Mann and Whitney's U test (1947) of two independent samples, exact given the midranks.
//!
//! `U = R_x - n(n+1)/2` with `R_x` the rank sum of `x` among all values. The exact law counts the subsets of size `n` of the doubled
//! midranks by their sum, with ties as observed.

use super::{Tails, midranks};
use crate::distribution::normal_sf;
use crate::error::StatError;
use crate::sample::Sample;

/// How the p-values are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MannWhitneyMethod {
    /// Exact up to 60 values in all, asymptotic beyond.
    Auto,
    /// Exact given the midranks; at most 200 values in all.
    Exact,
    /// Normal approximation with the variance corrected for ties.
    Asymptotic {
        /// Moves the statistic by one half towards its mean.
        continuity_correction: bool,
    },
}

/// Result of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MannWhitney {
    /// Number of pairs with `x > y`, ties as one half.
    pub u_x: f64,
    /// Number of pairs with `y > x`, ties as one half.
    pub u_y: f64,
    /// Standardised `u_x`, without correction; only of the asymptotic method.
    pub z: Option<f64>,
    /// p-values.
    pub tails: Tails,
}

/// Runs the test.
///
/// # Errors
/// More than 200 values for the exact law; all values equal for the asymptotic one.
pub fn mann_whitney(x: &Sample, y: &Sample, method: MannWhitneyMethod) -> Result<MannWhitney, StatError> {
    let (n, m) = (x.len(), y.len());
    let all: Vec<f64> = x.values().iter().chain(y.values()).copied().collect();
    let (ranks, groups) = midranks(&all, |_| 0.0);
    let rank_sum: f64 = ranks[..n].iter().sum();
    let u_x = rank_sum - 0.5 * (n * (n + 1)) as f64;
    let u_y = (n * m) as f64 - u_x;
    let exact = match method {
        MannWhitneyMethod::Auto => n + m <= 60,
        MannWhitneyMethod::Exact => true,
        MannWhitneyMethod::Asymptotic { .. } => false,
    };
    if exact {
        if n + m > 200 {
            let found = (n + m) as f64;
            return Err(StatError::Parameter { parameter: "number of values", found, allowed: "at most 200 for the exact law" });
        }
        let doubled: Vec<usize> = ranks.iter().map(|rank| (2.0 * rank) as usize).collect();
        let law = subset_sum_law(&doubled, n);
        let observed = (2.0 * rank_sum) as usize;
        let tails = Tails::doubled(law[observed..].iter().rev().sum(), law[..=observed].iter().sum());
        return Ok(MannWhitney { u_x, u_y, z: None, tails });
    }
    let size = (n + m) as f64;
    let ties: f64 = groups.iter().map(|&t| (t * t * t - t) as f64).sum();
    let variance = (n * m) as f64 / 12.0 * (size + 1.0 - ties / (size * (size - 1.0)));
    if variance <= 0.0 {
        return Err(StatError::Undefined { method: "the Mann-Whitney test", reason: "all values are equal" });
    }
    let shift = u_x - 0.5 * (n * m) as f64;
    let step = if matches!(method, MannWhitneyMethod::Asymptotic { continuity_correction: false }) { 0.0 } else { 0.5 };
    let deviation = variance.sqrt();
    let tails = Tails::doubled(normal_sf((shift - step) / deviation), normal_sf((-shift - step) / deviation));
    Ok(MannWhitney { u_x, u_y, z: Some(shift / deviation), tails })
}

/// Law of the sum of a random subset of `size` weights: probabilities of the sums from 0 to the total.
fn subset_sum_law(weights: &[usize], size: usize) -> Vec<f64> {
    let total: usize = weights.iter().sum();
    let mut ways = vec![vec![0.0; total + 1]; size + 1];
    ways[0][0] = 1.0;
    let mut reach = 0;
    for (index, &weight) in weights.iter().enumerate() {
        reach += weight;
        for taken in (1..=size.min(index + 1)).rev() {
            let (fewer, these) = ways.split_at_mut(taken);
            for sum in weight..=reach {
                these[0][sum] += fewer[taken - 1][sum - weight];
            }
        }
    }
    let mut law = ways.swap_remove(size);
    let all: f64 = law.iter().sum();
    law.iter_mut().for_each(|p| *p /= all);
    law
}
