//! Figures of a verdict: described once, written as SVG and pgfplots.
//!
//! A figure is a [`Figure`]: panels, axes and marks in data units. [`draw`] turns it into outlines (axes by our own rules, series through
//! plotters), [`svg`] writes those. What is deliberately absent: any statistic. A figure shows numbers of the verdict.

mod axes;
mod backend;
mod description;
mod direct;
mod draw;
mod layout;
mod marker;
pub mod metrics;
mod plots;
#[cfg(feature = "png")]
mod png;
mod scale;
mod scene;
mod svg;
mod symmetric;
mod tex;
mod theme;
mod thin;
mod ticks;
mod tikz;

pub use description::{Anchor, Axis, Dash, Figure, FigureWidth, Ink, LegendEntry, LegendKey, LegendPlacement, Mark, Panel, Scale, Stroke};
pub use draw::draw;
pub use plots::{FigureKind, REGISTRY, Regime, RegimeStrength, ScheduleLine, figures, scenario, schedule};
#[cfg(feature = "png")]
pub use png::{PngError, png};
pub use scene::{Item, Rect, Scene, Shape, Text};
pub use svg::{escape, svg};
pub use tex::escape_tex;
pub use theme::{Color, ColorError, Marker, Theme, ThemeError};
pub use ticks::{Label, Room, Tick, Ticks, ticks};
pub use tikz::tikz;
