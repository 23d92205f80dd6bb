//! Ten thousand damaged libraries: each is refused, or ends the worker that tried it, or is harmless; the host is never hurt.
//!
//! The damage is a function of its number. What the check of the file lets through is loaded in workers, a few hundred by each until one dies.

use crate::fixture::case;
use crate::isolation::command;
use oha_host::plugin::isolation::{Handler, Limits, Role, Setup, Supervisor};
use oha_host::plugin::{FaultKind, LibraryFile, LoadError, Plugin};
use oha_plugin_api::random::SplitMix64;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Number of damaged libraries.
const N: u64 = 10_000;

/// Libraries that one worker loads at most: each keeps a descriptor open, as libraries are never unloaded.
const N_PER_WORKER: usize = 400;

/// The worker's role: loads damaged copies of the library that its setup names.
pub(crate) const ROLE: Role = Role { name: "damage", init };

fn init(setup: &[u8]) -> Result<Handler, String> {
    let path = PathBuf::from(String::from_utf8_lossy(setup).into_owned());
    let whole = std::fs::read(&path).map_err(|error| error.to_string())?;
    Ok(Box::new(move |job, progress| {
        let numbers: Vec<u64> = serde_json::from_slice(job).expect("the test sends numbers");
        for number in numbers {
            progress.step(number);
            // Accepted or refused: what counts is that it returns.
            let _ = checked(&whole, number).and_then(|file| Plugin::load_file(file, None));
        }
        Vec::new()
    }))
}

fn checked(whole: &[u8], number: u64) -> Result<LibraryFile, LoadError> {
    LibraryFile::of_bytes(Path::new("libdamaged.so"), damaged(whole, number))
}

/// A truncation, changed bytes anywhere, in the header, in the table of segments, or at the end, where the table of sections is.
fn damaged(whole: &[u8], number: u64) -> Vec<u8> {
    let mut random = SplitMix64::new(number);
    let mut below = |n: usize| usize::try_from(random.below(n as u64)).expect("a position in a small file");
    let mut bytes = whole.to_vec();
    let region = match number % 5 {
        0 => {
            bytes.truncate(below(whole.len()));
            return bytes;
        }
        1 => 0..whole.len(),
        2 => 0..64,
        3 => 64..64 + 56 * 12,
        _ => whole.len() - 4096..whole.len(),
    };
    for _ in 0..=below(4) {
        let at = region.start + below(region.len());
        bytes[at] = match below(4) {
            0 => 0,
            1 => 0xff,
            2 => bytes[at] ^ (1 << below(8)),
            _ => u8::try_from(below(256)).expect("a byte"),
        };
    }
    bytes
}

#[test]
fn damaged_libraries_are_refused_or_cost_a_worker() {
    let path = case("CASE_NONE");
    let whole = std::fs::read(&path).expect("just built");
    let mut passed: Vec<u64> = (0..N).filter(|&number| checked(&whole, number).is_ok()).collect();
    let n_refused = N - passed.len() as u64;
    assert!(n_refused > N / 5, "the check of the file refuses at least what is truncated: {n_refused}");

    let limits =
        Limits { address_space: Some(1 << 30), cpu_time: Some(Duration::from_secs(20)), stall: Duration::from_secs(3), confine: true };
    // None may wait: a worker that is used again would run out of descriptors.
    let supervisor = Supervisor::new(command(), limits, 0);
    let setup =
        Setup { role: ROLE.name.into(), bytes: path.display().to_string().into_bytes().into(), readable: vec![path.clone()], script: None };
    let (mut n_survived, mut n_deaths) = (0, 0);
    while !passed.is_empty() {
        let batch = &passed[..passed.len().min(N_PER_WORKER)];
        let (survived, tried) = match supervisor.call(&setup, &serde_json::to_vec(batch).expect("plain data")) {
            Ok(_) => (batch.len(), batch.len()),
            Err(fault) => {
                let culprit = fault.step.unwrap_or_else(|| panic!("not a library but its start killed the worker: {fault}"));
                assert!(matches!(fault.kind, FaultKind::Signal(_) | FaultKind::Exit(_) | FaultKind::Hang | FaultKind::Limit), "{fault}");
                n_deaths += 1;
                let before = batch.iter().position(|&number| number == culprit).expect("one of the batch");
                (before, before + 1)
            }
        };
        n_survived += survived;
        passed.drain(..tried);
    }
    assert!(n_survived > 0 && n_deaths > 0, "{n_refused} refused, {n_survived} tried, {n_deaths} deaths");
    assert!(Plugin::load(&path).is_ok(), "this process is as it was");
}
