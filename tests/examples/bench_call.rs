//! The cost of one decision: a direct call (inlined), through a `dyn` policy, through the C table of a loaded library, through its `abi_stable` module.
//!
//! `cargo build --release && cargo run --release -p oha-tests --example bench_call`

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use oha_host::plugin::{FrontEnd, Plugin};
use oha_host::sim::policy::{Policy, Static};
use oha_plugin_api::{Config, Controller, EpisodeSpec, HyperparameterSpec, Observation, Proposal, Report, Scale};
use std::hint::black_box;
use std::time::Instant;

const CALLS: u64 = 2_000_000;
const REPEATS: usize = 9;

fn spec() -> EpisodeSpec {
    let rate = HyperparameterSpec { name: "learning_rate".into(), min: 1e-6, max: 10.0, scale: Scale::Log, integer: false, initial: 0.1 };
    EpisodeSpec { n_steps: CALLS, optimizer_steps_per_decision: 1, steps_per_epoch: 0, hyperparameters: vec![rate] }
}

/// Runs `propose` for every step and returns nanoseconds a call.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn time(mut propose: impl FnMut(&mut Observation<'_>, &mut Proposal<'_>)) -> f64 {
    let mut values = [f64::NAN];
    let mut applied = [0.1];
    let start = Instant::now();
    for step in 0..CALLS {
        let mut proposal = Proposal { values: &mut values, report: Report::NONE };
        let loss = 1.0 / (1 + step % 64) as f64;
        propose(&mut Observation::new(step, black_box(loss), &applied, &[]), &mut proposal);
        applied[0] = black_box(values[0]);
    }
    start.elapsed().as_nanos() as f64 / CALLS as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn bench<C: Controller>(library: &str) {
    let path = oha_tests::built("release").join(format!("{}{library}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX));
    let descriptor = C::descriptor();
    let none = serde_json::json!({});
    let config = Config::check(&descriptor, &none).expect("defaults are valid");
    let mut direct: Vec<f64> = Vec::new();
    let mut dynamic = Vec::new();
    let mut table = Vec::new();
    let mut stable = Vec::new();
    let loaded = Plugin::load(&path).expect("the library loads");
    let checked = Plugin::load_through(&path, FrontEnd::AbiStable).expect("the library has an abi_stable module");
    for _ in 0..REPEATS {
        let mut controller = C::new(&config, &spec(), 0).expect("a valid episode");
        direct.push(time(|o, p| controller.propose(o, p).expect("no fault")));
        let mut boxed: Box<dyn Policy> = Box::new(Static(C::new(&config, &spec(), 0).expect("a valid episode")));
        dynamic.push(time(|o, p| boxed.propose(o, p).expect("no fault")));
        for (plugin, times) in [(&loaded, &mut table), (&checked, &mut stable)] {
            let mut instance = plugin.create(&descriptor.id, &none, &spec(), 0).expect("a valid episode");
            times.push(time(|o, p| instance.propose(o, p).expect("no fault")));
        }
    }
    let base = median(direct.clone());
    println!("{:<24} {:>8} {:>7}", format!("{library}:{}", descriptor.id), "ns/call", "ratio");
    for (name, times) in [("direct, inlined", direct), ("dyn", dynamic), ("C table", table), ("abi_stable", stable)] {
        let ns = median(times);
        println!("  {name:<22} {ns:>8.2} {:>7.2}", ns / base);
    }
}

fn main() {
    bench::<schedules::InverseSqrt>("schedules");
    bench::<schedules::Cosine>("schedules");
    bench::<schedules::Constant>("schedules");
}
