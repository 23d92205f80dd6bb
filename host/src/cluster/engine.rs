//! What a batch system must be able to do. A new one is a file beside `slurm.rs` and a line in [`registry`].

use crate::sim::spec::{SpecError, lookup as find};
use std::path::{Path, PathBuf};

/// What a job may use and needs before it starts: passed through, not interpreted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Partition, or queue.
    pub partition: Option<String>,
    /// Account that is charged.
    pub account: Option<String>,
    /// Limit on wall time of one element, as the system writes it.
    pub time: Option<String>,
    /// Memory of one element, as the system writes it.
    pub memory: Option<String>,
    /// Processors of one element, which are its threads.
    pub processors: Option<u64>,
    /// Most elements that run at once.
    pub throttle: Option<u64>,
    /// Environment modules to load.
    pub modules: Vec<String>,
    /// Lines of shell before the program starts, after the modules.
    pub setup: Vec<String>,
    /// Further arguments in the system's own words.
    pub arguments: Vec<String>,
}

/// A job array: elements of one script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    /// Name of the job, unique among all jobs of the user: by it the elements are found again.
    pub name: String,
    /// Numbers of the elements, ascending, from 1.
    pub elements: Vec<u64>,
    /// What is added to the number of an element to get that of its shard.
    pub offset: u64,
    /// The script.
    pub script: PathBuf,
}

/// An element that waits or runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Name of its array.
    pub name: String,
    /// Its number.
    pub element: u64,
    /// Whether it runs.
    pub is_running: bool,
    /// Why it does not, in the system's words.
    pub reason: String,
}

/// Why a batch system did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// One of its programs is not there.
    #[error("no program `{program}` on the PATH")]
    NoProgram {
        /// The program.
        program: &'static str,
    },
    /// It did not answer.
    #[error("`{command}` got no answer: {message}")]
    Unreachable {
        /// What was asked.
        command: String,
        /// What was said.
        message: String,
    },
    /// It refused.
    #[error("`{command}` was refused: {message}")]
    Refused {
        /// What was asked.
        command: String,
        /// What was said.
        message: String,
    },
    /// Its answer is not understood.
    #[error("the answer of `{command}` is not understood: {found}")]
    Answer {
        /// What was asked.
        command: String,
        /// What was said.
        found: String,
    },
    /// It takes no arrays.
    #[error("the cluster takes no job arrays: its {setting} is {found}, it must be at least 2")]
    NoArrays {
        /// The setting.
        setting: &'static str,
        /// Its value.
        found: u64,
    },
}

/// A batch system.
pub trait Engine {
    /// Lines at the head of a script that ask for its resources and name its log below `logs`.
    fn directives(&self, logs: &Path) -> Vec<String>;

    /// Shell expression for the number of an element.
    fn element_variable(&self) -> &'static str;

    /// Shell expression for the number of threads that an element may use.
    fn threads_variable(&self) -> &'static str;

    /// Log files of one element, the newest attempt last.
    ///
    /// `names` are those of the files in the folder of logs.
    fn logs(&self, names: &[String], array: &str, element: u64) -> Vec<String>;

    /// Most elements of one array.
    ///
    /// # Errors
    /// A system that is not there, does not answer, or takes no arrays.
    fn elements_max(&self) -> Result<u64, EngineError>;

    /// The command that submits an array.
    fn command(&self, array: &Array) -> Vec<String>;

    /// Submits an array and returns the name of its job.
    ///
    /// # Errors
    /// As above, or when it is refused.
    fn submit(&self, array: &Array) -> Result<String, EngineError>;

    /// Every element of these arrays that waits or runs.
    ///
    /// # Errors
    /// As above.
    fn queue(&self, arrays: &[String]) -> Result<Vec<Queued>, EngineError>;

    /// The command that ends every job of these arrays, for the user.
    fn cancel(&self, arrays: &[String]) -> String;
}

/// A batch system by name.
pub struct EngineEntry {
    /// Name on the command line.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Makes it.
    pub make: fn(Resources) -> Box<dyn Engine>,
}

/// Every batch system.
#[must_use]
pub const fn registry() -> &'static [EngineEntry] {
    &[super::slurm::ENTRY]
}

/// The batch system of this name.
///
/// # Errors
/// No such name.
pub fn lookup(name: &str) -> Result<&'static EngineEntry, SpecError> {
    find("engine", name, registry().iter().map(|e| (e.name, e)))
}
