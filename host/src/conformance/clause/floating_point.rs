//! Rounding and subnormal numbers are everyone's.

use super::Clause;
use crate::conformance::bench::{Bench, Finding, Observed, SEED};
use crate::conformance::world::Feed;

pub(super) const CLAUSE: Clause = Clause {
    id: "floating-point-mode",
    summary: "neither loading nor calling it changes rounding or the treatment of subnormal numbers",
    n_processes: 1,
    run,
};

fn run(bench: &Bench<'_>) -> Result<Observed, Finding> {
    if bench.plugin.changed_floating_point_mode() {
        return Err(Finding::Fail("loading the library changed the mode: it is built with -ffast-math".to_owned()));
    }
    let spec = bench.spec(100);
    let mut instance = bench.create(&spec, SEED)?;
    bench.drive(&mut instance, &mut bench.world(&spec, Feed::Extreme), 100)?;
    match instance.counters().n_mode_changes {
        0 => Ok("unchanged after loading and 100 calls".to_owned().into()),
        n => Err(Finding::Fail(format!("{n} of 100 calls changed it"))),
    }
}
