//! The report and the files of an analysis.
//!
//! [`write_all`] is the one place of this crate that touches the disk. Everything it writes is computed first, goes to a folder beside the
//! final one, and is renamed when complete: a reader never sees half an analysis.

mod bibliography;
mod context;
mod methods;
mod page;
mod prose;
mod terminal;
mod write;

pub use bibliography::bibtex;
pub use context::{Fault, Formats, ReportContext};
pub use methods::{Markup, methods};
pub use page::html;
pub use prose::headlines;
pub use terminal::terminal;
pub use write::{WriteError, write_all};
