//! From a description to a scene: axes by our own rules, series through plotters.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, EmptyElement, PathElement, Polygon, Rectangle};
use plotters::prelude::Cartesian2d;
use plotters::series::LineSeries;
use plotters::style::{BLACK, Color as _, ShapeStyle};

use super::axes;
use super::backend::{Brush, Canvas};
use super::description::{Anchor, Axis, Figure, Ink, LegendKey, Mark, Panel, Stroke};
use super::direct::LEAD;
use super::layout::{KEY_WIDTH, Layout, PanelLayout, arrange};
use super::marker::{MarkerShape, marker_shape};
use super::metrics::{CAP_HEIGHT, LINE_HEIGHT};
use super::scene::{Fill, Item, Pen, Rect, Scene, Shape, Text, units};
use super::theme::{Marker, Theme};
use super::thin::{thin_band, thin_line};
use super::ticks::Label;

/// Where a value may lie beyond its axis, in lengths of the axis; farther ones are drawn there, out of sight.
const REACH: f64 = 100.0;
/// Width in points of the columns into which long lines are thinned.
const COLUMN: f64 = 0.5;
const DRAWN: &str = "a canvas in memory accepts everything";

type Chart<'a> = ChartContext<'a, Canvas, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Draws a figure.
pub fn draw(figure: &Figure, theme: &Theme) -> Scene {
    let layout = arrange(figure, theme);
    let scene = Scene { width: layout.width, height: layout.height, ..Scene::default() };
    let canvas = Canvas::default();
    *canvas.scene.borrow_mut() = scene;
    {
        let root = canvas.clone().into_drawing_area();
        for (panel, place) in figure.panels.iter().zip(&layout.panels) {
            Pane { panel, place, theme, canvas: &canvas }.draw(&root);
        }
        root.present().expect(DRAWN);
    }
    draw_legend(figure, theme, &layout, &canvas);
    draw_direct_labels(figure, theme, &layout, &canvas);
    canvas.scene.take()
}

/// What surrounds the marks: the grid, which lies behind them, and axes, legend and direct labels, which lie before them.
pub(super) fn furniture(figure: &Figure, theme: &Theme, layout: &Layout) -> (Scene, Scene) {
    let (behind, before) = (Canvas::default(), Canvas::default());
    for (panel, place) in figure.panels.iter().zip(&layout.panels) {
        axes::draw_grid(panel, place, theme, &behind);
        axes::draw_axes(panel, place, theme, &before);
    }
    draw_legend(figure, theme, layout, &before);
    draw_direct_labels(figure, theme, layout, &before);
    (behind.scene.take(), before.scene.take())
}

/// A panel with all that is needed to draw it.
struct Pane<'a> {
    panel: &'a Panel,
    place: &'a PanelLayout,
    theme: &'a Theme,
    canvas: &'a Canvas,
}

impl Pane<'_> {
    fn draw(&self, root: &DrawingArea<Canvas, Shift>) {
        let plot = self.place.plot;
        let clip = {
            let mut scene = self.canvas.scene.borrow_mut();
            scene.clips.push(plot);
            scene.clips.len() - 1
        };
        axes::draw_grid(self.panel, self.place, self.theme, self.canvas);
        let area = root.clone().shrink((units(plot.x), units(plot.y)), (units(plot.width), units(plot.height)));
        let (x, y) = (self.panel.x.positions(), self.panel.y.positions());
        let mut chart = ChartBuilder::on(&area).build_cartesian_2d(x.0..x.1, y.0..y.1).expect(DRAWN);
        for mark in &self.panel.marks {
            self.draw_mark(mark, &mut chart, clip);
        }
        axes::draw_axes(self.panel, self.place, self.theme, self.canvas);
    }

    fn draw_mark(&self, mark: &Mark, chart: &mut Chart<'_>, clip: usize) {
        let (x, y) = (&self.panel.x, &self.panel.y);
        let at = |point: (f64, f64)| (near(x, point.0), near(y, point.1));
        let (left, right, low, high) = (x.range.0, x.range.1, y.range.0, y.range.1);
        match mark {
            Mark::Line { points, stroke, markers } => {
                self.draw_line(points, *stroke, chart, clip);
                if let Some((series, n)) = markers {
                    let spots = evenly(points, *series, *n);
                    self.draw_points(&spots, self.theme.series_marker(*series), stroke.ink, false, chart, clip);
                }
            }
            Mark::Band { points, ink } => self.draw_band(points, *ink, chart, clip),
            Mark::Points { points, marker, ink, hollow } => self.draw_points(points, *marker, *ink, *hollow, chart, clip),
            Mark::Segment { from, to, stroke, cap } => {
                self.draw_path(&[at(*from), at(*to)], *stroke, chart, Some(clip));
                if *cap > 0.0 {
                    self.draw_caps(at(*from), at(*to), *stroke, *cap, chart, clip);
                }
            }
            Mark::VerticalRule { at: value, stroke } => {
                self.draw_path(&[at((*value, low)), at((*value, high))], *stroke, chart, Some(clip));
            }
            Mark::HorizontalRule { at: value, stroke } => {
                self.draw_path(&[at((left, *value)), at((right, *value))], *stroke, chart, Some(clip));
            }
            Mark::Span { from, to, ink } => self.draw_box(at((*from, low)), at((*to, high)), *ink, self.theme.band_opacity, chart, clip),
            Mark::Cell { from, to, fill } => self.draw_box(at(*from), at(*to), Ink::Fixed(*fill), 1.0, chart, clip),
            Mark::Text { at: point, text, anchor, ink, bold, halo } => {
                let (across, down) = chart.backend_coord(&at(*point));
                let size = self.theme.font_size_note;
                let text = Text {
                    at: (across, down + units(size * CAP_HEIGHT / 2.0)),
                    label: Label::plain(text.clone()),
                    size,
                    bold: *bold,
                    anchor: *anchor,
                    upwards: false,
                    halo: *halo,
                };
                push_text(self.canvas, text, *ink);
            }
        }
    }

    fn pen(&self, stroke: Stroke) -> Pen {
        Pen { ink: stroke.ink, width: self.theme.line_width * stroke.weight, dash: stroke.dash.lengths(self.theme) }
    }

    fn draw_line(&self, points: &[(f64, f64)], stroke: Stroke, chart: &mut Chart<'_>, clip: usize) {
        self.canvas.dip(Brush { pen: Some(self.pen(stroke)), fill: None, clip: Some(clip) });
        let n_columns = (self.place.plot.width / COLUMN) as usize;
        for piece in points.split(|point| !(point.0.is_finite() && point.1.is_finite())).filter(|piece| piece.len() > 1) {
            let placed: Vec<(f64, f64)> = piece.iter().map(|point| (near(&self.panel.x, point.0), near(&self.panel.y, point.1))).collect();
            let thin = thin_line(&placed, self.panel.x.positions(), n_columns);
            chart.draw_series(LineSeries::new(thin, plain_stroke())).expect(DRAWN);
        }
    }

    fn draw_band(&self, points: &[(f64, f64, f64)], ink: Ink, chart: &mut Chart<'_>, clip: usize) {
        let fill = Fill { ink, opacity: self.theme.band_opacity };
        self.canvas.dip(Brush { pen: None, fill: Some(fill), clip: Some(clip) });
        let n_columns = (self.place.plot.width / COLUMN) as usize;
        let finite = |point: &(f64, f64, f64)| point.0.is_finite() && !point.1.is_nan() && !point.2.is_nan();
        for piece in points.split(|point| !finite(point)).filter(|piece| piece.len() > 1) {
            let (x, y) = (&self.panel.x, &self.panel.y);
            let placed: Vec<(f64, f64, f64)> = piece.iter().map(|point| (near(x, point.0), near(y, point.1), near(y, point.2))).collect();
            let thin = thin_band(&placed, x.positions(), n_columns);
            let upper = thin.iter().map(|point| (point.0, point.2));
            let outline: Vec<(f64, f64)> = upper.chain(thin.iter().rev().map(|point| (point.0, point.1))).collect();
            chart.draw_series(std::iter::once(Polygon::new(outline, BLACK.filled()))).expect(DRAWN);
        }
    }

    fn draw_path(&self, points: &[(f64, f64)], stroke: Stroke, chart: &mut Chart<'_>, clip: Option<usize>) {
        self.canvas.dip(Brush { pen: Some(self.pen(stroke)), fill: None, clip });
        chart.draw_series(std::iter::once(PathElement::new(points.to_vec(), plain_stroke()))).expect(DRAWN);
    }

    fn draw_caps(&self, from: (f64, f64), to: (f64, f64), stroke: Stroke, cap: f64, chart: &mut Chart<'_>, clip: usize) {
        let pen = Pen { dash: Vec::new(), ..self.pen(stroke) };
        self.canvas.dip(Brush { pen: Some(pen), fill: None, clip: Some(clip) });
        let half = units(cap);
        let across = if from.1 == to.1 { vec![(0, -half), (0, half)] } else { vec![(-half, 0), (half, 0)] };
        let caps = [from, to].map(|end| EmptyElement::at(end) + PathElement::new(across.clone(), plain_stroke()));
        chart.draw_series(caps).expect(DRAWN);
    }

    fn draw_box(&self, from: (f64, f64), to: (f64, f64), ink: Ink, opacity: f64, chart: &mut Chart<'_>, clip: usize) {
        self.canvas.dip(Brush { pen: None, fill: Some(Fill { ink, opacity }), clip: Some(clip) });
        chart.draw_series(std::iter::once(Rectangle::new([from, to], BLACK.filled()))).expect(DRAWN);
    }

    fn draw_points(&self, points: &[(f64, f64)], marker: Marker, ink: Ink, hollow: bool, chart: &mut Chart<'_>, clip: usize) {
        let (pen, fill) = marker_brush(ink, hollow, self.theme);
        self.canvas.dip(Brush { pen, fill, clip: Some(clip) });
        let placed = points
            .iter()
            .filter(|point| point.0.is_finite() && point.1.is_finite())
            .map(|point| (near(&self.panel.x, point.0), near(&self.panel.y, point.1)));
        match marker_shape(marker, self.theme.marker_radius) {
            MarkerShape::Disc(radius) => {
                chart.draw_series(placed.map(|point| Circle::new(point, units(radius), BLACK.filled()))).expect(DRAWN);
            }
            MarkerShape::Outline(corners) => {
                let corners: Vec<(i32, i32)> = corners.iter().map(|corner| (units(corner.0), units(corner.1))).collect();
                let elements = placed.map(|point| EmptyElement::at(point) + Polygon::new(corners.clone(), BLACK.filled()));
                chart.draw_series(elements).expect(DRAWN);
            }
        }
    }
}

/// Position on an axis, held to [`REACH`] axis lengths beyond its ends.
fn near(axis: &Axis, value: f64) -> f64 {
    let (low, high) = axis.positions();
    let reach = REACH * (high - low);
    axis.position(value).clamp(low - reach, high + reach)
}

/// Up to `n` of the finite points, evenly spread by index, staggered by series so that markers of neighbouring lines do not coincide.
pub(super) fn evenly(points: &[(f64, f64)], series: usize, n: usize) -> Vec<(f64, f64)> {
    let finite: Vec<(f64, f64)> = points.iter().filter(|point| point.0.is_finite() && point.1.is_finite()).copied().collect();
    if finite.len() <= n {
        return finite;
    }
    let stagger = (series % 5) as f64 * 0.16 + 0.18;
    (0..n).map(|index| finite[((index as f64 + stagger) / n as f64 * finite.len() as f64) as usize]).collect()
}

fn marker_brush(ink: Ink, hollow: bool, theme: &Theme) -> (Option<Pen>, Option<Fill>) {
    if hollow {
        let pen = Pen { ink, width: theme.line_width * 0.8, dash: Vec::new() };
        (Some(pen), Some(Fill { ink: Ink::Paper, opacity: 1.0 }))
    } else {
        (None, Some(Fill { ink, opacity: 1.0 }))
    }
}

/// plotters skips strokes of no width, so it is told one; the canvas uses its brush.
fn plain_stroke() -> ShapeStyle {
    BLACK.stroke_width(1)
}

/// Adds a text.
pub(super) fn push_text(canvas: &Canvas, text: Text, ink: Ink) {
    canvas.push(Item { shape: Shape::Text(text), pen: None, fill: Some(Fill { ink, opacity: 1.0 }), clip: None });
}

/// Adds a straight line between two points on the page.
pub(super) fn push_line(canvas: &Canvas, from: (f64, f64), to: (f64, f64), pen: Pen) {
    let points = vec![(units(from.0), units(from.1)), (units(to.0), units(to.1))];
    canvas.push(Item { shape: Shape::Path { points, closed: false }, pen: Some(pen), fill: None, clip: None });
}

/// Adds a marker on the page.
fn push_marker(canvas: &Canvas, (x, y): (f64, f64), marker: Marker, ink: Ink, hollow: bool, theme: &Theme) {
    let shape = match marker_shape(marker, theme.marker_radius) {
        MarkerShape::Disc(radius) => Shape::Circle { center: (units(x), units(y)), radius: units(radius) },
        MarkerShape::Outline(corners) => {
            Shape::Path { points: corners.iter().map(|corner| (units(x + corner.0), units(y + corner.1))).collect(), closed: true }
        }
    };
    let (pen, fill) = marker_brush(ink, hollow, theme);
    canvas.push(Item { shape, pen, fill, clip: None });
}

/// Draws the key of an entry from `x` over `width` at height `y`.
fn draw_key(canvas: &Canvas, key: LegendKey, rect: Rect, theme: &Theme) {
    let middle = (rect.x + rect.width / 2.0, rect.y);
    match key {
        LegendKey::Line { stroke, marker } => {
            let pen = Pen { ink: stroke.ink, width: theme.line_width * stroke.weight, dash: stroke.dash.lengths(theme) };
            push_line(canvas, (rect.x, rect.y), (rect.right(), rect.y), pen);
            if let Some(marker) = marker {
                push_marker(canvas, middle, marker, stroke.ink, false, theme);
            }
        }
        LegendKey::Marker { marker, ink, hollow } => push_marker(canvas, middle, marker, ink, hollow, theme),
        LegendKey::Box { ink } => {
            let half = theme.font_size_label * 0.4;
            let corners = [(rect.x, -half), (rect.right(), -half), (rect.right(), half), (rect.x, half)];
            let points = corners.iter().map(|(x, dy)| (units(*x), units(rect.y + dy))).collect();
            let fill = Some(Fill { ink, opacity: theme.band_opacity });
            canvas.push(Item { shape: Shape::Path { points, closed: true }, pen: None, fill, clip: None });
        }
    }
}

/// Writes lines of text below each other; `y` is the middle of the first.
fn draw_lines(canvas: &Canvas, lines: &[String], x: f64, y: f64, size: f64) {
    for (index, line) in lines.iter().enumerate() {
        let baseline = y + index as f64 * size * LINE_HEIGHT + size * CAP_HEIGHT / 2.0;
        let text = Text {
            at: (units(x), units(baseline)),
            label: Label::plain(line.clone()),
            size,
            bold: false,
            anchor: Anchor::Start,
            upwards: false,
            halo: false,
        };
        push_text(canvas, text, Ink::Ink);
    }
}

fn draw_legend(figure: &Figure, theme: &Theme, layout: &Layout, canvas: &Canvas) {
    for item in &layout.legend {
        let rect = Rect { x: item.x, y: item.y, width: KEY_WIDTH, height: 0.0 };
        draw_key(canvas, figure.legend[item.entry].key, rect, theme);
        draw_lines(canvas, &item.lines, item.x + KEY_WIDTH + 4.0, item.y, theme.font_size_label);
    }
}

/// A short piece of the curve's own line leads from its end to its name.
fn draw_direct_labels(figure: &Figure, theme: &Theme, layout: &Layout, canvas: &Canvas) {
    let Some(place) = layout.panels.first() else { return };
    let start = place.plot.right() + 1.0;
    for label in &layout.direct {
        let ink = match figure.legend[label.entry].key {
            LegendKey::Line { stroke, .. } => stroke.ink,
            LegendKey::Marker { ink, .. } | LegendKey::Box { ink } => ink,
        };
        let pen = Pen { ink, width: theme.line_width * 0.7, dash: Vec::new() };
        push_line(canvas, (start, label.end), (start + LEAD - 1.0, label.y), pen);
        let size = theme.font_size_label;
        let first = label.y - (label.lines.len() - 1) as f64 * size * LINE_HEIGHT / 2.0;
        draw_lines(canvas, &label.lines, start + LEAD + 1.0, first, size);
    }
}
