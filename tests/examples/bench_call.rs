//! The cost of one decision: a direct call (inlined), through a `dyn` policy, through the C table of a loaded library, in a batch of 64, through its
//! `abi_stable` module; the time to load a library; and the time to start a worker that has loaded it.
//!
//! `cargo run --release -p oha-tests --example bench_call` (the workspace is built first, which it says).

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use oha_host::plugin::isolation::WorkerCommand;
use oha_host::plugin::probe::Probe;
use oha_host::plugin::{FrontEnd, Instance, Observed, Plugin, propose_batch};
use oha_host::sim::policy::{Policy, Static};
use oha_plugin_api::{Config, Controller, EpisodeSpec, HyperparameterSpec, Observation, Proposal, Report, Scale};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

const CALLS: u64 = 1_000_000;
const REPEATS: usize = 7;
const BATCH: usize = 64;

fn spec() -> EpisodeSpec {
    let rate = HyperparameterSpec { name: "learning_rate".into(), min: 1e-6, max: 10.0, scale: Scale::Log, integer: false, initial: 0.1 };
    EpisodeSpec { n_steps: CALLS, optimizer_steps_per_decision: 1, steps_per_epoch: 0, hyperparameters: vec![rate] }
}

/// Runs `propose` for every step and returns nanoseconds a call.
fn time(signals: &[f64], mut propose: impl FnMut(&mut Observation<'_>, &mut Proposal<'_>)) -> f64 {
    let mut values = [f64::NAN];
    let mut applied = [0.1];
    let start = Instant::now();
    for step in 0..CALLS {
        let mut proposal = Proposal { values: &mut values, report: Report::NONE };
        let loss = 1.0 / (1 + step % 64) as f64;
        propose(&mut Observation::new(step, black_box(loss), &applied, signals), &mut proposal);
        applied[0] = black_box(values[0]);
    }
    start.elapsed().as_nanos() as f64 / CALLS as f64
}

/// As [`time`], with lock-step episodes of as many instances as there are.
fn time_batch(signals: &[f64], instances: &mut [Instance]) -> f64 {
    let n_steps = CALLS / BATCH as u64;
    let mut applied = vec![[0.1]; BATCH];
    let mut values = vec![[f64::NAN]; BATCH];
    let mut all: Vec<&mut Instance> = instances.iter_mut().collect();
    let start = Instant::now();
    for step in 0..n_steps {
        let loss = black_box(1.0 / (1 + step % 64) as f64);
        let observed: Vec<_> = applied.iter().map(|h| Observed { step, loss, hyperparameters: h, signals }).collect();
        let mut proposals: Vec<_> = values.iter_mut().map(|v| Proposal { values: v, report: Report::NONE }).collect();
        propose_batch(&mut all, &observed, &mut proposals).expect("no fault");
        applied.copy_from_slice(black_box(&values));
    }
    start.elapsed().as_nanos() as f64 / (n_steps * BATCH as u64) as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn calls<C: Controller>(folder: &Path, library: &str) {
    let path = &library_in(folder, library);
    let descriptor = C::descriptor();
    let signals = &vec![0.5; descriptor.signals.len()][..];
    let none = serde_json::json!({});
    let config = Config::check(&descriptor, &none).expect("defaults are valid");
    let loaded = Plugin::load(path).expect("the library loads");
    let checked = Plugin::load_through(path, FrontEnd::AbiStable).expect("the library has an abi_stable module");
    let instance = |plugin: &Plugin| plugin.create(&descriptor.id, &none, &spec(), 0).expect("a valid episode");
    let mut times: [(&str, Vec<f64>); 5] =
        ["direct, inlined", "dyn", "C table", "C table, batch of 64", "abi_stable"].map(|n| (n, Vec::new()));
    for _ in 0..REPEATS {
        let mut controller = C::new(&config, &spec(), 0).expect("a valid episode");
        times[0].1.push(time(signals, |o, p| controller.propose(o, p).expect("no fault")));
        let mut boxed: Box<dyn Policy> = Box::new(Static(C::new(&config, &spec(), 0).expect("a valid episode")));
        times[1].1.push(time(signals, |o, p| black_box(&mut boxed).propose(o, p).expect("no fault")));
        let (mut table, mut stable) = (instance(&loaded), instance(&checked));
        times[2].1.push(time(signals, |o, p| table.propose(o, p).expect("no fault")));
        times[3].1.push(time_batch(signals, &mut (0..BATCH).map(|_| instance(&loaded)).collect::<Vec<_>>()));
        times[4].1.push(time(signals, |o, p| stable.propose(o, p).expect("no fault")));
    }
    let base = median(times[0].1.clone());
    println!("{:<26} {:>8} {:>7}", descriptor.id, "ns/call", "ratio");
    for (name, times) in times {
        let ns = median(times);
        println!("  {name:<24} {ns:>8.2} {:>7.2}", ns / base);
    }
}

/// Milliseconds of `work` over copies of the library whose bytes differ, so that none is known already.
fn fresh(path: &Path, mut work: impl FnMut(&Path)) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = std::fs::read(path).expect("the library");
    let mut once = |i: usize| {
        let copy: PathBuf = folder.path().join(format!("lib{i}.so"));
        std::fs::write(&copy, [&bytes[..], &i.to_le_bytes()].concat()).expect("a folder to write to");
        let start = Instant::now();
        work(&copy);
        start.elapsed().as_secs_f64() * 1e3
    };
    median((0..REPEATS).map(&mut once).collect())
}

fn library_in(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX))
}

fn main() {
    eprintln!("building the workspace with the profile `release` ...");
    let folder = oha_tests::built("release");
    calls::<schedules::Constant>(folder, "schedules");
    calls::<schedules::InverseSqrt>(folder, "schedules");
    calls::<schedules::Cosine>(folder, "schedules");
    calls::<plateau::ReduceOnPlateau>(folder, "plateau");
    calls::<hypergradient::Hypergradient>(folder, "hypergradient");
    calls::<bandits::BanditSwUcb>(folder, "bandits");
    calls::<reset::ResetAdwin>(folder, "reset");
    let path = library_in(folder, "schedules");
    let size = std::fs::metadata(&path).expect("the library").len();
    println!("library of {} KiB", size >> 10);
    println!("  check, load and describe {:>8.2} ms", fresh(&path, |p| drop(Plugin::load(p).expect("it loads"))));
    let command = WorkerCommand { program: folder.join("oha-host"), arguments: vec!["__worker".into()] };
    let probe = Probe::new(command);
    println!("  the same in a new worker {:>8.2} ms", fresh(&path, |p| drop(probe.describe(p).expect("it loads"))));
}
