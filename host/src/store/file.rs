//! Write, sync, rename: a file is there whole or not at all.

use super::StoreError;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Marks files that were not finished; nothing reads them, and the next writer removes them.
pub(super) const TEMPORARY: &str = ".tmp";

/// A number that no other process has, on this machine or another: entropy for names of files that nothing reads, never for a result.
fn token() -> u64 {
    static TOKEN: OnceLock<u64> = OnceLock::new();
    *TOKEN.get_or_init(|| RandomState::new().build_hasher().finish())
}

/// A name beside `path` that no other writer uses: were it another's, that one could be given a name half written, where there are no locks.
pub(super) fn temporary_beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let unique = format!(".{name}.{:016x}-{}{TEMPORARY}", token(), COUNT.fetch_add(1, Ordering::Relaxed));
    path.with_file_name(unique)
}

/// Makes a temporary file beside `path` that no other writer has, on this machine or on another that shares the folder.
pub(super) fn create_beside(path: &Path) -> Result<(File, PathBuf), StoreError> {
    loop {
        let temporary = temporary_beside(path);
        match File::create_new(&temporary) {
            Ok(file) => return Ok((file, temporary)),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(StoreError::io("write", &temporary, e)),
        }
    }
}

/// Copies a file while taking its SHA-256; the copy gets its name only when the digest is `wanted`.
pub(super) fn copy_checked(from: &Path, to: &Path, wanted: &str) -> Result<(), StoreError> {
    let mut source = File::open(from).map_err(|e| StoreError::io("read", from, e))?;
    let (mut file, temporary) = create_beside(to)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut copy = || loop {
        let n = source.read(&mut buffer).map_err(|e| StoreError::io("read", from, e))?;
        if n == 0 {
            return Ok(());
        }
        hash.update(&buffer[..n]);
        file.write_all(&buffer[..n]).map_err(|e| StoreError::io("write", to, e))?;
    };
    let copied = copy().and_then(|()| {
        if hexadecimal(hash) == wanted { Ok(()) } else { Err(StoreError::damaged(from, "its bytes are not those that were written")) }
    });
    if let Err(error) = copied {
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    publish(file, &temporary, to)
}

/// Writes bytes as a file: temporary name, sync, rename.
///
/// # Errors
/// When the disk refuses.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let (mut file, temporary) = create_beside(path)?;
    file.write_all(bytes).map_err(|e| {
        let _ = fs::remove_file(&temporary);
        StoreError::io("write", path, e)
    })?;
    publish(file, &temporary, path)
}

/// SHA-256 of a file, hexadecimal.
pub(super) fn sha256(path: &Path) -> Result<String, StoreError> {
    let mut file = File::open(path).map_err(|e| StoreError::io("read", path, e))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut buffer).map_err(|e| StoreError::io("read", path, e))?;
        if n == 0 {
            return Ok(hexadecimal(hash));
        }
        hash.update(&buffer[..n]);
    }
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Syncs a finished file and gives it its name; the temporary one is removed when that fails.
pub(super) fn publish(file: File, temporary: &Path, path: &Path) -> Result<(), StoreError> {
    let done = file.sync_all().and_then(|()| fs::rename(temporary, path)).and_then(|()| sync_folder(path));
    done.map_err(|e| {
        let _ = fs::remove_file(temporary);
        StoreError::io("write", path, e)
    })
}

/// Makes the rename itself durable.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?.sync_all(),
        _ => Ok(()),
    }
}
