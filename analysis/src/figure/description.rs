//! What a figure shows, in data units: panels, axes, marks, legend, caption.
//!
//! One description feeds every renderer (SVG through plotters, pgfplots), so two formats of a figure cannot disagree. Nothing here
//! computes a statistic: marks carry numbers that the verdict already holds.

pub use super::scale::{Axis, Scale};
use super::theme::{Color, Marker, Theme};

/// How wide a figure is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureWidth {
    /// One column of a two-column page.
    OneColumn,
    /// The whole text width.
    TwoColumns,
}

/// Where the names of the series stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegendPlacement {
    /// In rows above the panels.
    Top,
    /// At the right end of each line, moved apart where they would overlap (single panel; falls back to `Top` when they do not fit).
    Direct,
    /// Nowhere: the axes name everything.
    None,
}

/// A complete figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// File stem, for example `critical-difference`.
    pub name: String,
    /// Heading in the report and accessible title.
    pub title: String,
    /// Full sentences that explain every mark.
    pub caption: String,
    /// Printed width.
    pub width: FigureWidth,
    /// Panels side by side; at least 1.
    pub n_columns: usize,
    /// Panels in reading order.
    pub panels: Vec<Panel>,
    /// Names of the series.
    pub legend: Vec<LegendEntry>,
    /// Where the names stand.
    pub legend_placement: LegendPlacement,
}

/// One plot region with its axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Text above the panel; empty for none.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Height of the plot region in points.
    pub height: f64,
    /// Marks in drawing order.
    pub marks: Vec<Mark>,
}

/// Colour of a mark by its role; a theme, a grey print and a dark page each map it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ink {
    /// Series by index.
    Series(usize),
    /// Text and neutral marks.
    Ink,
    /// Secondary marks.
    Muted,
    /// Grid lines.
    Grid,
    /// The paper.
    Paper,
    /// Exactly this colour on every page.
    Fixed(Color),
}

impl Ink {
    /// The colour on a light page.
    pub fn color(self, theme: &Theme) -> Color {
        match self {
            Self::Series(index) => theme.series_color(index),
            Self::Ink => theme.ink,
            Self::Muted => theme.muted,
            Self::Grid => theme.grid,
            Self::Paper => theme.paper,
            Self::Fixed(color) => color,
        }
    }
}

/// Dash of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// That of series `index`.
    Series(usize),
    /// Short dashes, for rules.
    Dashed,
    /// Dots, for rules.
    Dotted,
}

impl Dash {
    /// Lengths of stroke and gap in points; empty is solid.
    pub fn lengths(self, theme: &Theme) -> Vec<f64> {
        match self {
            Self::Solid => Vec::new(),
            Self::Series(index) => theme.series_dash(index).to_vec(),
            Self::Dashed => vec![3.0, 2.0],
            Self::Dotted => vec![0.8, 1.8],
        }
    }
}

/// Looks of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Colour role.
    pub ink: Ink,
    /// Dash.
    pub dash: Dash,
    /// Width as a multiple of the theme's line width.
    pub weight: f64,
}

impl Stroke {
    /// The line of series `index`.
    pub fn series(index: usize) -> Self {
        Self { ink: Ink::Series(index), dash: Dash::Series(index), weight: 1.0 }
    }

    /// A solid neutral line.
    pub fn ink(weight: f64) -> Self {
        Self { ink: Ink::Ink, dash: Dash::Solid, weight }
    }

    /// A thin secondary line.
    pub fn muted(dash: Dash) -> Self {
        Self { ink: Ink::Muted, dash, weight: 0.7 }
    }
}

/// Horizontal anchor of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The text starts at the point.
    Start,
    /// The text is centred on the point.
    Middle,
    /// The text ends at the point.
    End,
}

/// Something drawn in a panel, in data units.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through points.
    Line {
        /// Points in order; a non-finite one breaks the line.
        points: Vec<(f64, f64)>,
        /// Looks.
        stroke: Stroke,
        /// Series whose marker is set on the line at this many evenly spaced points; `None` for no markers.
        markers: Option<(usize, usize)>,
    },
    /// The area between two curves over the same abscissae.
    Band {
        /// `(x, lower, upper)` in order of `x`.
        points: Vec<(f64, f64, f64)>,
        /// Colour role.
        ink: Ink,
    },
    /// Markers.
    Points {
        /// Positions.
        points: Vec<(f64, f64)>,
        /// Shape.
        marker: Marker,
        /// Colour role.
        ink: Ink,
        /// Drawn as an outline over paper.
        hollow: bool,
    },
    /// A straight piece between two points, optionally with caps across its ends.
    Segment {
        /// One end.
        from: (f64, f64),
        /// Other end.
        to: (f64, f64),
        /// Looks.
        stroke: Stroke,
        /// Half length of the caps in points; 0 for none.
        cap: f64,
    },
    /// A line over the whole height at `at`.
    VerticalRule {
        /// Abscissa.
        at: f64,
        /// Looks.
        stroke: Stroke,
    },
    /// A line over the whole width at `at`.
    HorizontalRule {
        /// Ordinate.
        at: f64,
        /// Looks.
        stroke: Stroke,
    },
    /// A tinted range of abscissae over the whole height.
    Span {
        /// Left end.
        from: f64,
        /// Right end.
        to: f64,
        /// Colour role.
        ink: Ink,
    },
    /// A filled rectangle.
    Cell {
        /// Lower left corner.
        from: (f64, f64),
        /// Upper right corner.
        to: (f64, f64),
        /// Colour.
        fill: Color,
    },
    /// A text; it does not take part in layout, so its figure must leave the room.
    Text {
        /// Anchor point; vertically the middle of the capitals.
        at: (f64, f64),
        /// The text.
        text: String,
        /// Horizontal anchor.
        anchor: Anchor,
        /// Colour role.
        ink: Ink,
        /// Heavy weight.
        bold: bool,
        /// Whether a halo of paper separates the text from lines behind it.
        halo: bool,
    },
}

/// Name of a series with its looks.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendEntry {
    /// Name.
    pub label: String,
    /// What stands before the name.
    pub key: LegendKey,
}

/// What stands before a name in the legend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LegendKey {
    /// A line, with the series' marker when `marker` holds.
    Line {
        /// Looks of the line.
        stroke: Stroke,
        /// Marker on the line.
        marker: Option<Marker>,
    },
    /// A marker alone.
    Marker {
        /// Shape.
        marker: Marker,
        /// Colour role.
        ink: Ink,
        /// Drawn as an outline.
        hollow: bool,
    },
    /// A tinted box.
    Box {
        /// Colour role.
        ink: Ink,
    },
}
