//! Score over the initial value of a hyperparameter: flat and low is what an adaptive controller promises.

use super::common::{distinct, grid, line_legend, percent, series, slug, words};
use crate::figure::description::{Axis, Figure, Ink, LegendPlacement, Mark, Panel, Stroke};
use crate::figure::theme::Theme;
use crate::verdict::{SensitivityCurve, Verdict};

pub(super) fn describe(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    let names = distinct(verdict.sensitivity.iter().map(|curve| curve.hyperparameter.as_str()));
    names.into_iter().map(|name| describe_hyperparameter(verdict, theme, name)).collect()
}

fn describe_hyperparameter(verdict: &Verdict, theme: &Theme, hyperparameter: &str) -> Figure {
    let all: Vec<&SensitivityCurve> = verdict.sensitivity.iter().filter(|curve| curve.hyperparameter == hyperparameter).collect();
    let scenarios = distinct(all.iter().map(|curve| curve.scenario.as_str()));
    let (n_columns, width, height) = grid(scenarios.len());
    let panels = scenarios
        .iter()
        .map(|scenario| {
            let own: Vec<&SensitivityCurve> = all.iter().filter(|curve| curve.scenario == *scenario).copied().collect();
            panel(verdict, theme, if scenarios.len() > 1 { scenario } else { "" }, &own, height)
        })
        .collect();
    let first = all.first().and_then(|curve| curve.score.first());
    let intervals = first.map_or(String::new(), |score| format!(" Bands: {} pointwise ({}).", percent(score.level), score.method));
    let rule = all.first().map_or("", |curve| curve.good_rule.as_str());
    Figure {
        name: format!("sensitivity-{}", slug(hyperparameter)),
        title: format!("Sensitivity to the initial {}", words(hyperparameter)),
        caption: format!(
            "Mean {} over the initial {}. Large markers: the best initial value of each controller.{intervals} The good region of the tables: {rule}.",
            words(&verdict.options.primary_metric),
            words(hyperparameter)
        ),
        width,
        n_columns,
        panels,
        legend: line_legend(verdict, theme, all.iter().map(|curve| curve.controller.as_str()), true),
        legend_placement: if scenarios.len() == 1 { LegendPlacement::Direct } else { LegendPlacement::Top },
    }
}

fn panel(verdict: &Verdict, theme: &Theme, title: &str, curves: &[&SensitivityCurve], height: f64) -> Panel {
    let mut marks = Vec::new();
    for curve in curves {
        let bounded = curve.initial.iter().zip(&curve.score).filter(|(_, score)| score.is_bounded());
        let points = bounded.map(|(initial, score)| (*initial, score.lower, score.upper)).collect();
        marks.push(Mark::Band { points, ink: Ink::Series(series(verdict, &curve.controller)) });
    }
    for curve in curves {
        let index = series(verdict, &curve.controller);
        let points: Vec<(f64, f64)> = curve.initial.iter().zip(&curve.score).map(|(initial, score)| (*initial, score.value)).collect();
        marks.push(Mark::Line { points, stroke: Stroke::series(index), markers: None });
        let best = vec![(curve.best_initial, curve.best_score)];
        marks.push(Mark::Points { points: best, marker: theme.series_marker(index), ink: Ink::Series(index), hollow: false });
    }
    let initial = || curves.iter().flat_map(|curve| curve.initial.iter().copied());
    let name = curves.first().map_or("", |curve| curve.hyperparameter.as_str());
    let label = format!("initial {}", words(name));
    let x =
        if curves.iter().all(|curve| curve.scale == "decades") { Axis::log(&label, initial()) } else { Axis::linear(&label, initial()) };
    let values = || curves.iter().flat_map(|curve| curve.score.iter().map(|score| score.value));
    let metric = words(&verdict.options.primary_metric);
    let mut y = Axis::auto(&metric, values());
    if y.scale == crate::figure::description::Scale::Linear {
        let ends = curves.iter().flat_map(|curve| curve.score.iter().flat_map(|score| [score.value, score.lower, score.upper]));
        y = Axis::linear(&metric, ends);
    }
    Panel { title: title.to_owned(), x, y, height, marks }
}
