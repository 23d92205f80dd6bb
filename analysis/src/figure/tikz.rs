//! A figure as pgfplots, so that its fonts are those of the paper. Data units go over as they are; layout is left to pgfplots.
//!
//! The file holds one `tikzpicture` and the colours it uses. Its head names the packages a document must load.

use std::fmt::Write;

use super::description::{Anchor, Axis, Dash, Figure, Ink, LegendKey, LegendPlacement, Mark, Panel, Scale, Stroke};
use super::marker::{MarkerShape, marker_shape};
use super::tex::escape_tex;
use super::theme::{Marker, Theme};
use super::thin::{thin_band, thin_line};
use super::ticks::{Label, Room, Tick, ticks};

const WRITTEN: &str = "writing to a string cannot fail";
/// Most columns that a line or band is thinned to.
const N_COLUMNS: usize = 300;

/// Writes `figure` as a `tikzpicture` with a `groupplot` of its panels.
pub fn tikz(figure: &Figure, theme: &Theme) -> String {
    let mut out = String::new();
    let name = figure.name.replace('-', " ");
    write!(
        out,
        "% {title}\n% needs: \\usepackage{{pgfplots}} \\pgfplotsset{{compat=1.16}} \\usepgfplotslibrary{{groupplots}} \\usetikzlibrary{{arrows.meta,calc}}\n",
        title = figure.title.replace(['\n', '\r'], " ")
    )
    .expect(WRITTEN);
    write_colors(&mut out, figure, theme);
    let n_columns = figure.n_columns.clamp(1, figure.panels.len().max(1));
    let n_rows = figure.panels.len().div_ceil(n_columns);
    let shown = figure.legend_placement != LegendPlacement::None && !figure.legend.is_empty();
    let page = theme.width_in(figure.width) * 72.0;
    // Axis labels and ticks take about this much beside each plot; pgfplots measures the rest itself.
    let left = if figure.panels.iter().any(|panel| matches!(panel.y.scale, Scale::Category(_))) { 0.3 * page } else { 38.0 };
    let hidden = figure.panels.iter().all(|panel| panel.x.scale == Scale::Hidden);
    let gap = if hidden { 0.0 } else { 34.0 };
    let used = if hidden { 0.0 } else { left + gap * (n_columns as f64 - 1.0) + 6.0 };
    let width = (page - used) / n_columns as f64;
    writeln!(out, "\\begin{{tikzpicture}}[font=\\footnotesize]").expect(WRITTEN);
    writeln!(
        out,
        "\\begin{{groupplot}}[group style={{group name={name}, group size={n_columns} by {n_rows}, horizontal sep={gap:.1}bp, vertical sep=44bp}}, \
         scale only axis, width={width:.2}bp, axis lines=left, axis line style={{-}}, tick align=outside, tick style={{black}}, \
         title style={{font=\\bfseries\\footnotesize, at={{(0,1)}}, anchor=south west, align=left, text width={width:.1}bp}}, \
         grid style={{ohagrid}}, label style={{font=\\footnotesize}}, tick label style={{font=\\scriptsize}}, \
         legend columns={columns}, legend style={{draw=none, font=\\footnotesize, /tikz/every even column/.append style={{column sep=6bp}}}}, legend cell align=left]",
        columns = figure.legend.len().clamp(1, if n_columns > 1 { 6 } else { 3 }),
    )
    .expect(WRITTEN);
    for (index, panel) in figure.panels.iter().enumerate() {
        let legend_here = shown && index == 0;
        write_panel(&mut out, panel, theme, legend_here, index % n_columns == 0, width);
        if legend_here {
            write_legend(&mut out, figure, theme);
        }
    }
    out.push_str("\\end{groupplot}\n");
    if shown {
        let last = n_columns.min(figure.panels.len());
        writeln!(
            out,
            "\\node[anchor=south] at ($({name} c1r1.north west)!0.5!({name} c{last}r1.north east)+(0,16bp)$) {{\\pgfplotslegendfromname{{{}-legend}}}};",
            figure.name
        )
        .expect(WRITTEN);
    }
    out.push_str("\\end{tikzpicture}\n");
    if shown {
        out = out.replacen("legend columns=", &format!("legend to name={}-legend, legend columns=", figure.name), 1);
    }
    out
}

/// Definitions of the colours that the figure uses.
fn write_colors(out: &mut String, figure: &Figure, theme: &Theme) {
    let mut inks = vec![Ink::Ink, Ink::Muted, Ink::Grid, Ink::Paper];
    let legend = figure.legend.iter().map(|entry| match entry.key {
        LegendKey::Line { stroke, .. } => stroke.ink,
        LegendKey::Marker { ink, .. } | LegendKey::Box { ink } => ink,
    });
    let marks = figure.panels.iter().flat_map(|panel| &panel.marks).map(mark_ink);
    for ink in legend.chain(marks) {
        if !inks.contains(&ink) {
            inks.push(ink);
        }
    }
    for ink in inks {
        writeln!(out, "\\definecolor{{{}}}{{HTML}}{{{}}}", color(ink), ink.color(theme).html()).expect(WRITTEN);
    }
}

fn mark_ink(mark: &Mark) -> Ink {
    match mark {
        Mark::Line { stroke, .. }
        | Mark::Segment { stroke, .. }
        | Mark::VerticalRule { stroke, .. }
        | Mark::HorizontalRule { stroke, .. } => stroke.ink,
        Mark::Band { ink, .. } | Mark::Points { ink, .. } | Mark::Span { ink, .. } | Mark::Text { ink, .. } => *ink,
        Mark::Cell { fill, .. } => Ink::Fixed(*fill),
    }
}

/// Name of a colour; digits are spelt as letters where they would count.
fn color(ink: Ink) -> String {
    match ink {
        Ink::Series(index) => format!("ohaseries{index}"),
        Ink::Ink => "ohaink".to_owned(),
        Ink::Muted => "ohamuted".to_owned(),
        Ink::Grid => "ohagrid".to_owned(),
        Ink::Paper => "ohapaper".to_owned(),
        Ink::Fixed(fixed) => format!("oha{}", fixed.html()),
    }
}

fn write_panel(out: &mut String, panel: &Panel, theme: &Theme, legend: bool, first_column: bool, width: f64) {
    let mut options = vec![format!("height={:.2}bp", panel.height)];
    if !panel.title.is_empty() {
        options.push(format!("title={{{}}}", escape_tex(&panel.title)));
    }
    axis_options(&mut options, &panel.x, 'x', true, width);
    axis_options(&mut options, &panel.y, 'y', first_column, panel.height);
    if panel.x.scale == Scale::Hidden {
        options.push("hide axis".to_owned());
        options.push("clip=false".to_owned());
    }
    if !legend {
        options.push("legend to name={}".to_owned());
    }
    writeln!(out, "\\nextgroupplot[{}]", options.join(", ")).expect(WRITTEN);
    for mark in &panel.marks {
        write_mark(out, mark, panel, theme);
    }
}

fn axis_options(options: &mut Vec<String>, axis: &Axis, letter: char, labelled: bool, length: f64) {
    options.push(format!("{letter}min={}, {letter}max={}", number(axis.range.0), number(axis.range.1)));
    if labelled && !axis.label.is_empty() {
        options.push(format!("{letter}label={{{}}}", escape_tex(&axis.label)));
    }
    if axis.grid {
        options.push(format!("{letter}majorgrids"));
    }
    match &axis.scale {
        Scale::Log => {
            options.push(format!("{letter}mode=log"));
            written_ticks(options, axis, letter, length);
        }
        Scale::Category(names) => {
            let ticks: Vec<String> = (0..names.len()).map(|index| index.to_string()).collect();
            let labels: Vec<String> = names.iter().map(|name| format!("{{{}}}", escape_tex(name))).collect();
            options.push(format!("{letter}tick={{{}}}", ticks.join(",")));
            let labels = if letter == 'y' && !labelled { String::new() } else { labels.join(",") };
            options.push(format!("{letter}ticklabels={{{labels}}}"));
            if letter == 'x' {
                options.push("x tick label style={rotate=90, anchor=east}".to_owned());
            }
        }
        Scale::Integer | Scale::Linear => written_ticks(options, axis, letter, length),
        Scale::Hidden => {}
    }
}

/// The ticks of the SVG, unless a power of ten is taken out of them: pgfplots does that by itself.
fn written_ticks(options: &mut Vec<String>, axis: &Axis, letter: char, length: f64) {
    let found = ticks(axis, Room { length, size: 7.0, beside: letter == 'x' });
    if found.exponent != 0 {
        return;
    }
    let value = |tick: &Tick| number(if axis.scale == Scale::Log { libm::exp10(tick.position) } else { tick.position });
    let places =
        |labelled: bool| found.ticks.iter().filter(|tick| tick.label.is_some() == labelled).map(value).collect::<Vec<_>>().join(",");
    let label = |label: &Label| {
        let base = label.base.replace('×', "\\times ").replace('\u{2212}', "-");
        let exponent = label.exponent.replace('\u{2212}', "-");
        if exponent.is_empty() { format!("${base}$") } else { format!("${base}^{{{exponent}}}$") }
    };
    let labels: Vec<String> = found.ticks.iter().filter_map(|tick| tick.label.as_ref()).map(label).collect();
    options.push(format!("{letter}tick={{{}}}, {letter}ticklabels={{{}}}", places(true), labels.join(",")));
    let minor = places(false);
    if !minor.is_empty() {
        options.push(format!("minor {letter}tick={{{minor}}}"));
    }
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

fn write_mark(out: &mut String, mark: &Mark, panel: &Panel, theme: &Theme) {
    let (x, y) = (&panel.x, &panel.y);
    match mark {
        Mark::Line { points, stroke, markers } => {
            write_line(out, points, *stroke, panel, theme);
            if let Some((series, n)) = markers {
                let finite: Vec<(f64, f64)> = points.iter().filter(|point| point.0.is_finite() && point.1.is_finite()).copied().collect();
                let every = (finite.len() / (*n).max(1)).max(1);
                let spots: Vec<(f64, f64)> = finite.into_iter().skip(every / 2).step_by(every).collect();
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
            let weight = if *bold { "\\bfseries" } else { "" };
            let (x, y, text) = (number(at.0), number(at.1), escape_tex(text));
            writeln!(
                out,
                "\\node[{}, anchor={anchor}, inner sep=0pt, font=\\scriptsize{weight}] at (axis cs:{x},{y}) {{{text}}};",
                color(*ink)
            )
            .expect(WRITTEN);
        }
    }
}

fn write_line(out: &mut String, points: &[(f64, f64)], stroke: Stroke, panel: &Panel, theme: &Theme) {
    for piece in points.split(|point| !(point.0.is_finite() && point.1.is_finite())).filter(|piece| piece.len() > 1) {
        let placed: Vec<(f64, f64)> = piece.iter().map(|point| (panel.x.position(point.0), point.1)).collect();
        let thin = thin_line(&placed, panel.x.positions(), N_COLUMNS);
        let back = |position: f64| if panel.x.scale == Scale::Log { libm::exp10(position) } else { position };
        let points = coordinates(thin.iter().map(|point| (back(point.0), within(&panel.y, point.1))));
        writeln!(out, "\\addplot[{}, forget plot] coordinates {{{points}}};", stroke_options(stroke, theme)).expect(WRITTEN);
    }
}

/// Holds a value to the axis and one of its lengths beyond: TeX's numbers end at 16384 points.
fn within(axis: &Axis, value: f64) -> f64 {
    let (low, high) = axis.positions();
    let position = axis.position(value).clamp(low - (high - low), high + (high - low));
    if axis.scale == Scale::Log { libm::exp10(position) } else { position }
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

fn write_legend(out: &mut String, figure: &Figure, theme: &Theme) {
    for entry in &figure.legend {
        let image = match entry.key {
            LegendKey::Line { stroke, marker } => {
                let mark = marker.map_or(String::new(), |marker| format!(", {}", mark_options(marker, stroke.ink, false, theme)));
                format!("{}{mark}", stroke_options(stroke, theme))
            }
            LegendKey::Marker { marker, ink, hollow } => format!("only marks, {}", mark_options(marker, ink, hollow, theme)),
            LegendKey::Box { ink } => format!("area legend, draw=none, fill={}, fill opacity={}", color(ink), theme.band_opacity),
        };
        writeln!(out, "\\addlegendimage{{{image}}}\n\\addlegendentry{{{}}}", escape_tex(&entry.label)).expect(WRITTEN);
    }
}

/// Seven significant digits, without needless zeros.
fn number(value: f64) -> String {
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
