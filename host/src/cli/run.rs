//! `oha-host run`.

use super::Global;
use super::common::{RunOptions, run_study, search_path};
use super::error::CliError;
use crate::study::{Study, StudyFile};
use std::path::PathBuf;

/// Run a study and store its episodes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The study file
    #[arg(value_name = "STUDY.toml")]
    study: PathBuf,
    #[command(flatten)]
    run: RunOptions,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    let study = Study::resolve(StudyFile::read(&args.study)?, &search_path(global))?;
    let command = vec!["oha-host".to_owned(), "run".to_owned(), args.study.display().to_string()];
    let dir = run_study(&study, command, &args.run, global)?;
    eprintln!("results: {}", dir.display());
    Ok(())
}
