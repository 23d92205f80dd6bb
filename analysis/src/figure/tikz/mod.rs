//! A figure as pgfplots, so that its fonts are those of the paper.
//!
//! The file holds one `tikzpicture` and the colours it uses; its head names the packages a document must load. Data stand in one `axis` a panel, in data
//! units; axis lines, ticks, titles and legend stand where the SVG has them. A text that the paper's font sets wider than the room measured for it is
//! scaled down to that room, so the picture is exactly as wide as its column and nothing overlaps, whatever the font.

mod furniture;
mod marks;

use std::fmt::Write;

use super::description::{Figure, Ink, LegendKey, Mark, Panel, Scale};
use super::draw::furniture;
use super::layout::{PanelLayout, arrange};
use super::theme::Theme;

const WRITTEN: &str = "writing to a string cannot fail";

/// Sets a text no wider than a length.
const FIT: &str = "\\providecommand\\ohafit[2]{\\setbox0\\hbox{#2}\\ifdim\\wd0>#1\\relax\\resizebox{#1}{!}{\\box0}\\else\\box0\\fi}";

/// Writes `figure` as a `tikzpicture`.
pub fn tikz(figure: &Figure, theme: &Theme) -> String {
    let mut out = String::new();
    let layout = arrange(figure, theme);
    let (behind, before) = furniture(figure, theme, &layout);
    write!(
        out,
        "% {title}\n% needs: \\usepackage{{pgfplots}} \\pgfplotsset{{compat=1.16}} \\usetikzlibrary{{arrows.meta}}\n",
        title = figure.title.replace(['\n', '\r'], " ")
    )
    .expect(WRITTEN);
    write_colors(&mut out, figure, theme);
    writeln!(out, "{FIT}\n\\begin{{tikzpicture}}[x=1bp, y=1bp]").expect(WRITTEN);
    writeln!(out, "\\useasboundingbox (0,0) rectangle ({:.2},{:.2});", layout.width, layout.height).expect(WRITTEN);
    furniture::write_items(&mut out, &behind, layout.height);
    for (panel, place) in figure.panels.iter().zip(&layout.panels) {
        write_panel(&mut out, panel, place, layout.height, theme);
    }
    furniture::write_items(&mut out, &before, layout.height);
    out.push_str("\\end{tikzpicture}\n");
    out
}

/// The data of a panel, in an axis that draws nothing of its own.
fn write_panel(out: &mut String, panel: &Panel, place: &PanelLayout, page: f64, theme: &Theme) {
    let plot = place.plot;
    let flat = marks::flattened(panel);
    let ends = |axis: &super::description::Axis, letter: char| {
        let mode = if axis.scale == Scale::Log { format!(", {letter}mode=log") } else { String::new() };
        format!("{letter}min={}, {letter}max={}{mode}", marks::number(axis.range.0), marks::number(axis.range.1))
    };
    let clip = if panel.x.scale == Scale::Hidden { ", clip=false" } else { "" };
    writeln!(
        out,
        "\\begin{{axis}}[at={{({x:.2}bp,{y:.2}bp)}}, anchor=south west, scale only axis, width={width:.2}bp, height={height:.2}bp, hide axis, {}, {}{clip}]",
        ends(&flat.x, 'x'),
        ends(&flat.y, 'y'),
        x = plot.x,
        y = page - plot.bottom(),
        width = plot.width,
        height = plot.height,
    )
    .expect(WRITTEN);
    for mark in &flat.marks {
        marks::write_mark(out, mark, &flat, theme);
    }
    out.push_str("\\end{axis}\n");
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
pub(super) fn color(ink: Ink) -> String {
    match ink {
        Ink::Series(index) => format!("ohaseries{index}"),
        Ink::Ink => "ohaink".to_owned(),
        Ink::Muted => "ohamuted".to_owned(),
        Ink::Grid => "ohagrid".to_owned(),
        Ink::Paper => "ohapaper".to_owned(),
        Ink::Fixed(fixed) => format!("oha{}", fixed.html()),
    }
}
