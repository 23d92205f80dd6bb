//! A drawn figure: outlines and texts in hundredths of a point, ready to be written.

use super::description::{Anchor, Ink};
use super::metrics::{CAP_HEIGHT, DESCENT, EXPONENT_RISE, EXPONENT_SIZE, text_width};
use super::ticks::Label;

/// Units of a scene in one point.
pub(super) const UNITS: f64 = 100.0;

/// Rounds a length in points to scene units.
pub(super) fn units(points: f64) -> i32 {
    // A cast of a float saturates, so a value far outside the page stays far outside.
    (points * UNITS).round() as i32
}

/// An upright rectangle in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// Abscissa of the right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Ordinate of the lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// How an outline is stroked.
#[derive(Clone, Debug, PartialEq)]
pub struct Pen {
    /// Colour role.
    pub ink: Ink,
    /// Width in points.
    pub width: f64,
    /// Lengths of stroke and gap in points; empty is solid.
    pub dash: Vec<f64>,
}

/// How an outline is filled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fill {
    /// Colour role.
    pub ink: Ink,
    /// Opacity in (0, 1].
    pub opacity: f64,
}

/// One thing drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What is drawn.
    pub shape: Shape,
    /// Stroke, if any (ignored for texts).
    pub pen: Option<Pen>,
    /// Fill, if any.
    pub fill: Option<Fill>,
    /// Index of the clip rectangle, if any.
    pub clip: Option<usize>,
}

/// Geometry in scene units.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A polyline, or a polygon when closed.
    Path {
        /// Corners.
        points: Vec<(i32, i32)>,
        /// Whether the last corner joins the first.
        closed: bool,
    },
    /// A disc.
    Circle {
        /// Centre.
        center: (i32, i32),
        /// Radius.
        radius: i32,
    },
    /// A text.
    Text(Text),
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Anchor on the baseline.
    pub at: (i32, i32),
    /// Text and exponent.
    pub label: Label,
    /// Font size in points.
    pub size: f64,
    /// Heavy weight.
    pub bold: bool,
    /// Horizontal anchor (along the baseline).
    pub anchor: Anchor,
    /// Whether the baseline runs upwards instead of to the right.
    pub upwards: bool,
    /// Whether a halo of paper surrounds the letters.
    pub halo: bool,
}

impl Text {
    /// Width along the baseline in points.
    pub fn width(&self) -> f64 {
        text_width(&self.label.base, self.size, self.bold) + text_width(&self.label.exponent, self.size * EXPONENT_SIZE, self.bold)
    }

    /// Distance from the anchor back to the start of the text, in points.
    pub fn lead(&self) -> f64 {
        match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => self.width() / 2.0,
            Anchor::End => self.width(),
        }
    }

    /// The box around the letters in points.
    pub fn bounds(&self) -> Rect {
        let (x, y) = (f64::from(self.at.0) / UNITS, f64::from(self.at.1) / UNITS);
        let rise = if self.label.exponent.is_empty() { CAP_HEIGHT } else { EXPONENT_RISE + EXPONENT_SIZE * CAP_HEIGHT } * self.size;
        let depth = DESCENT * self.size;
        let (width, lead) = (self.width(), self.lead());
        if self.upwards {
            Rect { x: x - rise, y: y - (width - lead), width: rise + depth, height: width }
        } else {
            Rect { x: x - lead, y: y - rise, width, height: rise + depth }
        }
    }
}

/// A drawn figure.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Scene {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// Clip rectangles in points.
    pub clips: Vec<Rect>,
    /// Things in drawing order.
    pub items: Vec<Item>,
}

impl Scene {
    /// The texts.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.items.iter().filter_map(|item| match &item.shape {
            Shape::Text(text) => Some(text),
            _ => None,
        })
    }

    /// Texts that reach over the edge of the page or over another text, described for a reader; empty when all is well.
    pub fn collisions(&self) -> Vec<String> {
        let texts: Vec<(&Text, Rect)> = self.texts().filter(|text| !text.label.base.is_empty()).map(|text| (text, text.bounds())).collect();
        let mut found = Vec::new();
        for (index, (text, bounds)) in texts.iter().enumerate() {
            if bounds.x < -0.01 || bounds.y < -0.01 || bounds.right() > self.width + 0.01 || bounds.bottom() > self.height + 0.01 {
                found.push(format!("`{}` leaves the page", text.label.base));
            }
            for (other, other_bounds) in &texts[..index] {
                let apart = bounds.right() <= other_bounds.x + 0.01
                    || other_bounds.right() <= bounds.x + 0.01
                    || bounds.bottom() <= other_bounds.y + 0.01
                    || other_bounds.bottom() <= bounds.y + 0.01;
                if !apart {
                    found.push(format!("`{}` lies over `{}`", text.label.base, other.label.base));
                }
            }
        }
        found
    }
}
