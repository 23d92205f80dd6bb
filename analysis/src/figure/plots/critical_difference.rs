//! Critical-difference diagram (Demšar 2006): controllers at their mean ranks, joined by bars where a test does not tell them apart.
//!
//! No bar is drawn where all differ. The groups of Wilcoxon's test with Holm's correction may leave out a controller that lies between two
//! members: members carry dots, and the bar is dotted over the gap. A mean rank stands on the line that leads to its name; where whole names leave the axis
//! too little of a column, the diagram takes the width of the page.

use super::common::percent;
use crate::figure::description::{Anchor, Axis, Dash, Figure, FigureWidth, Ink, LegendPlacement, Mark, Panel, Stroke};
use crate::figure::metrics::{text_width, wrap};
use crate::figure::theme::{Marker, Theme};
use crate::table::number::{fixed, p_value};
use crate::verdict::{Ranking, Verdict};

/// Distance between rows of names in points.
const ROW: f64 = 11.0;
/// Distance between bars in points.
const BAR: f64 = 6.0;
/// Clearance between a name and the line that leads to it, in points.
const NAME_GAP: f64 = 3.0;
/// Least part of the width that the axis keeps beside whole names.
const AXIS_SHARE: f64 = 0.3;

pub(super) fn describe(verdict: &Verdict, theme: &Theme) -> Vec<Figure> {
    let Some(ranking) = verdict.ranking.as_ref().filter(|ranking| ranking.controllers.len() > 1) else { return Vec::new() };
    vec![
        figure(ranking, theme, "critical-difference", &ranking.nemenyi_groups, true),
        figure(ranking, theme, "critical-difference-wilcoxon", &ranking.wilcoxon_groups, false),
    ]
}

fn figure(ranking: &Ranking, theme: &Theme, name: &str, groups: &[Vec<usize>], nemenyi: bool) -> Figure {
    let drawing = |width: FigureWidth| Drawing::new(ranking, theme, theme.width_in(width) * 72.0 - 4.0, groups.len(), nemenyi);
    let narrow = drawing(FigureWidth::OneColumn);
    let (width, drawing) = if narrow.whole && ranking.controllers.len() <= 6 {
        (FigureWidth::OneColumn, narrow)
    } else {
        (FigureWidth::TwoColumns, drawing(FigureWidth::TwoColumns))
    };
    let mut marks = Vec::new();
    if nemenyi {
        drawing.ruler(&mut marks);
    }
    drawing.scale(&mut marks);
    drawing.names(&mut marks);
    for (index, group) in groups.iter().enumerate() {
        drawing.bar(index, group, &mut marks);
    }
    let panel = Panel {
        title: String::new(),
        x: Axis::hidden((0.0, drawing.width)),
        y: Axis::hidden((0.0, drawing.height)),
        height: drawing.height,
        marks,
    };
    Figure {
        name: name.to_owned(),
        title: if nemenyi { "Critical differences of mean ranks (Nemenyi)" } else { "Mean ranks (Wilcoxon, Holm)" }.to_owned(),
        caption: caption(ranking, groups, nemenyi),
        width,
        n_columns: 1,
        panels: vec![panel],
        legend: Vec::new(),
        legend_placement: LegendPlacement::None,
    }
}

/// Geometry in points; ordinates grow upwards.
struct Drawing<'a> {
    ranking: &'a Ranking,
    theme: &'a Theme,
    width: f64,
    height: f64,
    /// Left and right end of the rank axis.
    ends: (f64, f64),
    /// Height of the rank axis.
    axis: f64,
    /// Height of the first row of names.
    first: f64,
    /// Controllers by rising rank: the better half stands left.
    order: Vec<usize>,
    /// Lines of each controller's name.
    lines: Vec<Vec<String>>,
    /// Length of the lines beyond the axis' ends, on which the ranks stand.
    stub: f64,
    /// Whether no name is broken.
    whole: bool,
}

impl<'a> Drawing<'a> {
    fn new(ranking: &'a Ranking, theme: &'a Theme, width: f64, n_bars: usize, nemenyi: bool) -> Self {
        let n = ranking.controllers.len();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| ranking.mean_ranks[a].value.total_cmp(&ranking.mean_ranks[b].value).then(a.cmp(&b)));
        let half = n.div_ceil(2);
        let size = theme.font_size_note;
        let rank = |index: usize| text_width(&fixed(ranking.mean_ranks[index].value, 2).text(), size, false);
        let stub = (0..n).map(rank).fold(0.0, f64::max) + 4.0;
        let broken = |room: f64| -> (Vec<Vec<String>>, f64, f64) {
            let lines: Vec<Vec<String>> = ranking.controllers.iter().map(|name| wrap(name, room, size, false, 3)).collect();
            let widest = |side: &[usize]| {
                let lines = side.iter().flat_map(|&index| &lines[index]);
                lines.fold(0.0_f64, |widest, line| widest.max(text_width(line, size, false)))
            };
            let (left, right) = (widest(&order[..half]), widest(&order[half..]));
            (lines, left, right)
        };
        let beside = 2.0 * (stub + NAME_GAP + 1.0);
        let whole = broken(f64::INFINITY);
        let is_whole = whole.1 + whole.2 + beside <= width * (1.0 - AXIS_SHARE);
        let (lines, left, right) = if is_whole { whole } else { broken(width * 0.27) };
        let ends = (left + beside / 2.0, width - right - beside / 2.0);
        let bars = n_bars as f64 * BAR + 5.0;
        let n_lines = lines.iter().map(Vec::len).max().unwrap_or(1);
        let row = ROW.max(n_lines as f64 * 8.0 + 2.0);
        let below = bars + half as f64 * row + 2.0;
        let height = below + 12.0 + if nemenyi { 20.0 } else { 1.0 };
        let first = below - bars - row / 2.0;
        Self { ranking, theme, width, height, ends, axis: below, first, order, lines, stub, whole: is_whole }
    }

    /// Abscissa of a rank.
    fn x(&self, rank: f64) -> f64 {
        let last = self.ranking.controllers.len() as f64;
        self.ends.0 + (rank - 1.0) / (last - 1.0) * (self.ends.1 - self.ends.0)
    }

    fn rank(&self, index: usize) -> f64 {
        self.ranking.mean_ranks[index].value
    }

    fn line(&self, points: Vec<(f64, f64)>, stroke: Stroke) -> Mark {
        Mark::Line { points, stroke, markers: None }
    }

    fn text(&self, at: (f64, f64), text: String, anchor: Anchor) -> Mark {
        Mark::Text { at, text, anchor, ink: Ink::Ink, bold: false, halo: false }
    }

    /// The length of the critical difference above the axis.
    fn ruler(&self, marks: &mut Vec<Mark>) {
        let length = self.x(1.0 + self.ranking.critical_difference) - self.x(1.0);
        let text = format!("CD = {}", fixed(self.ranking.critical_difference, 2).text());
        let y = self.axis + 19.0;
        let left = self.x(1.0);
        // A difference longer than the axis cannot be reached by any pair: the ruler stops at the axis' end with an open side.
        let shown = length.min(self.ends.1 - left);
        marks.push(self.line(vec![(left, y), (left + shown, y)], Stroke::ink(0.8)));
        marks.push(Mark::Segment { from: (left, y - 2.5), to: (left, y + 2.5), stroke: Stroke::ink(0.8), cap: 0.0 });
        if length <= shown {
            marks.push(Mark::Segment { from: (left + shown, y - 2.5), to: (left + shown, y + 2.5), stroke: Stroke::ink(0.8), cap: 0.0 });
        }
        let middle = (left + shown / 2.0).max(text_width(&text, self.theme.font_size_note, false) / 2.0);
        marks.push(self.text((middle, y + 7.0), text, Anchor::Middle));
    }

    /// The rank axis with its ticks.
    fn scale(&self, marks: &mut Vec<Mark>) {
        marks.push(self.line(vec![(self.ends.0, self.axis), (self.ends.1, self.axis)], Stroke::ink(0.6)));
        for rank in 1..=self.ranking.controllers.len() {
            let x = self.x(rank as f64);
            marks.push(Mark::Segment { from: (x, self.axis), to: (x, self.axis + 3.5), stroke: Stroke::ink(0.6), cap: 0.0 });
            marks.push(self.text((x, self.axis + 8.5), rank.to_string(), Anchor::Middle));
            if rank < self.ranking.controllers.len() {
                let x = self.x(rank as f64 + 0.5);
                marks.push(Mark::Segment { from: (x, self.axis), to: (x, self.axis + 2.0), stroke: Stroke::ink(0.4), cap: 0.0 });
            }
        }
    }

    /// Names on both sides, led to their ranks by right-angled lines.
    fn names(&self, marks: &mut Vec<Mark>) {
        let half = self.order.len().div_ceil(2);
        let n_lines = self.lines.iter().map(Vec::len).max().unwrap_or(1);
        let row = ROW.max(n_lines as f64 * 8.0 + 2.0);
        for (place, &index) in self.order.iter().enumerate() {
            let left = place < half;
            let depth = if left { place } else { self.order.len() - 1 - place };
            let y = self.first - depth as f64 * row;
            let x = self.x(self.rank(index));
            let (end, out, anchor, inward) =
                if left { (self.ends.0, -1.0, Anchor::End, Anchor::Start) } else { (self.ends.1, 1.0, Anchor::Start, Anchor::End) };
            let edge = end + out * self.stub;
            let at = edge + out * NAME_GAP;
            marks.push(self.line(vec![(x, self.axis), (x, y), (edge, y)], Stroke { ink: Ink::Ink, dash: Dash::Solid, weight: 0.55 }));
            marks.push(self.text((edge - out * 0.5, y + 4.0), fixed(self.rank(index), 2).text(), inward));
            let lines = &self.lines[index];
            for (number, line) in lines.iter().enumerate() {
                let above = ((lines.len() - 1) as f64 / 2.0 - number as f64) * 8.0;
                marks.push(self.text((at, y + above), line.clone(), anchor));
            }
        }
    }

    /// The bar of a group: members carry dots, gaps are dotted.
    fn bar(&self, index: usize, group: &[usize], marks: &mut Vec<Mark>) {
        let y = self.axis - 5.0 - index as f64 * BAR;
        let members: Vec<usize> = self.order.iter().copied().filter(|controller| group.contains(controller)).collect();
        let place = |controller: usize| self.order.iter().position(|&other| other == controller).unwrap_or(0);
        for pair in members.windows(2) {
            let adjacent = place(pair[1]) == place(pair[0]) + 1;
            let stroke = if adjacent { Stroke::ink(2.4) } else { Stroke { ink: Ink::Ink, dash: Dash::Dotted, weight: 1.0 } };
            marks.push(Mark::Segment { from: (self.x(self.rank(pair[0])), y), to: (self.x(self.rank(pair[1])), y), stroke, cap: 0.0 });
        }
        let points = members.iter().map(|&member| (self.x(self.rank(member)), y)).collect();
        marks.push(Mark::Points { points, marker: Marker::Circle, ink: Ink::Ink, hollow: false });
    }
}

fn caption(ranking: &Ranking, groups: &[Vec<usize>], nemenyi: bool) -> String {
    let test = if nemenyi {
        format!("Nemenyi's test at {} (critical difference {})", percent(1.0 - ranking.alpha), fixed(ranking.critical_difference, 3).text())
    } else {
        format!("Wilcoxon's signed-rank test with Holm's correction at {}", percent(1.0 - ranking.alpha))
    };
    let bars = if groups.is_empty() {
        format!("{test} tells all controllers apart, so there is no bar.")
    } else {
        let dotted = if nemenyi { "" } else { "; a bar is dotted where a controller between two members is no member itself" };
        format!("Bars join controllers that {test} does not tell apart; dots mark the members{dotted}.")
    };
    format!(
        "Mean ranks over {} blocks (a block is a {}); 1 is best. {bars} Friedman's test: p = {}; Iman and Davenport: p = {}; Kendall's W = {}.",
        ranking.n_blocks,
        ranking.block,
        p_value(ranking.friedman_p).text(),
        p_value(ranking.iman_davenport_p).text(),
        fixed(ranking.kendall_w, 2).text()
    )
}
