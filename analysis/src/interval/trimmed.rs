//! Interval of a trimmed mean from the winsorised variance (Tukey and McLaughlin 1963; Wilcox 2012, section 4.3).
//!
//! `t_m +- t(h - 1) s_w / ((1 - 2 g) sqrt(n))`: `g` is the fraction dropped at each end, `h` the number of values kept, `s_w` the standard deviation of the
//! values with each that was dropped replaced by the nearest kept one. It needs one sort where a bootstrap needs thousands of resamples.

use crate::distribution::student_t_quantile;
use crate::error::StatError;
use crate::estimate::{trim_count, trimmed_mean_of_sorted, variance_of};
use crate::sample::{Sample, check_level};
use crate::verdict::Estimate;

/// Trimmed mean with the interval of Tukey and McLaughlin.
///
/// # Errors
/// A level outside `(0, 1)`, a fraction outside `[0, 0.5)`, fewer than two values kept.
pub fn trimmed_mean_interval(sample: &Sample, fraction: f64, level: f64) -> Result<Estimate, StatError> {
    check_level(level)?;
    if !(0.0..0.5).contains(&fraction) {
        return Err(StatError::Parameter { parameter: "fraction", found: fraction, allowed: "at least 0, below 0.5" });
    }
    let mut values = sample.sorted();
    let n = values.len();
    let dropped = trim_count(n, fraction);
    let n_kept = n - 2 * dropped;
    if n_kept < 2 {
        let name = sample.name().to_owned();
        return Err(StatError::TooFew { sample: name, found: n_kept, allowed: 2, method: "the interval of a trimmed mean" });
    }
    let value = trimmed_mean_of_sorted(&values, fraction);
    let (low, high) = (values[dropped], values[n - dropped - 1]);
    values[..dropped].fill(low);
    values[n - dropped..].fill(high);
    let error = variance_of(&values).sqrt() / (n_kept as f64 / n as f64 * (n as f64).sqrt());
    let half = student_t_quantile(0.5 * (1.0 + level), n_kept as f64 - 1.0) * error;
    let name = if fraction == 0.25 { String::from("interquartile mean") } else { format!("trimmed mean ({fraction} at each end)") };
    Ok(Estimate { value, lower: value - half, upper: value + half, level, method: format!("{name}, winsorised variance"), n })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17.1, `scipy.stats.mstats.trimmed_mean_ci(x, limits=(0.25, 0.25), inclusive=(True, True))`, which uses the same formula.
    #[test]
    fn agrees_with_scipy() {
        let x: Vec<f64> = (0..40).map(|i| f64::from((i * i * 7 + 3 * i) % 101) / 8.0).collect();
        let found = trimmed_mean_interval(&Sample::new("x", x).unwrap(), 0.25, 0.95).unwrap();
        for (found, wanted) in [(found.value, SCIPY[0]), (found.lower, SCIPY[1]), (found.upper, SCIPY[2])] {
            assert!((found - wanted).abs() <= 1e-12 * wanted.abs(), "{found} against {wanted}");
        }
    }

    const SCIPY: [f64; 3] = [5.1875, 3.460_394_361_638_903, 6.914_605_638_361_097];
}
