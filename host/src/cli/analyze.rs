//! `oha-host analyze`.

use super::Global;
use super::common::{analyze_folder, print_verdict, search_path};
use super::error::CliError;
use crate::sim::oracle::Oracles;
use crate::store::Manifest;
use crate::study::{Study, StudyFile};
use std::path::PathBuf;

/// Statistics, tables, figures and report of a results folder.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A results folder
    #[arg(value_name = "DIR")]
    results: PathBuf,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    let manifest = Manifest::read(&args.results)?;
    let damaged = |what: &str, e: serde_json::Error| CliError::input(format!("the manifest's {what} is not understood: {e}"));
    let file: StudyFile = serde_json::from_value(manifest.file.clone()).map_err(|e| damaged("study", e))?;
    let study = Study::resolve(file, &search_path(global))?;
    let found = |name: &str| manifest.oracles.get(name).filter(|v| !v.is_null()).map(|v| serde_json::from_value::<Oracles>(v.clone()));
    let oracles: Vec<Oracles> =
        study.scenarios.iter().filter_map(|s| found(&s.name)).collect::<Result<_, _>>().map_err(|e| damaged("oracles", e))?;
    let verdict = analyze_folder(&study, &oracles, &args.results)?;
    print_verdict(&verdict, global.format);
    eprintln!("report: {}", args.results.join("analysis").join("report.html").display());
    Ok(())
}
