//! Sensitivity of each controller to its initial hyperparameters.

use std::collections::BTreeMap;

use super::context::{Context, stat};
use crate::curve::good_region;
use crate::error::{AnalysisError, StatError};
use crate::estimate::mean_of;
use crate::input::{Direction, SensitivityRow};
use crate::interval::{Bootstrap, mean_interval};
use crate::resample::{Plan, Resampler};
use crate::sample::Sample;
use crate::verdict::{Estimate, SensitivityCurve};

const PART: u64 = 10;
/// A score counts as good up to this fraction of the best mean score beyond it.
const TOLERANCE: f64 = 0.1;

/// Key of one curve: positions of scenario and controller, hyperparameter. Value: initial values with the scores by seed.
type Curves<'a> = BTreeMap<(usize, usize, &'a str), Vec<(f64, BTreeMap<u64, f64>)>>;

pub(super) fn all(context: &Context, rows: &[SensitivityRow]) -> Result<Vec<SensitivityCurve>, AnalysisError> {
    let curves = group(context, rows)?;
    let mut found = Vec::new();
    for ((s, c, hyperparameter), points) in &curves {
        let (scenario, controller) = (&context.table.scenarios()[*s].name, context.label(*c));
        let describe = |source: StatError| stat(&format!("sensitivity of `{controller}` to `{hyperparameter}` in `{scenario}`"), source);
        let rivals = curves.iter().filter(|((rs, _, rh), _)| (rs, rh) == (s, hyperparameter)).flat_map(|(_, points)| points);
        let means = rivals.map(|(_, scores)| mean(scores));
        let lower_is_better = context.options.direction == Direction::LowerIsBetter;
        let best = means.reduce(|a, b| if lower_is_better { a.min(b) } else { a.max(b) }).expect("a curve has a point");
        let threshold = if lower_is_better { best + TOLERANCE * best.abs() } else { best - TOLERANCE * best.abs() };
        let curve = Curve { points, threshold, lower_is_better };
        let (score, area, good_width, best_index, scale) =
            curve.estimates(context.options.level, context.resampler(PART, 0)).map_err(describe)?;
        found.push(SensitivityCurve {
            controller: controller.to_owned(),
            scenario: scenario.clone(),
            hyperparameter: (*hyperparameter).to_owned(),
            initial: points.iter().map(|point| point.0).collect(),
            best_initial: points[best_index].0,
            best_score: score[best_index].value,
            score,
            area,
            good_width,
            good_threshold: threshold,
            good_rule: format!("within {} % of the best mean score that any controller reached in the scenario", 100.0 * TOLERANCE),
            scale: scale.to_owned(),
        });
    }
    Ok(found)
}

fn group<'a>(context: &Context, rows: &'a [SensitivityRow]) -> Result<Curves<'a>, AnalysisError> {
    let mut curves: Curves = BTreeMap::new();
    for row in rows {
        let refuse = |reason: String| {
            let (controller, scenario) = (row.controller.clone(), row.scenario.clone());
            AnalysisError::Row { controller, scenario, seed: row.seed, reason }
        };
        let scenario = context.table.scenarios().iter().position(|info| info.name == row.scenario);
        let controller = context.table.controllers().iter().position(|info| info.label == row.controller);
        let (Some(scenario), Some(controller)) = (scenario, controller) else {
            return Err(refuse(String::from("the sensitivity run's controller or scenario is not in the table")));
        };
        if !row.initial.is_finite() || !row.score.is_finite() {
            return Err(refuse(format!(
                "initial `{}` of {} has score {}; both must be finite",
                row.hyperparameter, row.initial, row.score
            )));
        }
        let points = curves.entry((scenario, controller, row.hyperparameter.as_str())).or_default();
        let place = points.partition_point(|point| point.0 < row.initial);
        if points.get(place).is_none_or(|point| point.0 != row.initial) {
            points.insert(place, (row.initial, BTreeMap::new()));
        }
        if points[place].1.insert(row.seed, row.score).is_some() {
            return Err(refuse(format!("initial `{}` of {} stands in the table twice", row.hyperparameter, row.initial)));
        }
    }
    Ok(curves)
}

fn mean(scores: &BTreeMap<u64, f64>) -> f64 {
    mean_of(&scores.values().copied().collect::<Vec<_>>())
}

struct Curve<'a> {
    points: &'a [(f64, BTreeMap<u64, f64>)],
    threshold: f64,
    lower_is_better: bool,
}

impl Curve<'_> {
    /// Scores with intervals, area, good width, index of the best point, name of the scale.
    #[allow(clippy::type_complexity, reason = "taken apart at once by the only caller")]
    fn estimates(&self, level: f64, resampler: Resampler) -> Result<(Vec<Estimate>, Estimate, Estimate, usize, &'static str), StatError> {
        let logarithmic = self.points[0].0 > 0.0;
        let places: Vec<f64> = self.points.iter().map(|point| if logarithmic { libm::log10(point.0) } else { point.0 }).collect();
        let score = self.points.iter().enumerate().map(|(index, (_, scores))| {
            mean_interval(&Sample::new("scores", scores.values().copied().collect::<Vec<_>>())?, level, resampler.branch(index as u64))
        });
        let score = score.collect::<Result<Vec<_>, _>>()?;
        let sign = if self.lower_is_better { 1.0 } else { -1.0 };
        let region = |means: &[f64]| {
            let costs: Vec<f64> = means.iter().map(|mean| sign * mean).collect();
            let region = good_region(&places, &costs, sign * self.threshold);
            (sign * region.area, region.width, region.best)
        };
        let (area, width, best) = region(&score.iter().map(|estimate| estimate.value).collect::<Vec<_>>());
        let scale = if logarithmic { "decades" } else { "linear" };
        let seeds: Vec<u64> = self.points[0].1.keys().copied().collect();
        let paired = self.points.iter().all(|(_, scores)| scores.keys().eq(seeds.iter()));
        if seeds.len() < 2 || !paired {
            let none = |value, what: &str| {
                let reason = if paired { "no interval from one seed" } else { "no interval, since the initial values do not share seeds" };
                Estimate::without_interval(value, level, seeds.len(), format!("{what}, {reason}"))
            };
            return Ok((score, none(area, "area"), none(width, "good width"), best, scale));
        }
        let columns: Vec<Vec<f64>> = self.points.iter().map(|(_, scores)| scores.values().copied().collect()).collect();
        let replicates = resampler.branch(1 << 32).at_most(2000).map_indices(&Plan::Simple(seeds.len()), |indices| {
            let means: Vec<f64> =
                columns.iter().map(|column| indices.iter().map(|&i| column[i as usize]).sum::<f64>() / indices.len() as f64).collect();
            let (area, width, _) = region(&means);
            (area, width)
        });
        let interval = |value, what: &str, part: fn(&(f64, f64)) -> f64| {
            let replicates = replicates.iter().map(part).collect();
            Bootstrap::from_replicates(value, replicates, what.to_owned(), seeds.len()).percentile(level)
        };
        let (area, width) = (interval(area, "area over seeds", |pair| pair.0)?, interval(width, "good width over seeds", |pair| pair.1)?);
        Ok((score, area, width, best, scale))
    }
}
