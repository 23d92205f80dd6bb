//! `--until-decided`: seeds are added in blocks until every comparison of the main family is decided or the budget ends.
//!
//! Each look is a pure function of the episodes so far, and the parts of a growing study are cut at its blocks, so threads, kills and resumes reach no byte. The
//! manifest names the seeds so far, and in the end those that were run.

use super::analysis::{ReferenceSums, episode_rows, scenario_info};
use super::{Monitor, Place, Prepared, Recorded};
use crate::executor::{Executor, RunError};
use crate::session::block::Runner;
use crate::sim::oracle::Oracles;
use crate::store::{StoreError, Writer};
use crate::study::Study;
use oha_analysis::AnalysisError;
use oha_analysis::input::ResultTable;

/// Why a growing study stopped short.
#[derive(Debug, thiserror::Error)]
pub enum SequentialError {
    /// It was interrupted, or the disk refused.
    #[error(transparent)]
    Run(#[from] RunError<StoreError>),
    /// The episodes so far cannot be compared.
    #[error("the looks at the data")]
    Analysis(#[from] AnalysisError),
}

/// Runs a study whose analysis has a sequential design, look after look.
///
/// # Errors
/// As [`Prepared::run`]; episodes that cannot be compared (for example a metric that faulted episodes lack).
///
/// # Panics
/// When the study has no sequential design.
pub fn run_until_decided(
    study: &Study,
    oracles: &[Oracles],
    place: &Place<'_>,
    executor: &Executor,
    runner: &dyn Runner,
    monitor: &dyn Monitor,
) -> Result<(), SequentialError> {
    let design = study.file.analysis.sequential.expect("a growing study has a design");
    let (mut n_seeds, mut is_first) = (design.first, true);
    loop {
        let grown = study.with_seeds(n_seeds);
        let prepared = Prepared::with_oracles(&grown, oracles.to_vec());
        let writer = prepared.open(place, place.resume || !is_first, monitor)?;
        let manifest = prepared.manifest_at(place);
        writer.renew_manifest(&manifest).map_err(RunError::Sink)?;
        if is_first {
            prepared.write_oracles(place.dir).map_err(RunError::Sink)?;
        }
        prepared.fill(&writer, place, executor, runner, monitor)?;
        let recorded = Recorded::read(&manifest).expect("a manifest that was just made is understood");
        let table = table(&recorded, &writer)?;
        let look = executor.install(|| oha_analysis::look(&table, &recorded.analysis))?;
        monitor.note(&format!("{n_seeds} seeds: {} of {} comparisons decided", look.n_decided, look.n_comparisons));
        match design.next(n_seeds).filter(|_| !look.is_decided()) {
            Some(next) => (n_seeds, is_first) = (next, false),
            None => return Ok(writer.finish().map_err(RunError::Sink)?),
        }
    }
}

/// The episodes of a folder that is not finished, as the analysis takes them.
fn table(study: &Recorded, writer: &Writer) -> Result<ResultTable, SequentialError> {
    let (mut rows, mut sums) = (Vec::new(), ReferenceSums::new());
    let primary = &study.analysis.primary_metric;
    writer.episodes(&mut |path, frame| episode_rows(path, &frame, primary, &mut rows, &mut sums)).map_err(RunError::Sink)?;
    let scenarios = (0..study.scenarios.len()).map(|i| scenario_info(study, i, primary, &sums)).collect();
    Ok(ResultTable::new(study.controllers.clone(), scenarios, rows)?)
}
