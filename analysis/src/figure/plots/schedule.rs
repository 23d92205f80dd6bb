//! Figures that need no verdict: a schedule over its regime, and the regimes of a scenario.

use super::common::{slug, words};
use super::curves::change_marks;
use crate::figure::description::{
    Axis, Dash, Figure, FigureWidth, Ink, LegendEntry, LegendKey, LegendPlacement, Mark, Panel, Scale, Stroke,
};
use crate::input::ScenarioInfo;

/// One line of a schedule figure.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduleLine {
    /// Name, for example `oracle` or `best constant`.
    pub label: String,
    /// Hyperparameter at each step from 0.
    pub values: Vec<f64>,
}

/// Strength of one change over the steps.
#[derive(Clone, Debug, PartialEq)]
pub struct RegimeStrength {
    /// Name of the change.
    pub label: String,
    /// Strength at each step from 0, in the unit of [`Regime::unit`].
    pub values: Vec<f64>,
}

/// The non-stationarity of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Regime {
    /// What the strengths measure, for the axis.
    pub unit: String,
    /// Changes with their strengths.
    pub strengths: Vec<RegimeStrength>,
}

/// Draws schedules of one hyperparameter over the changes of a scenario; the regime, where given, stands in a panel below.
///
/// `method` says how the schedules were found and goes into the caption. Positive schedules that span more than a factor of 20 get a
/// logarithmic axis.
pub fn schedule(scenario: &ScenarioInfo, hyperparameter: &str, lines: &[ScheduleLine], regime: Option<&Regime>, method: &str) -> Figure {
    let last = lines.iter().map(|line| line.values.len()).max().unwrap_or(1).saturating_sub(1).max(1);
    let mut marks = change_marks(scenario, last as u64);
    marks.extend(lines.iter().enumerate().map(|(index, line)| line_mark(index, &line.values)));
    let label = words(hyperparameter);
    let mut panels = vec![Panel {
        title: String::new(),
        x: Axis::integer("step", (0.0, last as f64)),
        y: Axis::auto(&label, lines.iter().flat_map(|line| line.values.iter().copied())),
        height: 110.0,
        marks,
    }];
    panels.extend(regime.map(|regime| strength_panel(scenario, regime, last)));
    let names = lines.iter().map(|line| line.label.as_str());
    let mut legend = legend(names, 0);
    if let Some(regime) = regime.filter(|regime| regime.strengths.len() > 1) {
        legend.extend(strength_legend(regime));
    }
    let below = if regime.is_some() { " Below: the strength of the changes." } else { "" };
    Figure {
        name: format!("schedule-{}-{}", slug(&scenario.name), slug(hyperparameter)),
        title: format!("Schedule of {label} in {}", scenario.name),
        caption: format!(
            "{}{label} over the steps in scenario {}. {method}{below}",
            capital_of(&label),
            scenario.name,
            label = rest_of(&label)
        ),
        width: FigureWidth::OneColumn,
        n_columns: 1,
        legend_placement: if panels.len() == 1 { LegendPlacement::Direct } else { LegendPlacement::Top },
        panels,
        legend,
    }
}

/// Draws the strengths of a scenario's changes over its steps.
pub fn scenario(scenario: &ScenarioInfo, regime: &Regime) -> Figure {
    let last = regime.strengths.iter().map(|strength| strength.values.len()).max().unwrap_or(1).saturating_sub(1).max(1);
    Figure {
        name: format!("scenario-{}", slug(&scenario.name)),
        title: format!("Changes of {}", scenario.name),
        caption: format!(
            "Strength of each change of scenario {} over its {} steps. Dashed vertical lines mark shifts; tinted ranges mark drifts.",
            scenario.name,
            last + 1
        ),
        width: FigureWidth::OneColumn,
        n_columns: 1,
        panels: vec![Panel { height: 100.0, ..strength_panel(scenario, regime, last) }],
        legend: strength_legend(regime),
        legend_placement: LegendPlacement::Direct,
    }
}

fn capital_of(label: &str) -> String {
    label.chars().take(1).flat_map(char::to_uppercase).collect()
}

fn rest_of(label: &str) -> String {
    label.chars().skip(1).collect()
}

fn line_mark(index: usize, values: &[f64]) -> Mark {
    let points = values.iter().enumerate().map(|(step, value)| (step as f64, *value)).collect();
    Mark::Line { points, stroke: Stroke::series(index), markers: None }
}

/// Strengths are drawn in neutral ink, told apart by dashes, so that colours stay with the schedules.
fn strength_stroke(index: usize) -> Stroke {
    Stroke { ink: Ink::Series(index + 6), dash: if index == 0 { Dash::Solid } else { Dash::Series(index) }, weight: 1.0 }
}

fn strength_panel(scenario: &ScenarioInfo, regime: &Regime, last: usize) -> Panel {
    let mut marks = change_marks(scenario, last as u64);
    for (index, strength) in regime.strengths.iter().enumerate() {
        let points = strength.values.iter().enumerate().map(|(step, value)| (step as f64, *value)).collect();
        marks.push(Mark::Line { points, stroke: strength_stroke(index), markers: None });
    }
    let y = Axis::linear(&regime.unit, regime.strengths.iter().flat_map(|strength| strength.values.iter().copied()).chain([0.0]));
    let x = Axis { scale: Scale::Integer, ..Axis::integer("step", (0.0, last as f64)) };
    Panel { title: String::new(), x, y, height: 55.0, marks }
}

fn legend<'a>(labels: impl Iterator<Item = &'a str>, first: usize) -> Vec<LegendEntry> {
    let entry = |(index, label): (usize, &str)| LegendEntry {
        label: label.to_owned(),
        key: LegendKey::Line { stroke: Stroke::series(index + first), marker: None },
    };
    labels.enumerate().map(entry).collect()
}

fn strength_legend(regime: &Regime) -> Vec<LegendEntry> {
    let entry = |(index, strength): (usize, &RegimeStrength)| LegendEntry {
        label: strength.label.clone(),
        key: LegendKey::Line { stroke: strength_stroke(index), marker: None },
    };
    regime.strengths.iter().enumerate().map(entry).collect()
}
