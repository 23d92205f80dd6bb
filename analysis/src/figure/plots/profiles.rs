//! Performance profiles: for each threshold, the fraction of runs with a normalised cost at or below it (Dolan and Moré 2002; with bands after
//! Agarwal et al. 2021, arXiv:2108.13264).

use super::common::{line_legend, percent, series};
use crate::figure::description::{Axis, Figure, FigureWidth, Ink, LegendPlacement, Mark, Panel, Stroke};
use crate::figure::theme::Theme;
use crate::verdict::Verdict;

pub(super) fn describe(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    let Some(first) = verdict.profiles.first() else { return Vec::new() };
    let mut marks = Vec::new();
    for profile in &verdict.profiles {
        let edges = profile.lower.iter().zip(&profile.upper);
        let points = profile.taus.iter().zip(edges).map(|(tau, (lower, upper))| (*tau, *lower, *upper)).collect();
        marks.push(Mark::Band { points, ink: Ink::Series(series(verdict, &profile.controller)) });
    }
    for profile in &verdict.profiles {
        let index = series(verdict, &profile.controller);
        let points = profile.taus.iter().zip(&profile.fraction).map(|(tau, fraction)| (*tau, *fraction)).collect();
        marks.push(Mark::Line { points, stroke: Stroke::series(index), markers: Some((index, 5)) });
    }
    let taus = verdict.profiles.iter().flat_map(|profile| profile.taus.iter().copied());
    let label = format!("normalised cost τ ({})", verdict.normalisation.method);
    let panel = Panel {
        title: String::new(),
        x: Axis::linear(&label, taus),
        y: Axis::fixed("fraction of runs with cost ≤ τ", (-0.02, 1.02)),
        height: 140.0,
        marks,
    };
    let caption = format!(
        "Performance profiles: fraction of runs whose normalised cost is at most τ, scenarios weighted equally; further left and higher is \
         better. Normalised cost: {}. Bands: {} simultaneous ({}).",
        verdict.normalisation.formula,
        percent(first.level),
        first.method
    );
    vec![Figure {
        name: "profile".to_owned(),
        title: "Performance profiles".to_owned(),
        caption,
        width: FigureWidth::OneColumn,
        n_columns: 1,
        panels: vec![panel],
        legend: line_legend(verdict, theme, verdict.profiles.iter().map(|profile| profile.controller.as_str()), true),
        legend_placement: LegendPlacement::Top,
    }]
}
