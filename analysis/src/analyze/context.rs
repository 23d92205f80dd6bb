//! What every part of the verdict works on: the checked table, the values after the missing policy, and their normalised costs.

use super::normalise::{self, Normalised};
use super::values::{self, Values};
use crate::error::{AnalysisError, StatError};
use crate::input::{AnalysisOptions, Direction, ResultTable};
use crate::resample::Resampler;
use crate::sample::{Pairs, Sample};

pub(super) struct Context<'a> {
    pub(super) table: &'a ResultTable,
    pub(super) options: &'a AnalysisOptions,
    pub(super) resampler: Resampler,
    pub(super) values: Values<'a>,
    pub(super) normalised: Normalised,
}

impl<'a> Context<'a> {
    pub(super) fn new(table: &'a ResultTable, options: &'a AnalysisOptions) -> Result<Self, AnalysisError> {
        options.check()?;
        check_names(table, options)?;
        super::sequential::check(table, options)?;
        let resampler = Resampler::new(options.n_resamples, options.seed).map_err(|source| stat("resampling", source))?;
        let values = values::primary(table, options, options.missing_policy)?;
        let normalised = normalise::normalise(table, options, &values)?;
        Ok(Self { table, options, resampler, values, normalised })
    }

    pub(super) fn labels(&self) -> Vec<String> {
        self.table.controllers().iter().map(|info| info.label.clone()).collect()
    }

    /// Pairs of controllers to compare: all with the reference, or all pairs, as indices (first, second).
    pub(super) fn pairs(&self) -> Vec<(usize, usize)> {
        let n = self.table.controllers().len();
        let reference = self.options.reference.as_ref();
        match reference.and_then(|label| self.table.controllers().iter().position(|info| info.label == *label)) {
            Some(reference) => (0..n).filter(|&a| a != reference).map(|a| (a, reference)).collect(),
            None => (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect(),
        }
    }

    /// Values of two controllers as pairs whose difference is the advantage of the first.
    pub(super) fn advantages(&self, scenario: usize, a: usize, b: usize) -> Result<Pairs, AnalysisError> {
        let sample = |controller: usize| Sample::new(self.label(controller), self.values.of(scenario, controller));
        let (a, b) = (sample(a).map_err(|e| stat("values", e))?, sample(b).map_err(|e| stat("values", e))?);
        let pairs = match self.options.direction {
            Direction::LowerIsBetter => Pairs::new(&b, &a),
            Direction::HigherIsBetter => Pairs::new(&a, &b),
        };
        pairs.map_err(|source| stat(&format!("scenario `{}`", self.table.scenarios()[scenario].name), source))
    }

    pub(super) fn label(&self, controller: usize) -> &str {
        &self.table.controllers()[controller].label
    }

    /// Resampler of one purpose at one place (a scenario), so that no two parts share random numbers. Controllers share them: equal samples have equal
    /// intervals, whatever the order of the controllers.
    pub(super) fn resampler(&self, part: u64, place: usize) -> Resampler {
        self.resampler.branch(part).branch(place as u64)
    }
}

pub(super) fn stat(context: &str, source: StatError) -> AnalysisError {
    AnalysisError::Stat { context: context.to_owned(), source }
}

fn check_names(table: &ResultTable, options: &AnalysisOptions) -> Result<(), AnalysisError> {
    let list = |names: Vec<String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let metrics = table.metrics();
    for name in std::iter::once(&options.primary_metric).chain(&options.secondary_metrics) {
        if !metrics.contains(name) {
            return Err(AnalysisError::Unknown { kind: "metric", found: name.clone(), allowed: list(metrics) });
        }
    }
    let labels: Vec<String> = table.controllers().iter().map(|info| info.label.clone()).collect();
    match &options.reference {
        Some(found) if !labels.contains(found) => {
            Err(AnalysisError::Unknown { kind: "controller", found: found.clone(), allowed: list(labels) })
        }
        _ => Ok(()),
    }
}
