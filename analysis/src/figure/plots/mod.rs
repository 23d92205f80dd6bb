//! The figures, one file each. A new one is a new file and a line in [`REGISTRY`].

mod aggregates;
mod critical_difference;
mod curves;
mod ecdf;
mod forest;
mod heat_map;
mod profiles;
mod recovery;
mod schedule;
mod sensitivity;

pub use schedule::{Regime, RegimeStrength, ScheduleLine, scenario, schedule};

use super::description::Figure;
use super::theme::Theme;
use crate::verdict::Verdict;

/// A kind of figure.
#[derive(Clone, Copy, Debug)]
pub struct FigureKind {
    /// Name; the figures' file stems begin with it.
    pub name: &'static str,
    /// What it shows, in one sentence.
    pub about: &'static str,
    /// Describes the figures of this kind; none where the verdict lacks the numbers.
    pub describe: fn(&Verdict, &Theme) -> Vec<Figure>,
}

/// All kinds, in the order of the report.
pub const REGISTRY: &[FigureKind] = &[
    FigureKind {
        name: "aggregates",
        about: "aggregate scores of each controller over all scenarios with intervals",
        describe: aggregates::describe,
    },
    FigureKind {
        name: "critical-difference",
        about: "mean ranks with the groups that are not told apart",
        describe: critical_difference::describe,
    },
    FigureKind { name: "forest", about: "paired differences with intervals", describe: forest::describe },
    FigureKind { name: "heat-map", about: "mean of each controller in each scenario", describe: heat_map::describe },
    FigureKind { name: "profile", about: "fraction of runs within a given normalised cost", describe: profiles::describe },
    FigureKind { name: "trajectory", about: "loss over the steps, with changes marked", describe: curves::describe_losses },
    FigureKind { name: "regret", about: "cumulative regret over the steps with simultaneous bands", describe: curves::describe_regrets },
    FigureKind { name: "hyperparameter", about: "each hyperparameter over the steps", describe: curves::describe_hyperparameters },
    FigureKind { name: "ecdf", about: "fraction of targets reached over the steps", describe: ecdf::describe },
    FigureKind { name: "recovery", about: "fraction of runs that have not yet recovered from a change", describe: recovery::describe },
    FigureKind { name: "sensitivity", about: "score over the initial value of a hyperparameter", describe: sensitivity::describe },
];

/// Every figure that the verdict has the numbers for, in the order of the registry.
pub fn figures(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    REGISTRY.iter().flat_map(|kind| (kind.describe)(verdict, theme)).collect()
}

/// Helpers that several figures use.
mod common {
    use crate::figure::description::{Axis, FigureWidth, LegendEntry, LegendKey, Stroke};
    use crate::figure::metrics::{LINE_HEIGHT, text_width};
    use crate::figure::theme::Theme;
    pub(super) use crate::order::distinct;
    use crate::verdict::Verdict;

    /// Index of a controller, which is also its colour, dash and marker in every figure.
    pub(super) fn series(verdict: &Verdict, label: &str) -> usize {
        verdict.controllers.iter().position(|controller| controller.label == label).unwrap_or(verdict.controllers.len())
    }

    /// Legend of lines for the controllers named, in the verdict's order.
    pub(super) fn line_legend<'a>(
        verdict: &Verdict,
        theme: &Theme,
        labels: impl Iterator<Item = &'a str> + Clone,
        marked: bool,
    ) -> Vec<LegendEntry> {
        let present = verdict.controllers.iter().enumerate().filter(|(_, info)| labels.clone().any(|label| label == info.label));
        present
            .map(|(index, info)| {
                let marker = marked.then(|| theme.series_marker(index));
                LegendEntry { label: info.label.clone(), key: LegendKey::Line { stroke: Stroke::series(index), marker } }
            })
            .collect()
    }

    /// A linear axis for numbers that matter most and others beside them, which may run past the edge by less than the first ones' span.
    pub(super) fn axis_for(label: &str, main: impl Iterator<Item = f64>, others: impl Iterator<Item = f64>) -> Axis {
        let main: Vec<f64> = main.filter(|value| value.is_finite()).collect();
        let (low, high) = main.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
        let span = if high > low { high - low } else { f64::INFINITY };
        let held: Vec<f64> = others.map(|value| value.clamp(low - span, high + span)).collect();
        Axis::linear(label, main.into_iter().chain(held))
    }

    /// Columns, printed width and panel height for a number of small multiples.
    pub(super) fn grid(n_panels: usize) -> (usize, FigureWidth, f64) {
        match n_panels {
            0 | 1 => (1, FigureWidth::OneColumn, 130.0),
            2 | 4 => (2, FigureWidth::TwoColumns, 120.0),
            3 | 5..=9 => (3, FigureWidth::TwoColumns, 100.0),
            _ => (4, FigureWidth::TwoColumns, 82.0),
        }
    }

    /// Height in points of a row of a category axis, such that the longest name fits in up to three lines.
    pub(super) fn row_height(names: &[String], theme: &Theme, width: FigureWidth) -> f64 {
        let size = theme.font_size_tick;
        // The layout gives names 30 % of the page; a line is broken early at times, hence the spare part.
        let room = theme.width_in(width) * 72.0 * 0.3 * 0.8;
        let widest = names.iter().fold(0.0_f64, |widest, name| widest.max(text_width(name, size, false)));
        let n_lines = (widest / room).ceil().clamp(1.0, 3.0);
        n_lines * size * LINE_HEIGHT + 4.0
    }

    /// Lower-case letters, digits and single hyphens: a name for a file.
    pub(super) fn slug(text: &str) -> String {
        let words = text.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
        if slug.is_empty() { "x".to_owned() } else { slug }
    }

    /// `95 %`, or `99.9 %`.
    pub(super) fn percent(level: f64) -> String {
        let text = format!("{:.1}", level * 100.0);
        format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
    }

    /// A name as a reader writes it: underscores become spaces.
    pub(super) fn words(name: &str) -> String {
        name.replace('_', " ")
    }

    /// `one seed`, `5 seeds`, `3 to 5 seeds`.
    pub(super) fn counted(numbers: impl Iterator<Item = usize> + Clone, one: &str, many: &str) -> String {
        let (low, high) = (numbers.clone().min().unwrap_or(0), numbers.max().unwrap_or(0));
        match (low, high) {
            (1, 1) => format!("one {one}"),
            _ if low == high => format!("{low} {many}"),
            _ => format!("{low} to {high} {many}"),
        }
    }
}
