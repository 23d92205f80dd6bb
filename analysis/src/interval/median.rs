//! Distribution-free interval of a median: order statistics by the sign test.

use crate::error::StatError;
use crate::estimate::median_of_sorted;
use crate::sample::{Sample, check_level};
use crate::test::binomial_half_tail;
use crate::verdict::Estimate;

/// Median with the shortest symmetric pair of order statistics that covers with at least the level, whatever the distribution.
///
/// Unbounded where even the extremes do not reach the level (below 6 values at 95 %).
///
/// # Errors
/// A level outside `(0, 1)`.
pub fn median_interval(sample: &Sample, level: f64) -> Result<Estimate, StatError> {
    check_level(level)?;
    let sorted = sample.sorted();
    let n = sorted.len();
    let value = median_of_sorted(&sorted);
    let tail = 0.5 * (1.0 - level);
    // Largest d such that P(Binomial(n, 1/2) <= d - 1) <= tail: the interval is [x_(d), x_(n + 1 - d)].
    let (mut d, mut beyond) = (0, n / 2 + 2);
    while beyond - d > 1 {
        let middle = d + (beyond - d) / 2;
        if binomial_half_tail(n, middle - 1) <= tail { d = middle } else { beyond = middle }
    }
    if d == 0 {
        return Ok(Estimate::without_interval(value, level, n, "median, too few values for an interval"));
    }
    let method = String::from("median, order statistics (sign test)");
    Ok(Estimate { value, lower: sorted[d - 1], upper: sorted[n - d], level, method, n })
}
