//! A study: what a file may say, and what the simulation may receive.

mod data;
mod file;
mod resolved;

pub use data::{DataError, DataFile, UserData};
pub use file::{ControllerFile, ControllerTable, OracleFile, Record, SensitivityFile, StudyFile, TEMPLATE, Tuned, TuningRecord};
pub use resolved::{ControllerEntry, Study};

use crate::plugin::{DiscoverError, ReferenceError};
use crate::sim::spec::SpecError;
use std::path::PathBuf;

/// Why a study cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// The file cannot be read.
    #[error("cannot read study `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not a study.
    #[error("study `{}` is not valid: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Place and cause, in the parser's words.
        message: String,
    },
    /// The version of the file format is another one.
    #[error("study `{name}` has schema {found}; this version reads schema {allowed}")]
    Schema {
        /// Name of the study.
        name: String,
        /// The version found.
        found: u32,
        /// The version read.
        allowed: u32,
    },
    /// A value is not allowed.
    #[error("study `{name}`")]
    Value {
        /// Name of the study.
        name: String,
        /// What is wrong.
        source: SpecError,
    },
    /// Data of the user's own cannot be used.
    #[error("scenario `{scenario}` of study `{name}`")]
    Data {
        /// Name of the study.
        name: String,
        /// Name of the scenario.
        scenario: String,
        /// What is wrong.
        source: Box<DataError>,
    },
    /// A controller cannot be found, loaded or configured.
    #[error("controller `{spec}`")]
    Controller {
        /// The controller as it was asked for.
        spec: String,
        /// What is wrong.
        source: Box<DiscoverError>,
    },
    /// A controller is not written as it must be.
    #[error(transparent)]
    Reference(ReferenceError),
}
