//! Performance profiles: for each threshold, the fraction of runs with a normalised cost at or below it (Dolan and Moré 2002; with bands after
//! Agarwal et al. 2021, arXiv:2108.13264).

use super::common::{line_legend, percent, series};
use crate::figure::description::{Axis, Figure, FigureWidth, Ink, LegendPlacement, Mark, Panel, Stroke};
use crate::figure::theme::Theme;
use crate::verdict::Verdict;

/// Largest ratio of costs that a linear axis shows well.
const LINEAR_RATIO: f64 = 50.0;

/// Logarithmic where the costs are positive and spread over decades; linear up to Tukey's fence otherwise, with a remark where that cuts a tail. The number
/// is the largest cost that is drawn.
fn axis(label: &str, taus: &[f64]) -> (Axis, f64, &'static str) {
    let at = |part: usize| taus[(taus.len() - 1) * part / 4];
    let (low, high) = (at(0), at(4));
    if low > 0.0 && high > LINEAR_RATIO * low {
        return (Axis::log(label, taus.iter().copied()), high, "");
    }
    let fence = at(3) + 1.5 * (at(3) - at(1));
    if fence > low && high > fence + 0.5 * (fence - low) {
        return (Axis::linear(label, [low, fence]), fence, " The largest costs lie beyond the panel.");
    }
    (Axis::linear(label, taus.iter().copied()), high, "")
}

pub(super) fn describe(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    let Some(first) = verdict.profiles.first() else { return Vec::new() };
    let label = format!("normalised cost τ ({})", verdict.normalisation.method);
    let (x, end, cut) = axis(&label, &first.taus);
    let mut marks = Vec::new();
    for profile in &verdict.profiles {
        let edges = profile.lower.iter().zip(&profile.upper);
        let points = profile.taus.iter().zip(edges).map(|(tau, (lower, upper))| (*tau, *lower, *upper)).filter(|p| p.0 <= end).collect();
        marks.push(Mark::Band { points, ink: Ink::Series(series(verdict, &profile.controller)) });
    }
    for profile in &verdict.profiles {
        let index = series(verdict, &profile.controller);
        let points = profile.taus.iter().zip(&profile.fraction).map(|(tau, fraction)| (*tau, *fraction)).filter(|p| p.0 <= end).collect();
        marks.push(Mark::Line { points, stroke: Stroke::series(index), markers: Some((index, 5)) });
    }
    let panel = Panel { title: String::new(), x, y: Axis::fixed("fraction of runs with cost ≤ τ", (-0.02, 1.02)), height: 140.0, marks };
    let caption = format!(
        "Performance profiles: fraction of runs whose normalised cost is at most τ, scenarios weighted equally; further left and higher is \
         better. Normalised cost: {}. Bands: {} simultaneous ({}).{cut}",
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

#[cfg(test)]
mod tests {
    use super::axis;

    #[test]
    fn a_cut_tail_ends_where_the_panel_does() {
        let mut taus: Vec<f64> = (-8..=8).map(f64::from).collect();
        assert_eq!(axis("tau", &taus).1, 8.0);
        taus.push(100.0);
        let (_, end, remark) = axis("tau", &taus);
        assert!(end > 8.0 && end < 100.0 && !remark.is_empty(), "{end}{remark}");
    }
}
