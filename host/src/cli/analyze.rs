//! `oha-host analyze`.

use super::Global;
use super::analysis::analyze_folder;
use super::analysis::{AnalysisArgs, analyze_into, print_verdict};
use super::error::CliError;
use super::process::command_line;
use crate::session::table::{self, Columns};
use crate::store::table::TableReader;
use oha_analysis::input::{AnalysisOptions, MissingPolicy};
use std::path::PathBuf;

/// Statistics, tables, figures and report of a results folder, or of a table of your own.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A table is CSV or Parquet with the columns controller, scenario, seed and value, one row a run; with a column of steps, one row a step.
The columns scenario, step and status (completed, diverged, faulted, missing) may be absent.

Examples:
  oha-host analyze oha-results/smoke-1a2b3c
  oha-host analyze results.csv --metric accuracy --direction higher --reference adam --rope 1%
  oha-host analyze runs.parquet --controller-column method --scenario-column dataset --metric loss --out paper"
)]
pub(super) struct Args {
    /// A results folder, or a table as CSV or Parquet
    #[arg(value_name = "DIR|TABLE")]
    results: PathBuf,
    /// Folder that receives `analysis/` [default: the results folder; of TABLE.csv, the folder TABLE beside it]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Column of the table that says who was tested
    #[arg(long, value_name = "NAME", default_value = "controller", help_heading = "Table")]
    controller_column: String,
    /// Column that says on what [default: scenario, where there is one]
    #[arg(long, value_name = "NAME", help_heading = "Table")]
    scenario_column: Option<String>,
    /// Column of the seed that pairs runs
    #[arg(long, value_name = "NAME", default_value = "seed", help_heading = "Table")]
    seed_column: String,
    /// Column of the step [default: step, where there is one]
    #[arg(long, value_name = "NAME", help_heading = "Table")]
    step_column: Option<String>,
    /// Column that says how a run ended [default: status, where there is one]
    #[arg(long, value_name = "NAME", help_heading = "Table")]
    status_column: Option<String>,
    #[command(flatten)]
    analysis: AnalysisArgs,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    let (verdict, out) = if args.results.is_dir() {
        let out = args.out.clone().unwrap_or_else(|| args.results.clone());
        (analyze_folder(&args.results, &args.analysis, &out)?, out)
    } else {
        analyze_table(args)?
    };
    print_verdict(&verdict, global.format);
    eprintln!("report: {}", out.join("analysis").join("report.html").display());
    Ok(())
}

fn analyze_table(args: &Args) -> Result<(oha_analysis::Verdict, PathBuf), CliError> {
    let path = &args.results;
    let header = TableReader::open(path)?.header().to_vec();
    let optional =
        |asked: &Option<String>, usual: &str| asked.clone().or_else(|| header.iter().any(|h| h == usual).then(|| usual.to_owned()));
    let value = args.analysis.metric().unwrap_or("value");
    let step = optional(&args.step_column, "step");
    // With steps, `--metric mean_loss` names a metric made of the column `loss`.
    let column = value.split_once('_').filter(|(kind, _)| step.is_some() && ["mean", "final", "min", "max"].contains(kind));
    let column = column.map_or(value, |(_, column)| if header.iter().any(|h| h == value) { value } else { column });
    let columns = Columns {
        controller: args.controller_column.clone(),
        scenario: optional(&args.scenario_column, "scenario"),
        seed: args.seed_column.clone(),
        value: column.to_owned(),
        step,
        status: optional(&args.status_column, "status"),
    };
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut options = AnalysisOptions { study: stem, missing_policy: MissingPolicy::Error, ..AnalysisOptions::default() };
    args.analysis.apply(&mut options);
    let material = table::material(path, columns, options, args.analysis.states_missing())?;
    let out = args.out.clone().unwrap_or_else(|| path.with_extension(""));
    std::fs::create_dir_all(&out).map_err(|e| CliError::storage(format!("cannot make `{}`: {e}", out.display())))?;
    let verdict = analyze_into(material, &args.analysis, &command_line(), "", &out)?;
    Ok((verdict, out))
}
