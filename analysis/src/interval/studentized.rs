//! Studentized (bootstrap-t) intervals of a mean (Efron 1982; Hall 1992).
//!
//! `[m - q(1-a/2) s, m - q(a/2) s]` with `q` the quantiles of `(m* - m)/s*` and `s` the standard error. A resample whose values are
//! all equal has `s* = 0`; its ratio is 0 or infinite.

use crate::error::StatError;
use crate::estimate::{QuantileType, mean_of, quantile_of_sorted, variance_of};
use crate::resample::{Plan, Resampler, moments};
use crate::sample::{Sample, Strata, check_level};
use crate::verdict::Estimate;

/// Interval of the mean of one sample.
///
/// # Errors
/// Fewer than two values; a level outside `(0, 1)`.
pub fn studentized_interval(sample: &Sample, level: f64, resampler: Resampler) -> Result<Estimate, StatError> {
    check_level(level)?;
    sample.require(2, "a studentized interval")?;
    let n = sample.len();
    let mean = mean_of(sample.values());
    let error = (variance_of(sample.values()) / n as f64).sqrt();
    let moments = resampler.moments(&Plan::Simple(n), sample.values());
    let ratios = moments.into_iter().map(|(m, v)| ratio(m - mean, (v / n as f64).sqrt(), error)).collect();
    let (lower, upper) = ends(mean, error, ratios, level);
    Ok(Estimate { value: mean, lower, upper, level, method: String::from("mean, studentized bootstrap over seeds"), n })
}

/// Interval of the mean of the strata's means; values are drawn within each stratum.
///
/// # Errors
/// A stratum with fewer than two values; a level outside `(0, 1)`.
pub fn studentized_stratified_interval(strata: &Strata, level: f64, resampler: Resampler) -> Result<Estimate, StatError> {
    check_level(level)?;
    if let Some(group) = (0..strata.n_groups()).find(|&group| strata.group(group).len() < 2) {
        let sample = format!("group {group}");
        return Err(StatError::TooFew { sample, found: 1, allowed: 2, method: "a studentized interval" });
    }
    let n_strata = strata.n_groups() as f64;
    let means = strata.means();
    let mean = mean_of(&means);
    let centred: Vec<f64> = strata.groups().zip(&means).flat_map(|(group, mean)| group.iter().map(move |value| value - mean)).collect();
    let error = strata.groups().map(|group| variance_of(group) / group.len() as f64).sum::<f64>().sqrt() / n_strata;
    let (plan, sizes) = (Plan::stratified(strata), strata.sizes());
    let ratios = resampler.run(Vec::<u32>::new, |buffer, seed, resample| {
        let mut drawn = plan.draw(seed, resample, buffer);
        let (mut total, mut spread) = (0.0, 0.0);
        for &size in &sizes {
            let (own, rest) = drawn.split_at(size);
            drawn = rest;
            let ((sum, squares), size) = (moments(&centred, own), size as f64);
            total += sum / size;
            spread += ((squares - sum * sum / size) / (size - 1.0)).max(0.0) / size;
        }
        ratio(total / n_strata, spread.sqrt() / n_strata, error)
    });
    let (lower, upper) = ends(mean, error, ratios, level);
    let method = String::from("mean of scenario means, studentized bootstrap over seeds within scenarios");
    Ok(Estimate { value: mean, lower, upper, level, method, n: strata.values().len() })
}

fn ratio(shift: f64, error: f64, scale: f64) -> f64 {
    if error > 1e-12 * scale {
        shift / error
    } else if shift.abs() <= 1e-12 * scale {
        0.0
    } else {
        shift * f64::INFINITY
    }
}

fn ends(mean: f64, error: f64, mut ratios: Vec<f64>, level: f64) -> (f64, f64) {
    if error == 0.0 {
        return (mean, mean);
    }
    crate::order::sort(&mut ratios);
    let tail = 0.5 * (1.0 - level);
    let quantile = |p| quantile_of_sorted(&ratios, p, QuantileType::Type1);
    (mean - quantile(1.0 - tail) * error, mean - quantile(tail) * error)
}
