//! Hodges and Lehmann's shift (1963) and the matched-pairs rank-biserial correlation (Kerby 2014).

use crate::distribution::normal_quantile;
use crate::error::StatError;
use crate::estimate::median_of_sorted;
use crate::sample::{Pairs, check_level};
use crate::test::{WilcoxonMethod, ZeroMethod, fair_sum_law, wilcoxon};
use crate::verdict::Estimate;

/// Most pairs for which all Walsh averages and the exact law are computed; beyond, the normal approximation chooses the rank.
const EXACT_MAX: usize = 200;

/// Median of the Walsh averages `(d_i + d_j)/2, i <= j`, with the interval that inverts the signed-rank test.
///
/// Unbounded where even the extreme averages do not reach the level (below 6 pairs at 95 %).
///
/// # Errors
/// A level outside `(0, 1)`.
pub fn hodges_lehmann(pairs: &Pairs, level: f64) -> Result<Estimate, StatError> {
    check_level(level)?;
    let d = pairs.differences();
    let n = d.len();
    let mut walsh: Vec<f64> = (0..n).flat_map(|i| (i..n).map(move |j| 0.5 * d[i] + 0.5 * d[j])).collect();
    crate::order::sort(&mut walsh);
    let value = median_of_sorted(&walsh);
    let tail = 0.5 * (1.0 - level);
    let n_outside = if n <= EXACT_MAX {
        let law = fair_sum_law(&(1..=n).collect::<Vec<_>>());
        let mut cumulative = 0.0;
        law.iter()
            .take_while(|p| {
                cumulative += **p;
                cumulative <= tail
            })
            .count()
    } else {
        let size = n as f64;
        let deviation = (size * (size + 1.0) * (2.0 * size + 1.0) / 24.0).sqrt();
        (size * (size + 1.0) / 4.0 + normal_quantile(tail) * deviation).floor().max(0.0) as usize
    };
    if n_outside == 0 {
        return Ok(Estimate::without_interval(value, level, n, "Hodges-Lehmann shift, too few pairs for an interval"));
    }
    let (lower, upper) = (walsh[n_outside - 1], walsh[walsh.len() - n_outside]);
    Ok(Estimate { value, lower, upper, level, method: String::from("Hodges-Lehmann shift, signed-rank interval"), n })
}

/// `(W+ - W-) / (W+ + W-)`, zeros dropped; 0 where all differences are 0.
#[must_use]
pub fn rank_biserial(pairs: &Pairs) -> f64 {
    let asymptotic = WilcoxonMethod::Asymptotic { continuity_correction: false };
    wilcoxon(pairs, ZeroMethod::Wilcox, asymptotic)
        .map_or(0.0, |result| (result.w_plus - result.w_minus) / (result.w_plus + result.w_minus))
}
