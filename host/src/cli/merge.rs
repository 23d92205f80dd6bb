//! `oha-host merge`.

use super::Global;
use super::error::CliError;
use super::process::executor;
use super::progress::Progress;
use crate::session::{resimulated, verify};
use crate::store::{Reader, Shards};
use std::path::{Path, PathBuf};

/// Join the shards of a study: the same bytes as one machine would have written.
///
/// `oracle.parquet` is laid out anew from the manifest, which needs the scenarios' data; where these are a user's own and not at hand, it is left out.
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
    if let Err(error) = complete(&args.out, global) {
        eprintln!("note: oracle.parquet is not written:");
        error.print();
    }
    eprintln!("results: {}", args.out.display());
    Ok(())
}

/// Completes the folder with its oracles, as `oha-host run` does.
fn complete(dir: &Path, global: &Global) -> Result<(), CliError> {
    let reader = Reader::open(dir)?;
    let study = verify::scenarios(&reader.manifest).map_err(CliError::input)?;
    let oracles = verify::oracles(&reader.manifest, &study).map_err(CliError::input)?;
    Ok(resimulated::complete(&study, &oracles, dir, &executor(global)?)?)
}
