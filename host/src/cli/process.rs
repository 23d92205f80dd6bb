//! This process: its plugin path, threads and arguments, and how it starts itself as a worker.

use super::Global;
use super::error::{CliError, ExitClass};
use super::options::{Isolation, WorkerOptions};
use crate::executor::Executor;
use crate::plugin::SearchPath;
use crate::plugin::isolation::WorkerCommand;
use crate::plugin::probe::Probe;
use crate::session::worker::Isolated;
use std::path::PathBuf;
use std::sync::Arc;

/// OHA_PLUGIN_PATH: the one place that reads it.
#[expect(clippy::disallowed_methods, reason = "discovery of plugins is configured by the environment; no result depends on it")]
fn plugin_path() -> Option<std::ffi::OsString> {
    std::env::var_os("OHA_PLUGIN_PATH")
}

/// The plugin path of this invocation.
pub(super) fn search_path(global: &Global) -> SearchPath {
    let search = SearchPath::new(&global.plugin_dir, plugin_path().as_deref(), std::env::current_exe().ok().as_deref());
    match worker_command() {
        Ok(command) => search.with_probe(Arc::new(Probe::new(command))),
        Err(_) => search,
    }
}

/// The folders that this invocation adds to the plugin path, for jobs that start without its environment.
pub(super) fn plugin_folders(global: &Global) -> Vec<PathBuf> {
    SearchPath::new(&global.plugin_dir, plugin_path().as_deref(), None).folders().to_vec()
}

/// How this program starts itself as a worker.
pub(super) fn worker_command() -> Result<WorkerCommand, CliError> {
    let program = std::env::current_exe().map_err(|e| CliError::new(ExitClass::Internal, e))?;
    Ok(WorkerCommand { program, arguments: vec![super::WORKER.into()] })
}

/// The threads of this invocation.
pub(super) fn executor(global: &Global) -> Result<Executor, CliError> {
    Executor::new(global.jobs).map_err(|e| CliError::new(ExitClass::Internal, e))
}

/// As [`executor`], for episodes of controllers: more threads where these only wait for workers, unless a number was asked for.
pub(super) fn executor_of_episodes(global: &Global, options: &WorkerOptions) -> Result<Executor, CliError> {
    let plain = executor(global)?;
    match options.isolation {
        Isolation::Process if global.jobs == 0 => {
            Executor::new(Isolated::n_threads(plain.n_threads())).map_err(|e| CliError::new(ExitClass::Internal, e))
        }
        _ => Ok(plain),
    }
}

/// The arguments of this process as a line for a shell.
pub(super) fn command_line() -> String {
    shell_line(std::env::args())
}

/// Arguments as a line for a shell.
pub(super) fn shell_line(arguments: impl IntoIterator<Item = String>) -> String {
    let arguments: Vec<String> = arguments.into_iter().collect();
    shlex::try_join(arguments.iter().map(String::as_str)).unwrap_or_else(|_| arguments.join(" "))
}
