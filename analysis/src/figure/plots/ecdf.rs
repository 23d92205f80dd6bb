//! Fraction of (target, seed) pairs reached over the steps, over a set of targets (Hansen et al. 2021, COCO).

use super::common::{distinct, grid, line_legend, series, slug, words};
use crate::figure::description::{Axis, Figure, LegendPlacement, Mark, Panel, Stroke};
use crate::figure::theme::Theme;
use crate::table::number::significant;
use crate::verdict::{TargetEcdf, Verdict};

pub(super) fn describe(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    let quantities = distinct(verdict.target_ecdf.iter().map(|ecdf| ecdf.quantity.as_str()));
    quantities.into_iter().map(|quantity| describe_quantity(verdict, theme, quantity)).collect()
}

fn describe_quantity(verdict: &Verdict, theme: &Theme, quantity: &str) -> Figure {
    let all: Vec<&TargetEcdf> = verdict.target_ecdf.iter().filter(|ecdf| ecdf.quantity == quantity).collect();
    let scenarios = distinct(all.iter().map(|ecdf| ecdf.scenario.as_str()));
    let (n_columns, width, height) = grid(scenarios.len());
    let panels = scenarios
        .iter()
        .map(|scenario| {
            let own: Vec<&TargetEcdf> = all.iter().filter(|ecdf| ecdf.scenario == *scenario).copied().collect();
            panel(verdict, if scenarios.len() > 1 { scenario } else { "" }, &own, height)
        })
        .collect();
    Figure {
        name: format!("ecdf-{}", slug(quantity)),
        title: format!("Targets of {} reached over time", words(quantity)),
        caption: caption(quantity, &all, &scenarios),
        width,
        n_columns,
        panels,
        legend: line_legend(verdict, theme, all.iter().map(|ecdf| ecdf.controller.as_str()), true),
        legend_placement: LegendPlacement::Top,
    }
}

fn panel(verdict: &Verdict, title: &str, curves: &[&TargetEcdf], height: f64) -> Panel {
    let steps = || curves.iter().flat_map(|curve| curve.steps.iter().map(|step| *step as f64)).filter(|step| *step > 0.0);
    let (first, last) = steps().fold((f64::INFINITY, 1.0_f64), |(low, high), step| (low.min(step), high.max(step)));
    let log = last > 50.0 * first;
    let x = if log { Axis { grid: true, ..Axis::log("step", steps()) } } else { Axis { grid: true, ..Axis::integer("step", (0.0, last)) } };
    let marks = curves
        .iter()
        .map(|curve| {
            let index = series(verdict, &curve.controller);
            let points = curve.steps.iter().zip(&curve.fraction).map(|(step, fraction)| (*step as f64, *fraction));
            Mark::Line {
                points: staircase(points.filter(|(step, _)| !log || *step > 0.0)),
                stroke: Stroke::series(index),
                markers: Some((index, 4)),
            }
        })
        .collect();
    Panel { title: title.to_owned(), x, y: Axis::fixed("fraction of targets reached", (-0.02, 1.02)), height, marks }
}

/// Corners of a right-continuous step function.
pub(super) fn staircase(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for (x, y) in points {
        match corners.last() {
            Some(&(_, before)) if before != y => corners.extend([(x, before), (x, y)]),
            _ => corners.push((x, y)),
        }
    }
    corners
}

fn caption(quantity: &str, all: &[&TargetEcdf], scenarios: &[&str]) -> String {
    let mut text =
        format!("Fraction of (target, seed) pairs of {} reached by each step; higher and further left is better.", words(quantity));
    for scenario in scenarios {
        let Some(first) = all.iter().find(|ecdf| ecdf.scenario == *scenario) else { continue };
        if let (Some(easy), Some(hard)) = (first.targets.first(), first.targets.last()) {
            let (easy, hard) = (significant(*easy, 2).text(), significant(*hard, 2).text());
            let place = if scenarios.len() > 1 { format!(" in {scenario}") } else { String::new() };
            text.push_str(&format!(" Targets{place}: {} from {easy} to {hard}.", first.targets.len()));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::staircase;

    #[test]
    fn steps_are_right_continuous() {
        let corners = staircase([(0.0, 0.0), (1.0, 0.5), (2.0, 0.5), (3.0, 1.0)].into_iter());
        assert_eq!(corners, [(0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (2.0, 0.5), (3.0, 0.5), (3.0, 1.0)]);
    }
}
