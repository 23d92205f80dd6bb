//! Mean curves with bands.

use super::context::{Context, stat};
use crate::curve::mean_bands;
use crate::error::{AnalysisError, StatError};
use crate::input::CurveSet;
use crate::verdict::{BandKind, CurveBand};

const PART: u64 = 8;
/// Most resamples of a band: its quantile is read off a maximum, which needs no more.
const MAX_RESAMPLES: usize = 2000;

pub(super) fn bands(context: &Context, sets: &[CurveSet]) -> Result<Vec<CurveBand>, AnalysisError> {
    let mut bands = Vec::new();
    for (index, set) in sets.iter().enumerate() {
        check(context, set)?;
        for controller in context.table.controllers() {
            let Some(rows) = set.curves.get(&controller.label) else { continue };
            let resampler = context.resampler(PART, index).at_most(MAX_RESAMPLES);
            let describe = |source: StatError| stat(&format!("{} of `{}` in `{}`", set.quantity, controller.label, set.scenario), source);
            let level = context.options.level;
            let band = mean_bands(rows, level, resampler).map_err(describe)?;
            let curve = |kind, (lower, upper): &(Vec<f64>, Vec<f64>), method: &str| CurveBand {
                scenario: set.scenario.clone(),
                quantity: set.quantity.clone(),
                controller: controller.label.clone(),
                steps: set.steps.clone(),
                centre: band.centre.clone(),
                lower: lower.clone(),
                upper: upper.clone(),
                kind,
                level,
                n: rows.len(),
                method: method.to_owned(),
            };
            bands.push(curve(BandKind::Pointwise, &band.pointwise, &band.pointwise_method));
            bands.push(curve(BandKind::Simultaneous, &band.simultaneous, &band.method));
        }
    }
    Ok(bands)
}

/// Checks names and shape of a set of curves.
pub(super) fn check(context: &Context, set: &CurveSet) -> Result<(), AnalysisError> {
    let refuse = |reason: String| Err(AnalysisError::Curves { quantity: set.quantity.clone(), scenario: set.scenario.clone(), reason });
    if !context.table.scenarios().iter().any(|info| info.name == set.scenario) {
        return refuse(String::from("the scenario is not in the table"));
    }
    if set.steps.is_empty() || set.steps.windows(2).any(|pair| pair[0] >= pair[1]) {
        return refuse(String::from("the steps must be a non-empty, strictly increasing list"));
    }
    for (label, rows) in &set.curves {
        if !context.table.controllers().iter().any(|info| info.label == *label) {
            return refuse(format!("controller `{label}` is not in the table"));
        }
        if rows.is_empty() {
            return refuse(format!("controller `{label}` has no curve"));
        }
        if let Some(row) = rows.iter().position(|row| row.len() != set.steps.len()) {
            let found = rows[row].len();
            return refuse(format!("curve {row} of `{label}` has {found} points for {} steps", set.steps.len()));
        }
        let bad = rows.iter().enumerate().find_map(|(r, row)| row.iter().position(|value| !value.is_finite()).map(|p| (r, p)));
        if let Some((row, point)) = bad {
            return refuse(format!("point {point} of curve {row} of `{label}` is {}; only finite numbers are allowed", rows[row][point]));
        }
    }
    Ok(())
}
