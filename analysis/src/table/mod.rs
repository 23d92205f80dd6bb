//! Tables of a verdict: described once, written as LaTeX, Markdown, CSV, HTML and plain text.
//!
//! A table holds the verdict's numbers and nothing else; digits are chosen in [`number`], once for all formats. CSV carries every number in
//! full, with both ends of its interval, level, method and n. Every table that names a controller shows its information class.

mod comma;
mod description;
mod fit;
mod html;
mod kinds;
mod latex;
mod markdown;
pub mod number;
mod text;

pub use comma::csv;
pub use description::{Align, Column, Field, Row, Table};
pub use html::html;
pub use kinds::{REGISTRY, TableKind, main_table, tables};
pub(crate) use kinds::{better, mark, mean_of, mean_of_capital, percent};
pub use latex::latex;
pub use markdown::markdown;
pub use text::text;
pub(crate) use text::{fold, grid};
