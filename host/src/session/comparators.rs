//! The comparators of a study: computed once a scenario, then run in every block beside the controllers.

use crate::executor::Executor;
use crate::sim::oracle::{self, Kind, OracleSchedule, Oracles};
use crate::sim::scenario::Scenario;
use crate::study::Study;

/// The label of a comparator in tables and figures.
#[must_use]
pub const fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Constant => "best constant",
        Kind::HindsightConstant => "best constant in hindsight",
        Kind::Segments => "best per segment",
        Kind::Dynamic => "oracle",
    }
}

/// The kinds that are run beside the controllers, in order.
pub const KINDS: [Kind; 3] = [Kind::Constant, Kind::Segments, Kind::Dynamic];

/// Climbs the ladder of oracles for one scenario over the executor's threads; their number reaches no result.
#[must_use]
pub fn compute(study: &Study, scenario: &Scenario, executor: &Executor) -> Oracles {
    let settings = study.file.oracle;
    oracle::compute(scenario, study.file.seed, settings.tuning_seeds, settings.budget, &|n, work| executor.map(n, work))
}

/// The comparators to run: one of each kind of [`KINDS`] that the scenario has.
#[must_use]
pub fn chosen(oracles: &Oracles) -> Vec<OracleSchedule> {
    KINDS.iter().filter_map(|&kind| oracles.best(kind).map(|s| OracleSchedule { kind, ..s.clone() })).collect()
}
