//! `oha-host claims`.

use super::error::{CliError, ExitClass};
use super::output::table;
use super::process::{executor, search_path};
use super::{Format, Global, output};
use crate::claims::{self, Bench, Check, Claim, Relation};
use crate::sim::spec::lookup;
use serde_json::json;
use std::time::Instant;

/// Check published claims of the field; those that play controllers load them from the plugin path.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of claims; all where absent
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Only those that take a few seconds at most
    #[arg(long)]
    quick: bool,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    for name in &args.names {
        lookup("claim", name, claims::registry().iter().map(|c| (c.name, ()))).map_err(CliError::input)?;
    }
    let asked = |c: &&Claim| (args.names.is_empty() || args.names.iter().any(|n| n == c.name)) && (c.quick || !args.quick);
    let (search, executor) = (search_path(global), executor(global)?);
    let mapper = |n: usize, work: &(dyn Fn(usize) -> f64 + Sync)| executor.map(n, work);
    let bench = Bench::new(&search, &mapper);
    let (mut rows, mut values, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for claim in claims::registry().iter().filter(asked) {
        let (checks, seconds) = timed(claim, &bench)?;
        let passed = checks.iter().all(Check::holds);
        if !passed {
            failed.push(claim.name);
            let why = claim.deviation.unwrap_or("no reason is known");
            eprintln!("note: {} does not hold: {why}", claim.name);
        }
        rows.extend(checks.iter().map(|check| row(claim, check, seconds)));
        values.push(json!({ "name": claim.name, "statement": claim.statement, "source": claim.source, "instance": claim.instance,
            "passed": passed, "deviation": claim.deviation, "seconds": seconds, "checks": checks }));
    }
    match global.format {
        Format::Json => output::json(&values),
        Format::Table => {
            let columns = ["claim", "measured", "interval", "threshold", "verdict", "time", "what", "source"];
            output::data(&table(&columns, &rows));
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(CliError::new(ExitClass::Finding, format!("{} of {} claims do not hold: {}", failed.len(), values.len(), failed.join(", "))))
}

/// The checks of a claim and the seconds they took.
#[expect(clippy::disallowed_methods, reason = "the time is shown and reaches no result")]
fn timed(claim: &Claim, bench: &Bench<'_>) -> Result<(Vec<Check>, f64), CliError> {
    let start = Instant::now();
    let checks = (claim.check)(bench)?;
    Ok((checks, start.elapsed().as_secs_f64()))
}

fn row(claim: &Claim, check: &Check, seconds: f64) -> Vec<String> {
    let sign = if check.relation == Relation::AtMost { "<=" } else { ">=" };
    vec![
        claim.name.to_owned(),
        format!("{:.4}", check.measured),
        check.interval.map_or_else(|| "exact".to_owned(), |(low, high)| format!("[{low:.4}, {high:.4}]")),
        format!("{sign} {}", check.threshold),
        if check.holds() { "holds" } else { "FAILS" }.to_owned(),
        format!("{seconds:.2} s"),
        check.what.clone(),
        claim.source.to_owned(),
    ]
}
