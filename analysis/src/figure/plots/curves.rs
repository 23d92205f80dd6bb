//! Curves over the steps in small multiples: losses, regrets, hyperparameters. Means with bands; changes are marked.

use super::common::{counted, distinct, grid, line_legend, percent, series, slug, words};
use crate::figure::description::{Axis, Dash, Figure, Ink, LegendEntry, LegendKey, LegendPlacement, Mark, Panel, Scale, Stroke};
use crate::figure::theme::Theme;
use crate::input::ScenarioInfo;
use crate::verdict::{BandKind, CurveBand, Verdict};

/// What a curve is about; decides the figure in which it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Loss,
    Regret,
    Hyperparameter,
}

/// Judges by the quantity's name: `regret` anywhere, then the names of performance measures; all else is a hyperparameter or a signal.
fn subject(quantity: &str) -> Subject {
    let quantity = quantity.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| quantity.contains(word));
    if has(&["regret"]) {
        Subject::Regret
    } else if has(&["loss", "error", "accuracy", "score", "risk", "cost", "objective", "value"]) {
        Subject::Loss
    } else {
        Subject::Hyperparameter
    }
}

/// Losses and other performance measures, pointwise bands.
pub(super) fn describe_losses(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    describe(verdict, theme, Subject::Loss, "trajectory")
}

/// Regrets, simultaneous bands.
pub(super) fn describe_regrets(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    describe(verdict, theme, Subject::Regret, "regret")
}

/// Hyperparameters and signals, pointwise bands.
pub(super) fn describe_hyperparameters(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    describe(verdict, theme, Subject::Hyperparameter, "hyperparameter")
}

fn describe(verdict: &Verdict, theme: &Theme, about: Subject, stem: &str) -> Vec<Figure> {
    let quantities = distinct(verdict.curves.iter().map(|curve| curve.quantity.as_str()).filter(|name| subject(name) == about));
    quantities.into_iter().map(|quantity| describe_quantity(verdict, theme, about, stem, quantity)).collect()
}

/// The curves of a quantity with the kind of band that suits the subject, or the other kind where that is all there is.
fn curves_of<'a>(verdict: &'a Verdict, about: Subject, quantity: &str) -> Vec<&'a CurveBand> {
    let wanted = if about == Subject::Regret { BandKind::Simultaneous } else { BandKind::Pointwise };
    let all: Vec<&CurveBand> = verdict.curves.iter().filter(|curve| curve.quantity == quantity).collect();
    let right: Vec<&CurveBand> = all.iter().filter(|curve| curve.kind == wanted).copied().collect();
    if right.is_empty() { all } else { right }
}

fn describe_quantity(verdict: &Verdict, theme: &Theme, about: Subject, stem: &str, quantity: &str) -> Figure {
    let curves = curves_of(verdict, about, quantity);
    let scenarios: Vec<&ScenarioInfo> =
        verdict.scenarios.iter().filter(|scenario| curves.iter().any(|curve| curve.scenario == scenario.name)).collect();
    let (n_columns, width, height) = grid(scenarios.len());
    let mut legend = line_legend(verdict, theme, curves.iter().map(|curve| curve.controller.as_str()), false);
    let placement = if scenarios.len() == 1 { LegendPlacement::Direct } else { LegendPlacement::Top };
    if placement == LegendPlacement::Top {
        legend.extend(change_legend(&scenarios));
    }
    let log = about != Subject::Regret && curves.iter().all(|curve| curve.centre.iter().all(|value| *value > 0.0)) && wide(&curves);
    let label = words(quantity);
    // A hyperparameter has one range in all scenarios, so its panels share an axis.
    let shared = (about == Subject::Hyperparameter).then(|| y_axis(&curves, &label, log));
    let panel = |scenario: &&ScenarioInfo| -> Panel {
        let own: Vec<&CurveBand> = curves.iter().filter(|curve| curve.scenario == scenario.name).copied().collect();
        let y = if about == Subject::Regret { regret_axis(&own, &label) } else { y_axis(&own, &label, log) };
        let y = shared.clone().unwrap_or(y);
        panel(verdict, scenario, &own, y, height, scenarios.len() > 1)
    };
    let panels: Vec<Panel> = scenarios.iter().map(panel).collect();
    let mut caption = caption(about, quantity, &curves, &scenarios, log);
    caption.push_str(&absent(verdict, &curves));
    caption.push_str(&symmetric_note(&panels));
    Figure {
        name: format!("{stem}-{}", slug(quantity)),
        title: title(about, quantity),
        caption,
        width,
        n_columns,
        panels,
        legend,
        legend_placement: placement,
    }
}

/// Whether the curves of some scenario span more than a factor of 20.
fn wide(curves: &[&CurveBand]) -> bool {
    distinct(curves.iter().map(|curve| curve.scenario.as_str())).into_iter().any(|scenario| {
        let values = curves.iter().filter(|curve| curve.scenario == scenario).flat_map(|curve| &curve.centre);
        let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(*value), high.max(*value)));
        high > 20.0 * low
    })
}

fn panel(verdict: &Verdict, scenario: &ScenarioInfo, curves: &[&CurveBand], y: Axis, height: f64, titled: bool) -> Panel {
    let last = curves.iter().filter_map(|curve| curve.steps.last()).max().copied().unwrap_or(1);
    let mut marks = change_marks(scenario, last);
    for curve in curves {
        let ink = Ink::Series(series(verdict, &curve.controller));
        let edges = curve.lower.iter().zip(&curve.upper);
        let points = curve.steps.iter().zip(edges).map(|(step, (lower, upper))| (*step as f64, *lower, *upper)).collect();
        marks.push(Mark::Band { points, ink });
    }
    for curve in curves {
        let stroke = Stroke::series(series(verdict, &curve.controller));
        let points = curve.steps.iter().zip(&curve.centre).map(|(step, value)| (*step as f64, *value)).collect();
        marks.push(Mark::Line { points, stroke, markers: None });
    }
    let x = Axis::integer("step", (0.0, last.max(1) as f64));
    Panel { title: if titled { scenario.name.clone() } else { String::new() }, x, y, height, marks }
}

/// An axis for the curves and their bands; on a logarithmic one a band may run past the lower edge.
fn y_axis(curves: &[&CurveBand], label: &str, log: bool) -> Axis {
    let centres = curves.iter().flat_map(|curve| curve.centre.iter().copied());
    let floor = centres.clone().fold(f64::INFINITY, f64::min) * 0.4;
    let edges = curves.iter().flat_map(|curve| curve.lower.iter().chain(&curve.upper).copied()).filter(|value| value.is_finite());
    if log { Axis::log(label, centres.chain(edges.map(|value| value.max(floor)))) } else { Axis::linear(label, centres.chain(edges)) }
}

/// How many times the largest regret must exceed the smallest one for an axis that is no longer linear.
const REGRET_RATIO: f64 = 10.0;
/// Most decades of such an axis above its linear part.
const REGRET_DECADES: i32 = 4;

/// A linear axis where regrets are alike. Where one controller's greatest regret is ten times another's, an axis that is logarithmic beyond the
/// power of ten below the smallest of the greatest regrets, so that a failing controller does not flatten the rest; bands may then run past its lower edge.
fn regret_axis(curves: &[&CurveBand], label: &str) -> Axis {
    let peak = |curve: &&CurveBand| curve.centre.iter().fold(0.0_f64, |peak, value| peak.max(value.abs()));
    let (low, high) = curves.iter().map(peak).fold((f64::INFINITY, 0.0_f64), |(low, high), peak| (low.min(peak), high.max(peak)));
    if !(high.is_finite() && high > REGRET_RATIO * low) {
        return y_axis(curves, label, false);
    }
    let decade = |value: f64| libm::floor(libm::log10(value)) as i32;
    let linear = if low > 0.0 { decade(low) } else { i32::MIN }.max(decade(high) + 1 - REGRET_DECADES);
    let centres = curves.iter().flat_map(|curve| curve.centre.iter().copied());
    let floor = centres.clone().fold(0.0, f64::min);
    let edges = curves.iter().flat_map(|curve| curve.lower.iter().chain(&curve.upper).copied()).filter(|value| value.is_finite());
    Axis::symmetric_log(label, linear, centres.chain(edges.map(|value| value.max(floor))))
}

/// Dotted rules at shifts, tinted spans over drifts.
pub(super) fn change_marks(scenario: &ScenarioInfo, last: u64) -> Vec<Mark> {
    let mark = |change: &crate::input::ChangePoint| match change.end {
        Some(end) => Mark::Span { from: change.step as f64, to: end.min(last) as f64, ink: Ink::Muted },
        None => Mark::VerticalRule { at: change.step as f64, stroke: Stroke::muted(Dash::Dashed) },
    };
    scenario.change_points.iter().filter(|change| change.step <= last).map(mark).collect()
}

fn change_legend(scenarios: &[&ScenarioInfo]) -> Vec<LegendEntry> {
    let mut changes = scenarios.iter().flat_map(|scenario| &scenario.change_points);
    let (shift, drift) = (changes.clone().any(|change| change.end.is_none()), changes.any(|change| change.end.is_some()));
    let rule = LegendKey::Line { stroke: Stroke::muted(Dash::Dashed), marker: None };
    let mut entries = Vec::new();
    if shift {
        entries.push(LegendEntry { label: "shift".to_owned(), key: rule });
    }
    if drift {
        entries.push(LegendEntry { label: "drift".to_owned(), key: LegendKey::Box { ink: Ink::Muted } });
    }
    entries
}

fn title(about: Subject, quantity: &str) -> String {
    match about {
        Subject::Loss => format!("Trajectory of {}", words(quantity)),
        Subject::Regret => format!("{} over time", capitalised(&words(quantity))),
        Subject::Hyperparameter => format!("{} over time", capitalised(&words(quantity))),
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// What the caption says of axes that are linear around zero and logarithmic beyond.
fn symmetric_note(panels: &[Panel]) -> String {
    let bent: Vec<&Panel> = panels.iter().filter(|panel| matches!(panel.y.scale, Scale::SymmetricLog { .. })).collect();
    if bent.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = bent.iter().map(|panel| panel.title.as_str()).filter(|title| !title.is_empty()).collect();
    let place = if bent.len() == panels.len() { String::new() } else { format!(" of {}", names.join(", ")) };
    let (axis, is) = if bent.len() == 1 { ("axis", "is") } else { ("axes", "are") };
    format!(
        " The vertical {axis}{place}, where regrets differ more than tenfold, {is} linear from 0 to the first power of ten and logarithmic beyond; bands may run \
         past the lower edge."
    )
}

/// Controllers without a curve.
fn absent(verdict: &Verdict, curves: &[&CurveBand]) -> String {
    let labels = verdict.controllers.iter().map(|info| info.label.as_str());
    let without: Vec<&str> = labels.filter(|label| curves.iter().all(|curve| curve.controller != *label)).collect();
    if without.is_empty() { String::new() } else { format!(" No complete episode, so no curve: {}.", without.join(", ")) }
}

/// The methods of the bands, each once; a number of effective steps belongs to one curve.
fn methods(curves: &[&CurveBand]) -> String {
    let general = |method: &str| match (method.find("over "), method.find(" effective steps")) {
        (Some(from), Some(to)) => {
            format!("{}over the effective number of steps{}", &method[..from], &method[to + " effective steps".len()..])
        }
        _ => method.to_owned(),
    };
    let mut found: Vec<String> = Vec::new();
    for method in curves.iter().map(|curve| general(&curve.method)) {
        if !found.contains(&method) {
            found.push(method);
        }
    }
    found.join("; in other panels or curves ")
}

fn caption(about: Subject, quantity: &str, curves: &[&CurveBand], scenarios: &[&ScenarioInfo], log: bool) -> String {
    let cumulative = if about == Subject::Regret { "cumulative " } else { "" };
    let mut text = format!("Mean {cumulative}{} over {}", words(quantity), counted(curves.iter().map(|curve| curve.n), "seed", "seeds"));
    match scenarios {
        [only] => text.push_str(&format!(" in scenario {}.", only.name)),
        _ => text.push_str(", one panel a scenario."),
    }
    if let Some(curve) = curves.first() {
        let kind = if curve.kind == BandKind::Simultaneous { "simultaneous" } else { "pointwise" };
        text.push_str(&format!(" Bands: {} {kind} ({}).", percent(curve.level), methods(curves)));
    }
    let changes = || scenarios.iter().flat_map(|scenario| &scenario.change_points);
    if changes().any(|change| change.end.is_none()) {
        text.push_str(" Dashed vertical lines mark shifts.");
    }
    if changes().any(|change| change.end.is_some()) {
        text.push_str(" Tinted ranges mark drifts.");
    }
    match quantity {
        "regret" => text.push_str(" Regret is against the best schedule known."),
        "static_regret" => text.push_str(" Static regret is against the best constant hyperparameters."),
        _ => {}
    }
    if about == Subject::Regret && curves.iter().any(|curve| curve.centre.iter().any(|value| *value < 0.0)) {
        text.push_str(" Negative regret is legitimate: a controller that uses feedback can do better than the best open-loop schedule.");
    }
    if log {
        text.push_str(" The vertical axis is logarithmic.");
    }
    text
}
