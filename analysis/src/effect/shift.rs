//! Hodges and Lehmann's shift (1963) and the matched-pairs rank-biserial correlation (Kerby 2014).

use crate::distribution::normal_quantile;
use crate::error::StatError;
use crate::estimate::midpoint;
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
    let walsh = Walsh::new(d);
    let n_walsh = n * (n + 1) / 2;
    let value = midpoint(walsh.at((n_walsh - 1) / 2), walsh.at(n_walsh / 2));
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
    let (lower, upper) = (walsh.at(n_outside - 1), walsh.at(n_walsh - n_outside));
    Ok(Estimate { value, lower, upper, level, method: String::from("Hodges-Lehmann shift, signed-rank interval"), n })
}

/// Most differences whose Walsh averages are all written down and sorted.
const SORTED_MAX: usize = 200;

/// The Walsh averages of some differences, by rank.
enum Walsh {
    /// All of them, sorted.
    All(Vec<f64>),
    /// The differences, sorted: averages are counted row by row, as Johnson and Mizoguchi do (1978, doi:10.1137/0207013).
    Rows(Vec<f64>),
}

impl Walsh {
    fn new(d: &[f64]) -> Self {
        if d.len() <= SORTED_MAX {
            let mut all: Vec<f64> = (0..d.len()).flat_map(|i| (i..d.len()).map(move |j| average(d[i], d[j]))).collect();
            crate::order::sort(&mut all);
            return Self::All(all);
        }
        let mut rows = d.to_vec();
        crate::order::sort(&mut rows);
        Self::Rows(rows)
    }

    /// The average of a rank, from 0: with rows, the smallest number that more than `rank` averages do not exceed, by bisection over the integers that order
    /// as numbers do. Each count takes `O(n)`, as an average rises with both of its terms, rounding included.
    fn at(&self, rank: usize) -> f64 {
        let d = match self {
            Self::All(all) => return all[rank],
            Self::Rows(rows) => rows,
        };
        let upto = |bound: f64| {
            let (mut end, mut count) = (d.len(), 0);
            for (i, &low) in d.iter().enumerate() {
                while end > i && average(low, d[end - 1]).total_cmp(&bound).is_gt() {
                    end -= 1;
                }
                if end <= i {
                    break;
                }
                count += end - i;
            }
            count
        };
        let (least, most) = (average(d[0], d[0]), average(d[d.len() - 1], d[d.len() - 1]));
        let (mut below, mut found) = (crate::order::key(least) - 1, crate::order::key(most));
        while below + 1 < found {
            let middle = i64::midpoint(below, found);
            if upto(crate::order::number(middle)) > rank { found = middle } else { below = middle }
        }
        crate::order::number(found)
    }
}

fn average(a: f64, b: f64) -> f64 {
    0.5 * a + 0.5 * b
}

/// `(W+ - W-) / (W+ + W-)`, zeros dropped; 0 where all differences are 0.
#[must_use]
pub fn rank_biserial(pairs: &Pairs) -> f64 {
    let asymptotic = WilcoxonMethod::Asymptotic { continuity_correction: false };
    wilcoxon(pairs, ZeroMethod::Wilcox, asymptotic)
        .map_or(0.0, |result| (result.w_plus - result.w_minus) / (result.w_plus + result.w_minus))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counted_ranks_are_those_of_the_sorted_averages(d in prop::collection::vec(prop_oneof![-9.0..9.0_f64, Just(0.0), Just(-0.0), Just(3.0)], 1..50)) {
            let Walsh::All(all) = Walsh::new(&d) else { unreachable!("few differences are sorted") };
            let mut rows = d;
            crate::order::sort(&mut rows);
            let rows = Walsh::Rows(rows);
            for (rank, wanted) in all.iter().enumerate() {
                prop_assert_eq!(rows.at(rank).to_bits(), wanted.to_bits(), "rank {}", rank);
            }
        }
    }
}
