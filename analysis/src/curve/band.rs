//! Mean curve over seeds with a pointwise and a simultaneous band.
//!
//! Pointwise: Student's t at each step. Simultaneous: `mean ± c s / sqrt(n)` with one `c` for all steps, the level's quantile of
//! `max_t |mean*_t - mean_t| / (s*_t / sqrt(n))` over bootstrap resamples of whole seeds (the sup-t band; Montiel Olea and
//! Plagborg-Moller 2019, doi:10.1002/jae.2656). For fewer than 8 seeds, or where it exceeds 20, the resampled maximum is too unstable, and `c` is Student's t
//! corrected by Bonferroni over the effective number of steps, which is conservative.
//!
//! Where every value is positive (losses, learning rates), the edges are `mean exp(± c s / (sqrt(n) mean))`: the same interval for the logarithm of the mean by
//! the delta method, which stays positive and so can be drawn on a logarithmic axis. Where `c s / sqrt(n)` exceeds the mean, the upper edge goes on along the
//! tangent, `e c s / sqrt(n)`: there the delta method no longer holds, and the exponential would run off.

use crate::distribution::student_t_quantile;
use crate::error::StatError;
use crate::estimate::{QuantileType, quantile_of_sorted};
use crate::resample::{Plan, Resampler};
use crate::sample::check_level;

/// Centre and edges of one band.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Mean at each step.
    pub centre: Vec<f64>,
    /// Lower and upper edges that hold at each step on its own.
    pub pointwise: (Vec<f64>, Vec<f64>),
    /// Lower and upper edges that hold for the whole curve.
    pub simultaneous: (Vec<f64>, Vec<f64>),
    /// Method of the pointwise band.
    pub pointwise_method: String,
    /// Method of the simultaneous band.
    pub method: String,
}

/// Smallest number of seeds for the bootstrap of the maximum.
const BOOTSTRAP_MIN: usize = 8;

/// Largest bootstrapped maximum that is believed, in standard errors: where a few seeds outweigh all others, resamples without them make it arbitrary.
const SUP_T_MAX: f64 = 20.0;

/// Bands of the mean of several curves: `rows` are seeds, columns steps.
///
/// With one seed both bands have no width.
///
/// # Errors
/// No row, empty rows, rows of different lengths, a value that is NaN or infinite (the error names the row), a bad level.
pub fn mean_bands(rows: &[Vec<f64>], level: f64, resampler: Resampler) -> Result<Band, StatError> {
    check_level(level)?;
    let Some(first) = rows.first() else {
        return Err(StatError::Empty { sample: String::from("curves"), allowed: 1 });
    };
    for (index, row) in rows.iter().enumerate() {
        crate::sample::check(&format!("curve {index}"), row)?;
        if row.len() != first.len() {
            return Err(StatError::Unpaired { first: first.len(), second: row.len() });
        }
    }
    let n = rows.len() as f64;
    let steps = first.len();
    let centre: Vec<f64> = (0..steps).map(|t| rows.iter().map(|row| row[t] / n).sum()).collect();
    if rows.len() < 2 {
        let edges = (centre.clone(), centre.clone());
        let method = String::from("one seed, no band");
        return Ok(Band { centre, pointwise: edges.clone(), simultaneous: edges, pointwise_method: method.clone(), method });
    }
    let centred: Vec<Vec<f64>> = rows.iter().map(|row| row.iter().zip(&centre).map(|(value, mean)| value - mean).collect()).collect();
    let error: Vec<f64> = (0..steps).map(|t| (centred.iter().map(|row| row[t] * row[t]).sum::<f64>() / (n - 1.0) / n).sqrt()).collect();
    // Below the smallest normal number a ratio may overflow.
    let positive = rows.iter().flatten().all(|value| *value > f64::MIN_POSITIVE);
    let edges = |factor: f64| {
        let edge = |mean: f64, shift: f64| match shift / mean {
            _ if !positive => mean + shift,
            r if r > 1.0 => (std::f64::consts::E * shift).min(f64::MAX),
            r => mean * libm::exp(r),
        };
        let at = |sign: f64| centre.iter().zip(&error).map(|(mean, error)| edge(*mean, sign * factor * error)).collect::<Vec<f64>>();
        (at(-1.0), at(1.0))
    };
    let t = student_t_quantile(0.5 * (1.0 + level), n - 1.0);
    let bootstrapped = if rows.len() < BOOTSTRAP_MIN { f64::INFINITY } else { sup_t(&centred, &error, level, resampler) };
    let (factor, method) = if bootstrapped > SUP_T_MAX {
        let effective = effective_steps(&centred, &error);
        let factor = student_t_quantile(1.0 - 0.5 * (1.0 - level) / effective, n - 1.0);
        (factor, format!("Student t, Bonferroni over {effective:.1} effective steps"))
    } else {
        (bootstrapped.max(t), String::from("sup-t, studentized bootstrap of whole seeds"))
    };
    let scale = if positive { ", of the logarithm of the mean" } else { "" };
    let (pointwise_method, method) = (format!("Student t at each step{scale}"), format!("{method}{scale}"));
    Ok(Band { pointwise: edges(t), simultaneous: edges(factor), centre, pointwise_method, method })
}

/// Quantile of the largest studentized deviation over the steps.
fn sup_t(centred: &[Vec<f64>], error: &[f64], level: f64, resampler: Resampler) -> f64 {
    let n = centred.len() as f64;
    let scale = error.iter().fold(0.0_f64, |a, &b| a.max(b));
    let steps = error.len();
    let mut largest = resampler.map_indices(&Plan::Simple(centred.len()), |indices| {
        let mut counts = vec![0.0; centred.len()];
        indices.iter().for_each(|&index| counts[index as usize] += 1.0);
        let (mut sums, mut squares) = (vec![0.0; steps], vec![0.0; steps]);
        for (row, &count) in centred.iter().zip(&counts) {
            if count > 0.0 {
                for ((value, sum), square) in row.iter().zip(&mut sums).zip(&mut squares) {
                    *sum += count * value;
                    *square += count * value * value;
                }
            }
        }
        let mut largest = 0.0_f64;
        for ((sum, square), error) in sums.iter().zip(&squares).zip(error) {
            let spread = ((square - sum * sum / n) / (n - 1.0) / n).max(0.0).sqrt();
            if *error > 1e-12 * scale && spread > 1e-3 * error {
                largest = largest.max((sum / n).abs() / spread);
            }
        }
        largest
    });
    crate::order::sort(&mut largest);
    quantile_of_sorted(&largest, level, QuantileType::Type1)
}

/// Number of steps that vary on their own: at most one for each seed's freedom and step; `1 +` the summed `1 - r^2` of neighbours.
fn effective_steps(centred: &[Vec<f64>], error: &[f64]) -> f64 {
    let norm = |t: usize| centred.iter().map(|row| row[t] * row[t]).sum::<f64>();
    let mut effective = 1.0;
    for t in 1..error.len() {
        let (a, b) = (norm(t - 1), norm(t));
        if a > 0.0 && b > 0.0 {
            let product: f64 = centred.iter().map(|row| row[t - 1] * row[t]).sum();
            effective += (1.0 - product * product / (a * b)).clamp(0.0, 1.0);
        }
    }
    effective
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_that_outweighs_all_others_leaves_a_band_that_can_be_drawn() {
        let rows: Vec<Vec<f64>> =
            (0..8).map(|seed| (0..60).map(|t| if seed == 0 { 40.0 } else { 1e-3 + 1e-4 * f64::from(seed * t) }).collect()).collect();
        let found = mean_bands(&rows, 0.95, Resampler::new(2000, 1).expect("good")).expect("finite");
        let highest = found.simultaneous.1.iter().copied().fold(0.0, f64::max);
        let lowest = found.simultaneous.0.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(highest < 400.0 && lowest > 0.0, "{lowest} to {highest}");
    }

    #[test]
    fn the_upper_edge_goes_on_along_its_tangent() {
        // Two seeds: t with one degree of freedom, so the shift is many times the mean.
        let found = mean_bands(&[vec![1.0], vec![3.0]], 0.95, Resampler::new(200, 1).expect("good")).expect("finite");
        assert!((found.pointwise.1[0] - std::f64::consts::E * 12.706_204_736_174_7).abs() < 1e-6, "{found:?}");
        let found = mean_bands(&[vec![9.99], vec![10.01]], 0.95, Resampler::new(200, 1).expect("good")).expect("finite");
        assert!((found.pointwise.1[0] - 10.0 * libm::exp(0.012_706_204_736_174_7)).abs() < 1e-6, "{found:?}");
    }
}
