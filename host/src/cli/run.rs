//! `oha-host run`.

use super::Global;
use super::error::CliError;
use super::execute::{Share, measure_costs, run_study};
use super::options::RunOptions;
use super::process::search_path;
use crate::store::Shard;
use crate::study::{Study, StudyFile};
use std::path::PathBuf;

/// Run a study and store its episodes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The study file
    #[arg(value_name = "STUDY.toml")]
    study: PathBuf,
    /// Run only share I of N, balanced by estimated cost, into a folder of its own; goes on with what is there. `oha-host merge` joins the shares
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Comparators written by `oha-host oracle --out`, so that shards need not compute them again
    #[arg(long, value_name = "FILE")]
    oracles: Option<PathBuf>,
    /// With --shard: share out by the costs in FILE, which every shard must be given, in place of an estimate in floating-point operations
    #[arg(long, value_name = "FILE", requires = "shard")]
    costs: Option<PathBuf>,
    /// Run nothing but a few episodes of each scenario, and write to FILE what they cost on this machine, for --costs
    #[arg(long, value_name = "FILE", conflicts_with_all = ["shard", "out", "resume"])]
    measure_costs: Option<PathBuf>,
    #[command(flatten)]
    run: RunOptions,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    let study = Study::resolve(StudyFile::read(&args.study)?, &search_path(global))?;
    if let Some(path) = &args.measure_costs {
        measure_costs(&study, args.oracles.as_deref(), &args.run, global, path)?;
        eprintln!("costs: {}", path.display());
        return Ok(());
    }
    // The name alone: shards of one study have one manifest, whichever folder each machine keeps the study in.
    let name = args.study.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let command = vec!["oha-host".to_owned(), "run".to_owned(), name];
    let share = Share { shard: args.shard, oracles: args.oracles.as_deref(), costs: args.costs.as_deref() };
    let dir = run_study(&study, command, share, &args.run, global)?;
    eprintln!("results: {}", dir.display());
    Ok(())
}
