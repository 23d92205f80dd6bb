//! Grid, frame, ticks, tick labels, axis labels and titles.

use super::backend::Canvas;
use super::description::{Anchor, Axis, Ink, Panel, Scale};
use super::draw::{push_line, push_text};
use super::layout::{AxisLayout, GAP, PanelLayout, TICK, TICK_MINOR, power_label};
use super::metrics::{CAP_HEIGHT, LINE_HEIGHT};
use super::scene::{Pen, Rect, Text, units};
use super::theme::Theme;
use super::ticks::Label;

/// Grid lines at the labelled ticks, behind everything else.
pub(super) fn draw_grid(panel: &Panel, place: &PanelLayout, theme: &Theme, canvas: &Canvas) {
    let plot = place.plot;
    let pen = Pen { ink: Ink::Grid, width: theme.grid_width, dash: Vec::new() };
    if panel.x.grid {
        for x in labelled(&panel.x, &place.x).map(|part| plot.x + part * plot.width) {
            push_line(canvas, (x, plot.y), (x, plot.bottom()), pen.clone());
        }
    }
    if panel.y.grid {
        for y in labelled(&panel.y, &place.y).map(|part| plot.bottom() - part * plot.height) {
            push_line(canvas, (plot.x, y), (plot.right(), y), pen.clone());
        }
    }
}

/// Positions of the labelled ticks as parts of the axis.
fn labelled<'a>(axis: &'a Axis, layout: &'a AxisLayout) -> impl Iterator<Item = f64> + 'a {
    layout.ticks.ticks.iter().filter(|tick| tick.label.is_some()).map(|tick| part(axis, tick.position))
}

fn part(axis: &Axis, position: f64) -> f64 {
    let (low, high) = axis.positions();
    (position - low) / (high - low)
}

/// Left and lower axis line, ticks, labels and the title.
pub(super) fn draw_axes(panel: &Panel, place: &PanelLayout, theme: &Theme, canvas: &Canvas) {
    let writer = Writer { theme, canvas };
    let plot = place.plot;
    let pen = Pen { ink: Ink::Ink, width: theme.axis_width, dash: Vec::new() };
    if panel.x.scale != Scale::Hidden {
        push_line(canvas, (plot.x, plot.bottom()), (plot.right(), plot.bottom()), pen.clone());
        writer.draw_x(&panel.x, &place.x, plot, &pen);
    }
    if panel.y.scale != Scale::Hidden {
        push_line(canvas, (plot.x, plot.y), (plot.x, plot.bottom()), pen.clone());
        writer.draw_y(&panel.y, &place.y, plot, &pen);
    }
    let size = theme.font_size_label;
    for (index, line) in place.title.iter().rev().enumerate() {
        let baseline = plot.y - GAP - 1.6 - index as f64 * size * LINE_HEIGHT;
        writer.write(Label::plain(line.clone()), (plot.x, baseline), size, Anchor::Start, true);
    }
}

struct Writer<'a> {
    theme: &'a Theme,
    canvas: &'a Canvas,
}

impl Writer<'_> {
    fn write(&self, label: Label, at: (f64, f64), size: f64, anchor: Anchor, bold: bool) {
        let text = Text { at: (units(at.0), units(at.1)), label, size, bold, anchor, upwards: false, halo: false };
        push_text(self.canvas, text, Ink::Ink);
    }

    fn write_upwards(&self, line: &str, at: (f64, f64), size: f64, anchor: Anchor) {
        let label = Label::plain(line);
        let text = Text { at: (units(at.0), units(at.1)), label, size, bold: false, anchor, upwards: true, halo: false };
        push_text(self.canvas, text, Ink::Ink);
    }

    fn draw_x(&self, axis: &Axis, layout: &AxisLayout, plot: Rect, pen: &Pen) {
        let size = self.theme.font_size_tick;
        let top = plot.bottom() + TICK + GAP;
        let line_height = size * LINE_HEIGHT;
        for (index, tick) in layout.ticks.ticks.iter().enumerate() {
            let x = plot.x + part(axis, tick.position) * plot.width;
            let length = if tick.label.is_some() { TICK } else { TICK_MINOR };
            push_line(self.canvas, (x, plot.bottom()), (x, plot.bottom() + length), pen.clone());
            let Some(label) = tick.label.as_ref().filter(|_| layout.written) else { continue };
            match layout.names.get(index) {
                Some(lines) if layout.upwards => {
                    let first = x - (lines.len() - 1) as f64 * line_height / 2.0 + size * CAP_HEIGHT / 2.0;
                    for (row, line) in lines.iter().enumerate() {
                        self.write_upwards(line, (first + row as f64 * line_height, top), size, Anchor::End);
                    }
                }
                Some(lines) => {
                    for (row, line) in lines.iter().enumerate() {
                        let baseline = top + size * CAP_HEIGHT + row as f64 * line_height;
                        self.write(Label::plain(line.clone()), (x, baseline), size, Anchor::Middle, false);
                    }
                }
                None => self.write(label.clone(), (x, top + size * CAP_HEIGHT + exponent_drop(label, size)), size, Anchor::Middle, false),
            }
        }
        let below = plot.bottom() + layout.tick_depth + GAP;
        let label_size = self.theme.font_size_label;
        for (row, line) in layout.label.iter().enumerate() {
            let baseline = below + label_size * CAP_HEIGHT + row as f64 * label_size * LINE_HEIGHT;
            self.write(Label::plain(line.clone()), (plot.x + plot.width / 2.0, baseline), label_size, Anchor::Middle, false);
        }
        if layout.written && layout.ticks.exponent != 0 {
            let at = (plot.right(), below + label_size * CAP_HEIGHT);
            self.write(power_label(layout.ticks.exponent), at, size, Anchor::End, false);
        }
    }

    fn draw_y(&self, axis: &Axis, layout: &AxisLayout, plot: Rect, pen: &Pen) {
        let size = self.theme.font_size_tick;
        let right = plot.x - TICK - GAP;
        let line_height = size * LINE_HEIGHT;
        for (index, tick) in layout.ticks.ticks.iter().enumerate() {
            let y = plot.bottom() - part(axis, tick.position) * plot.height;
            let length = if tick.label.is_some() { TICK } else { TICK_MINOR };
            push_line(self.canvas, (plot.x - length, y), (plot.x, y), pen.clone());
            let Some(label) = tick.label.as_ref().filter(|_| layout.written) else { continue };
            match layout.names.get(index) {
                Some(lines) => {
                    let first = y - (lines.len() - 1) as f64 * line_height / 2.0 + size * CAP_HEIGHT / 2.0;
                    for (row, line) in lines.iter().enumerate() {
                        self.write(Label::plain(line.clone()), (right, first + row as f64 * line_height), size, Anchor::End, false);
                    }
                }
                None => self.write(label.clone(), (right, y + size * CAP_HEIGHT / 2.0), size, Anchor::End, false),
            }
        }
        if layout.written && layout.ticks.exponent != 0 {
            self.write(power_label(layout.ticks.exponent), (plot.x - GAP, plot.y - size), size, Anchor::End, false);
        }
        let label_size = self.theme.font_size_label;
        let n_lines = layout.label.len();
        for (row, line) in layout.label.iter().enumerate() {
            let back = layout.tick_depth + GAP + label_size * 0.22 + (n_lines - 1 - row) as f64 * label_size * LINE_HEIGHT;
            self.write_upwards(line, (plot.x - back, plot.y + plot.height / 2.0), label_size, Anchor::Middle);
        }
    }
}

/// How much lower a label with an exponent stands, so that its exponent keeps clear of the axis.
fn exponent_drop(label: &Label, size: f64) -> f64 {
    if label.exponent.is_empty() { 0.0 } else { 0.12 * size }
}
