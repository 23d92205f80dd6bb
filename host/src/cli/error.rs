//! Errors as the user sees them: the thing, its causes, a hint, and an exit code by class.

use crate::store::StoreError;
use crate::store::table::TableError;
use crate::study::StudyError;
use std::error::Error;
use std::process::ExitCode;

/// The class of an error: its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitClass {
    /// A check, verification or comparison found a difference.
    Finding = 1,
    /// The command line is wrong (clap's own code).
    Usage = 2,
    /// A study, table or option is not valid.
    Input = 3,
    /// A controller cannot be found, loaded or configured.
    Controller = 4,
    /// Files cannot be read or written, or a folder is in use or damaged.
    Storage = 5,
    /// The cluster refused, or a shard failed as often as it may.
    Cluster = 6,
    /// A defect of this program.
    Internal = 70,
    /// Interrupted by Ctrl-C; what was finished is on disk.
    Interrupted = 130,
}

impl ExitClass {
    /// The table shown by `--help`.
    pub(crate) const HELP: &'static str = "Exit codes: 0 success; 1 a check or verification found a difference; 2 wrong command line; \
3 invalid study, table or option; 4 controller not found, not loadable or misconfigured; 5 files cannot be read or written; \
6 the cluster refused, or a shard failed repeatedly; 70 a defect of this program; 130 interrupted (what was finished is on disk).";

    /// The exit code.
    #[must_use]
    pub fn code(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

/// An error with its class and hint.
#[derive(Debug)]
pub(crate) struct CliError {
    pub(crate) class: ExitClass,
    error: Box<dyn Error + Send + Sync>,
    hint: Option<String>,
}

impl CliError {
    pub(crate) fn new(class: ExitClass, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { class, error: error.into(), hint: None }
    }

    pub(crate) fn input(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ExitClass::Input, error)
    }

    pub(crate) fn storage(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ExitClass::Storage, error)
    }

    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    /// Puts a finding in front, which decides the class; the hint stays.
    pub(crate) fn because(self, first: impl Error) -> Self {
        Self { class: ExitClass::Finding, error: format!("{first}\n  and: {}", self.error).into(), ..self }
    }

    /// Prints `error:`, every cause once, and the hint to stderr.
    pub(crate) fn print(&self) {
        eprintln!("error: {}", self.error);
        let mut last = self.error.to_string();
        let mut cause = self.error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if text != last {
                eprintln!("  cause: {text}");
            }
            last = text;
            cause = error.source();
        }
        if let Some(hint) = &self.hint {
            eprintln!("hint: {hint}");
        }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        let hint = error.hint();
        Self::storage(error).with_hint(hint)
    }
}

impl From<TableError> for CliError {
    fn from(error: TableError) -> Self {
        let hint = error.hint();
        let class = if matches!(error, TableError::Io { .. }) { ExitClass::Storage } else { ExitClass::Input };
        Self::new(class, error).with_hint(hint)
    }
}

impl From<StudyError> for CliError {
    fn from(error: StudyError) -> Self {
        let (class, hint) = match &error {
            StudyError::Read { .. } => (ExitClass::Storage, Some("check the path and its permissions".to_owned())),
            StudyError::Data { .. } => (ExitClass::Input, Some("`oha-host describe study` shows how a scenario names its data".to_owned())),
            StudyError::Controller { source, .. } => (ExitClass::Controller, source.hint()),
            StudyError::Reference(_) => (ExitClass::Controller, None),
            StudyError::Schema { .. } => {
                (ExitClass::Input, Some("use the version that the study was written for, or rewrite it".to_owned()))
            }
            StudyError::Syntax { .. } | StudyError::Value { .. } => {
                (ExitClass::Input, Some("`oha-host list` and `oha-host describe NAME` show what is allowed".to_owned()))
            }
        };
        Self::new(class, error).with_hint(hint)
    }
}
