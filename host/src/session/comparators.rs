//! The comparators of a study: computed once a scenario, then run in every block beside the controllers.

use super::oracle_cache::{Lookup, OracleCache};
use super::run::Monitor;
use crate::executor::Executor;
use crate::sim::oracle::{self, Kind, OracleSchedule, Oracles};
use crate::sim::scenario::Scenario;
use crate::store::{StoreError, write_bytes};
use crate::study::{OracleFile, Study};
use serde::{Deserialize, Serialize};
use std::path::Path;

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

/// A file of comparators: what decides them, and what was found.
#[derive(Serialize, Deserialize)]
struct File {
    version: String,
    seed: u64,
    oracle: OracleFile,
    oracles: Vec<Oracles>,
}

/// Writes the comparators of every scenario of a study.
///
/// # Errors
/// When the disk refuses.
pub fn write(study: &Study, oracles: Vec<Oracles>, path: &Path) -> Result<(), StoreError> {
    let file = File { version: env!("CARGO_PKG_VERSION").to_owned(), seed: study.file.seed, oracle: study.file.oracle, oracles };
    write_bytes(path, &serde_json::to_vec_pretty(&file).expect("comparators are plain data"))
}

/// Reads the comparators of a study back; none where the study switches them off.
///
/// # Errors
/// A file that cannot be read, or that was made by another version, for other scenarios, seed or settings.
pub fn read(study: &Study, path: &Path) -> Result<Vec<Oracles>, StoreError> {
    if !study.file.oracle.enabled {
        return Ok(Vec::new());
    }
    let bytes = std::fs::read(path).map_err(|e| StoreError::io("read", path, e))?;
    let file: File = serde_json::from_slice(&bytes).map_err(|e| StoreError::damaged(path, e.to_string()))?;
    let digests = file.oracles.iter().map(|o| o.scenario_digest.clone());
    let same = file.version == env!("CARGO_PKG_VERSION")
        && (file.seed, file.oracle) == (study.file.seed, study.file.oracle)
        && digests.eq(study.scenarios.iter().map(Scenario::digest));
    if same {
        Ok(file.oracles)
    } else {
        Err(StoreError::OtherParts { path: path.to_owned(), what: "other scenarios, seed, settings or version".into() })
    }
}

/// The comparators to run: one of each kind of [`KINDS`] that the scenario has.
#[must_use]
pub fn chosen(oracles: &Oracles) -> Vec<OracleSchedule> {
    KINDS.iter().filter_map(|&kind| oracles.best(kind).map(|s| OracleSchedule { kind, ..s.clone() })).collect()
}
