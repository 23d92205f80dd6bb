//! A controller does not panic, and what it does panic about stays inside one instance.

use super::{Clause, replay::equal};
use crate::conformance::bench::{Bench, Finding, Observed, SEED};
use crate::conformance::world::Feed;
use crate::plugin::{FaultKind, PluginFault};

const N_STEPS: u64 = 200;

pub(super) const CLAUSE: Clause = Clause {
    id: "panic-safety",
    summary: "nothing that a host may do makes it panic, and faults of one instance leave others alone",
    n_processes: 1,
    run,
};

fn run(bench: &Bench<'_>) -> Result<Observed, Finding> {
    let expected = bench.episode(SEED, N_STEPS)?;
    let spec = bench.spec(N_STEPS);
    let mut n_errors = 0;
    let mut try_out = |result: Result<(), PluginFault>| match result {
        Err(fault) if fault.kind == FaultKind::Fatal => Err(Finding::Fail(fault.to_string())),
        other => {
            n_errors += u64::from(other.is_err());
            Ok(())
        }
    };
    for feed in [Feed::NonFinite, Feed::Extreme] {
        let mut instance = bench.create(&spec, SEED)?;
        let mut world = bench.world(&spec, feed);
        try_out(bench.drive(&mut instance, &mut world, N_STEPS).map(drop))?;
        // Past the announced end, at the start again, and with a state that is none.
        try_out(bench.drive(&mut instance, &mut world, 20).map(drop))?;
        try_out(bench.drive(&mut instance, &mut bench.world(&spec, feed), 20).map(drop))?;
        try_out(instance.save_state().map(drop))?;
        if bench.descriptor.saves_state {
            try_out(instance.load_state(b"no state at all"))?;
        }
        try_out(instance.reset(SEED))?;
    }
    for n_steps in [0, 1] {
        try_out(bench.create(&bench.spec(n_steps), SEED).map(drop))?;
    }
    equal(&expected, &bench.episode(SEED, N_STEPS)?, "before and after the mistreatment")?;
    Ok(format!("no panic; {n_errors} errors reported").into())
}
