//! A reset instance equals a fresh one.

use super::{Clause, replay::equal};
use crate::conformance::bench::{Bench, Finding, Observed, SEED};
use crate::conformance::world::Feed;

const N_STEPS: u64 = 200;

pub(super) const CLAUSE: Clause =
    Clause { id: "reset", summary: "after `reset` an instance equals a fresh one with that seed", n_processes: 1, run };

fn run(bench: &Bench<'_>) -> Result<Observed, Finding> {
    let spec = bench.spec(N_STEPS);
    let mut used = bench.create(&spec, SEED)?;
    for n_before in [37, N_STEPS] {
        bench.drive(&mut used, &mut bench.world(&spec, Feed::Ordinary), n_before)?;
        used.reset(SEED + 1)?;
        let mut fresh = bench.create(&spec, SEED + 1)?;
        if used.save_state()? != fresh.save_state()? {
            return Err(Finding::Fail(format!("reset after {n_before} steps: the saved state differs from that of a fresh instance")));
        }
        let after = bench.drive(&mut used, &mut bench.world(&spec, Feed::Ordinary), N_STEPS)?;
        let expected = bench.drive(&mut fresh, &mut bench.world(&spec, Feed::Ordinary), N_STEPS)?;
        equal(&expected, &after, &format!("reset after {n_before} steps: fresh and reset"))?;
    }
    Ok(format!("reset after 37 and {N_STEPS} steps").into())
}
