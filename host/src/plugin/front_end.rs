//! The two ways into a loaded library, and what each must satisfy before anything is called through it.

use super::error::LoadCause;
use super::file::{LibraryFile, STABLE_SYMBOL};
use abi_stable::library::{LibraryError, lib_header_from_path};
use oha_plugin_api::abi::{self, Build, Create, Describe, Entry, LibraryExtension, Status, Text};
use oha_plugin_api::bridge::slice;
use oha_plugin_api::stable::ControllerModuleRef;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The front end through which a library is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrontEnd {
    /// The C table.
    Table,
    /// The `abi_stable` module.
    AbiStable,
    /// Linked into the program, called through the C table.
    Linked,
}

impl std::fmt::Display for FrontEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Table => "C table",
            Self::AbiStable => "abi_stable",
            Self::Linked => "linked",
        })
    }
}

/// A way to make instances.
#[derive(Clone, Copy)]
pub(super) enum Maker {
    Table { create: Create },
    Stable(ControllerModuleRef),
}

/// Reads a field of a foreign table: only where it lies inside the size that the table announces, without a reference to the table.
macro_rules! field {
    ($table:expr, $type:ty, $struct_size:expr, $field:ident) => {{
        let table: *const $type = $table;
        if oha_plugin_api::abi::present($struct_size, std::mem::offset_of!($type, $field), size_of::<usize>()) {
            // SAFETY: the field lies inside the table, whose size the table's owner announced.
            unsafe { (&raw const (*table).$field).read() }
        } else {
            None
        }
    }};
}
pub(super) use field;

/// The dynamic library at `path`, never to be closed: its code may have registered destructors, threads and statics that outlive any use.
fn open(path: &Path) -> Result<&'static libloading::Library, LoadCause> {
    // SAFETY: loading runs the library's initialisers, which may do anything; that is what the user asked for. See the trust model.
    #[cfg(unix)]
    let library: Result<libloading::Library, _> = unsafe {
        use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
        Library::open(Some(path), RTLD_NOW | RTLD_LOCAL).map(Into::into)
    };
    #[cfg(not(unix))]
    // SAFETY: as above.
    let library = unsafe { libloading::Library::new(path) };
    library.map(|library| &*Box::leak(Box::new(library))).map_err(|error| LoadCause::Open { message: chain(&error) })
}

/// An error with all its sources on one line; the first alone often says nothing.
fn chain(error: &dyn std::error::Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        parts.push(error.to_string());
        source = error.source();
    }
    parts.dedup();
    parts.join(": ").replace('\n', " ")
}

/// A library through one of its front ends.
pub(super) struct Opened {
    pub(super) maker: Maker,
    /// Minor version of the boundary for which it was built.
    pub(super) abi_minor: u32,
    /// Its descriptors as JSON.
    pub(super) description: String,
    /// How it was built, where it tells.
    pub(super) build: Option<String>,
}

/// Loads `path` and checks its C table.
pub(super) fn open_table(path: &Path) -> Result<Opened, LoadCause> {
    let library = open(path)?;
    // SAFETY: only the address is taken; what is there is checked before use.
    let symbol = unsafe { library.get::<*const Entry>(b"oha_controller_entry\0") };
    let entry: *const Entry = *symbol.map_err(|_| LoadCause::NoEntry { symbol: abi::ENTRY_SYMBOL })?;
    table_of(entry)
}

/// Checks a C table.
pub(super) fn table_of(entry: *const Entry) -> Result<Opened, LoadCause> {
    // SAFETY: an exported symbol has at least a readable word behind it, code or data.
    let magic = unsafe { (&raw const (*entry).magic).read_unaligned() };
    if magic != abi::MAGIC {
        return Err(LoadCause::Magic { found: magic, allowed: abi::MAGIC });
    }
    // SAFETY: the magic number says that this is an entry; size and versions are where every major version has them.
    let (struct_size, major, minor) = unsafe {
        ((&raw const (*entry).struct_size).read(), (&raw const (*entry).abi_major).read(), (&raw const (*entry).abi_minor).read())
    };
    if major != abi::MAJOR {
        return Err(LoadCause::Version { found: major, allowed: abi::MAJOR });
    }
    // SAFETY: the header of an entry of this major version holds the hash.
    let layout_hash = unsafe { (&raw const (*entry).layout_hash).read() };
    if layout_hash != abi::LAYOUT_HASH {
        return Err(LoadCause::Layout { found: layout_hash, allowed: abi::LAYOUT_HASH });
    }
    let describe: Option<Describe> = field!(entry, Entry, struct_size, describe);
    let create: Option<Create> = field!(entry, Entry, struct_size, create);
    let describe = describe.ok_or(LoadCause::Incomplete { function: "describe" })?;
    let create = create.ok_or(LoadCause::Incomplete { function: "create" })?;
    let mut text = Text::EMPTY;
    // SAFETY: `describe` fills the text, or returns a failure and leaves it alone.
    let status = unsafe { describe(&raw mut text) };
    if !status.is_done() {
        return Err(LoadCause::Describe { status: status.0 });
    }
    // SAFETY: after success the text is readable for the lifetime of the library, which is never closed.
    let bytes = unsafe { slice(text.data, text.size) };
    let description = std::str::from_utf8(bytes).map_err(|error| LoadCause::Descriptor { reason: format!("not UTF-8: {error}") })?;
    let build = field!(entry, Entry, struct_size, get_extension).and_then(build);
    Ok(Opened { maker: Maker::Table { create }, abi_minor: minor, description: description.to_owned(), build })
}

/// How a library was built, where it has the extension; at most a line of it.
fn build(get_extension: LibraryExtension) -> Option<String> {
    const LENGTH_MAX: usize = 200;
    // SAFETY: a NUL-terminated name; what it gives is null, or the table of that name, which starts with its size.
    let table: *const Build = unsafe { get_extension(abi::BUILD.as_ptr()) }.cast();
    if table.is_null() {
        return None;
    }
    // SAFETY: as above.
    let size = unsafe { (&raw const (*table).struct_size).read() };
    let describe = field!(table, Build, size, describe)?;
    let mut text = Text::EMPTY;
    // SAFETY: `describe` fills the text, which then lives as long as the library, or returns a failure.
    let bytes = unsafe { if describe(&raw mut text).is_done() { slice(text.data, text.size.min(LENGTH_MAX)) } else { &[] } };
    let line = String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().trim().to_owned();
    (!line.is_empty()).then_some(line)
}

/// Loads `path` through `abi_stable`, which compares the layouts of all types involved.
///
/// `RootModule::load_from_file` is not used: it returns the first library ever loaded, whatever the path.
pub(super) fn open_stable(path: &Path) -> Result<Opened, LoadCause> {
    let module = lib_header_from_path(path).and_then(|header| header.init_root_module::<ControllerModuleRef>()).map_err(summary)?;
    let description = module.describe()().into_string();
    if description.is_empty() {
        return Err(LoadCause::Describe { status: Status::FATAL.0 });
    }
    Ok(Opened { maker: Maker::Stable(module), abi_minor: abi::MINOR, description, build: None })
}

/// One line of an error that may run to a thousand.
fn summary(error: LibraryError) -> LoadCause {
    match &error {
        LibraryError::OpenError { err, .. } => LoadCause::Open { message: chain(&**err) },
        LibraryError::GetSymbolError { .. } => LoadCause::NoEntry { symbol: STABLE_SYMBOL },
        LibraryError::AbiInstability(_) => {
            let text = error.to_string();
            let n_differences = text.matches("Error:").count().max(1);
            LoadCause::Stable { summary: format!("the layouts of its types differ from this host's in {n_differences} places") }
        }
        _ => {
            let text = error.to_string();
            let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(3).collect();
            LoadCause::Stable { summary: lines.join(" ") }
        }
    }
}

/// Which front end to use for a file: the one wished for, or else the C table where there is one.
pub(super) fn choose(file: &LibraryFile, wish: Option<FrontEnd>) -> Result<FrontEnd, LoadCause> {
    match wish {
        None | Some(FrontEnd::Linked) => Ok(if file.has_table { FrontEnd::Table } else { FrontEnd::AbiStable }),
        Some(FrontEnd::Table) if !file.has_table => Err(LoadCause::NoEntry { symbol: abi::ENTRY_SYMBOL }),
        Some(FrontEnd::AbiStable) if !file.has_stable => Err(LoadCause::NoEntry { symbol: STABLE_SYMBOL }),
        Some(front_end) => Ok(front_end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi_stable::std_types::RBoxError;

    #[derive(Debug, thiserror::Error)]
    #[error("{}", "Compared <this>:\nError: a field differs\n".repeat(450))]
    struct Long;

    #[test]
    fn differences_of_layout_are_counted_on_one_line() {
        let text = summary(LibraryError::AbiInstability(RBoxError::new(Long))).to_string();
        assert_eq!(text, "its abi_stable module does not fit: the layouts of its types differ from this host's in 450 places");
    }
}
