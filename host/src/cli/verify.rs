//! `oha-host verify`.

use super::Global;
use super::analysis::AnalysisArgs;
use super::analysis::analyze_folder_with;
use super::error::{CliError, ExitClass};
use super::execute::{run_error, with_runner};
use super::interrupt::{FINISHING, stop_flag};
use super::options::WorkerOptions;
use super::process::{executor_of_episodes, search_path};
use super::progress::Stages;
use crate::executor::RunError;
use crate::session::verify::{self, Difference, VerifyError};
use crate::session::{Monitor as _, Prepared};
use crate::store::{Reader, StoreError};
use oha_analysis::input::AnalysisOptions;
use std::path::{Path, PathBuf};

/// Run episodes of a results folder again and compare every stored value, bit by bit.
#[derive(Debug, clap::Args)]
#[command(after_help = "Files are compared with SHA256SUMS, controller libraries and data sets with the digests of the manifest. \
Exit code 0: nothing differs; 1: something does, named with its first step.")]
pub(super) struct Args {
    /// A results folder
    #[arg(value_name = "DIR")]
    results: PathBuf,
    /// Number of blocks (every controller of one scenario and seed) to run again, spread over the study
    #[arg(long, value_name = "N", default_value_t = 20, conflicts_with = "all")]
    sample: usize,
    /// Run every block again, compute the comparators again, and repeat the analysis
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    workers: WorkerOptions,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    let reader = Reader::open(&args.results)?;
    let stages = Stages::new(global.quiet);
    let damaged = verify::files(&reader)?;
    let result = check(args, global, &reader, &stages);
    stages.finish();
    match (result, damaged) {
        (Err(error), Some(file)) if error.class == ExitClass::Finding || error.class == ExitClass::Storage => Err(error.because(file)),
        (Err(error), _) => Err(error),
        (Ok(_), Some(file)) => Err(found(file)),
        (Ok(n), None) => {
            eprintln!("verified: every file has the bytes that were written; {n} episodes run again gave the same bits");
            Ok(())
        }
    }
}

/// Runs episodes again, and with `--all` the rest; returns the number of episodes.
fn check(args: &Args, global: &Global, reader: &Reader, stages: &Stages) -> Result<u64, CliError> {
    let manifest = &reader.manifest;
    if manifest.version != env!("CARGO_PKG_VERSION") {
        stages.note(&format!("made by version {}; this is version {}", manifest.version, env!("CARGO_PKG_VERSION")));
    }
    let study = verify::rebuild(manifest, &search_path(global)).map_err(verify_error)?;
    let oracles = verify::oracles(manifest, &study).map_err(found)?;
    let executor = executor_of_episodes(global, &args.workers)?;
    let prepared = Prepared::with_oracles(&study, oracles);
    let (stop, sample) = (stop_flag(FINISHING), (!args.all).then_some(args.sample));
    let checked = with_runner(&study, &args.workers, &executor, stages, |runner, _| {
        verify::episodes(&prepared, reader, sample, &executor, runner, stages, &stop)
    })?;
    let n = checked.map_err(|e| match e {
        RunError::Sink(error) => verify_error(error),
        RunError::Interrupted(i) => run_error(RunError::Interrupted(i), &args.results).with_hint(Some("nothing was changed".to_owned())),
    })?;
    if args.all {
        let again = Prepared::new(&study, &executor, None, stages);
        verify::compare_oracles(&study, &prepared.oracles, &again.oracles).map_err(found)?;
        check_analysis(&args.results, stages)?;
    }
    Ok(n)
}

/// Repeats the analysis with the options that it was made with, which its summary names, and compares every file that stands in the folder.
fn check_analysis(dir: &Path, stages: &Stages) -> Result<(), CliError> {
    let stored = dir.join("analysis");
    if !stored.is_dir() {
        stages.note("the folder holds no analysis to repeat");
        return Ok(());
    }
    let read = |path: &Path| std::fs::read(path).map_err(|e| CliError::from(StoreError::io("read", path, e)));
    let differs = |name: &Path| found(Difference::File { name: format!("analysis/{}", name.display()), more: 0 });
    let summary = Path::new("summary.json");
    let recorded: Recorded = serde_json::from_slice(&read(&stored.join(summary))?).map_err(|_| differs(summary))?;
    let scratch = tempfile::tempdir().map_err(|e| StoreError::io("make", Path::new("a temporary folder"), e))?;
    let args = AnalysisArgs::drawn_as(&stored);
    analyze_folder_with(dir, &args, scratch.path(), &|options| options.clone_from(&recorded.options))?;
    let again = scratch.path().join("analysis");
    let mut names = files_below(&again)?;
    // What the other files are made from comes first.
    names.sort_by_key(|name| name != summary);
    for name in names {
        // Which formats were asked for shows in what is there.
        if stored.join(&name).exists() && read(&stored.join(&name))? != read(&again.join(&name))? {
            return Err(differs(&name).with_hint(Some("`oha-host analyze` makes it again".to_owned())));
        }
    }
    Ok(())
}

/// What of a summary says how it was made.
#[derive(serde::Deserialize)]
struct Recorded {
    options: AnalysisOptions,
}

/// Every file below a folder, by relative path, in order.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let (mut folders, mut names) = (vec![folder.to_owned()], Vec::new());
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).map_err(|e| StoreError::io("read", &next, e))?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(name) = path.strip_prefix(folder) {
                names.push(name.to_owned());
            }
        }
    }
    names.sort();
    Ok(names)
}

fn found(difference: Difference) -> CliError {
    let hint = match &difference {
        Difference::Library { .. } => "put the library of that digest on the plugin path (--plugin-dir)",
        Difference::OwnData { .. } => "restore the file as it was when the study was run",
        Difference::Data { .. } => "use the version of oha-host that the results were made with",
        _ => {
            "the folder was altered or damaged, or the version or machine is another one; `oha-host run --resume` runs damaged parts again"
        }
    };
    CliError::new(ExitClass::Finding, difference).with_hint(Some(hint.to_owned()))
}

fn verify_error(error: VerifyError) -> CliError {
    match error {
        VerifyError::Difference(difference) => found(difference),
        VerifyError::Store(error @ StoreError::Damaged { .. }) => CliError::new(ExitClass::Finding, error),
        VerifyError::Store(error) => error.into(),
        VerifyError::Study(error) => error.into(),
    }
}
