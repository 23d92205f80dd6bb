//! Intervals of a proportion: Wilson (1927) and Clopper-Pearson (1934).

use crate::distribution::{beta_quantile, normal_quantile};
use crate::error::StatError;
use crate::sample::check_level;
use crate::verdict::Estimate;

fn check(successes: usize, n: usize, level: f64) -> Result<(), StatError> {
    check_level(level)?;
    if n == 0 {
        return Err(StatError::Empty { sample: String::from("trials"), allowed: 1 });
    }
    if successes > n {
        return Err(StatError::Parameter { parameter: "successes", found: successes as f64, allowed: "at most the number of trials" });
    }
    Ok(())
}

/// Score interval: close to the level on average, may fall short of it.
///
/// # Errors
/// No trial; more successes than trials; a level outside `(0, 1)`.
pub fn wilson(successes: usize, n: usize, level: f64) -> Result<Estimate, StatError> {
    check(successes, n, level)?;
    let z = normal_quantile(0.5 * (1.0 + level));
    let size = n as f64;
    let p = successes as f64 / size;
    let scale = 1.0 + z * z / size;
    let centre = (p + z * z / (2.0 * size)) / scale;
    let half = z / scale * (p * (1.0 - p) / size + z * z / (4.0 * size * size)).sqrt();
    let lower = if successes == 0 { 0.0 } else { centre - half };
    let upper = if successes == n { 1.0 } else { centre + half };
    Ok(Estimate { value: p, lower, upper, level, method: String::from("proportion, Wilson"), n })
}

/// Exact interval: never falls short of the level.
///
/// # Errors
/// No trial; more successes than trials; a level outside `(0, 1)`.
pub fn clopper_pearson(successes: usize, n: usize, level: f64) -> Result<Estimate, StatError> {
    check(successes, n, level)?;
    let tail = 0.5 * (1.0 - level);
    let (hits, misses) = (successes as f64, (n - successes) as f64);
    let lower = if successes == 0 { 0.0 } else { beta_quantile(tail, hits, misses + 1.0) };
    let upper = if successes == n { 1.0 } else { beta_quantile(1.0 - tail, hits + 1.0, misses) };
    Ok(Estimate { value: hits / n as f64, lower, upper, level, method: String::from("proportion, Clopper-Pearson"), n })
}
