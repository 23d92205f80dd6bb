//! Proposals are finite and inside their ranges, whatever the controller is fed.

use super::Clause;
use crate::conformance::bench::{Bench, Finding, Observed, SEED};
use crate::conformance::world::Feed;

const N_STEPS: u64 = 600;

pub(super) const BOUNDS: Clause = Clause {
    id: "bounds",
    summary: "every proposal is finite and inside its range",
    n_processes: 1,
    run: |bench| run(bench, Feed::Ordinary),
};

pub(super) const NON_FINITE: Clause = Clause {
    id: "non-finite-input",
    summary: "losses and signals that are NaN or infinite lead to no fault and no bad proposal",
    n_processes: 1,
    run: |bench| run(bench, Feed::NonFinite),
};

pub(super) const EXTREME: Clause = Clause {
    id: "extreme-input",
    summary: "huge, tiny, negative and zero losses and signals lead to no fault and no bad proposal",
    n_processes: 1,
    run: |bench| run(bench, Feed::Extreme),
};

fn run(bench: &Bench<'_>, feed: Feed) -> Result<Observed, Finding> {
    let spec = bench.spec(N_STEPS);
    for seed in 0..4 {
        bench.drive_inside(&mut bench.create(&spec, SEED + seed)?, &mut bench.world(&spec, feed), N_STEPS)?;
    }
    Ok(format!("4 episodes of {N_STEPS} steps").into())
}
