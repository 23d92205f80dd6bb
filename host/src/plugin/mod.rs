//! Controller libraries: found, checked, loaded, and called through a safe instance.
//!
//! - [`ControllerRef`] is what a user writes: `[LABEL=]PATH_OR_NAME[:ID][?key=value&key=value]`.
//! - [`SearchPath`] turns it into a file, or into an error that lists what is there.
//! - [`Plugin`] is a loaded library. It was checked as a file first (type, architecture, completeness, exported symbol), is loaded from a
//!   private copy, and is never unloaded.
//! - [`Instance`] is one controller in one episode; a fault is a [`PluginFault`], never a crash that the boundary can prevent. What it cannot
//!   prevent (a signal, `exit`, a hang) is the business of the worker process in `isolation`.
//!
//! This module and `plugin-api` hold the only `unsafe` of the boundary.

mod backend;
mod batch;
mod copy;
mod discover;
mod error;
mod fault;
mod file;
mod floating_point;
mod front_end;
mod instance;
#[cfg(unix)]
pub mod isolation;
mod load;
mod policy;
#[cfg(unix)]
pub mod probe;
mod reference;
mod script;

pub use batch::{Observed, propose_batch};
pub use discover::{Resolved, SearchPath};
pub use error::{DiscoverError, LoadCause, LoadError, ReferenceError, SelectError};
pub use fault::{FaultKind, PluginFault};
pub use file::{LibraryFile, sha256_hex};
pub use front_end::FrontEnd;
pub use instance::{Counters, Instance};
pub use load::Plugin;
pub use reference::ControllerRef;
pub use script::is_script;
