//! Descriptors by way of a worker process: loading runs the library's constructors, and may crash, exit or hang before anything can be checked.

use super::error::{LoadCause, LoadError};
use super::fault::FaultKind;
use super::file::LibraryFile;
use super::isolation::{Handler, Limits, Role, Setup, Supervisor, WorkerCommand};
use super::load::{Facts, Plugin};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The worker role that loads a library and tells what it holds.
pub const ROLE: Role = Role { name: "describe", init };

/// Loads libraries in worker processes, each file once.
pub struct Probe {
    libraries: Supervisor,
    scripts: Supervisor,
    known: Mutex<BTreeMap<String, Facts>>,
}

impl Probe {
    /// A library may take a gibibyte, five seconds of processor time, and fifteen seconds in all. A script, whose imports may be many, 16 gibibytes of
    /// address space, one minute and two.
    #[must_use]
    pub fn new(command: WorkerCommand) -> Self {
        let limits = |gibibytes: u64, cpu_seconds, seconds| Limits {
            address_space: Some(gibibytes << 30),
            cpu_time: Some(Duration::from_secs(cpu_seconds)),
            stall: Duration::from_secs(seconds),
            confine: true,
        };
        let libraries = Supervisor::new(command.clone(), limits(1, 5, 15), 0);
        Self { libraries, scripts: Supervisor::new(command, limits(16, 60, 120), 0), known: Mutex::default() }
    }

    /// What the library at `path` holds; nothing of it is loaded into this process.
    ///
    /// # Errors
    /// A file that is refused before or while it is loaded, or that ended the process that loaded it.
    pub fn describe(&self, path: &Path) -> Result<Arc<Plugin>, LoadError> {
        self.describe_file(&LibraryFile::read(path)?)
    }

    /// What a checked file holds.
    ///
    /// # Errors
    /// As [`Probe::describe`].
    pub fn describe_file(&self, file: &LibraryFile) -> Result<Arc<Plugin>, LoadError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&file.digest).cloned();
        if let Some(facts) = known {
            return Ok(Plugin::elsewhere(file, facts));
        }
        let refuse = |cause| LoadError { path: file.path.clone(), cause };
        let path = file.path.canonicalize().map_err(|source| refuse(LoadCause::Unreadable { source }))?;
        let bytes = path.to_str().map(|p| p.as_bytes().to_vec());
        let bytes = bytes.ok_or_else(|| refuse(LoadCause::Refused { reason: "its path is not UTF-8".to_owned(), hint: None }))?;
        let setup = Setup::of_library(&ROLE, &path, bytes);
        let supervisor = if setup.script.is_some() { &self.scripts } else { &self.libraries };
        let reply = supervisor.call(&setup, &[]).map_err(|fault| {
            refuse(match fault.kind {
                FaultKind::Error => Refusal::read(fault.message),
                _ => LoadCause::Crash { how: fault.to_string() },
            })
        })?;
        let facts: Facts = serde_json::from_slice(&reply).map_err(|error| refuse(LoadCause::Descriptor { reason: error.to_string() }))?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(file.digest.clone(), facts.clone());
        Ok(Plugin::elsewhere(file, facts))
    }
}

/// Why a worker refused a library, as it crosses the channel.
#[derive(Serialize, Deserialize)]
struct Refusal {
    reason: String,
    hint: Option<String>,
}

impl Refusal {
    fn write(error: &LoadError) -> String {
        let refusal = Self { reason: error.cause.to_string(), hint: error.hint().map(str::to_owned) };
        serde_json::to_string(&refusal).expect("a refusal is plain data")
    }

    fn read(text: String) -> LoadCause {
        match serde_json::from_str::<Self>(&text) {
            Ok(Self { reason, hint }) => LoadCause::Refused { reason, hint },
            Err(_) => LoadCause::Refused { reason: text, hint: None },
        }
    }
}

fn init(setup: &[u8]) -> Result<Handler, String> {
    let path = PathBuf::from(String::from_utf8_lossy(setup).into_owned());
    let plugin = Plugin::load(&path).map_err(|error| Refusal::write(&error))?;
    Ok(Box::new(move |_, _| serde_json::to_vec(plugin.facts()).expect("facts are plain data")))
}
