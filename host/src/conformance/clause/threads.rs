//! A controller works on the thread that calls it.

use super::Clause;
use crate::conformance::bench::{Bench, Finding, Observed, SEED};
use crate::conformance::world::Feed;

/// The worker's own: the one that works, and the one that ends it with its host.
const N_OWN: usize = 2;

pub(super) const CLAUSE: Clause =
    Clause { id: "threads", summary: "it starts no threads, which a worker does not allow", n_processes: 1, run };

fn run(bench: &Bench<'_>) -> Result<Observed, Finding> {
    let spec = bench.spec(100);
    let mut instance = bench.create(&spec, SEED)?;
    bench.drive(&mut instance, &mut bench.world(&spec, Feed::Ordinary), 100)?;
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return Err(Finding::NotApplicable("this system does not tell the threads of a process".to_owned()));
    };
    match tasks.count().saturating_sub(N_OWN) {
        0 => Ok("none after 100 calls".to_owned().into()),
        n => Err(Finding::Fail(format!("{n} threads of its own run after 100 calls"))),
    }
}
