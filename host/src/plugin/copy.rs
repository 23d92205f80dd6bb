//! The private copy from which a library is loaded.
//!
//! Overwriting a loaded library's file raises SIGBUS in whoever runs it, and replacing it by name makes the loader return the old code. A copy
//! that nobody else can reach has neither problem. On Linux it lives in memory, so that a worker may load it without any right to write files;
//! elsewhere, and where the kernel has no such files, in a temporary folder. A library that looks for others beside itself (`$ORIGIN`) does not
//! find them from there: link such dependencies statically, or name them by an absolute path.

use std::io;
use std::path::{Path, PathBuf};

/// A copy; its file must exist while the loader opens it.
pub(super) struct PrivateCopy {
    path: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl PrivateCopy {
    pub(super) fn of(original: &Path, bytes: &[u8]) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Ok(path) = in_memory(original, bytes) {
            return Ok(Self { path, _folder: None });
        }
        let folder = tempfile::Builder::new().prefix("oha-plugin-").tempdir()?;
        let path = folder.path().join(original.file_name().unwrap_or("controller".as_ref()));
        std::fs::write(&path, bytes)?;
        Ok(Self { path, _folder: Some(folder) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// A file in memory, reachable by its descriptor. The descriptor stays open for ever, as the library stays loaded: were its number used again,
/// the loader would take the next library for this one.
#[cfg(target_os = "linux")]
fn in_memory(original: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    use std::ffi::CString;
    use std::fs::File;
    use std::io::Write;
    use std::os::fd::{FromRawFd, IntoRawFd};
    let name = original.file_name().map(|n| n.to_string_lossy().replace('\0', "")).unwrap_or_default();
    let name: String = name.chars().take(60).collect();
    let name = CString::new(name).map_err(io::Error::other)?;
    // SAFETY: a NUL-terminated name; the result is checked.
    let fd = unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a new descriptor that nothing else owns.
    let mut file = unsafe { File::from_raw_fd(fd) };
    file.write_all(bytes)?;
    Ok(PathBuf::from(format!("/proc/self/fd/{}", file.into_raw_fd())))
}
