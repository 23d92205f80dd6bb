//! Running a study into its folder.

use super::Global;
use super::error::{CliError, ExitClass};
use super::interrupt::{FINISHING, stop_flag};
use super::options::{Isolation, RunOptions, WorkerOptions};
use super::process::{executor, executor_of_episodes, worker_command};
use super::progress::Stages;
use crate::executor::{Executor, RunError};
use crate::plugin::LoadError;
use crate::session::block::{InThread, Runner};
use crate::session::oracle_cache::OracleCache;
use crate::session::resimulated;
use crate::session::sensitivity::{self, Grid};
use crate::session::worker::Isolated;
use crate::session::{self, Monitor, Place, Prepared, SequentialError, comparators, costs};
use crate::store::{Shard, StoreError};
use crate::study::{Study, StudyError};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

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
