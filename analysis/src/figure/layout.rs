//! Where everything of a figure goes: panels in a grid, tick labels, axis labels, titles, legend. Lengths in points.
//!
//! Room is measured, not guessed: every text is laid out with its width before a plot region gets the rest of the page.

use super::description::{Axis, Figure, LegendPlacement, Panel, Scale};
use super::direct::{self, DirectLabel};
use super::metrics::{LINE_HEIGHT, text_width, wrap, wrap_names};
use super::scene::Rect;
use super::theme::Theme;
use super::ticks::{Label, Room, Ticks, ticks};

/// Length of a labelled tick.
pub(super) const TICK: f64 = 3.0;
/// Length of a minor tick.
pub(super) const TICK_MINOR: f64 = 1.7;
/// Clearance between a tick and its label, and between labels and what follows.
pub(super) const GAP: f64 = 2.4;
/// Width of the line before a name in the legend.
pub(super) const KEY_WIDTH: f64 = 18.0;
const COLUMN_GAP: f64 = 9.0;
const ROW_GAP: f64 = 7.0;
const LEGEND_GAP: f64 = 12.0;

/// Empty border of the page.
const BORDER: f64 = 2.0;

/// A figure's geometry.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) panels: Vec<PanelLayout>,
    pub(super) legend: Vec<LegendItem>,
    pub(super) direct: Vec<DirectLabel>,
}

/// One name in the legend: its left edge, the middle of its first line, its lines.
#[derive(Clone, Debug)]
pub(super) struct LegendItem {
    pub(super) entry: usize,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) lines: Vec<String>,
}

/// Geometry of a panel.
#[derive(Clone, Debug)]
pub(super) struct PanelLayout {
    pub(super) plot: Rect,
    pub(super) title: Vec<String>,
    pub(super) x: AxisLayout,
    pub(super) y: AxisLayout,
}

/// Geometry of an axis. `depth` is the room from the plot's edge to the outside.
#[derive(Clone, Debug, Default)]
pub(super) struct AxisLayout {
    pub(super) ticks: Ticks,
    /// Whether tick labels are written (inner panels of a shared axis leave them out).
    pub(super) written: bool,
    /// Lines of each category's name; empty for numeric axes.
    pub(super) names: Vec<Vec<String>>,
    /// Whether the names run upwards.
    pub(super) upwards: bool,
    /// Lines of the axis label; empty for none.
    pub(super) label: Vec<String>,
    /// Room of the tick marks and labels.
    pub(super) tick_depth: f64,
}

impl AxisLayout {
    /// Room outside the plot.
    fn depth(&self, theme: &Theme) -> f64 {
        let label = self.label.len() as f64 * theme.font_size_label * LINE_HEIGHT;
        self.tick_depth + if self.label.is_empty() { 0.0 } else { label + GAP }
    }
}

/// Lays a figure out.
pub(super) fn arrange(figure: &Figure, theme: &Theme) -> Layout {
    let page = theme.width_in(figure.width) * 72.0;
    let width = page - 2.0 * BORDER;
    let direct_width = direct::margin(figure, theme, width);
    let (mut legend, legend_height) = match (figure.legend_placement, direct_width) {
        (LegendPlacement::None, _) | (LegendPlacement::Direct, Some(_)) => (Vec::new(), 0.0),
        _ => legend_rows(figure, theme, width),
    };
    let mut grid = Grid::new(figure, theme, width, direct_width.unwrap_or(0.0));
    // The overhang of the outermost tick labels depends on the plot's width, which depends on the overhang: two rounds settle it.
    for _ in 0..3 {
        grid.set_x_axes();
        grid.reserve_overhang();
    }
    grid.set_x_axes();
    let (mut panels, height) = grid.place(legend_height);
    for item in &mut legend {
        (item.x, item.y) = (item.x + BORDER, item.y + BORDER);
    }
    for panel in &mut panels {
        (panel.plot.x, panel.plot.y) = (panel.plot.x + BORDER, panel.plot.y + BORDER);
    }
    let direct = if direct_width.is_some() { direct::place(figure, theme, &panels[0]) } else { Vec::new() };
    Layout { width: page, height: height + 2.0 * BORDER, panels, legend, direct }
}

/// Names in columns of equal width above the panels, and the height they take.
fn legend_rows(figure: &Figure, theme: &Theme, width: f64) -> (Vec<LegendItem>, f64) {
    if figure.legend.is_empty() {
        return (Vec::new(), 0.0);
    }
    let size = theme.font_size_label;
    let room = width - KEY_WIDTH - 4.0;
    let lines: Vec<Vec<String>> = figure.legend.iter().map(|entry| wrap(&entry.label, room, size, false, 3)).collect();
    let widest = lines.iter().flatten().fold(0.0_f64, |widest, line| widest.max(text_width(line, size, false)));
    let column = KEY_WIDTH + 4.0 + widest + LEGEND_GAP;
    let n_fit = (((width + LEGEND_GAP) / column) as usize).clamp(1, figure.legend.len());
    let n_rows = figure.legend.len().div_ceil(n_fit);
    let n_columns = figure.legend.len().div_ceil(n_rows);
    let left = ((width - (n_columns as f64 * column - LEGEND_GAP)) / 2.0).max(0.0);
    let mut y = 0.0;
    let mut items = Vec::new();
    for row in lines.chunks(n_columns) {
        let first = items.len();
        for (place, lines) in row.iter().enumerate() {
            let x = left + place as f64 * column;
            items.push(LegendItem { entry: first + place, x, y: y + size * LINE_HEIGHT / 2.0, lines: lines.clone() });
        }
        let n_lines = row.iter().map(Vec::len).max().unwrap_or(1);
        y += n_lines as f64 * size * LINE_HEIGHT + 1.0;
    }
    (items, y + 4.0)
}

/// Panels in rows and columns, while their room is being settled.
struct Grid<'a> {
    figure: &'a Figure,
    theme: &'a Theme,
    width: f64,
    n_columns: usize,
    /// Room left of each column's plots.
    left: Vec<f64>,
    /// Room right of the last column.
    right: f64,
    share_x: bool,
    same_x_label: bool,
    x: Vec<AxisLayout>,
    y: Vec<AxisLayout>,
}

impl<'a> Grid<'a> {
    fn new(figure: &'a Figure, theme: &'a Theme, width: f64, right: f64) -> Self {
        let n_columns = figure.n_columns.clamp(1, figure.panels.len().max(1));
        let first = &figure.panels.first();
        let same = |f: &dyn Fn(&Panel) -> bool| figure.panels.iter().all(f);
        let shares = |a: &Axis, b: &Axis| a.range == b.range && a.scale == b.scale;
        let share_y = first.is_some_and(|first| same(&|panel| shares(&panel.y, &first.y)));
        let same_y_label = first.is_some_and(|first| same(&|panel| panel.y.label == first.y.label));
        let y: Vec<AxisLayout> = figure
            .panels
            .iter()
            .enumerate()
            .map(|(index, panel)| {
                let outer = index % n_columns == 0;
                let share = if share_y { width * 0.3 } else { width * 0.36 / n_columns as f64 };
                y_axis(panel, theme, share, !share_y || outer, !same_y_label || outer)
            })
            .collect();
        let mut left = vec![0.0_f64; n_columns];
        for (index, axis) in y.iter().enumerate() {
            let room = &mut left[index % n_columns];
            *room = room.max(axis.depth(theme));
        }
        Self {
            figure,
            theme,
            width,
            n_columns,
            left,
            right,
            share_x: first.is_some_and(|first| same(&|panel| shares(&panel.x, &first.x))),
            same_x_label: first.is_some_and(|first| same(&|panel| panel.x.label == first.x.label)),
            x: Vec::new(),
            y,
        }
    }

    /// Width of every plot.
    fn plot_width(&self) -> f64 {
        let taken: f64 = self.left.iter().sum::<f64>() + self.right + COLUMN_GAP * (self.n_columns - 1) as f64;
        ((self.width - taken) / self.n_columns as f64).max(10.0)
    }

    fn set_x_axes(&mut self) {
        let width = self.plot_width();
        let n = self.figure.panels.len();
        let axis = |(index, panel): (usize, &Panel)| {
            let lowest = index + self.n_columns >= n;
            x_axis(panel, self.theme, width, !self.share_x || lowest, !self.same_x_label || lowest)
        };
        self.x = self.figure.panels.iter().enumerate().map(axis).collect();
    }

    /// Makes room for tick labels that reach past the outer plots.
    fn reserve_overhang(&mut self) {
        let width = self.plot_width();
        let n = self.figure.panels.len();
        let mut reached = 0.0;
        for (index, panel) in self.figure.panels.iter().enumerate() {
            let (before, after) = overhang(&panel.x, &self.x[index], width, self.theme.font_size_tick);
            let column = index % self.n_columns;
            // Labels of neighbours keep the clearance of labels of one axis.
            let beside = reached + before + self.theme.font_size_tick * 0.8 - COLUMN_GAP;
            let beside = if reached > 0.0 && before > 0.0 { beside } else { reached.max(before) - COLUMN_GAP / 2.0 };
            self.left[column] = self.left[column].max(if column == 0 { before } else { beside });
            reached = after;
            if column == self.n_columns - 1 || index == n - 1 {
                self.right = self.right.max(after + 0.5);
            }
        }
    }

    /// Final places, and the height of the whole figure.
    fn place(self, top: f64) -> (Vec<PanelLayout>, f64) {
        let (theme, width) = (self.theme, self.plot_width());
        let size = theme.font_size_label;
        let titles: Vec<Vec<String>> = self
            .figure
            .panels
            .iter()
            .map(|panel| if panel.title.is_empty() { Vec::new() } else { wrap(&panel.title, width, size, true, 3) })
            .collect();
        let mut panels = Vec::new();
        let mut y = top;
        let n = self.figure.panels.len();
        for first in (0..n).step_by(self.n_columns) {
            let row = first..(first + self.n_columns).min(n);
            let n_lines = row.clone().map(|index| titles[index].len()).max().unwrap_or(0);
            let title_height = if n_lines == 0 { 0.0 } else { n_lines as f64 * size * LINE_HEIGHT + GAP };
            let power = row.clone().any(|index| self.y[index].ticks.exponent != 0 && self.y[index].written);
            let half_label = if row.clone().any(|index| self.y[index].written) { theme.font_size_tick * 0.6 } else { 0.5 };
            y += title_height.max(if power { theme.font_size_tick * 2.0 } else { half_label });
            let mut left = 0.0;
            let mut lowest = y;
            for index in row {
                let column = index % self.n_columns;
                left += self.left[column];
                let plot = Rect { x: left, y, width, height: self.figure.panels[index].height };
                lowest = lowest.max(plot.bottom() + self.x[index].depth(theme));
                lowest = lowest.max(plot.bottom() + half_label);
                panels.push(PanelLayout { plot, title: titles[index].clone(), x: self.x[index].clone(), y: self.y[index].clone() });
                left += width + COLUMN_GAP;
            }
            y = lowest + ROW_GAP;
        }
        (panels, y - ROW_GAP + 1.0)
    }
}

/// How far the first and the last tick label reach past the plot.
fn overhang(axis: &Axis, layout: &AxisLayout, width: f64, size: f64) -> (f64, f64) {
    if !layout.written {
        return (0.0, 0.0);
    }
    let (low, high) = axis.positions();
    let mut ends = (0.0_f64, 0.0_f64);
    for (index, tick) in layout.ticks.ticks.iter().enumerate() {
        let Some(label) = &tick.label else { continue };
        let half = match layout.names.get(index) {
            Some(lines) if layout.upwards => lines.len() as f64 * size * LINE_HEIGHT / 2.0,
            Some(lines) => lines.iter().fold(0.0_f64, |half, line| half.max(text_width(line, size, false) / 2.0)),
            None => label.width(size) / 2.0,
        };
        let x = (tick.position - low) / (high - low) * width;
        ends = (ends.0.max(half - x), ends.1.max(x + half - width));
    }
    ends
}

fn y_axis(panel: &Panel, theme: &Theme, share: f64, written: bool, labelled: bool) -> AxisLayout {
    let size = theme.font_size_tick;
    let ticks = ticks(&panel.y, Room { length: panel.height, size, beside: false });
    let mut axis = AxisLayout { ticks, written, ..AxisLayout::default() };
    if let Scale::Category(names) = &panel.y.scale {
        let slot = panel.height / names.len().max(1) as f64;
        let n_lines = (slot / (size * LINE_HEIGHT)).floor().max(1.0) as usize;
        axis.names = wrap_names(names, share, size, n_lines.min(3));
    }
    let widest = if axis.names.is_empty() {
        axis.ticks.ticks.iter().filter_map(|tick| tick.label.as_ref()).fold(0.0_f64, |widest, label| widest.max(label.width(size)))
    } else {
        axis.names.iter().flatten().fold(0.0_f64, |widest, line| widest.max(text_width(line, size, false)))
    };
    axis.tick_depth = match (panel.y.scale == Scale::Hidden, written) {
        (true, _) => 0.0,
        (false, true) if axis.ticks.exponent != 0 => TICK + GAP + widest.max(power_label(axis.ticks.exponent).width(size)),
        (false, true) => TICK + GAP + widest,
        (false, false) => TICK,
    };
    if labelled && !panel.y.label.is_empty() {
        axis.label = wrap(&panel.y.label, panel.height, theme.font_size_label, false, 3);
    }
    axis
}

fn x_axis(panel: &Panel, theme: &Theme, width: f64, written: bool, labelled: bool) -> AxisLayout {
    let size = theme.font_size_tick;
    let ticks = ticks(&panel.x, Room { length: width, size, beside: true });
    let mut axis = AxisLayout { ticks, written, ..AxisLayout::default() };
    let line = size * LINE_HEIGHT;
    let mut room = line;
    if let Scale::Category(names) = &panel.x.scale {
        let slot = width / names.len().max(1) as f64 - 4.0;
        let longest = |text: &String| {
            text.split_inclusive([' ', '/', '_', '-']).map(|piece| text_width(piece.trim_end(), size, false)).fold(0.0_f64, f64::max)
        };
        axis.upwards = names.iter().any(|name| longest(name) > slot);
        let (length, n_lines) = if axis.upwards { (90.0, ((slot + 4.0) / line).floor().clamp(1.0, 3.0) as usize) } else { (slot, 3) };
        axis.names = wrap_names(names, length, size, n_lines);
        room = if axis.upwards {
            axis.names.iter().flatten().fold(0.0_f64, |widest, line| widest.max(text_width(line, size, false)))
        } else {
            axis.names.iter().map(Vec::len).max().unwrap_or(1) as f64 * line
        };
    }
    axis.tick_depth = match (panel.x.scale == Scale::Hidden, written) {
        (true, _) => 0.0,
        (false, true) => TICK + GAP + room,
        (false, false) => TICK,
    };
    let power = if axis.ticks.exponent == 0 { 0.0 } else { power_label(axis.ticks.exponent).width(size) + 6.0 };
    if labelled && !panel.x.label.is_empty() {
        axis.label = wrap(&panel.x.label, (width - 2.0 * power).max(width * 0.5), theme.font_size_label, false, 3);
    } else if written && axis.ticks.exponent != 0 {
        axis.label = vec![String::new()];
    }
    axis
}

/// `×10` with its exponent, written at the end of an axis.
pub(super) fn power_label(exponent: i32) -> Label {
    Label { base: "×10".to_owned(), exponent: super::ticks::with_minus(&exponent.to_string()) }
}
