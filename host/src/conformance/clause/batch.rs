//! Several instances in one call.

use super::Clause;
use super::replay::equal;
use crate::conformance::bench::{Finding, SEED, Trace};
use crate::conformance::world::{Feed, World};
use crate::plugin::{self, Instance};
use oha_plugin_api::{InformationClass, Proposal, Report};

const N_STEPS: u64 = 50;
const N_INSTANCES: u64 = 4;

pub(super) const CLAUSE: Clause = Clause {
    id: "batch",
    summary: "several instances in one call propose what each would alone",
    n_processes: 1,
    run: |bench| {
        if bench.descriptor.information == InformationClass::Evaluations {
            return Err(Finding::NotApplicable("a controller of class `evaluations` is called alone".to_owned()));
        }
        let spec = bench.spec(N_STEPS);
        let mut instances = (0..N_INSTANCES).map(|i| bench.create(&spec, SEED + i)).collect::<Result<Vec<_>, _>>()?;
        let mut worlds: Vec<World> = (0..N_INSTANCES).map(|_| bench.world(&spec, Feed::Ordinary)).collect();
        let width = spec.hyperparameters.len() + 1;
        let mut traces = vec![Trace { bits: Vec::new(), width }; instances.len()];
        for step in 0..N_STEPS {
            bench.progress.step(step);
            together(&mut instances, &mut worlds, &mut traces)?;
        }
        for (i, trace) in traces.iter().enumerate() {
            equal(&bench.episode(SEED + i as u64, N_STEPS)?, trace, "alone and in a batch differ")?;
        }
        Ok(format!("{N_INSTANCES} instances over {N_STEPS} steps agree").into())
    },
};

/// One decision of each instance, and its effect.
fn together(instances: &mut [Instance], worlds: &mut [World], traces: &mut [Trace]) -> Result<(), Finding> {
    let seen: Vec<World> = worlds.to_vec();
    let observed: Vec<plugin::Observed<'_>> =
        seen.iter().map(|w| plugin::Observed { step: w.step, loss: w.loss, hyperparameters: &w.applied, signals: &w.signals }).collect();
    let mut values: Vec<Vec<f64>> = seen.iter().map(|w| vec![f64::NAN; w.applied.len()]).collect();
    let mut proposals: Vec<Proposal<'_>> = values.iter_mut().map(|v| Proposal { values: v, report: Report::NONE }).collect();
    let mut all: Vec<&mut Instance> = instances.iter_mut().collect();
    plugin::propose_batch(&mut all, &observed, &mut proposals).map_err(|(_, fault)| Finding::from(fault))?;
    for ((proposal, world), trace) in proposals.iter().zip(worlds).zip(traces) {
        trace.bits.extend(proposal.values.iter().map(|v| v.to_bits()));
        trace.bits.push(u64::from(proposal.report.0));
        world.advance(proposal.values);
    }
    Ok(())
}
