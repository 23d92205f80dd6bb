//! Leave-one-out values and the acceleration of BCa (Efron 1987, eq. 6.6).

use crate::error::StatError;
use crate::estimate::{mean_of, trim_count};
use crate::resample::Statistic;
use crate::sample::Sample;
use crate::sum::{exact_parts, exact_sum};

/// Values of the statistic with each value left out in turn.
///
/// # Errors
/// Fewer than two values; a bad parameter of the statistic.
pub fn jackknife(sample: &Sample, statistic: Statistic) -> Result<Vec<f64>, StatError> {
    sample.require(2, "a jackknife")?;
    statistic.check()?;
    let values = sample.values();
    if matches!(statistic, Statistic::Mean | Statistic::MeanOfStrata) {
        let total = exact_sum(values.iter().copied());
        return Ok(values.iter().map(|value| exact_sum([total, -value]) / (values.len() as f64 - 1.0)).collect());
    }
    let trimmed = match statistic {
        Statistic::InterquartileMean => Some(0.25),
        Statistic::TrimmedMean(fraction) => Some(fraction),
        _ => None,
    };
    if let Some(fraction) = trimmed {
        return Ok(without_each(values, fraction));
    }
    let mut rest = values[1..].to_vec();
    let mut left_out = Vec::with_capacity(values.len());
    for index in 0..values.len() {
        if index > 0 {
            rest[index - 1] = values[index - 1];
        }
        left_out.push(statistic.of(&rest));
    }
    Ok(left_out)
}

/// Trimmed means with each value left out, from one sort: leaving out moves the kept window by one, or takes a value out of its exact sum.
fn without_each(values: &[f64], fraction: f64) -> Vec<f64> {
    let n = values.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let sorted: Vec<f64> = order.iter().map(|&index| values[index]).collect();
    let dropped = trim_count(n - 1, fraction);
    let n_kept = n - 1 - 2 * dropped;
    let mean = |kept: &[f64]| exact_sum(kept.iter().copied()) / n_kept as f64;
    let (without_low, without_high) = (mean(&sorted[dropped + 1..n - dropped]), mean(&sorted[dropped..n - dropped - 1]));
    let window = exact_parts(sorted[dropped..n - dropped].iter().copied());
    let mut left_out = vec![0.0; n];
    for (rank, &index) in order.iter().enumerate() {
        left_out[index] = if rank < dropped {
            without_low
        } else if rank >= n - dropped {
            without_high
        } else {
            exact_sum(window.iter().copied().chain([-sorted[rank]])) / n_kept as f64
        };
    }
    left_out
}

/// Acceleration `sum(d^3) / (6 sum(d^2)^1.5)` with `d` the mean of the jackknife values minus each; 0 where all are equal.
///
/// # Errors
/// As [`jackknife`].
pub fn acceleration(sample: &Sample, statistic: Statistic) -> Result<f64, StatError> {
    let left_out = jackknife(sample, statistic)?;
    let centre = mean_of(&left_out);
    // The ratio has no unit; cubes of very small or large deviations leave the range of numbers.
    let largest = left_out.iter().fold(0.0_f64, |largest, value| largest.max((centre - value).abs()));
    let unit = if (1e-90..1e90).contains(&largest) || largest == 0.0 { 1.0 } else { largest };
    let (mut squares, mut cubes) = (0.0, 0.0);
    for value in &left_out {
        let d = (centre - value) / unit;
        squares += d * d;
        cubes += d * d * d;
    }
    Ok(if squares > 0.0 { cubes / (6.0 * squares * squares.sqrt()) } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn acceleration_has_no_unit() {
        let of = |unit: f64| {
            let values: Vec<f64> = [1.0, 2.0, 4.0, 9.0, 3.0].iter().map(|x| x * unit).collect();
            acceleration(&Sample::new("x", values).unwrap(), Statistic::Mean).unwrap()
        };
        for unit in [1e-150, 1e-110, 1e105, 1e150] {
            assert!((of(unit) - of(1.0)).abs() < 1e-12, "{unit:e}: {} for {}", of(unit), of(1.0));
        }
    }

    proptest! {
        #[test]
        fn a_trimmed_mean_left_out_is_that_of_the_rest(values in prop::collection::vec(-1e3..1e3_f64, 2..40), fraction in 0.0..0.49_f64) {
            let sample = Sample::new("x", values.clone()).unwrap();
            for statistic in [Statistic::InterquartileMean, Statistic::TrimmedMean(fraction)] {
                let rest = |index: usize| [&values[..index], &values[index + 1..]].concat();
                let wanted: Vec<f64> = (0..values.len()).map(|index| statistic.of(&rest(index))).collect();
                prop_assert_eq!(jackknife(&sample, statistic).unwrap(), wanted);
            }
        }
    }
}
