//! A library as bytes: checked before the system's loader sees it.
//!
//! The loader maps what the header announces: a truncated file then raises SIGBUS inside `dlopen`, which cannot be caught. So the file is read
//! once, and these bytes are checked, hashed and copied to a private file from which they are loaded. Overwriting or replacing the
//! original while a study runs has no effect.

use super::error::{LoadCause, LoadError};
use super::script::{self, is_script};
use object::read::NameOrOrdinal;
use object::{Architecture, Object, ObjectKind, ObjectSegment};
use oha_plugin_api::abi::ENTRY_SYMBOL;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The symbol of the `abi_stable` front end.
pub(super) const STABLE_SYMBOL: &str = abi_stable::library::ROOT_MODULE_LOADER_NAME;

/// A checked library file.
pub struct LibraryFile {
    /// Where it was found.
    pub path: PathBuf,
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub digest: String,
    /// Whether it exports the C table.
    pub has_table: bool,
    /// Whether it exports the `abi_stable` module.
    pub has_stable: bool,
    pub(super) bytes: Vec<u8>,
}

impl LibraryFile {
    /// Reads and checks `path`; runs nothing of it.
    ///
    /// # Errors
    /// A file that cannot be read, is no complete shared library for this machine, or does not export a controller entry.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let bytes = std::fs::read(path).map_err(|source| LoadError { path: path.to_owned(), cause: LoadCause::Unreadable { source } })?;
        Self::of_bytes(path, bytes)
    }

    /// Checks bytes that were read from `path`.
    ///
    /// # Errors
    /// As [`LibraryFile::read`].
    pub fn of_bytes(path: &Path, bytes: Vec<u8>) -> Result<Self, LoadError> {
        let check = if is_script(path) { check_script } else { check };
        let (has_table, has_stable) = check(&bytes).map_err(|cause| LoadError { path: path.to_owned(), cause })?;
        Ok(Self { path: path.to_owned(), digest: sha256_hex(&bytes), has_table, has_stable, bytes })
    }

    /// Name of the library: the file's name without the platform's prefix and suffix.
    #[must_use]
    pub fn name(&self) -> String {
        library_name(&self.path)
    }
}

/// SHA-256 of `bytes` in lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn library_name(path: &Path) -> String {
    if is_script(path) {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        return name.strip_suffix(script::SUFFIX).unwrap_or(&name).to_owned();
    }
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    stem.strip_prefix(std::env::consts::DLL_PREFIX).map(str::to_owned).unwrap_or(stem)
}

/// A script fills the C table when it runs.
fn check_script(bytes: &[u8]) -> Result<(bool, bool), LoadCause> {
    match std::str::from_utf8(bytes) {
        Ok("") => Err(LoadCause::Empty),
        Ok(_) => Ok((true, false)),
        Err(error) => Err(LoadCause::NotALibrary { found: format!("a Python script that is not UTF-8 ({error})") }),
    }
}

/// Which of the two entries the bytes export.
fn check(bytes: &[u8]) -> Result<(bool, bool), LoadCause> {
    if bytes.is_empty() {
        return Err(LoadCause::Empty);
    }
    let file = object::File::parse(bytes).map_err(|error| not_a_library(bytes, &error.to_string()))?;
    let (found, allowed) = (file.architecture(), this_architecture());
    if found != allowed {
        return Err(LoadCause::Architecture { found: machine(found), allowed: machine(allowed) });
    }
    match file.kind() {
        ObjectKind::Dynamic => {}
        ObjectKind::Relocatable => return Err(LoadCause::NotShared { found: "object file".to_owned() }),
        _ => return Err(LoadCause::NotShared { found: "executable or other file".to_owned() }),
    }
    let size = bytes.len() as u64;
    for segment in file.segments() {
        let (offset, length) = segment.file_range();
        let needed = offset.saturating_add(length);
        if needed > size {
            return Err(LoadCause::Truncated { size, needed });
        }
    }
    let damaged = |error: object::Error| LoadCause::NotALibrary { found: format!("damaged symbol table ({error})") };
    let mut found = (false, false);
    for export in file.exports().map_err(damaged)? {
        let export = export.map_err(damaged)?;
        if let NameOrOrdinal::Name(name) = export.name() {
            // Mach-O puts an underscore before every C name.
            let is = |symbol: &str| *name == *symbol.as_bytes() || name.strip_prefix(b"_") == Some(symbol.as_bytes());
            found = (found.0 || is(ENTRY_SYMBOL), found.1 || is(STABLE_SYMBOL));
        }
    }
    if found == (false, false) { Err(LoadCause::NoEntry { symbol: ENTRY_SYMBOL }) } else { Ok(found) }
}

/// Tells a truncated or damaged library from something else altogether.
fn not_a_library(bytes: &[u8], reason: &str) -> LoadCause {
    let found = if bytes.starts_with(b"\x7fELF") || bytes.starts_with(b"MZ") || bytes.starts_with(&[0xcf, 0xfa, 0xed, 0xfe]) {
        if let Some(needed) = elf_size(bytes).filter(|needed| *needed > bytes.len() as u64) {
            return LoadCause::Truncated { size: bytes.len() as u64, needed };
        }
        format!("truncated or damaged ({reason})")
    } else if bytes.starts_with(b"!<arch>") {
        "a static archive".to_owned()
    } else if bytes.starts_with(b"\0asm") {
        "a WebAssembly module".to_owned()
    } else if std::str::from_utf8(&bytes[..bytes.len().min(256)]).is_ok() {
        "a text file".to_owned()
    } else {
        format!("unknown file type ({reason})")
    };
    LoadCause::NotALibrary { found }
}

/// End of the section table, the last thing in an ELF file as linkers write it.
fn elf_size(bytes: &[u8]) -> Option<u64> {
    if bytes.len() < 64 {
        return bytes.starts_with(b"\x7fELF").then_some(64);
    }
    let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let is_64_bit_little_endian = bytes.starts_with(b"\x7fELF\x02\x01");
    let offset = u64::from_le_bytes(bytes[40..48].try_into().ok()?);
    is_64_bit_little_endian.then(|| offset.saturating_add(u64::from(u16_at(58)) * u64::from(u16_at(60))))
}

fn this_architecture() -> Architecture {
    match std::env::consts::ARCH {
        "x86_64" => Architecture::X86_64,
        "aarch64" => Architecture::Aarch64,
        "riscv64" => Architecture::Riscv64,
        "powerpc64" => Architecture::PowerPc64,
        "s390x" => Architecture::S390x,
        "loongarch64" => Architecture::LoongArch64,
        _ => Architecture::Unknown,
    }
}

fn machine(architecture: Architecture) -> String {
    format!("{architecture:?}").to_lowercase()
}
