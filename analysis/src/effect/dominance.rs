//! Cliff's delta (1993, doi:10.1037/0033-2909.114.3.494) and Vargha and Delaney's A12 (2000).
//!
//! `delta = P(X > Y) - P(X < Y)` and `A12 = P(X > Y) + P(X = Y)/2 = (delta + 1)/2`, over all pairs of values.

use crate::distribution::normal_quantile;
use crate::error::StatError;
use crate::sample::{Sample, check_level};
use crate::verdict::Estimate;

/// Both measures of one pair of samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dominance {
    /// Cliff's delta in `[-1, 1]`.
    pub delta: f64,
    /// Vargha and Delaney's A12 in `[0, 1]`.
    pub a12: f64,
}

/// Number of values of `sorted` below `value`, minus the number above.
fn balance(sorted: &[f64], value: f64) -> i64 {
    let below = sorted.partition_point(|&other| other < value) as i64;
    let upto = sorted.partition_point(|&other| other <= value) as i64;
    below - (sorted.len() as i64 - upto)
}

/// Cliff's delta and A12, in `O((n + m) log m)`.
#[must_use]
pub fn cliffs_delta(x: &Sample, y: &Sample) -> Dominance {
    let sorted = y.sorted();
    let total: i64 = x.values().iter().map(|&value| balance(&sorted, value)).sum();
    let n_pairs = x.len() as f64 * y.len() as f64;
    Dominance { delta: total as f64 / n_pairs, a12: 0.5 + 0.5 * total as f64 / n_pairs }
}

/// Cliff's delta with his asymmetric interval from the unbiased variance (1996, eq. 6.22); within `[-1, 1]`.
///
/// Where one sample dominates the other throughout, the variance is 0 and the near end is `(n - z^2) / (n + z^2)` with the smaller size `n` (Feng and Cliff 2004,
/// doi:10.22237/jmasm/1099267560).
///
/// # Errors
/// Fewer than two values in a sample; a level outside `(0, 1)`.
pub fn cliffs_delta_interval(x: &Sample, y: &Sample, level: f64) -> Result<Estimate, StatError> {
    check_level(level)?;
    x.require(2, "an interval of Cliff's delta")?;
    y.require(2, "an interval of Cliff's delta")?;
    let (n, m) = (x.len() as f64, y.len() as f64);
    let delta = cliffs_delta(x, y).delta;
    let (sorted_x, sorted_y) = (x.sorted(), y.sorted());
    let spread = |values: &[f64], others: &[f64], sign: f64| {
        let deviation = |&value: &f64| sign * balance(others, value) as f64 / others.len() as f64 - delta;
        values.iter().map(|value| deviation(value) * deviation(value)).sum::<f64>()
    };
    let (rows, columns) = (spread(x.values(), &sorted_y, 1.0), spread(y.values(), &sorted_x, -1.0));
    let ties: f64 =
        x.values().iter().map(|&value| (sorted_y.partition_point(|&o| o <= value) - sorted_y.partition_point(|&o| o < value)) as f64).sum();
    let cells = (n * m - ties) - n * m * delta * delta;
    let unbiased = (m * m * rows + n * n * columns - cells) / (n * m * (n - 1.0) * (m - 1.0));
    let floor = (1.0 - delta * delta) / (n * m - 1.0);
    let variance = unbiased.max(floor);
    let z = normal_quantile(0.5 * (1.0 + level));
    let of = |lower, upper| Estimate {
        value: delta,
        lower,
        upper,
        level,
        method: String::from("Cliff's delta, asymmetric interval"),
        n: x.len() + y.len(),
    };
    if delta.abs() == 1.0 {
        let near = (n.min(m) - z * z) / (n.min(m) + z * z);
        return Ok(if delta > 0.0 { of(near, 1.0) } else { of(-1.0, -near) });
    }
    let square = delta * delta;
    let root = z * variance.sqrt() * ((1.0 - square) * (1.0 - square) + z * z * variance).sqrt();
    let scale = 1.0 - square + z * z * variance;
    let centre = delta - delta * square;
    let (lower, upper) = (((centre - root) / scale).clamp(-1.0, delta), ((centre + root) / scale).clamp(delta, 1.0));
    Ok(of(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_seeds_tell_more_where_one_sample_dominates() {
        for (n, near) in [(5, 0.131), (12, 0.515), (40, 0.825), (200, 0.962)] {
            let sample = |from: i32| Sample::new("x", (0..n).map(|i| f64::from(from + i)).collect::<Vec<_>>()).expect("finite");
            let (low, high) = (sample(0), sample(1000));
            let found = cliffs_delta_interval(&high, &low, 0.95).expect("enough");
            assert!((found.lower - near).abs() < 2e-3 && found.upper == 1.0, "{found:?}");
            let turned = cliffs_delta_interval(&low, &high, 0.95).expect("enough");
            assert_eq!((turned.lower, turned.upper), (-1.0, -found.lower));
        }
    }
}
