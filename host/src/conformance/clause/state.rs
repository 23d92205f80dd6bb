//! Saved states: complete, canonical, and checked when they are loaded.

use super::{Clause, replay::equal};
use crate::conformance::bench::{Bench, Finding, Observed, SEED};
use crate::conformance::world::Feed;
use crate::plugin::FaultKind;

const N_STEPS: u64 = 120;

pub(super) const ROUND_TRIP: Clause = Clause {
    id: "state-round-trip",
    summary: "an instance that loads a saved state goes on as the one that saved it, and saves the same bytes",
    n_processes: 1,
    run: round_trip,
};

pub(super) const GARBAGE: Clause = Clause {
    id: "state-garbage",
    summary: "bytes that are no state are refused and leave the instance as it was",
    n_processes: 1,
    run: garbage,
};

fn stateless() -> Finding {
    Finding::NotApplicable("it does not save its state".to_owned())
}

fn round_trip(bench: &Bench<'_>) -> Result<Observed, Finding> {
    let undisturbed = bench.episode(SEED, N_STEPS)?;
    let spec = bench.spec(N_STEPS);
    let mut n_bytes = 0;
    for n_before in [0, 1, 45, 101] {
        let (mut saver, mut world) = (bench.create(&spec, SEED)?, bench.world(&spec, Feed::Ordinary));
        bench.drive(&mut saver, &mut world, n_before)?;
        let state = saver.save_state()?.ok_or_else(stateless)?;
        n_bytes = state.len();
        // The state replaces everything: the loader starts with another seed and a history of its own.
        let mut loader = bench.create(&spec, SEED + 3)?;
        bench.drive(&mut loader, &mut bench.world(&spec, Feed::Ordinary), 17)?;
        loader.load_state(&state)?;
        if loader.save_state()?.as_ref() != Some(&state) {
            return Err(Finding::Fail(format!("after {n_before} steps: a second save differs from the first")));
        }
        let n_after = N_STEPS - n_before;
        let expected = undisturbed.since(n_before as usize);
        let saved = bench.drive(&mut saver, &mut world.clone(), n_after)?;
        equal(&expected, &saved, &format!("saved after {n_before} steps: with and without saving"))?;
        let loaded = bench.drive(&mut loader, &mut world, n_after)?;
        equal(&expected, &loaded, &format!("saved after {n_before} steps: without and with the round trip"))?;
    }
    Ok(format!("after 0, 1, 45 and 101 steps; the last state has {n_bytes} bytes").into())
}

fn garbage(bench: &Bench<'_>) -> Result<Observed, Finding> {
    let spec = bench.spec(N_STEPS);
    let mut saver = bench.create(&spec, SEED)?;
    bench.drive(&mut saver, &mut bench.world(&spec, Feed::Ordinary), 30)?;
    let state = saver.save_state()?.ok_or_else(stateless)?;
    let shorter = state.get(1..).unwrap_or_default().to_vec();
    let longer = [state.as_slice(), &[0]].concat();
    let noise: Vec<u8> = (0..state.len() + 11).map(|i| (i * 167 + 13) as u8).collect();
    let cases = [("no bytes", Vec::new()), ("a byte less", shorter), ("a byte more", longer), ("noise", noise)];
    let expected = bench.episode(SEED, N_STEPS)?;
    let mut n_refused = 0;
    for (name, bytes) in cases.iter().filter(|(_, bytes)| *bytes != state) {
        let mut instance = bench.create(&spec, SEED)?;
        match instance.load_state(bytes) {
            Ok(()) => return Err(Finding::Fail(format!("{name} ({} bytes for {}) was loaded", bytes.len(), state.len()))),
            Err(fault) if fault.kind == FaultKind::Fatal => return Err(Finding::Fail(format!("{name}: {fault}"))),
            Err(_) => n_refused += 1,
        }
        let after = bench.drive(&mut instance, &mut bench.world(&spec, Feed::Ordinary), N_STEPS)?;
        equal(&expected, &after, &format!("{name}: before and after it was refused"))?;
    }
    Ok(format!("{n_refused} kinds refused").into())
}
