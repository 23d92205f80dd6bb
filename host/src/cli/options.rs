//! Options of the commands that run controllers.

use crate::plugin::isolation::Limits;
use clap::ValueEnum;
use std::path::PathBuf;
use std::time::Duration;

/// Where controllers run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Isolation {
    /// In worker processes: a crash, hang or runaway allocation costs one episode.
    Process,
    /// In this process: for debugging and profiling; the same bytes.
    Thread,
}

/// Options of the commands that run a study.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct RunOptions {
    /// Results folder; an existing one is resumed or refused, never overwritten [default: oha-results/<study>-<digest>]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Go on with an unfinished folder
    #[arg(long)]
    pub(super) resume: bool,
    #[command(flatten)]
    pub(super) workers: WorkerOptions,
    /// Folder in which oracles are looked for and kept; `oha-host oracle` fills it [default: none]
    #[arg(long, value_name = "DIR")]
    pub(super) oracle_cache: Option<PathBuf>,
}

/// Options of the commands that run controllers. None of them reaches the result of a controller without faults.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct WorkerOptions {
    /// Where controllers run
    #[arg(long, value_enum, default_value_t = Isolation::Process)]
    pub(super) isolation: Isolation,
    /// Seconds without a step after which a worker is killed; its episode ends as faulted
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(super) step_timeout: u64,
    /// Address space of a worker in MiB; an episode that needs more ends as faulted
    #[arg(long, value_name = "MIB", default_value_t = 4096, value_parser = clap::value_parser!(u64).range(64..=1 << 30))]
    pub(super) memory_limit: u64,
}

impl WorkerOptions {
    /// What a worker may use.
    pub(super) fn limits(&self) -> Limits {
        let (address_space, stall) = (Some(self.memory_limit << 20), Duration::from_secs(self.step_timeout));
        Limits { address_space, stall, ..Limits::default() }
    }
}
