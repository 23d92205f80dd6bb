//! Leave-one-out values and the acceleration of BCa (Efron 1987, eq. 6.6).

use crate::error::StatError;
use crate::estimate::mean_of;
use crate::resample::Statistic;
use crate::sample::Sample;
use crate::sum::exact_sum;

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

/// Acceleration `sum(d^3) / (6 sum(d^2)^1.5)` with `d` the mean of the jackknife values minus each; 0 where all are equal.
///
/// # Errors
/// As [`jackknife`].
pub fn acceleration(sample: &Sample, statistic: Statistic) -> Result<f64, StatError> {
    let left_out = jackknife(sample, statistic)?;
    let centre = mean_of(&left_out);
    let (mut squares, mut cubes) = (0.0, 0.0);
    for value in &left_out {
        let d = centre - value;
        squares += d * d;
        cubes += d * d * d;
    }
    Ok(if squares > 0.0 { cubes / (6.0 * squares * squares.sqrt()) } else { 0.0 })
}
