//! Descriptors by way of a worker process: loading runs the library's constructors, and may crash, exit or hang before anything can be checked.

use super::error::{LoadCause, LoadError, SelectError};
use super::fault::FaultKind;
use super::file::LibraryFile;
use super::isolation::{Handler, Limits, Role, Setup, Supervisor, WorkerCommand};
use super::load::{Plugin, select};
use oha_plugin_api::Descriptor;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The worker role that loads a library and tells what it holds.
pub const ROLE: Role = Role { name: "describe", init };

/// A library that was loaded elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// Where it is.
    pub path: PathBuf,
    /// Its file name without the platform's prefix and suffix.
    pub name: String,
    /// SHA-256 of its bytes.
    pub digest: String,
    /// Its controllers, at least one.
    pub descriptors: Vec<Descriptor>,
}

impl Described {
    /// As [`Plugin::select`].
    ///
    /// # Errors
    /// An unknown id, or none where several are possible.
    pub fn select(&self, id: Option<&str>) -> Result<&Descriptor, SelectError> {
        select(&self.name, &self.descriptors, id)
    }
}

/// Loads libraries in worker processes, each file once.
pub struct Probe {
    supervisor: Supervisor,
    known: Mutex<BTreeMap<String, Vec<Descriptor>>>,
}

impl Probe {
    /// A library may take a gibibyte, five seconds of processor time, and fifteen seconds in all.
    #[must_use]
    pub fn new(command: WorkerCommand) -> Self {
        let limits =
            Limits { address_space: Some(1 << 30), cpu_time: Some(Duration::from_secs(5)), stall: Duration::from_secs(15), confine: true };
        Self { supervisor: Supervisor::new(command, limits, 0), known: Mutex::default() }
    }

    /// What the library at `path` holds.
    ///
    /// # Errors
    /// A file that is refused before or while it is loaded, or that ended the process that loaded it.
    pub fn describe(&self, path: &Path) -> Result<Described, LoadError> {
        self.describe_file(&LibraryFile::read(path)?)
    }

    /// What a checked file holds.
    ///
    /// # Errors
    /// As [`Probe::describe`].
    pub fn describe_file(&self, file: &LibraryFile) -> Result<Described, LoadError> {
        let described = |descriptors: Vec<Descriptor>| Described {
            path: file.path.clone(),
            name: file.name(),
            digest: file.digest.clone(),
            descriptors,
        };
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&file.digest).cloned();
        if let Some(descriptors) = known {
            return Ok(described(descriptors));
        }
        let refuse = |cause| LoadError { path: file.path.clone(), cause };
        let path = file.path.canonicalize().map_err(|source| refuse(LoadCause::Unreadable { source }))?;
        let bytes = path.to_str().map(|p| p.as_bytes().to_vec());
        let bytes = bytes.ok_or_else(|| refuse(LoadCause::Refused { reason: "its path is not UTF-8".to_owned() }))?;
        let setup = Setup { role: ROLE.name.to_owned(), bytes, readable: vec![path] };
        let reply = self.supervisor.call(&setup, &[]).map_err(|fault| {
            refuse(match fault.kind {
                FaultKind::Error => LoadCause::Refused { reason: fault.message },
                _ => LoadCause::Crash { how: fault.to_string() },
            })
        })?;
        let descriptors: Vec<Descriptor> =
            serde_json::from_slice(&reply).map_err(|error| refuse(LoadCause::Descriptor { reason: error.to_string() }))?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(file.digest.clone(), descriptors.clone());
        Ok(described(descriptors))
    }

    /// Loads a checked file into this process, once a worker has survived it. What a worker refuses is refused here with its cause.
    ///
    /// # Errors
    /// As [`Probe::describe`].
    pub fn load(&self, file: LibraryFile) -> Result<Arc<Plugin>, LoadError> {
        match self.describe_file(&file) {
            Err(error) if !matches!(error.cause, LoadCause::Refused { .. }) => Err(error),
            _ => Plugin::load_file(file, None),
        }
    }
}

fn init(setup: &[u8]) -> Result<Handler, String> {
    let path = PathBuf::from(String::from_utf8_lossy(setup).into_owned());
    let plugin = Plugin::load(&path).map_err(|error| error.cause.to_string())?;
    Ok(Box::new(move |_, _| serde_json::to_vec(plugin.descriptors()).expect("descriptors are plain data")))
}
