//! The same history gives the same proposals, bit for bit.

use super::Clause;
use crate::conformance::bench::{Bench, Finding, Observed, SEED, Trace};
use crate::conformance::world::Feed;

const N_STEPS: u64 = 300;

pub(super) const DETERMINISM: Clause = Clause {
    id: "determinism",
    summary: "two fresh instances with the same seed and history propose the same",
    n_processes: 1,
    run: |bench| {
        let first = bench.episode(SEED, N_STEPS)?;
        for _ in 0..3 {
            equal(&first, &bench.episode(SEED, N_STEPS)?, "two episodes differ")?;
        }
        Ok(format!("4 episodes of {N_STEPS} steps agree").into())
    },
};

pub(super) const ORDER: Clause = Clause {
    id: "replay-order",
    summary: "what other instances of the library did before, or do in between, changes nothing",
    n_processes: 1,
    run: order,
};

pub(super) const PROCESS: Clause = Clause {
    id: "replay-process",
    summary: "four processes propose the same",
    n_processes: 4,
    run: |bench| {
        let trace = bench.episode(SEED, N_STEPS)?;
        Ok(Observed { text: format!("episodes of {N_STEPS} steps in 4 processes agree"), trace })
    },
};

fn order(bench: &Bench<'_>) -> Result<Observed, Finding> {
    let alone = bench.episode(SEED, N_STEPS)?;
    bench.episode(SEED + 1, N_STEPS / 3)?;
    let spec = bench.spec(N_STEPS);
    let (mut a, mut b) = (bench.create(&spec, SEED)?, bench.create(&spec, SEED + 2)?);
    let (mut world_a, mut world_b) = (bench.world(&spec, Feed::Ordinary), bench.world(&spec, Feed::Ordinary));
    let mut between = Trace { bits: Vec::new(), width: alone.width };
    for _ in 0..N_STEPS {
        between.bits.extend(bench.drive(&mut a, &mut world_a, 1)?.bits);
        bench.drive(&mut b, &mut world_b, 1)?;
    }
    equal(&alone, &between, "alone and beside another instance")?;
    Ok(format!("{N_STEPS} steps alone and beside another instance agree").into())
}

/// Fails with the first difference.
pub(super) fn equal(a: &Trace, b: &Trace, what: &str) -> Result<(), Finding> {
    a.difference(b).map_or(Ok(()), |difference| Err(Finding::Fail(format!("{what} at {difference}"))))
}
