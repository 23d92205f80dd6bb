//! `oha-host oracle`.

use super::error::CliError;
use super::output::table;
use super::process::{executor, search_path};
use super::progress::Stages;
use super::{Format, Global, output};
use crate::session::oracle_cache::OracleCache;
use crate::session::{Monitor as _, comparators, oracle_files};
use crate::sim::oracle::{OracleSchedule, Oracles, ScoredOn, searches_beside_exact};
use crate::store::StoreError;
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
    /// Folder for `oracle.parquet`, a figure of each schedule over its regime, and `oracles.json`, which `oha-host run --oracles` reads
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Folder in which oracles are kept and looked for
    #[arg(long, value_name = "DIR", default_value = "oha-results/oracle-cache")]
    oracle_cache: PathBuf,
    /// Episodes that one method may spend on a scenario; the study's own setting where absent
    #[arg(long, value_name = "N")]
    budget: Option<u64>,
    /// Most switches of the comparator of the K-switch regret; the study's own setting where absent
    #[arg(long, value_name = "K")]
    switches: Option<u64>,
    /// Where the exact schedule is known, run the searches by simulation as well and show how far above it they end
    #[arg(long)]
    searches: bool,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    let mut file = match (&args.study, &args.suite) {
        (Some(path), _) => StudyFile::read(path)?,
        (None, suite) => StudyFile::of_suite(suite.as_deref().unwrap_or("quick")),
    };
    file.controllers.clear();
    file.oracle.budget = args.budget.unwrap_or(file.oracle.budget);
    file.oracle.switches = args.switches.unwrap_or(file.oracle.switches);
    let study = Study::resolve(file, &search_path(global))?;
    let executor = executor(global)?;
    let (cache, stages) = (OracleCache::new(&args.oracle_cache), Stages::new(global.quiet));
    stages.stage("oracles", study.scenarios.len() as u64);
    let of_scenario = |scenario| {
        let oracles = comparators::compute(&study, scenario, &executor, Some(&cache), &stages);
        stages.advance(1);
        oracles
    };
    let oracles: Vec<Oracles> = study.scenarios.iter().map(of_scenario).collect();
    // Searches beside an exact schedule are shown, and never compared with.
    let mut shown = oracles.clone();
    if args.searches {
        let mapper = |n: usize, work: &(dyn Fn(usize) -> f64 + Sync)| executor.map(n, work);
        for (scenario, oracles) in study.scenarios.iter().zip(&mut shown) {
            oracles.schedules.extend(searches_beside_exact(scenario, study.file.seed, study.file.oracle.settings(), &mapper));
        }
    }
    stages.finish();
    if let Some(dir) = &args.out {
        std::fs::create_dir_all(dir).map_err(|e| StoreError::io("create", dir, e))?;
        oracle_files::write_table(&study, &shown, dir)?;
        comparators::write(&study, oracles.clone(), &dir.join("oracles.json"))?;
        oracle_files::write_figures(&study, &oracles, &dir.join("figures"))?;
        eprintln!("results: {}", dir.display());
    }
    let all: Vec<(String, Oracles)> = study.scenarios.iter().map(|s| s.name.clone()).zip(shown).collect();
    match global.format {
        Format::Json => {
            let value: serde_json::Map<String, serde_json::Value> = all.into_iter().map(|(name, o)| (name, json!(o))).collect();
            output::json(&value);
        }
        Format::Table => {
            let rows: Vec<Vec<String>> = all.iter().flat_map(|(name, o)| o.schedules.iter().map(|s| row(name, s))).collect();
            output::data(&table(
                &[
                    "scenario",
                    "kind",
                    "status",
                    "cumulative loss",
                    "lower bound",
                    "above exact",
                    "scored on",
                    "evaluations",
                    "restarts",
                    "method",
                ],
                &rows,
            ));
        }
    }
    Ok(())
}

fn row(scenario: &str, s: &OracleSchedule) -> Vec<String> {
    let lower = s.lower.map_or_else(|| "-".to_owned(), |x| format!("{x:.6}"));
    vec![
        scenario.to_owned(),
        s.kind.name().to_owned(),
        oracle_files::status_word(s.status).to_owned(),
        format!("{:.6}", s.upper),
        lower,
        s.above_exact.map_or_else(|| "-".to_owned(), |share| format!("{:.2} %", 100.0 * share)),
        match s.scored_on {
            ScoredOn::Expectation => "expectation".to_owned(),
            ScoredOn::TuningSeeds(n) => format!("{n} seeds"),
            ScoredOn::EvaluationSeed => "its seed".to_owned(),
        },
        s.n_evaluations.to_string(),
        s.n_restarts.to_string(),
        s.method.clone(),
    ]
}
