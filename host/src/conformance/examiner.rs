//! The host's side of a check, and the worker's.

use super::bench::{Bench, Finding, Observed, Trace};
use super::clause::{Clause, registry};
use crate::plugin::isolation::{Confinement, Handler, Limits, Role, Setup, Supervisor, WorkerCommand};
use crate::plugin::{Plugin, is_script};
use oha_plugin_api::Descriptor;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The worker role that tries clauses.
pub const ROLE: Role = Role { name: "clause", init };

/// What is examined.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subject {
    /// The library.
    pub library: PathBuf,
    /// Id of the controller.
    pub id: String,
    /// Its configuration.
    pub config: Value,
}

/// How a clause ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Kept.
    Pass,
    /// Broken.
    Fail,
    /// Does not concern this controller, or cannot be tried here.
    NotApplicable,
}

impl Verdict {
    /// For tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::NotApplicable => "n/a",
        }
    }
}

/// One clause's verdict and what was seen; also the answer of a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Written {
    /// How it ended.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: String,
    /// Bits that must agree between processes, and their row length.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    bits: Vec<u64>,
    #[serde(default)]
    width: usize,
}

impl Written {
    fn new(verdict: Verdict, seen: String) -> Self {
        Self { verdict, seen, bits: Vec::new(), width: 0 }
    }
}

impl From<Result<Observed, Finding>> for Written {
    fn from(result: Result<Observed, Finding>) -> Self {
        match result {
            Ok(Observed { text, trace }) => Self { bits: trace.bits, width: trace.width, ..Self::new(Verdict::Pass, text) },
            Err(Finding::Fail(seen)) => Self::new(Verdict::Fail, seen),
            Err(Finding::NotApplicable(seen)) => Self::new(Verdict::NotApplicable, seen),
        }
    }
}

/// Tries clauses in worker processes.
pub struct Examiner {
    supervisor: Supervisor,
}

impl Examiner {
    /// Each clause gets half a gibibyte, half a minute of processor time, and ten seconds without progress; that of a script, whose imports may be
    /// many, 16 gibibytes of address space, two minutes and one.
    #[must_use]
    pub fn new(command: WorkerCommand, library: &Path) -> Self {
        let (megabytes, cpu_seconds, seconds) = if is_script(library) { (16 << 10, 120, 60) } else { (512, 30, 10) };
        let limits = Limits {
            address_space: Some(megabytes << 20),
            cpu_time: Some(Duration::from_secs(cpu_seconds)),
            stall: Duration::from_secs(seconds),
            confine: true,
        };
        // No worker is used twice: a clause must not see what another left behind.
        Self { supervisor: Supervisor::new(command, limits, 0) }
    }

    /// Tries one clause.
    #[must_use]
    pub fn examine(&self, subject: &Subject, clause: &Clause) -> Written {
        let bytes = serde_json::to_vec(subject).expect("a subject is plain data");
        // On Linux a process tells its memory and threads in `/proc/self`.
        let mut setup = Setup::of_library(&ROLE, &subject.library, bytes);
        setup.readable.push(PathBuf::from("/proc/self"));
        let mut first: Option<Written> = None;
        for _ in 0..clause.n_processes {
            let written = match self.supervisor.call(&setup, clause.id.as_bytes()) {
                Ok(reply) => match serde_json::from_slice::<Written>(&reply) {
                    Ok(written) => written,
                    Err(error) => Written::new(Verdict::Fail, format!("the worker's answer is not understood: {error}")),
                },
                Err(fault) => Written::new(Verdict::Fail, format!("the worker process ended: {fault}")),
            };
            if written.verdict != Verdict::Pass {
                return written;
            }
            match &first {
                Some(first) if first.bits != written.bits => {
                    let difference = traced(first).difference(&traced(&written)).unwrap_or_default();
                    return Written::new(Verdict::Fail, format!("two processes differ at {difference}"));
                }
                Some(_) => {}
                None => first = Some(written),
            }
        }
        let mut written = first.unwrap_or_else(|| Written::new(Verdict::NotApplicable, String::new()));
        written.bits.clear();
        written
    }

    /// What the workers said about their confinement.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        self.supervisor.notices()
    }

    /// How far the workers were confined; `None` before the first clause.
    #[must_use]
    pub fn confinement(&self) -> Option<Confinement> {
        self.supervisor.confinement()
    }
}

fn traced(written: &Written) -> Trace {
    Trace { bits: written.bits.clone(), width: written.width }
}

fn init(setup: &[u8]) -> Result<Handler, String> {
    let subject: Subject = serde_json::from_slice(setup).map_err(|e| e.to_string())?;
    let plugin = Plugin::load(&subject.library).map_err(|e| e.cause.to_string())?;
    let descriptor: Descriptor = plugin.select(Some(&subject.id)).map_err(|e| e.to_string())?.clone();
    Ok(Box::new(move |job, progress| {
        let clause = registry().iter().find(|c| c.id.as_bytes() == job).expect("the examiner sends ids of the registry");
        let bench = Bench { plugin: &plugin, descriptor: &descriptor, config: &subject.config, progress };
        let written = Written::from((clause.run)(&bench));
        serde_json::to_vec(&written).expect("a verdict is plain data")
    }))
}
