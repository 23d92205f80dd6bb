//! One writer a folder.

use crate::store::error::StoreError;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Takes the folder's lock, which the system releases with the process however it ends.
pub(crate) fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(".lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(|e| StoreError::io("lock", &path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: dir.to_owned() }),
        // Some file systems of clusters have no locks: files are then still whole or absent, two writers write the same bytes under names of their own, and
        // what one takes from the other makes that one stop, not err.
        Err(TryLockError::Error(e)) if e.kind() == std::io::ErrorKind::Unsupported || e.raw_os_error() == Some(libc::ENOLCK) => Ok(file),
        Err(TryLockError::Error(e)) => Err(StoreError::io("lock", &path, e)),
    }
}
