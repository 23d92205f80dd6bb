//! Calls across the boundary: the same through both front ends and without any, and every way in which a call may end.

use crate::fixture::{case, rust, spec};
use oha_host::plugin::{FaultKind, FrontEnd, Instance, Observed, Plugin, PluginFault, propose_batch};
use oha_plugin_api::export::DynController;
use oha_plugin_api::{EpisodeSpec, HyperparameterSpec, Observation, Proposal, Report, Scale};
use serde_json::json;
use std::sync::Arc;

fn library(name: &str, front_end: FrontEnd) -> Arc<Plugin> {
    Plugin::load_through(&rust(name), front_end).expect("a good library")
}

fn two_hyperparameters() -> EpisodeSpec {
    let mut spec = spec();
    spec.hyperparameters.push(HyperparameterSpec {
        name: "momentum".into(),
        min: 0.0,
        max: 0.99,
        scale: Scale::Linear,
        integer: false,
        initial: 0.9,
    });
    spec
}

/// Anything that proposes: loaded or compiled in.
enum Any {
    Loaded(Instance),
    Linked(Box<dyn DynController>),
}

impl Any {
    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), String> {
        match self {
            Self::Loaded(instance) => instance.propose(observation, proposal).map_err(|fault| fault.message),
            Self::Linked(controller) => controller.propose(observation, proposal).map_err(|error| error.to_string()),
        }
    }

    fn save(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Loaded(instance) => instance.save_state().expect("saving works"),
            Self::Linked(controller) => {
                let mut state = Vec::new();
                controller.save_state(&mut state).then_some(state)
            }
        }
    }
}

/// Bits of 200 decisions with their reports, and the final state.
fn history(mut any: Any, n_signals: usize) -> (Vec<u64>, Option<Vec<u8>>) {
    let mut in_force = [0.1, 0.9];
    let mut bits = Vec::new();
    for step in 0..200 {
        let x = f64::from(step) * 0.37;
        let loss = if step == 0 { f64::NAN } else { libm::fabs(libm::sin(x)) };
        let signals: Vec<f64> = (0..n_signals).map(|i| loss + i as f64).collect();
        let mut values = [f64::NAN; 2];
        let mut proposal = Proposal { values: &mut values, report: Report::NONE };
        let mut evaluator = |values: &[f64]| libm::fabs(values[0] - 0.3) + values[1];
        let mut observation = Observation::new(step as u64, loss, &in_force, &signals).with_evaluator(&mut evaluator);
        any.propose(&mut observation, &mut proposal).expect("no failure");
        bits.push(u64::from(proposal.report.0));
        bits.extend(values.iter().map(|v| v.to_bits()));
        in_force = values;
    }
    (bits, any.save())
}

#[test]
fn loaded_linked_and_compiled_in_give_the_same_bits() {
    let spec = two_hyperparameters();
    let linked = Plugin::linked("exemplary", exemplary::controllers());
    let (table, stable) = (library("exemplary", FrontEnd::Table), library("exemplary", FrontEnd::AbiStable));
    assert_eq!(table.descriptors(), stable.descriptors());
    assert_eq!(table.descriptors(), linked.descriptors());
    for registration in exemplary::controllers() {
        let descriptor = registration.descriptor();
        let (id, n_signals) = (descriptor.id.as_str(), descriptor.signals.len());
        let reference = history(Any::Linked(registration.make(&json!({}), &spec, 5).expect("good")), n_signals);
        assert_eq!(reference.1.is_some(), descriptor.saves_state);
        for plugin in [&*table, &*stable, &linked] {
            let instance = plugin.create(id, &json!({}), &spec, 5).expect("good");
            assert!(history(Any::Loaded(instance), n_signals) == reference, "{id} through {}", plugin.front_end());
        }
        let other = history(Any::Linked(registration.make(&json!({}), &spec, 6).expect("good")), n_signals);
        assert_eq!(other == reference, id != "walker", "only the walker draws");
    }
}

fn step(instance: &mut Instance, step: u64, loss: f64) -> Result<f64, PluginFault> {
    let mut values = [0.0];
    let mut proposal = Proposal { values: &mut values, report: Report::NONE };
    instance.propose(&mut Observation::new(step, loss, &[0.25], &[]), &mut proposal)?;
    Ok(values[0])
}

fn keeper(name: &str) -> Instance {
    Plugin::load(&case(name)).expect("a good entry").create("keeper", &json!({}), &spec(), 1).expect("it can be made")
}

#[test]
fn every_status_is_understood() {
    let mut instance = keeper("CASE_WARNING");
    assert_eq!((step(&mut instance, 0, 1.0), instance.counters().n_warnings, instance.remark()), (Ok(0.25), 1, "a remark"));
    let mut instance = keeper("CASE_DISCARD");
    assert_eq!((step(&mut instance, 0, 1.0), instance.counters().n_discards), (Ok(0.25), 1));
    let fault = step(&mut keeper("CASE_ERROR"), 7, 1.0).expect_err("an error");
    assert_eq!(fault.to_string(), "controller `keeper` at step 7: error: no more");
    let fault = step(&mut keeper("CASE_BAD_STATUS"), 7, 1.0).expect_err("no status");
    assert_eq!(fault.to_string(), "controller `keeper` at step 7: unknown status 77");
    let mut instance = keeper("CASE_OVERRUN");
    for _ in 0..2 {
        assert_eq!(step(&mut instance, 7, 1.0).expect_err("behind its values").kind, FaultKind::Overrun);
    }
}

#[test]
fn what_is_not_written_is_nan() {
    assert!(step(&mut keeper("CASE_SILENT"), 0, 1.0).expect("no fault").is_nan());
    let faulty = library("faulty", FrontEnd::Table);
    let mut instance = faulty.create("silent", &json!({"at": 0}), &spec(), 1).expect("it can be made");
    assert!(step(&mut instance, 0, 1.0).expect("no fault").is_nan());
}

#[test]
fn failing_create_reports_its_reason() {
    let plugin = Plugin::load(&case("CASE_CREATE_FAILS")).expect("a good entry");
    let fault = plugin.create("keeper", &json!({}), &spec(), 1).err().expect("never");
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::Error, "never"));
    let plugin = library("exemplary", FrontEnd::Table);
    let fault = plugin.create("walker", &json!({"widht": 1}), &spec(), 1).err().expect("unknown key");
    assert!(fault.message.contains("did you mean `width`?"), "{}", fault.message);
    let fault = plugin.create("wlaker", &json!({}), &spec(), 1).err().expect("unknown id");
    assert!(fault.message.contains("did you mean `walker`?"), "{}", fault.message);
}

#[test]
fn panic_poisons_until_reset() {
    for front_end in [FrontEnd::Table, FrontEnd::AbiStable] {
        let mut instance = library("faulty", front_end).create("panic", &json!({"at": 2}), &spec(), 1).expect("it can be made");
        assert_eq!(step(&mut instance, 0, 1.0), Ok(0.25));
        let fault = step(&mut instance, 2, 1.0).expect_err("a panic");
        assert_eq!(fault.to_string(), "controller `panic` at step 2: fatal: panic: panic at step 2");
        assert_eq!(step(&mut instance, 0, 1.0).expect_err("poisoned").kind, FaultKind::Fatal);
        assert_eq!(instance.save_state().expect_err("poisoned").kind, FaultKind::Fatal);
        instance.reset(1).expect("a reset heals");
        assert_eq!(step(&mut instance, 0, 1.0), Ok(0.25));
    }
}

#[test]
fn panics_outside_propose_are_caught_too() {
    for front_end in [FrontEnd::Table, FrontEnd::AbiStable] {
        let faulty = library("faulty", front_end);
        let fault = faulty.create("panic-in-new", &json!({}), &spec(), 1).err().expect("a panic");
        assert_eq!(fault.message, "panic: panic in new");
        drop(faulty.create("panic-in-drop", &json!({}), &spec(), 1).expect("it can be made"));
        let mut instance = faulty.create("panic-in-save", &json!({}), &spec(), 1).expect("it can be made");
        assert_eq!(instance.save_state().expect_err("a panic").message, "panic: panic in save_state");
        let mut instance = faulty.create("panic-in-load", &json!({}), &spec(), 1).expect("it can be made");
        assert_eq!(instance.load_state(&[0; 8]).expect_err("a panic").message, "panic: panic in load_state");
    }
}

#[test]
fn state_crosses_and_garbage_is_refused() {
    for front_end in [FrontEnd::Table, FrontEnd::AbiStable] {
        let make = || library("exemplary", front_end).create("walker", &json!({}), &spec(), 3).expect("good");
        let mut instance = make();
        for s in 0..20 {
            step(&mut instance, s, 1.0).expect("no failure");
        }
        let state = instance.save_state().expect("no failure").expect("the walker saves");
        let mut other = make();
        assert_eq!(other.load_state(&state[1..]).expect_err("garbage").kind, FaultKind::Error);
        other.load_state(&state).expect("its own state");
        assert_eq!(other.save_state().expect("no failure"), Some(state));
        assert_eq!(step(&mut other, 20, 1.0), step(&mut instance, 20, 1.0));
    }
}

#[test]
fn changed_floating_point_mode_is_restored_and_counted() {
    let mut instance = library("faulty", FrontEnd::Table).create("flush-to-zero", &json!({"at": 1}), &spec(), 1).expect("good");
    for s in 0..3 {
        step(&mut instance, s, 1.0).expect("no failure");
        assert_eq!(std::hint::black_box(1e-310_f64) * std::hint::black_box(0.5), 5e-311);
    }
    let expected = if cfg!(target_arch = "x86_64") { 2 } else { 0 };
    assert_eq!(instance.counters().n_mode_changes, expected);
}

#[test]
fn no_function_of_an_instance_leaves_the_mode_changed() {
    let half_is_kept = || std::hint::black_box(1e-310_f64) * std::hint::black_box(0.5) == 5e-311;
    let mut instance = keeper("CASE_FLUSH_ELSEWHERE");
    assert_eq!(instance.save_state(), Ok(None));
    assert!(half_is_kept(), "after a state that is not saved");
    instance.load_state(&[1, 2, 3]).expect_err("it asks for the reason");
    assert!(half_is_kept(), "after the reason of a failure");
    drop(instance);
    assert!(half_is_kept(), "after the end");
}

#[test]
fn panic_of_the_hosts_evaluator_reaches_the_host() {
    for front_end in [FrontEnd::Table, FrontEnd::AbiStable] {
        let mut instance = library("exemplary", front_end).create("prober", &json!({}), &spec(), 1).expect("good");
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut values = [0.0];
            let mut proposal = Proposal { values: &mut values, report: Report::NONE };
            let mut evaluator = |_: &[f64]| -> f64 { panic!("host side") };
            instance.propose(&mut Observation::new(0, 1.0, &[0.25], &[]).with_evaluator(&mut evaluator), &mut proposal)
        }));
        let panic = outcome.expect_err("the panic passes through");
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"host side"));
    }
}

/// Ten decisions of instances, all together; the values of each, or the first failure.
fn together(mut instances: Vec<Instance>) -> Result<Vec<Vec<f64>>, (usize, PluginFault)> {
    let mut in_force = vec![[0.25]; instances.len()];
    let mut values = vec![Vec::new(); instances.len()];
    for step in 0..10 {
        let seen = in_force.clone();
        let observed: Vec<_> =
            seen.iter().map(|h| Observed { step, loss: 1.0 / (1 + step) as f64, hyperparameters: h, signals: &[] }).collect();
        let mut proposals: Vec<_> = in_force.iter_mut().map(|v| Proposal { values: v, report: Report::NONE }).collect();
        let mut all: Vec<_> = instances.iter_mut().collect();
        propose_batch(&mut all, &observed, &mut proposals)?;
        values.iter_mut().zip(&in_force).for_each(|(v, h)| v.push(h[0]));
    }
    Ok(values)
}

#[test]
fn batches_give_what_each_would_alone() {
    let mut reference: Option<Vec<Vec<f64>>> = None;
    for front_end in [FrontEnd::Table, FrontEnd::AbiStable] {
        let plugin = library("exemplary", front_end);
        let make = |seed| plugin.create("walker", &json!({}), &spec(), seed).expect("good");
        let all = together((0..5).map(make).collect()).expect("no failure");
        let alone: Vec<_> = (0..5).map(|seed| together(vec![make(seed)]).expect("no failure").remove(0)).collect();
        assert_eq!(all, alone);
        assert_ne!(all[0], all[1], "each has a seed of its own");
        assert_eq!(reference.get_or_insert(all.clone()), &all, "through {front_end}");
    }
    // Different libraries in one list: each is called through its own function.
    let walker = library("exemplary", FrontEnd::Table).create("walker", &json!({}), &spec(), 0).expect("good");
    let mixed = together(vec![keeper("CASE_NONE"), walker, keeper("CASE_DISCARD")]).expect("no failure");
    assert_eq!((&mixed[0], &mixed[2]), (&vec![0.25; 10], &vec![0.25; 10]));
    assert_eq!(reference.map(|r| r[0].clone()).as_ref(), Some(&mixed[1]));
}

#[test]
fn a_batch_stops_at_the_first_failure_and_goes_on_after_a_discard() {
    let discards = together((0..3).map(|_| keeper("CASE_DISCARD")).collect()).expect("declining is no failure");
    assert_eq!(discards, vec![vec![0.25; 10]; 3]);
    let faulty = library("faulty", FrontEnd::Table);
    let at = |at: u64| faulty.create("panic", &json!({"at": at}), &spec(), 1).expect("it can be made");
    let (position, fault) = together(vec![at(7), at(4), at(2), at(2)]).expect_err("two of them panic at step 2");
    assert_eq!((position, fault.to_string()), (2, "controller `panic` at step 2: fatal: panic: panic at step 2".to_owned()));
    let (position, fault) = together(vec![keeper("CASE_NONE"), keeper("CASE_OVERRUN"), keeper("CASE_OVERRUN")]).expect_err("overruns");
    assert_eq!((position, fault.kind), (1, FaultKind::Overrun));
    let (_, fault) = together(vec![keeper("CASE_BATCH_COUNT"), keeper("CASE_BATCH_COUNT")]).expect_err("an absurd count");
    assert_eq!(fault.kind, FaultKind::Protocol);
}
