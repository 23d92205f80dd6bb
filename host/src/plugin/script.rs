//! Controllers written in Python: a script takes the place of a library.
//!
//! The host runs nothing of it. Its workers are `python3 SCRIPT` instead of this program: the script fills the C table with `ctypes`, loads this
//! program's worker as a library (crate `oha-python`, beside the executable), and hands it the table. From there on all is as with a library:
//! whole episodes, the same roles, the same confinement. What differs: the body of the script runs before the worker confines itself, since
//! importing reads many files.

use super::error::LoadCause;
use super::front_end::{Opened, table_of};
#[cfg(unix)]
use super::isolation::WorkerCommand;
use oha_plugin_api::abi::Entry;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicPtr, Ordering};

/// Ending of the file name of a script.
pub(super) const SUFFIX: &str = ".py";

/// The table of the script that runs this process; null where none does.
static SERVED: AtomicPtr<Entry> = AtomicPtr::new(std::ptr::null_mut());

/// Whether a controller is a script, by its name.
#[must_use]
pub fn is_script(path: &Path) -> bool {
    path.to_string_lossy().ends_with(SUFFIX)
}

/// Where the worker that a script loads is: beside the executable, or in its parent where that folder is cargo's `deps`.
fn worker_library(program: &Path) -> PathBuf {
    let folder = program.parent().unwrap_or_else(|| Path::new("."));
    let name = format!("{DLL_PREFIX}oha_python{DLL_SUFFIX}");
    let beside = folder.join(&name);
    if !beside.exists() && folder.ends_with("deps") { folder.with_file_name(name) } else { beside }
}

/// How a worker of a script is started, where `command` starts those of libraries.
#[cfg(unix)]
pub(super) fn command(command: &WorkerCommand, script: &Path) -> WorkerCommand {
    let library = worker_library(&command.program);
    WorkerCommand { program: "python3".into(), arguments: vec![script.into(), "__worker".into(), library.into()] }
}

/// Tells that this process is run by a script.
///
/// # Safety
/// `entry` keeps the boundary's contract for the rest of the process.
pub(super) unsafe fn serve(entry: *const Entry) {
    SERVED.store(entry.cast_mut(), Ordering::Release);
}

/// The table of the script that runs this process.
pub(super) fn open() -> Result<Opened, LoadCause> {
    let entry = SERVED.load(Ordering::Acquire);
    if entry.is_null() { Err(LoadCause::Script) } else { table_of(entry) }
}
