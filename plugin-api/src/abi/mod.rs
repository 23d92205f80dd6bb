//! The normative boundary: the C types of `include/oha_controller.h`, field for field.
//!
//! A controller library exports one symbol, [`ENTRY_SYMBOL`], a constant [`Entry`]. It is data, so a host can refuse a foreign library
//! without running any of its functions. Everything else is reached from it.
//!
//! Rules of the boundary
//! - Every table starts with its size in bytes. A reader uses a field only where it lies inside that size *and* is not null; it never forms a
//!   reference to the whole of a foreign table. Minor versions append fields; a major version may change anything.
//! - Memory stays with the side that allocated it. Text is borrowed ([`Text`]) or handed to a callback ([`Sink`]); nothing is freed by the
//!   other side.
//! - Text is UTF-8. Inputs are NUL-terminated, outputs carry their length.
//! - No call unwinds, jumps or exits through the boundary. Each reports a [`Status`].
//! - One instance is used by one thread at a time, and may be moved to another between calls. Different instances may be used at the same time.

mod extension;
mod layout;
mod status;
mod table;
mod value;

pub use extension::{BUILD, Build};
pub use layout::{LAYOUT_HASH, present};
pub use status::Status;
pub use table::{
    ControllerTable, Create, Describe, Destroy, Entry, Extension, Instance, LastError, LibraryExtension, LoadState, Propose, ProposeBatch,
    Reset, SaveState,
};
pub use value::{Evaluate, Observation, Proposal, Sink, Text};

/// The first eight bytes of an [`Entry`]: `OHA-CTRL`.
pub const MAGIC: u64 = u64::from_le_bytes(*b"OHA-CTRL");

/// Version of the boundary: a library and a host of different majors do not work together.
pub const MAJOR: u32 = 1;

/// Number of times that fields were appended within this major version.
pub const MINOR: u32 = 0;

/// The boundary in C: `oha_controller.h`.
pub const HEADER: &str = include_str!("../../include/oha_controller.h");

/// Name of the only symbol that a controller library must export.
pub const ENTRY_SYMBOL: &str = "oha_controller_entry";
