//! What a block of each scenario costs on this machine, measured on a few of its blocks: what shards are balanced by.
//!
//! A measurement is no function of the study, so it is made once and handed to every shard as a file; each shard keeps it in its `shard.json`, and merging
//! refuses shards that were cut by others. It decides who runs what, and reaches no result.

use super::block::{self, BlockSetting, Runner};
use super::{Monitor, Prepared};
use crate::store::{StoreError, write_bytes};
use crate::study::Study;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Instant;

/// Blocks of a scenario that are timed; the fastest counts, as whatever else a machine does only adds.
const N_TIMED: usize = 3;

/// The file of costs.
#[derive(Serialize, Deserialize)]
struct File {
    /// Digest of the study and its libraries.
    study: String,
    /// Nanoseconds of a block, by scenario in the study's order.
    nanoseconds: Vec<(String, u64)>,
}

/// Times the first blocks of every scenario, one at a time.
#[must_use]
pub fn measure(prepared: &Prepared<'_>, runner: &dyn Runner, monitor: &dyn Monitor) -> Vec<u64> {
    let study = prepared.study;
    monitor.stage("timed blocks", (study.scenarios.len() * N_TIMED.min(study.seeds.len())) as u64);
    let setting = BlockSetting {
        study_seed: study.file.seed,
        scenarios: &study.scenarios,
        comparators: &prepared.comparators,
        n_controllers: study.controllers.len(),
        runner,
    };
    let time = |scenario: usize, seed: u64| {
        #[expect(clippy::disallowed_methods, reason = "the clock decides who runs a block, not what comes of it")]
        let now = Instant::now;
        let start = now();
        std::hint::black_box(block::run(&setting, scenario, seed));
        monitor.advance(1);
        u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX).max(1)
    };
    let fastest = |scenario| study.seeds.iter().take(N_TIMED).map(|&seed| time(scenario, seed)).min().expect("a study has seeds");
    (0..study.scenarios.len()).map(fastest).collect()
}

/// Writes the costs of a study.
///
/// # Errors
/// When the disk refuses.
pub fn write(study: &Study, costs: &[u64], path: &Path) -> Result<(), StoreError> {
    let nanoseconds = study.scenarios.iter().map(|s| s.name.clone()).zip(costs.iter().copied()).collect();
    let file = File { study: study.digest_with_libraries(), nanoseconds };
    write_bytes(path, format!("{}\n", serde_json::to_string_pretty(&file).expect("plain data")).as_bytes())
}

/// Reads the costs of a study.
///
/// # Errors
/// A file that cannot be read, or that was made for another study or build of its libraries.
pub fn read(study: &Study, path: &Path) -> Result<Vec<u64>, StoreError> {
    let bytes = std::fs::read(path).map_err(|e| StoreError::io("read", path, e))?;
    let file: File = serde_json::from_slice(&bytes).map_err(|e| StoreError::damaged(path, e.to_string()))?;
    let same = file.study == study.digest_with_libraries()
        && file.nanoseconds.iter().map(|(name, _)| name).eq(study.scenarios.iter().map(|s| &s.name));
    if same {
        Ok(file.nanoseconds.into_iter().map(|(_, cost)| cost).collect())
    } else {
        Err(StoreError::OtherParts { path: path.to_owned(), what: "another study or build of its libraries".into() })
    }
}
