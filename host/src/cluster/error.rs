//! Why a submission ends early.

use super::EngineError;
use crate::store::StoreError;
use std::path::PathBuf;

/// Why a study did not come back from the cluster.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The batch system refused or did not answer.
    #[error("the cluster cannot be used")]
    Engine(#[from] EngineError),
    /// Files cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder holds another submission.
    #[error("`{}` holds a submission with {found}, not {wanted}", path.display())]
    OtherTerms {
        /// The folder.
        path: PathBuf,
        /// What it was made with.
        found: String,
        /// What is asked for.
        wanted: String,
    },
    /// Elements failed as often as they may.
    #[error("{} of {} {what} failed {} times, the first is {first}{}", n_failed, n_total, n_attempts, tail(log.as_ref()))]
    Failed {
        /// `shards`, or `jobs`.
        what: &'static str,
        /// How many.
        n_failed: usize,
        /// Of how many.
        n_total: u64,
        /// How often each was tried.
        n_attempts: u64,
        /// Number of the first.
        first: u64,
        /// Its last log, and the end of it.
        log: Option<(PathBuf, String)>,
    },
    /// It was asked to stop.
    #[error("interrupted: {n_done} of {n_total} {what} are done; jobs that are queued go on")]
    Interrupted {
        /// `shards`, or `jobs`.
        what: &'static str,
        /// How many are done.
        n_done: u64,
        /// Of how many.
        n_total: u64,
        /// The command that ends the jobs.
        cancel: String,
    },
}

/// The end of a log, indented.
fn tail(log: Option<&(PathBuf, String)>) -> String {
    match log {
        None => "; it left no log".to_owned(),
        Some((path, text)) => {
            let lines: String = text.lines().map(|line| format!("\n    {line}")).collect();
            format!("; the end of its log `{}`:{lines}", path.display())
        }
    }
}

impl SubmitError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let again = "the same command goes on with what is missing";
        match self {
            Self::Engine(EngineError::NoProgram { .. }) => {
                Some("submit from a login node of the cluster; `--dry-run` shows the scripts anywhere".to_owned())
            }
            Self::Engine(EngineError::Refused { .. }) => {
                Some(format!("change the options (--partition, --account, --time, --memory, --slurm-arg); {again}"))
            }
            Self::Engine(EngineError::NoArrays { .. }) => Some("run the shards by hand: `oha-host run STUDY.toml --shard I/N`".to_owned()),
            Self::Engine(_) => Some(format!("jobs that are queued go on; {again}")),
            Self::Store(error) => error.hint(),
            Self::OtherTerms { .. } => Some("repeat it as it was, or choose another folder with --out".to_owned()),
            Self::Failed { .. } => Some(format!("when the cause is gone, {again}")),
            Self::Interrupted { cancel, .. } => Some(format!("{again}, from any login node; `{cancel}` ends the jobs")),
        }
    }
}
