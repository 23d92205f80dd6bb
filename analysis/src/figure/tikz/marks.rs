//! Marks as plots of pgfplots, in data units.

use std::borrow::Cow;
use std::fmt::Write;

use super::furniture::fitted;
use super::{WRITTEN, color};
use crate::figure::description::{Anchor, Axis, Dash, Ink, Mark, Panel, Scale, Stroke};
use crate::figure::draw::evenly;
use crate::figure::marker::{MarkerShape, marker_shape};
use crate::figure::theme::{Marker, Theme};
use crate::figure::thin::{thin_band, thin_line};
use crate::figure::ticks::Label;

/// Most columns that a line or band is thinned to.
const N_COLUMNS: usize = 300;

/// The panel with places for ordinates where pgfplots lacks the vertical axis' scale.
pub(super) fn flattened(panel: &Panel) -> Cow<'_, Panel> {
    if !matches!(panel.y.scale, Scale::SymmetricLog { .. }) {
        return Cow::Borrowed(panel);
    }
    let mut flat = panel.clone();
    (flat.y.scale, flat.y.range) = (Scale::Linear, panel.y.positions());
    let place = |value: &mut f64| *value = panel.y.position(*value);
    for mark in &mut flat.marks {
        match mark {
            Mark::Line { points, .. } | Mark::Points { points, .. } => points.iter_mut().for_each(|point| place(&mut point.1)),
            Mark::Band { points, .. } => points.iter_mut().for_each(|point| (place(&mut point.1), place(&mut point.2)).1),
            Mark::Segment { from, to, .. } | Mark::Cell { from, to, .. } => (place(&mut from.1), place(&mut to.1)).1,
            Mark::HorizontalRule { at, .. } => place(at),
            Mark::Text { at, .. } => place(&mut at.1),
            Mark::VerticalRule { .. } | Mark::Span { .. } => {}
        }
    }
    Cow::Owned(flat)
}

fn stroke_options(stroke: Stroke, theme: &Theme) -> String {
    let mut options = format!("{}, line width={:.2}bp", color(stroke.ink), theme.line_width * stroke.weight);
    if stroke.dash != Dash::Solid {
        let lengths = stroke.dash.lengths(theme);
        if !lengths.is_empty() {
            let pieces: Vec<String> = lengths
                .iter()
                .enumerate()
                .map(|(index, length)| format!("{} {length}bp", if index % 2 == 0 { "on" } else { "off" }))
                .collect();
            options.push_str(&format!(", dash pattern={}", pieces.join(" ")));
        }
    }
    options
}

fn coordinates(points: impl Iterator<Item = (f64, f64)>) -> String {
    let points: Vec<String> = points.map(|(x, y)| format!("({},{})", number(x), number(y))).collect();
    // TeX reads lines of bounded length.
    points.chunks(8).map(|row| row.join(" ")).collect::<Vec<_>>().join("\n")
}

pub(super) fn write_mark(out: &mut String, mark: &Mark, panel: &Panel, theme: &Theme) {
    let (x, y) = (&panel.x, &panel.y);
    match mark {
        Mark::Line { points, stroke, markers } => {
            write_line(out, points, *stroke, panel, theme);
            if let Some((series, n)) = markers {
                let spots = evenly(points, *series, *n);
                write_points(out, &spots, theme.series_marker(*series), stroke.ink, false, theme);
            }
        }
        Mark::Band { points, ink } => {
            let finite: Vec<(f64, f64, f64)> =
                points.iter().filter(|point| point.0.is_finite() && !point.1.is_nan() && !point.2.is_nan()).copied().collect();
            let thin = thin_band(&finite, x.range, N_COLUMNS);
            let within = |value: f64| within(y, value);
            let outline =
                thin.iter().map(|point| (point.0, within(point.2))).chain(thin.iter().rev().map(|point| (point.0, within(point.1))));
            fill(out, &color(*ink), theme.band_opacity, outline);
        }
        Mark::Points { points, marker, ink, hollow } => write_points(out, points, *marker, *ink, *hollow, theme),
        Mark::Segment { from, to, stroke, cap } => {
            let cap_option = if *cap > 0.0 { ", {Bar[width=3.6bp]}-{Bar[width=3.6bp]}" } else { "" };
            let points = coordinates([*from, *to].into_iter());
            writeln!(out, "\\addplot[{}{cap_option}, forget plot] coordinates {{{points}}};", stroke_options(*stroke, theme))
                .expect(WRITTEN);
        }
        Mark::VerticalRule { at, stroke } => {
            let points = coordinates([(*at, y.range.0), (*at, y.range.1)].into_iter());
            writeln!(out, "\\addplot[{}, forget plot] coordinates {{{points}}};", stroke_options(*stroke, theme)).expect(WRITTEN);
        }
        Mark::HorizontalRule { at, stroke } => {
            let points = coordinates([(x.range.0, *at), (x.range.1, *at)].into_iter());
            writeln!(out, "\\addplot[{}, forget plot] coordinates {{{points}}};", stroke_options(*stroke, theme)).expect(WRITTEN);
        }
        Mark::Span { from, to, ink } => {
            let corners = [(*from, y.range.0), (*to, y.range.0), (*to, y.range.1), (*from, y.range.1)];
            fill(out, &color(*ink), theme.band_opacity, corners.into_iter());
        }
        Mark::Cell { from, to, fill: cell } => {
            let corners = [*from, (to.0, from.1), *to, (from.0, to.1)];
            fill(out, &color(Ink::Fixed(*cell)), 1.0, corners.into_iter());
        }
        Mark::Text { at, text, anchor, ink, bold, .. } => {
            let anchor = match anchor {
                Anchor::Start => "west",
                Anchor::Middle => "center",
                Anchor::End => "east",
            };
            let text = fitted(&Label::plain(text.clone()), theme.font_size_note, *bold);
            let (x, y) = (number(at.0), number(at.1));
            writeln!(out, "\\node[{}, anchor={anchor}, inner sep=0pt] at (axis cs:{x},{y}) {{{text}}};", color(*ink)).expect(WRITTEN);
        }
    }
}

fn write_line(out: &mut String, points: &[(f64, f64)], stroke: Stroke, panel: &Panel, theme: &Theme) {
    for piece in points.split(|point| !(point.0.is_finite() && point.1.is_finite())).filter(|piece| piece.len() > 1) {
        let placed: Vec<(f64, f64)> = piece.iter().map(|point| (panel.x.position(point.0), point.1)).collect();
        let thin = thin_line(&placed, panel.x.positions(), N_COLUMNS);
        let points = coordinates(thin.iter().map(|point| (panel.x.value(point.0), within(&panel.y, point.1))));
        writeln!(out, "\\addplot[{}, forget plot] coordinates {{{points}}};", stroke_options(stroke, theme)).expect(WRITTEN);
    }
}

/// Holds a value to the axis and one of its lengths beyond: TeX's numbers end at 16384 points.
fn within(axis: &Axis, value: f64) -> f64 {
    let (low, high) = axis.positions();
    axis.value(axis.position(value).clamp(low - (high - low), high + (high - low)))
}

fn fill(out: &mut String, color: &str, opacity: f64, outline: impl Iterator<Item = (f64, f64)>) {
    let points = coordinates(outline);
    writeln!(out, "\\addplot[fill={color}, fill opacity={opacity}, draw=none, forget plot] coordinates {{{points}}} -- cycle;")
        .expect(WRITTEN);
}

fn mark_options(marker: Marker, ink: Ink, hollow: bool, theme: &Theme) -> String {
    let (name, rotate) = match marker {
        Marker::Circle => ("*", 0),
        Marker::Square => ("square*", 0),
        Marker::TriangleUp => ("triangle*", 0),
        Marker::TriangleDown => ("triangle*", 180),
        Marker::Diamond => ("diamond*", 0),
        Marker::Plus => ("+", 0),
        Marker::Cross => ("x", 0),
        Marker::Pentagon => ("pentagon*", 0),
    };
    let radius = match marker_shape(marker, theme.marker_radius) {
        MarkerShape::Disc(radius) => radius,
        MarkerShape::Outline(corners) => corners.iter().fold(0.0_f64, |radius, corner| radius.max(corner.0.abs()).max(corner.1.abs())),
    };
    let ink = color(ink);
    let fill = if hollow { "ohapaper" } else { ink.as_str() };
    format!("mark={name}, mark size={radius:.2}bp, mark options={{solid, draw={ink}, fill={fill}, rotate={rotate}}}")
}

fn write_points(out: &mut String, points: &[(f64, f64)], marker: Marker, ink: Ink, hollow: bool, theme: &Theme) {
    let finite: Vec<(f64, f64)> = points.iter().filter(|point| point.0.is_finite() && point.1.is_finite()).copied().collect();
    let options = mark_options(marker, ink, hollow, theme);
    writeln!(out, "\\addplot[only marks, {options}, forget plot] coordinates {{{}}};", coordinates(finite.into_iter())).expect(WRITTEN);
}

/// Seven significant digits, without needless zeros.
pub(super) fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let rounded: f64 = format!("{value:.6e}").parse().unwrap_or(value);
    if (1e-4..1e7).contains(&rounded.abs()) { format!("{rounded}") } else { format!("{rounded:e}") }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.1 + 0.2, 1e-9, 12_345_678.9, 0.0, -2.0].map(number), ["0.3", "1e-9", "1.234568e7", "0", "-2"]);
    }
}
