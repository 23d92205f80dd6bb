//! What surrounds the data, from the scene of the SVG: grid, axis lines, ticks, texts, legend.

use std::fmt::Write;

use super::{WRITTEN, color};
use crate::figure::description::{Anchor, Ink};
use crate::figure::metrics::{EXPONENT_SIZE, text_width};
use crate::figure::scene::{Item, Pen, Scene, Shape, Text, UNITS};
use crate::figure::tex::escape_tex;
use crate::figure::ticks::Label;

/// Writes the items of a scene; ordinates are turned to grow upwards.
pub(super) fn write_items(out: &mut String, scene: &Scene, height: f64) {
    let at = |point: (i32, i32)| {
        let (x, y) = (f64::from(point.0) / UNITS, height - f64::from(point.1) / UNITS);
        format!("({x:.2},{y:.2})")
    };
    for Item { shape, pen, fill, .. } in &scene.items {
        let options = style(pen.as_ref(), fill.map(|fill| (fill.ink, fill.opacity)));
        match shape {
            Shape::Path { points, closed } => {
                let corners: Vec<String> = points.iter().map(|point| at(*point)).collect();
                let close = if *closed { " -- cycle" } else { "" };
                writeln!(out, "\\path[{options}] {}{close};", corners.join(" -- ")).expect(WRITTEN);
            }
            Shape::Circle { center, radius } => {
                writeln!(out, "\\path[{options}] {} circle[radius={:.2}];", at(*center), f64::from(*radius) / UNITS).expect(WRITTEN);
            }
            Shape::Text(text) => {
                let ink = fill.map_or(Ink::Ink, |fill| fill.ink);
                write_text(out, text, &at(text.at), ink);
            }
        }
    }
}

fn style(pen: Option<&Pen>, fill: Option<(Ink, f64)>) -> String {
    let mut options = Vec::new();
    if let Some(pen) = pen {
        options.push(format!("draw={}, line width={:.2}bp", color(pen.ink), pen.width));
        if !pen.dash.is_empty() {
            let word = |index: usize| if index.is_multiple_of(2) { "on" } else { "off" };
            let pieces: Vec<String> = pen.dash.iter().enumerate().map(|(index, length)| format!("{} {length}bp", word(index))).collect();
            options.push(format!("dash pattern={}", pieces.join(" ")));
        }
    }
    if let Some((ink, opacity)) = fill {
        options.push(format!("fill={}, fill opacity={opacity}", color(ink)));
    }
    options.join(", ")
}

fn write_text(out: &mut String, text: &Text, at: &str, ink: Ink) {
    let anchor = match text.anchor {
        Anchor::Start => "base west",
        Anchor::Middle => "base",
        Anchor::End => "base east",
    };
    let turn = if text.upwards { ", rotate=90" } else { "" };
    let content = fitted(&text.label, text.size, text.bold);
    writeln!(out, "\\node[{}, anchor={anchor}, inner sep=0pt{turn}] at {at} {{{content}}};", color(ink)).expect(WRITTEN);
}

/// A label in its size, no wider than the room that the layout measured for it.
pub(super) fn fitted(label: &Label, size: f64, bold: bool) -> String {
    let weight = if bold { "\\bfseries" } else { "" };
    let exponent = if label.exponent.is_empty() { String::new() } else { format!("\\textsuperscript{{{}}}", escape_tex(&label.exponent)) };
    let width = text_width(&label.base, size, bold) + text_width(&label.exponent, size * EXPONENT_SIZE, bold);
    let skip = size * 1.2;
    format!("\\ohafit{{{width:.2}bp}}{{\\fontsize{{{size}}}{{{skip:.1}}}\\selectfont{weight} {}{exponent}}}", escape_tex(&label.base))
}
