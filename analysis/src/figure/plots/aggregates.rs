//! Aggregates of each controller over all scenarios: mean, median, interquartile mean, optimality gap, with the intervals of both claims.

use super::common::{axis_for, percent, row_height, series};
use crate::figure::description::{
    Anchor, Axis, Dash, Figure, FigureWidth, Ink, LegendEntry, LegendKey, LegendPlacement, Mark, Panel, Stroke,
};
use crate::figure::theme::Theme;
use crate::input::Claim;
use crate::verdict::{Aggregate, TwoClaims, Verdict};

type Part = (&'static str, fn(&Aggregate) -> &TwoClaims);

const PARTS: [Part; 4] = [
    ("mean", |aggregate| &aggregate.mean),
    ("median", |aggregate| &aggregate.median),
    ("interquartile mean", |aggregate| &aggregate.iqm),
    ("optimality gap", |aggregate| &aggregate.optimality_gap),
];

pub(super) fn describe(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    if verdict.aggregates.len() < 2 {
        return Vec::new();
    }
    let level = verdict.aggregates[0].mean.these_scenarios.level;
    let line = |weight| LegendKey::Line { stroke: Stroke { ink: Ink::Ink, dash: Dash::Solid, weight }, marker: None };
    let several = verdict.scenarios.len() > 1;
    let mut legend = vec![LegendEntry { label: "these scenarios".to_owned(), key: line(2.4) }];
    if several {
        legend.push(LegendEntry { label: "scenarios like these".to_owned(), key: line(0.8) });
    }
    let claims = if several { "for these scenarios (thick) and for scenarios like these (thin)" } else { "over the seeds" };
    let panels: Vec<Panel> = PARTS.iter().map(|part| panel(verdict, theme, part, several)).collect();
    let runs_on = panels.iter().any(|panel| panel.marks.iter().any(|mark| matches!(mark, Mark::Text { .. })));
    vec![Figure {
        name: "aggregates".to_owned(),
        title: "Aggregate performance".to_owned(),
        caption: format!(
            "Normalised cost of each controller over all scenarios; lower is better. Normalised cost: {}. Intervals: {} {claims}. The \
             optimality gap is the mean excess over {}.{}",
            verdict.normalisation.formula,
            percent(level),
            verdict.normalisation.target,
            if runs_on { " An interval that ends in an arrowhead runs on beyond the panel." } else { "" }
        ),
        width: FigureWidth::TwoColumns,
        n_columns: 4,
        panels,
        legend: if several { legend } else { Vec::new() },
        legend_placement: LegendPlacement::Top,
    }]
}

fn panel(verdict: &Verdict, theme: &Theme, (title, of): &Part, several: bool) -> Panel {
    let rows = &verdict.aggregates;
    let ends = |estimate: &crate::verdict::Estimate| [estimate.value, estimate.lower, estimate.upper];
    let claimed = |both: &TwoClaims| match verdict.options.claim {
        Claim::TheseScenarios => ends(&both.these_scenarios),
        Claim::ScenariosLikeThese => ends(&both.scenarios_like_these),
    };
    let all = |both: &TwoClaims| ends(&both.these_scenarios).into_iter().chain(ends(&both.scenarios_like_these));
    let x = axis_for("normalised cost", rows.iter().map(of).flat_map(claimed), rows.iter().map(of).flat_map(all));
    let mut marks = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let y = (rows.len() - 1 - index) as f64;
        let both = of(row);
        let series = series(verdict, &row.controller);
        let ink = Ink::Series(series);
        let segment = |estimate: &crate::verdict::Estimate, weight| Mark::Segment {
            from: (estimate.lower.max(x.range.0), y),
            to: (estimate.upper.min(x.range.1), y),
            stroke: Stroke { ink, dash: Dash::Solid, weight },
            cap: 0.0,
        };
        if several {
            marks.push(segment(&both.scenarios_like_these, 0.8));
            marks.extend(arrowheads(&both.scenarios_like_these, x.range, y, ink));
        }
        marks.push(segment(&both.these_scenarios, 2.4));
        marks.push(Mark::Points { points: vec![(both.these_scenarios.value, y)], marker: theme.series_marker(series), ink, hollow: true });
    }
    let names: Vec<String> = rows.iter().rev().map(|row| row.controller.clone()).collect();
    Panel {
        title: (*title).to_owned(),
        x,
        height: row_height(&names, theme, FigureWidth::TwoColumns) * rows.len() as f64 + 6.0,
        y: Axis::category("", names),
        marks,
    }
}

/// A sign at each end of an interval that the panel cuts off.
fn arrowheads(estimate: &crate::verdict::Estimate, (low, high): (f64, f64), y: f64, ink: Ink) -> Vec<Mark> {
    let head = |at: f64, sign: &str, anchor| Mark::Text { at: (at, y), text: sign.to_owned(), anchor, ink, bold: true, halo: false };
    let mut heads = Vec::new();
    if estimate.lower < low {
        heads.push(head(low, "<", Anchor::Start));
    }
    if estimate.upper > high {
        heads.push(head(high, ">", Anchor::End));
    }
    heads
}
