//! `oha-host merge`.

use super::Global;
use super::error::CliError;
use super::progress::Progress;
use crate::store::Shards;
use std::path::PathBuf;

/// Join the shards of a study: the same bytes as one machine would have written.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder of every shard
    #[arg(value_name = "DIR", required = true)]
    shards: Vec<PathBuf>,
    /// Results folder; an unfinished merge is gone on with, anything else refused
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    let shards = Shards::open(&args.shards)?;
    let progress = Progress::new("parts", shards.n_parts() as u64, global.quiet);
    let merged = shards.merge(&args.out, &mut || progress.add(1));
    progress.finish();
    merged?;
    eprintln!("results: {}", args.out.display());
    Ok(())
}
