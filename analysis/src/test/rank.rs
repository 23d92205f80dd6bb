//! Midranks and the rank correlations of Spearman and Kendall.

use crate::distribution::{normal_sf, student_t_sf};
use crate::error::StatError;
use crate::estimate::mean_of;
use crate::sample::{Pairs, Sample};

/// Ranks from 1 (smallest); tied values share the mean of their ranks.
#[must_use]
pub fn ranks(sample: &Sample) -> Vec<f64> {
    midranks(sample.values(), |_| 0.0).0
}

/// Midranks, and the sizes of the groups of ties (those of one included). Values within `slack` of their lower neighbour are tied.
pub(crate) fn midranks(values: &[f64], slack: impl Fn(usize) -> f64) -> (Vec<f64>, Vec<usize>) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut groups = Vec::new();
    let mut start = 0;
    while start < order.len() {
        let mut end = start + 1;
        while end < order.len() {
            let (low, high) = (order[end - 1], order[end]);
            if values[high] != values[low] && values[high] - values[low] > slack(low).max(slack(high)) {
                break;
            }
            end += 1;
        }
        let rank = 0.5 * (start + 1 + end) as f64;
        for &index in &order[start..end] {
            ranks[index] = rank;
        }
        groups.push(end - start);
        start = end;
    }
    (ranks, groups)
}

/// Spearman's rank correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpearmanRho {
    /// Correlation in `[-1, 1]`.
    pub rho: f64,
    /// Two-sided p-value by Student's t with `n - 2` degrees of freedom.
    pub p_two_sided: f64,
}

/// Spearman's correlation: Pearson's of the midranks.
///
/// # Errors
/// Fewer than 3 pairs; all values of one sample equal.
pub fn spearman(pairs: &Pairs) -> Result<SpearmanRho, StatError> {
    pairs.require(3, "Spearman's correlation")?;
    let (x, y) = (midranks(pairs.x(), |_| 0.0).0, midranks(pairs.y(), |_| 0.0).0);
    let (mean_x, mean_y) = (mean_of(&x), mean_of(&y));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (a, b) in x.iter().zip(&y) {
        xy += (a - mean_x) * (b - mean_y);
        xx += (a - mean_x) * (a - mean_x);
        yy += (b - mean_y) * (b - mean_y);
    }
    if xx == 0.0 || yy == 0.0 {
        return Err(StatError::Undefined { method: "Spearman's correlation", reason: "all values of a sample are equal" });
    }
    let rho = (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0);
    let df = pairs.len() as f64 - 2.0;
    let t = rho.abs() * (df / ((1.0 - rho.abs()) * (1.0 + rho.abs()))).sqrt();
    Ok(SpearmanRho { rho, p_two_sided: (2.0 * student_t_sf(t, df)).min(1.0) })
}

/// Kendall's tau-b.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KendallTau {
    /// Correlation in `[-1, 1]`.
    pub tau_b: f64,
    /// Two-sided p-value by the normal approximation with the variance corrected for ties.
    pub p_asymptotic: f64,
}

/// Kendall's tau-b with its asymptotic p-value (Kendall 1970).
///
/// # Errors
/// Fewer than 2 pairs; all values of one sample equal.
pub fn kendall(pairs: &Pairs) -> Result<KendallTau, StatError> {
    pairs.require(2, "Kendall's tau")?;
    let n = pairs.len();
    let mut score = 0_i64;
    for i in 0..n {
        for j in 0..i {
            let x = pairs.x()[i].total_cmp(&pairs.x()[j]) as i64 * i64::from(pairs.x()[i] != pairs.x()[j]);
            let y = pairs.y()[i].total_cmp(&pairs.y()[j]) as i64 * i64::from(pairs.y()[i] != pairs.y()[j]);
            score += x * y;
        }
    }
    let ties = |values: &[f64]| {
        let groups = midranks(values, |_| 0.0).1;
        let sum = |f: &dyn Fn(f64) -> f64| groups.iter().map(|&t| f(t as f64)).sum::<f64>();
        (sum(&|t| t * (t - 1.0)), sum(&|t| t * (t - 1.0) * (t - 2.0)), sum(&|t| t * (t - 1.0) * (2.0 * t + 5.0)))
    };
    let (x, y) = (ties(pairs.x()), ties(pairs.y()));
    let size = n as f64;
    let all = size * (size - 1.0);
    if all == x.0 || all == y.0 {
        return Err(StatError::Undefined { method: "Kendall's tau", reason: "all values of a sample are equal" });
    }
    let score = score as f64;
    let tau_b = (2.0 * score / ((all - x.0).sqrt() * (all - y.0).sqrt())).clamp(-1.0, 1.0);
    let mut variance = (all * (2.0 * size + 5.0) - x.2 - y.2) / 18.0 + x.0 * y.0 / (2.0 * all);
    if n > 2 {
        variance += x.1 * y.1 / (9.0 * all * (size - 2.0));
    }
    Ok(KendallTau { tau_b, p_asymptotic: (2.0 * normal_sf(score.abs() / variance.sqrt())).min(1.0) })
}

/// Law of `sum of w_i B_i` with fair independent bits `B_i` and integer weights: probabilities of the sums from 0 to the total.
pub(crate) fn fair_sum_law(weights: &[usize]) -> Vec<f64> {
    let total: usize = weights.iter().sum();
    let mut law = vec![0.0; total + 1];
    law[0] = 1.0;
    let mut reach = 0;
    for &weight in weights {
        reach += weight;
        for sum in (0..=reach).rev() {
            let moved = if sum >= weight { law[sum - weight] } else { 0.0 };
            law[sum] = 0.5 * (law[sum] + moved);
        }
    }
    law
}
