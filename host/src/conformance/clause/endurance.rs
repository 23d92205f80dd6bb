//! Long episodes, memory and time.

use super::Clause;
use crate::conformance::bench::{Bench, Finding, Observed, SEED};
use crate::conformance::world::Feed;
use std::time::{Duration, Instant};

/// Steps of the long run, and the time after which it stops early.
const N_LONG: u64 = 100_000;
const LONG_MAX: Duration = Duration::from_secs(4);
/// Resident memory that may be gained, in bytes a step: a history of one step may be kept, copies of it may not.
const GROWTH_MAX: u64 = 256;
/// Time of one call that still lets a study of a million steps finish in minutes.
const CALL_MAX: Duration = Duration::from_micros(200);

pub(super) const LONG_RUN: Clause =
    Clause { id: "long-run", summary: "a hundred thousand steps lead to no fault and no bad proposal", n_processes: 1, run: long_run };

pub(super) const MEMORY: Clause =
    Clause { id: "memory-growth", summary: "memory does not grow by more than 256 bytes a step", n_processes: 1, run: memory };

pub(super) const COST: Clause = Clause { id: "cost", summary: "a call takes at most 200 microseconds", n_processes: 1, run: cost };

#[expect(clippy::disallowed_methods, reason = "measures a cost and bounds a check; no result of a study depends on it")]
fn now() -> Instant {
    Instant::now()
}

fn long_run(bench: &Bench<'_>) -> Result<Observed, Finding> {
    let spec = bench.spec(N_LONG);
    let (mut instance, mut world) = (bench.create(&spec, SEED)?, bench.world(&spec, Feed::Ordinary));
    let start = now();
    while world.step < N_LONG && start.elapsed() < LONG_MAX {
        bench.drive_inside(&mut instance, &mut world, 100)?;
    }
    let early = if world.step < N_LONG { format!(" of {N_LONG}; stopped after {} s", LONG_MAX.as_secs()) } else { String::new() };
    Ok(format!("{} steps{early}", world.step).into())
}

fn memory(bench: &Bench<'_>) -> Result<Observed, Finding> {
    let spec = bench.spec(N_LONG);
    let (mut instance, mut world) = (bench.create(&spec, SEED)?, bench.world(&spec, Feed::Ordinary));
    let start = now();
    bench.drive_inside(&mut instance, &mut world, 2_000)?;
    let (before, first) = (resident()?, world.step);
    while world.step < first + 20_000 && start.elapsed() < LONG_MAX {
        bench.drive_inside(&mut instance, &mut world, 100)?;
    }
    let grown = resident()?.saturating_sub(before);
    let n_steps = (world.step - first).max(1);
    let text = format!("{} KiB more after {n_steps} steps, {} bytes a step", grown >> 10, grown / n_steps);
    // Below a mebibyte it is the allocator's own business.
    if grown > 1 << 20 && grown > GROWTH_MAX * n_steps { Err(Finding::Fail(text)) } else { Ok(text.into()) }
}

/// Resident memory of this process in bytes.
fn resident() -> Result<u64, Finding> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kibibytes.map(|k| k << 10).ok_or_else(|| Finding::NotApplicable("this system does not tell the memory of a process".to_owned()))
}

/// The least of several batches: what the machine does besides only adds to a time.
fn cost(bench: &Bench<'_>) -> Result<Observed, Finding> {
    const N_BATCHES: u64 = 40;
    const N_CALLS: u64 = 25;
    let spec = bench.spec(N_BATCHES * N_CALLS);
    let (mut instance, mut world) = (bench.create(&spec, SEED)?, bench.world(&spec, Feed::Ordinary));
    let mut least = Duration::MAX;
    for _ in 0..N_BATCHES {
        let start = now();
        for _ in 0..N_CALLS {
            bench.step(&mut instance, &mut world)?;
        }
        least = least.min(start.elapsed() / N_CALLS as u32);
    }
    let text = format!("{:.1} microseconds a call", least.as_nanos() as f64 / 1e3);
    if least > CALL_MAX { Err(Finding::Fail(text)) } else { Ok(text.into()) }
}
