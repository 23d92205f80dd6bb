//! From a table to a verdict: one file for each part of the verdict.

mod adaptation;
mod aggregates;
mod audit;
mod cells;
mod compare;
mod context;
mod curves;
mod normalise;
mod notes;
mod policies;
mod pool;
mod power;
mod profiles;
mod ranks;
mod sensitivity;
mod sequential;
mod targets;
mod values;
mod words;

use crate::error::AnalysisError;
use crate::input::{AnalysisOptions, ResultTable, Supplement};
use crate::verdict::{VERDICT_FORMAT, Verdict};
use context::Context;

pub use sequential::{Look, look};

/// Analyses a study: every number that its report shows.
///
/// The same table, supplement and options give the same verdict, on any number of threads.
///
/// # Errors
/// An option out of range; a metric, controller or scenario that the table does not have; an episode without value where the policy asks for
/// one; a normalisation that the data do not allow; curves or recoveries that are malformed. Each names what it found.
pub fn analyze(table: &ResultTable, supplement: &Supplement, options: &AnalysisOptions) -> Result<Verdict, AnalysisError> {
    let context = Context::new(table, options)?;
    let cells = cells::primary(&context)?;
    let comparisons = compare::all(&context)?;
    let pooled = pool::all(&context)?;
    let ranking = ranks::ranking(&context)?;
    let power = power::lines(&context, &comparisons, &pooled);
    let audit = audit::audit(&context)?;
    let policies = policies::outcomes(&context);
    let recovery = adaptation::recovery(&context, &supplement.recoveries)?;
    let divergence = adaptation::divergence(&context)?;
    let mut verdict = Verdict {
        format: VERDICT_FORMAT,
        study: options.study.clone(),
        options: options.clone(),
        controllers: table.controllers().to_vec(),
        scenarios: table.scenarios().to_vec(),
        n_episodes: table.n_rows(),
        cells,
        secondary: cells::secondary(&context)?,
        comparisons,
        normalisation: context.normalised.info.clone(),
        aggregates: aggregates::all(&context)?,
        pooled,
        ranking,
        recovery,
        divergence,
        profiles: profiles::all(&context)?,
        target_ecdf: targets::ecdf(&context, &supplement.curves)?,
        running_times: targets::running_times(&context, &supplement.curves)?,
        curves: curves::bands(&context, &supplement.curves)?,
        sensitivity: sensitivity::all(&context, &supplement.sensitivities)?,
        policies,
        power,
        sequential: sequential::summary(&context)?,
        audit,
        notes: Vec::new(),
    };
    verdict.notes = notes::all(&context, &verdict);
    Ok(verdict)
}
