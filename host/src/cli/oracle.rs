//! `oha-host oracle`.

use super::common::{executor, search_path, table};
use super::error::CliError;
use super::{Format, Global, output};
use crate::session::comparators;
use crate::sim::oracle::OracleSchedule;
use crate::study::{Study, StudyFile};
use serde_json::json;
use std::path::PathBuf;

/// Compute the oracle schedules of a study.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The study file
    #[arg(value_name = "STUDY.toml", required_unless_present = "suite")]
    study: Option<PathBuf>,
    /// A suite, in place of a study file
    #[arg(long, conflicts_with = "study")]
    suite: Option<String>,
    /// Write them to a file that `oha-host run --oracles` reads
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    let mut file = match (&args.study, &args.suite) {
        (Some(path), _) => StudyFile::read(path)?,
        (None, suite) => StudyFile::of_suite(suite.as_deref().unwrap_or("quick")),
    };
    file.controllers.clear();
    let study = Study::resolve(file, &search_path(global))?;
    let executor = executor(global)?;
    let mut all = Vec::new();
    for scenario in &study.scenarios {
        let oracles = comparators::compute(&study, scenario, &executor);
        all.push((scenario.name.clone(), oracles));
    }
    if let Some(path) = &args.out {
        comparators::write(&study, all.iter().map(|(_, oracles)| oracles.clone()).collect(), path)?;
    }
    match global.format {
        Format::Json => {
            let value: serde_json::Map<String, serde_json::Value> = all.into_iter().map(|(name, o)| (name, json!(o))).collect();
            output::json(&value);
        }
        Format::Table => {
            let rows: Vec<Vec<String>> = all.iter().flat_map(|(name, o)| o.schedules.iter().map(|s| row(name, s))).collect();
            output::data(&table(&["scenario", "kind", "status", "cumulative loss", "lower bound", "evaluations", "method"], &rows));
        }
    }
    Ok(())
}

fn row(scenario: &str, s: &OracleSchedule) -> Vec<String> {
    let lower = s.lower.map_or_else(|| "-".to_owned(), |x| format!("{x:.6}"));
    let status = serde_json::to_value(s.status).expect("a plain word");
    vec![
        scenario.to_owned(),
        s.kind.name().to_owned(),
        status.as_str().unwrap_or_default().replace('_', " "),
        format!("{:.6}", s.upper),
        lower,
        s.n_evaluations.to_string(),
        s.method.clone(),
    ]
}
