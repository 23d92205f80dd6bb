//! Write, sync, rename: a file is there whole or not at all.

use super::StoreError;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Marks files that were not finished; nothing reads them, and the next writer removes them.
pub(super) const TEMPORARY: &str = ".tmp";

/// A name beside `path` that no other writer uses.
pub(super) fn temporary_beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let unique = format!(".{name}.{}-{}{TEMPORARY}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    path.with_file_name(unique)
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
