//! The comparators of a study: computed once a scenario, then run in every block beside the controllers.

use super::oracle_cache::{Lookup, OracleCache};
use super::run::Monitor;
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
        Kind::Switches => "best K-switch",
        Kind::Dynamic => "oracle",
    }
}

/// The kinds that are run beside the controllers, in order.
pub const KINDS: [Kind; 4] = [Kind::Constant, Kind::Segments, Kind::Switches, Kind::Dynamic];

/// Climbs the ladder of oracles for one scenario over the executor's threads, whose number reaches no result; or takes what the cache holds.
#[must_use]
pub fn compute(study: &Study, scenario: &Scenario, executor: &Executor, cache: Option<&OracleCache>, monitor: &dyn Monitor) -> Oracles {
    let (seed, settings) = (study.file.seed, study.file.oracle.settings());
    match cache.map(|c| c.get(scenario, seed, settings)) {
        Some(Lookup::Found(oracles)) => return oracles,
        Some(Lookup::Unusable(why)) => monitor.note(&why),
        Some(Lookup::Absent) | None => {}
    }
    let oracles = oracle::compute(scenario, seed, settings, &|n, work| executor.map(n, work));
    if let Some(Err(error)) = cache.map(|c| c.put(scenario, seed, settings, &oracles)) {
        monitor.note(&format!("the oracle of `{}` is not cached: {error}", scenario.name));
    }
    oracles
}

/// The comparators to run: one of each kind of [`KINDS`] that the scenario has.
#[must_use]
pub fn chosen(oracles: &Oracles) -> Vec<OracleSchedule> {
    KINDS.iter().filter_map(|&kind| oracles.best(kind).map(|s| OracleSchedule { kind, ..s.clone() })).collect()
}
