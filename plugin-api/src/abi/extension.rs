//! Optional tables, found by name through `get_extension`: how the boundary grows without a new version.
//!
//! A name ends with the number of its table: `oha.build.1`. A table of this number never changes but by appended fields, within its `struct_size`;
//! another layout is another number. Names that begin with `oha.` belong to this project; others may use their own domain (`org.example.trace.1`).

use super::{Status, Text};

/// Name of the extension of a library that tells how it was built: a [`Build`].
pub const BUILD: &core::ffi::CStr = c"oha.build.1";

/// How a library was built.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Build {
    /// Size of this structure in bytes, as the library knows it.
    pub struct_size: u32,
    /// Zero.
    pub reserved: u32,
    /// Fills `out` with one line for people (language, compiler or library versions, debug or release) that lives as long as the library.
    pub describe: Option<unsafe extern "C" fn(out: *mut Text) -> Status>,
}
