//! One decision of several instances in one call: what lock-step episodes of the same controller spare is the dispatch.

use super::backend::{Backend, TableInstance};
use super::floating_point;
use super::instance::Instance;
use super::{FaultKind, PluginFault};
use oha_plugin_api::Proposal;
use oha_plugin_api::abi::{self, Status};

/// What one instance of a batch observes: an observation without an evaluator.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// Index of the decision.
    pub step: u64,
    /// The last loss.
    pub loss: f64,
    /// The hyperparameters in force.
    pub hyperparameters: &'a [f64],
    /// The declared signals.
    pub signals: &'a [f64],
}

/// One decision of each instance, in their order; to the bit what [`Instance::propose`] gives one after the other.
///
/// Instances that share a table with `propose_batch` are passed to it together, the others are called one by one.
///
/// # Errors
/// The position of the first instance that failed, and its fault; those before it are done, those behind were not called.
///
/// # Panics
/// When the three lists differ in length, or a proposal does not have one place a hyperparameter.
pub fn propose_batch(
    instances: &mut [&mut Instance],
    observed: &[Observed<'_>],
    proposals: &mut [Proposal<'_>],
) -> Result<(), (usize, PluginFault)> {
    assert!(instances.len() == observed.len() && observed.len() == proposals.len(), "one observation and one proposal an instance");
    let mut done = 0;
    while done < instances.len() {
        let rest = &mut instances[done..];
        let together = shared(rest).map_or(1, |_| rest.iter().take_while(|i| same(i, &*rest[0])).count());
        let (instances, observed, proposals) =
            (&mut rest[..together], &observed[done..done + together], &mut proposals[done..done + together]);
        let result = match shared(instances).filter(|_| together > 1) {
            Some(call) => at_once(call, instances, observed, proposals),
            None => one_by_one(instances, observed, proposals),
        };
        done += result.map_err(|(position, fault)| (done + position, fault))?;
    }
    Ok(())
}

/// The functions of an instance behind the C table.
fn table(instance: &Instance) -> Option<&TableInstance> {
    match &instance.backend {
        Backend::Table(table) => Some(table),
        Backend::Stable(_) => None,
    }
}

/// Whether two instances are served by the same function.
fn same(a: &Instance, b: &Instance) -> bool {
    let batch = |i: &Instance| table(i).and_then(|t| t.propose_batch).map(|f| f as usize);
    batch(a) == batch(b)
}

fn shared(instances: &[&mut Instance]) -> Option<abi::ProposeBatch> {
    instances.first().and_then(|first| table(first)?.propose_batch)
}

fn one_by_one(
    instances: &mut [&mut Instance],
    observed: &[Observed<'_>],
    proposals: &mut [Proposal<'_>],
) -> Result<usize, (usize, PluginFault)> {
    for (i, ((instance, o), proposal)) in instances.iter_mut().zip(observed).zip(proposals.iter_mut()).enumerate() {
        let mut observation = oha_plugin_api::Observation::new(o.step, o.loss, o.hyperparameters, o.signals);
        instance.propose(&mut observation, proposal).map_err(|fault| (i, fault))?;
    }
    Ok(instances.len())
}

/// Calls `propose_batch` once; returns how many are done, which is fewer than all only where one declined to propose.
fn at_once(
    call: abi::ProposeBatch,
    instances: &mut [&mut Instance],
    observed: &[Observed<'_>],
    proposals: &mut [Proposal<'_>],
) -> Result<usize, (usize, PluginFault)> {
    let n = instances.len();
    let data: Vec<_> = instances.iter().map(|i| table(i).map_or(std::ptr::null_mut(), |t| t.data)).collect();
    let inputs: Vec<abi::Observation> = observed.iter().map(lower).collect();
    let ready = instances.iter_mut().zip(observed).zip(&*proposals);
    let mut outputs: Vec<abi::Proposal> = ready.map(|((i, o), p)| i.place(o.step, p.values.len())).collect();
    let observations: Vec<*const abi::Observation> = inputs.iter().map(std::ptr::from_ref).collect();
    let places: Vec<*mut abi::Proposal> = outputs.iter_mut().map(std::ptr::from_mut).collect();
    let mut n_done = 0;
    // SAFETY: `n` own instances with the table that holds this function, and structures that live through the call.
    let status = unsafe { call(data.as_ptr(), observations.as_ptr(), places.as_ptr(), n, &raw mut n_done) };
    let changed_mode = floating_point::restore();
    let fault =
        |i: &Instance, message: String| PluginFault { controller: i.controller.clone(), step: i.step, kind: FaultKind::Protocol, message };
    if n_done > n || (n_done < n) == status.is_done() {
        let message = format!("propose_batch returned status {} after {n_done} of {n} proposals", status.0);
        return Err((0, fault(instances[0], message)));
    }
    instances[0].counters.n_mode_changes += u64::from(changed_mode);
    for (i, (instance, proposal)) in instances.iter_mut().zip(proposals.iter_mut()).take((n_done + 1).min(n)).enumerate() {
        let status = if i < n_done { Status::OK } else { status };
        instance.take(status, outputs[i].report, observed[i].hyperparameters, proposal).map_err(|fault| (i, fault))?;
    }
    Ok((n_done + 1).min(n))
}

fn lower(o: &Observed<'_>) -> abi::Observation {
    abi::Observation {
        struct_size: size_of::<abi::Observation>() as u32,
        reserved: 0,
        step: o.step,
        loss: o.loss,
        hyperparameters: o.hyperparameters.as_ptr(),
        n_hyperparameters: o.hyperparameters.len(),
        signals: o.signals.as_ptr(),
        n_signals: o.signals.len(),
        evaluate: None,
        context: std::ptr::null_mut(),
    }
}
