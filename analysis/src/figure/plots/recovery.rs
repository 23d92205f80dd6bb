//! Recovery after a change: Kaplan-Meier curves of the fraction that has not yet recovered; ticks mark runs that were watched no longer.

use super::common::{distinct, grid, line_legend, percent, series};
use super::ecdf::staircase;
use crate::figure::description::{Axis, Dash, Figure, Ink, LegendPlacement, Mark, Panel, Scale, Stroke};
use crate::figure::theme::Theme;
use crate::verdict::{RecoverySummary, SurvivalCurve, Verdict};

/// More curves than this in a panel go without bands, which would hide each other.
const N_BANDS_MAX: usize = 3;

pub(super) fn describe(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    // All changes of a scenario together; a single one where that is all there is.
    let pooled: Vec<&RecoverySummary> = verdict
        .recovery
        .iter()
        .filter(|row| {
            row.change.is_none() || !verdict.recovery.iter().any(|other| other.scenario == row.scenario && other.change.is_none())
        })
        .collect();
    if pooled.is_empty() {
        return Vec::new();
    }
    let scenarios = distinct(pooled.iter().map(|row| row.scenario.as_str()));
    let (n_columns, width, height) = grid(scenarios.len());
    let n_controllers = distinct(pooled.iter().map(|row| row.controller.as_str())).len();
    let panels = scenarios
        .iter()
        .map(|scenario| {
            let own: Vec<&RecoverySummary> = pooled.iter().filter(|row| row.scenario == *scenario).copied().collect();
            panel(verdict, if scenarios.len() > 1 { scenario } else { "" }, &own, height, n_controllers <= N_BANDS_MAX)
        })
        .collect();
    let bands = if n_controllers <= N_BANDS_MAX {
        format!(" Bands: {} pointwise (log-log).", percent(verdict.options.level))
    } else {
        " Bands are left out; the table has the intervals of median and mean.".to_owned()
    };
    vec![Figure {
        name: "recovery".to_owned(),
        title: "Recovery after changes".to_owned(),
        caption: format!(
            "Kaplan-Meier estimate of the fraction of changes, over all seeds, from which runs have not yet recovered, over the steps since the change; lower is \
             better. Vertical ticks: runs watched no longer (censored by the next change or the horizon).{bands}"
        ),
        width,
        n_columns,
        panels,
        legend: line_legend(verdict, theme, pooled.iter().map(|row| row.controller.as_str()), false),
        legend_placement: if scenarios.len() == 1 { LegendPlacement::Direct } else { LegendPlacement::Top },
    }]
}

fn panel(verdict: &Verdict, title: &str, rows: &[&RecoverySummary], height: f64, bands: bool) -> Panel {
    let last = rows.iter().fold(1.0_f64, |last, row| last.max(row.restriction_steps).max(row.curve.times.last().copied().unwrap_or(0.0)));
    let mut marks = Vec::new();
    for row in rows.iter().filter(|_| bands) {
        marks.push(Mark::Band { points: band(&row.curve, last), ink: Ink::Series(series(verdict, &row.controller)) });
    }
    for row in rows {
        let index = series(verdict, &row.controller);
        let stroke = Stroke::series(index);
        let end = row.curve.times.last().copied().unwrap_or(0.0).max(row.curve.censored_times.last().copied().unwrap_or(0.0));
        let mut points: Vec<(f64, f64)> = row.curve.times.iter().copied().zip(row.curve.survival.iter().copied()).collect();
        points.push((end.max(row.restriction_steps.min(last)), row.curve.survival.last().copied().unwrap_or(1.0)));
        marks.push(Mark::Line { points: staircase(points.into_iter()), stroke, markers: None });
        let tick = Stroke { dash: Dash::Solid, ..stroke };
        marks.extend(row.curve.censored_times.iter().map(|&time| {
            let level = at(&row.curve, time);
            Mark::Segment { from: (time, level - 0.025), to: (time, level + 0.025), stroke: tick, cap: 0.0 }
        }));
    }
    let x = Axis { scale: Scale::Integer, grid: false, ..Axis::integer("steps since the change", (0.0, last)) };
    Panel { title: title.to_owned(), x, y: Axis::fixed("fraction not recovered", (-0.03, 1.04)), height, marks }
}

/// Height of the curve at a time.
fn at(curve: &SurvivalCurve, time: f64) -> f64 {
    let steps = curve.times.iter().zip(&curve.survival).take_while(|(start, _)| **start <= time);
    steps.last().map_or(1.0, |(_, level)| *level)
}

/// Corners of the band of a step function.
fn band(curve: &SurvivalCurve, last: f64) -> Vec<(f64, f64, f64)> {
    let mut corners: Vec<(f64, f64, f64)> = Vec::new();
    for (time, (lower, upper)) in curve.times.iter().zip(curve.lower.iter().zip(&curve.upper)) {
        if let Some(&(_, low, high)) = corners.last() {
            corners.push((*time, low, high));
        }
        corners.push((*time, *lower, *upper));
    }
    if let Some(&(_, low, high)) = corners.last() {
        corners.push((last, low, high));
    }
    corners
}
