//! Forest plots: the paired advantage of one controller over another with its interval; the line at 0 is "no difference".
//!
//! `forest-pooled` shows all pairs over all scenarios with the intervals of both claims; `forest` has a panel for each scenario. With many
//! pairs, the panels are held to those of one controller (the tables have all of them).

use super::common::{axis_for, distinct, percent, row_height, words};
use crate::figure::description::{Axis, Dash, Figure, FigureWidth, Ink, LegendEntry, LegendKey, LegendPlacement, Mark, Panel, Stroke};
use crate::figure::theme::{Marker, Theme};
use crate::input::Claim;
use crate::verdict::{Decision, Estimate, PairedComparison, PooledComparison, Verdict};

/// Most pairs in a panel of a scenario.
const N_PAIRS_MAX: usize = 10;
/// Panels beside each other at most.
const N_COLUMNS_MAX: usize = 3;
/// Rows below each other at most, so that a figure fits a page.
const N_ROWS_MAX: usize = 45;

pub(super) fn describe(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    let mut figures = Vec::new();
    if !verdict.pooled.is_empty() && verdict.scenarios.len() > 1 {
        figures.push(pooled(verdict, theme));
    }
    if !verdict.comparisons.is_empty() {
        figures.push(by_scenario(verdict, theme));
    }
    figures
}

/// The name of a row.
fn pair(a: &str, b: &str) -> String {
    format!("{a} vs {b}")
}

/// Marks of one row.
fn interval(estimate: &Estimate, y: f64, weight: f64, ink: Ink, axis: (f64, f64)) -> Mark {
    // An end beyond the panel runs to its edge, without a cap.
    let (lower, upper) = (estimate.lower.max(axis.0), estimate.upper.min(axis.1));
    let cap = if (lower, upper) == (estimate.lower, estimate.upper) { 1.8 } else { 0.0 };
    Mark::Segment { from: (lower, y), to: (upper, y), stroke: Stroke { ink, dash: Dash::Solid, weight }, cap }
}

fn point(estimate: &Estimate, y: f64, decision: Decision) -> Mark {
    let (marker, hollow) = match decision {
        Decision::FirstBetter | Decision::SecondBetter => (Marker::Circle, false),
        Decision::Equivalent => (Marker::Square, false),
        Decision::Undecided => (Marker::Circle, true),
    };
    Mark::Points { points: vec![(estimate.value, y)], marker, ink: Ink::Ink, hollow }
}

/// Value and ends.
fn ends(estimate: &Estimate) -> [f64; 3] {
    [estimate.value, estimate.lower, estimate.upper]
}

fn backdrop(rope: Option<f64>) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some(rope) = rope {
        marks.push(Mark::Span { from: -rope, to: rope, ink: Ink::Muted });
    }
    marks.push(Mark::VerticalRule { at: 0.0, stroke: Stroke::muted(Dash::Solid) });
    marks
}

fn decision_legend(decisions: impl Iterator<Item = Decision> + Clone, rope: bool) -> Vec<LegendEntry> {
    let mut entries = Vec::new();
    let mut add = |present: bool, label: &str, key: LegendKey| {
        if present {
            entries.push(LegendEntry { label: label.to_owned(), key });
        }
    };
    let key = |marker: Marker, hollow: bool| LegendKey::Marker { marker, ink: Ink::Ink, hollow };
    let decided = |decision: Decision| matches!(decision, Decision::FirstBetter | Decision::SecondBetter);
    add(decisions.clone().any(decided), "significant", key(Marker::Circle, false));
    add(decisions.clone().any(|decision| decision == Decision::Equivalent), "equivalent", key(Marker::Square, false));
    add(decisions.clone().any(|decision| decision == Decision::Undecided), "undecided", key(Marker::Circle, true));
    add(rope, "practically equal", LegendKey::Box { ink: Ink::Muted });
    entries
}

fn pooled(verdict: &Verdict, theme: &Theme) -> Figure {
    let few = shown(verdict).0;
    let is_whole = verdict.pooled.len() <= N_ROWS_MAX;
    let is_shown = |pair: &&PooledComparison| is_whole || few.contains(&(pair.a.as_str(), pair.b.as_str()));
    let pairs: Vec<&PooledComparison> = verdict.pooled.iter().filter(is_shown).collect();
    let x = axis_for(
        &format!("advantage of the first, normalised cost ({})", verdict.normalisation.method),
        pairs.iter().flat_map(|pair| ends(&pair.advantage)).chain([0.0]),
        pairs.iter().flat_map(|pair| [&pair.these_scenarios, &pair.scenarios_like_these]).flat_map(ends),
    );
    let rope = pairs.iter().find_map(|pair| pair.rope);
    let mut marks = backdrop(rope);
    for (index, pair) in pairs.iter().enumerate() {
        let y = (pairs.len() - 1 - index) as f64;
        marks.push(interval(&pair.scenarios_like_these, y, 0.8, Ink::Muted, x.range));
        marks.push(interval(&pair.these_scenarios, y, 2.0, Ink::Ink, x.range));
        marks.push(point(&pair.advantage, y, pair.decision));
    }
    let names: Vec<String> = pairs.iter().rev().map(|row| pair(&row.a, &row.b)).collect();
    let mut legend = decision_legend(pairs.iter().map(|pair| pair.decision), rope.is_some());
    let line = |ink, weight| LegendKey::Line { stroke: Stroke { ink, dash: Dash::Solid, weight }, marker: None };
    legend.push(LegendEntry { label: "these scenarios".to_owned(), key: line(Ink::Ink, 2.0) });
    legend.push(LegendEntry { label: "scenarios like these".to_owned(), key: line(Ink::Muted, 0.8) });
    let claim = match verdict.options.claim {
        Claim::TheseScenarios => "these scenarios",
        Claim::ScenariosLikeThese => "scenarios like these",
    };
    let level = pairs.first().map_or(verdict.options.level, |pair| pair.advantage.level);
    let panel = Panel {
        title: String::new(),
        x,
        height: row_height(&names, theme, FigureWidth::TwoColumns) * pairs.len() as f64 + 6.0,
        y: Axis::category("", names),
        marks,
    };
    Figure {
        name: "forest-pooled".to_owned(),
        title: "Paired differences over all scenarios".to_owned(),
        caption: format!(
            "Mean advantage of the first controller over the second over all {} scenarios, on the normalised scale ({}); positive: the first is \
             better. Intervals: {} for these scenarios (thick) and for scenarios like these (thin). Filled: significant ({test}) \
             after Holm's correction for the claim about {claim}; hollow: undecided, which is no evidence of equality. An interval without a cap runs on \
             beyond the panel.{}{}",
            verdict.scenarios.len(),
            verdict.normalisation.formula,
            percent(level),
            rope_words(rope),
            if is_whole { "" } else { " The table has the other pairs." },
            test = pairs.first().map_or("", |pair| pair.test.method.as_str())
        ),
        width: FigureWidth::TwoColumns,
        n_columns: 1,
        panels: vec![panel],
        legend,
        legend_placement: LegendPlacement::Top,
    }
}

fn rope_words(rope: Option<f64>) -> &'static str {
    if rope.is_some() { " Tinted: the region of practical equivalence; squares: equivalent." } else { "" }
}

/// The pairs shown in each scenario: all, or those of the reference or of the controller with the best mean rank.
fn shown(verdict: &Verdict) -> (Vec<(&str, &str)>, Option<&str>) {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for row in &verdict.comparisons {
        if !pairs.contains(&(row.a.as_str(), row.b.as_str())) {
            pairs.push((&row.a, &row.b));
        }
    }
    let best = verdict.ranking.as_ref().and_then(|ranking| {
        let ranks = ranking.controllers.iter().zip(&ranking.mean_ranks);
        ranks.min_by(|a, b| a.1.value.total_cmp(&b.1.value)).map(|(label, _)| label.as_str())
    });
    let common = pairs
        .first()
        .and_then(|first| [first.0, first.1].into_iter().find(|name| pairs.iter().all(|pair| pair.0 == *name || pair.1 == *name)));
    let n_rows = pairs.len() * verdict.scenarios.len().div_ceil(N_COLUMNS_MAX);
    if pairs.len() <= N_PAIRS_MAX && n_rows <= N_ROWS_MAX {
        return (pairs, verdict.options.reference.as_deref().or(common).filter(|_| verdict.controllers.len() > 2));
    }
    let centre = verdict.options.reference.as_deref().or(best).unwrap_or(pairs[0].0);
    pairs.retain(|(a, b)| *a == centre || *b == centre);
    (pairs, Some(centre))
}

/// A row of a panel. Where all rows share a controller, they are turned so that it stands first, and only the other is named.
struct Row<'a> {
    name: String,
    advantage: Estimate,
    decision: Decision,
    source: &'a PairedComparison,
}

impl<'a> Row<'a> {
    fn new(source: &'a PairedComparison, centre: Option<&str>) -> Self {
        let advantage = source.advantage.clone();
        match centre {
            Some(centre) if source.b == centre => {
                let advantage = Estimate { value: -advantage.value, lower: -advantage.upper, upper: -advantage.lower, ..advantage };
                Self { name: format!("vs {}", source.a), advantage, decision: source.decision, source }
            }
            Some(_) => Self { name: format!("vs {}", source.b), advantage, decision: source.decision, source },
            None => Self { name: pair(&source.a, &source.b), advantage, decision: source.decision, source },
        }
    }
}

fn by_scenario(verdict: &Verdict, theme: &Theme) -> Figure {
    let (pairs, centre) = shown(verdict);
    let find = |scenario: &str, (a, b): &(&str, &str)| {
        verdict.comparisons.iter().find(|row| row.scenario == scenario && row.a == *a && row.b == *b)
    };
    let groups: Vec<(&str, Vec<Row<'_>>)> = verdict
        .scenarios
        .iter()
        .map(|scenario| {
            (scenario.name.as_str(), pairs.iter().filter_map(|pair| Some(Row::new(find(&scenario.name, pair)?, centre))).collect())
        })
        .filter(|(_, rows): &(&str, Vec<Row<'_>>)| !rows.is_empty())
        .collect();
    let rows = || groups.iter().flat_map(|(_, rows)| rows);
    let several = groups.len() > 1;
    let width = if several { FigureWidth::TwoColumns } else { FigureWidth::OneColumn };
    let rope = rows().any(|row| row.source.rope.is_some());
    let metric = words(&verdict.options.primary_metric);
    let label = centre.map_or_else(|| format!("advantage in {metric}"), |centre| format!("advantage of {centre} in {metric}"));
    let panels = groups.iter().map(|(scenario, rows)| panel(rows, if several { scenario } else { "" }, &label, theme, width)).collect();
    let level = rows().next().map_or(verdict.options.level, |row| row.advantage.level);
    let method = distinct(rows().map(|row| row.advantage.method.as_str())).join("; where a few seeds outweigh the others ");
    let first =
        centre.map_or_else(|| "the first controller over the second".to_owned(), |centre| format!("{centre} over each other controller"));
    let only = if pairs.len() < verdict.comparisons.len() / groups.len().max(1) { " The table has the other pairs." } else { "" };
    Figure {
        name: "forest".to_owned(),
        title: "Paired differences by scenario".to_owned(),
        caption: format!(
            "Mean advantage in {metric} of {first} under the same seeds; positive: better. Intervals: {} ({method}). Filled: significant \
             by Wilcoxon's signed-rank test after Holm's correction within the scenario; hollow: undecided, which is no evidence of equality.{}{only}",
            percent(level),
            if rope { rope_words(Some(0.0)) } else { "" }
        ),
        width,
        n_columns: groups.len().clamp(1, N_COLUMNS_MAX),
        panels,
        legend: decision_legend(rows().map(|row| row.decision), rope),
        legend_placement: LegendPlacement::Top,
    }
}

fn panel(rows: &[Row<'_>], title: &str, label: &str, theme: &Theme, width: FigureWidth) -> Panel {
    let x = Axis::linear(label, rows.iter().flat_map(|row| ends(&row.advantage)).chain([0.0]));
    let mut marks = backdrop(rows.iter().find_map(|row| row.source.rope));
    for (index, row) in rows.iter().enumerate() {
        let y = (rows.len() - 1 - index) as f64;
        marks.push(interval(&row.advantage, y, 1.2, Ink::Ink, x.range));
        marks.push(point(&row.advantage, y, row.decision));
    }
    let names: Vec<String> = rows.iter().rev().map(|row| row.name.clone()).collect();
    let height = row_height(&names, theme, width) * rows.len() as f64 + 6.0;
    Panel { title: title.to_owned(), x, y: Axis::category("", names), height, marks }
}
