//! What several subcommands share: the plugin path, running and analysing a study, and how errors become exit codes.

use super::Global;
use super::analysis::{AnalysisArgs, analyze_into};
use super::error::{CliError, ExitClass};
use super::progress::Progress;
use crate::executor::{Executor, RunError};
use crate::plugin::isolation::{Limits, WorkerCommand};
use crate::plugin::probe::Probe;
use crate::plugin::{LoadError, SearchPath};
use crate::session::block::{InThread, Runner};
use crate::session::oracle_cache::OracleCache;
use crate::session::resimulated;
use crate::session::sensitivity::{self, Grid};
use crate::session::worker::Isolated;
use crate::session::{self, MaterialError, Monitor, Place, Prepared, Recorded, SequentialError, comparators, costs};
use crate::store::table::TableError;
use crate::store::{Reader, Shard, StoreError};
use crate::study::{Study, StudyError};
use crate::system;
use clap::ValueEnum;
use oha_analysis::Verdict;
use oha_analysis::input::AnalysisOptions;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What of a study a run is about, and what it need not compute.
#[derive(Clone, Copy, Default)]
pub(super) struct Share<'a> {
    /// The shard; `None` runs all.
    pub(super) shard: Option<Shard>,
    /// A file of comparators.
    pub(super) oracles: Option<&'a Path>,
    /// A file of measured costs, by which the study is shared out.
    pub(super) costs: Option<&'a Path>,
}

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
    fn limits(&self) -> Limits {
        let (address_space, stall) = (Some(self.memory_limit << 20), Duration::from_secs(self.step_timeout));
        Limits { address_space, stall, ..Limits::default() }
    }
}

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

/// Progress of the stages of a run.
pub(super) struct Stages {
    quiet: bool,
    current: Mutex<Option<Progress>>,
}

impl Stages {
    pub(super) const fn new(quiet: bool) -> Self {
        Self { quiet, current: Mutex::new(None) }
    }

    pub(super) fn finish(&self) {
        if let Some(progress) = self.current.lock().expect("no holder of this lock panics").take() {
            progress.finish();
        }
    }
}

impl Monitor for Stages {
    fn stage(&self, what: &'static str, n: u64) {
        self.finish();
        *self.current.lock().expect("no holder of this lock panics") = Some(Progress::new(what, n, self.quiet));
    }

    fn advance(&self, n: u64) {
        if let Some(progress) = &*self.current.lock().expect("no holder of this lock panics") {
            progress.add(n);
        }
    }

    fn note(&self, text: &str) {
        eprintln!("note: {text}");
    }
}

/// Raised by the first Ctrl-C, which prints what happens now; the second ends the process at once.
pub(super) fn stop_flag(now: &'static str) -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&stop);
    let handler = move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(ExitClass::Interrupted as u8));
        }
        eprintln!("\ninterrupted: {now}");
    };
    // What `nohup` shields from a hang-up stays shielded.
    let is_shielded = system::is_hangup_ignored();
    // A handler that is there already (in tests of the library) stays.
    let _ = ctrlc::set_handler(handler);
    if is_shielded {
        system::ignore_hangup();
    }
    stop
}

/// What [`stop_flag`] says while episodes run.
pub(super) const FINISHING: &str = "finishing the episodes under way (again to stop at once)";

/// Whether the shards of a study are known before it runs.
pub(super) fn check_shardable(study: &Study) -> Result<(), CliError> {
    check_controllers(study)?;
    if study.file.analysis.sequential.is_none() {
        return Ok(());
    }
    let error = format!("study `{}` adds seeds until its comparisons are decided: its shards are not known beforehand", study.file.name);
    Err(CliError::input(error).with_hint(Some("state the number of seeds, or run it on one machine".to_owned())))
}

fn check_controllers(study: &Study) -> Result<(), CliError> {
    if !study.controllers.is_empty() {
        return Ok(());
    }
    let error = format!("study `{}` names no controller", study.file.name);
    Err(CliError::input(error).with_hint(Some("`oha-host list controllers` shows those on the plugin path".to_owned())))
}

/// Computes comparators, runs every episode into the folder, and returns it.
///
/// `command` makes the same study again: threads, folder and isolation are left out of it, as they reach no result.
pub(super) fn run_study(
    study: &Study,
    command: Vec<String>,
    share: Share<'_>,
    options: &RunOptions,
    global: &Global,
) -> Result<PathBuf, CliError> {
    check_controllers(study)?;
    if share.shard.is_some() {
        check_shardable(study)?;
    }
    let dir = options.out.clone().unwrap_or_else(|| match share.shard {
        Some(shard) => default_folder(study).join(format!("shard-{}-of-{}", shard.index, shard.count)),
        None => default_folder(study),
    });
    let stages = Stages::new(global.quiet);
    let executor = executor_of_episodes(global, &options.workers)?;
    let stop = stop_flag(FINISHING);
    let cache = options.oracle_cache.as_deref().map(OracleCache::new);
    let costs = share.costs.map(|path| costs::read(study, path)).transpose()?;
    let prepared = match share.oracles {
        Some(path) => Prepared::with_oracles(study, comparators::read(study, path)?),
        None => Prepared::new(study, &executor, cache.as_ref(), &stages),
    };
    let resume = options.resume || share.shard.is_some();
    let run = |runner: &dyn Runner, isolation: Value| {
        let place = Place { dir: &dir, resume, shard: share.shard, costs, command, isolation, stop: &stop };
        match study.file.analysis.sequential {
            None => Ok(prepared.run(&place, &executor, runner, &stages).map(|_| ())?),
            Some(_) => session::run_until_decided(study, &prepared.oracles, &place, &executor, runner, &stages),
        }
    };
    let result = with_runner(study, &options.workers, &executor, &stages, run)?;
    stages.finish();
    result.map_err(|e| match e {
        SequentialError::Run(e) => run_error(e, &dir),
        SequentialError::Analysis(e) => CliError::input(e),
    })?;
    if let Some(grid) = Grid::new(study).filter(|_| share.shard.is_none()) {
        let rows = with_runner(&grid.study, &options.workers, &executor, &stages, |runner, _| grid.run(&executor, runner, &stages))?;
        stages.finish();
        sensitivity::write(&dir, &rows)?;
    }
    // A shard is no finished study: merging completes it.
    if share.shard.is_none() {
        resimulated::complete(study, &prepared.oracles, &dir, &executor)?;
    }
    Ok(dir)
}

/// Times a few blocks of each scenario and writes what they cost, for `--costs`.
pub(super) fn measure_costs(
    study: &Study,
    oracles: Option<&Path>,
    options: &RunOptions,
    global: &Global,
    path: &Path,
) -> Result<(), CliError> {
    check_controllers(study)?;
    let (stages, executor) = (Stages::new(global.quiet), executor(global)?);
    let cache = options.oracle_cache.as_deref().map(OracleCache::new);
    let prepared = match oracles {
        Some(path) => Prepared::with_oracles(study, comparators::read(study, path)?),
        None => Prepared::new(study, &executor, cache.as_ref(), &stages),
    };
    let measured = with_runner(study, &options.workers, &executor, &stages, |runner, _| costs::measure(&prepared, runner, &stages))?;
    stages.finish();
    Ok(costs::write(study, &measured, path)?)
}

/// Hands `work` something that runs the study's controllers where they are to run, with a description of it for the manifest, and tells what it
/// noticed.
pub(super) fn with_runner<R>(
    study: &Study,
    options: &WorkerOptions,
    executor: &Executor,
    monitor: &dyn Monitor,
    work: impl FnOnce(&dyn Runner, Value) -> R,
) -> Result<R, CliError> {
    match options.isolation {
        Isolation::Thread => {
            for controller in &study.controllers {
                let fail = |e: LoadError| StudyError::Controller { spec: controller.label.clone(), source: Box::new(e.into()) };
                controller.plugin.load_here().map_err(fail)?;
            }
            let runner = InThread { scenarios: &study.scenarios, controllers: &study.controllers, study_seed: study.file.seed };
            Ok(work(&runner, json!({ "mode": "thread" })))
        }
        Isolation::Process => {
            let runner = Isolated::new(worker_command()?, study, executor.n_threads(), options.limits());
            let confinement = runner.confinement();
            let result = work(&runner, json!({ "mode": "process", "confinement": confinement }));
            runner.notices().iter().for_each(|notice| monitor.note(notice));
            Ok(result)
        }
    }
}

pub(super) fn run_error(error: RunError<StoreError>, dir: &Path) -> CliError {
    match error {
        RunError::Interrupted(interrupted) => {
            let hint = format!("what was finished is in `{}`; go on with --resume", dir.display());
            CliError::new(ExitClass::Interrupted, interrupted).with_hint(Some(hint))
        }
        RunError::Sink(error) => error.into(),
    }
}

pub(super) fn default_folder(study: &Study) -> PathBuf {
    let name: String = study.file.name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    Path::new("oha-results").join(format!("{name}-{}", &study.digest_with_libraries()[..12]))
}

/// The arguments of this process as a line for a shell.
pub(super) fn command_line() -> String {
    shell_line(std::env::args())
}

fn shell_line(arguments: impl IntoIterator<Item = String>) -> String {
    let arguments: Vec<String> = arguments.into_iter().collect();
    shlex::try_join(arguments.iter().map(String::as_str)).unwrap_or_else(|_| arguments.join(" "))
}

/// Analyses a finished results folder and writes `analysis/` into `out`.
pub(super) fn analyze_folder(dir: &Path, args: &AnalysisArgs, out: &Path) -> Result<Verdict, CliError> {
    analyze_folder_with(dir, args, out, &|options| args.apply(options))
}

/// As [`analyze_folder`], where `choose` may change the study's own options.
pub(super) fn analyze_folder_with(
    dir: &Path,
    args: &AnalysisArgs,
    out: &Path,
    choose: &dyn Fn(&mut AnalysisOptions),
) -> Result<Verdict, CliError> {
    let reader = Reader::open(dir)?;
    let study = Recorded::read(&reader.manifest).map_err(CliError::input)?;
    let mut options = study.analysis.clone();
    choose(&mut options);
    let material = session::material(&study, options, &reader).map_err(material_error)?;
    let (command, digest) = (shell_line(reader.manifest.command.iter().cloned()), reader.manifest.digest.clone());
    drop((reader, study));
    system::give_memory_back();
    analyze_into(material, args, &command, &digest, out)
}

fn material_error(error: MaterialError) -> CliError {
    match error {
        MaterialError::Store(error) => error.into(),
        MaterialError::Table(error) => CliError::input(error),
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

/// Aligned columns, the last one ragged.
pub(super) fn table(columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = columns.iter().map(|c| c.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut out = String::new();
        for (i, cell) in cells.enumerate() {
            out.push_str(cell);
            if i + 1 < widths.len() {
                out.push_str(&" ".repeat(widths[i] + 2 - cell.chars().count()));
            }
        }
        out.push('\n');
        out
    };
    let mut text = line(&mut columns.iter().copied());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}
