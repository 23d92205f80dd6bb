//! The cost of one full step of a noisy ten-dimensional quadratic (gradient, noise, update, controller through its library, guard, loss, record), in ratios
//! to a bare evaluation of the same function, measured in the same run.
//!
//! `cargo build --release -p schedules && cargo run --release -p oha-tests --example bench_quadratic`

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use oha_host::plugin::Plugin;
use oha_host::sim::episode::{View, run};
use oha_host::sim::kernel::normal;
use oha_host::sim::policy::{Policy, Schedule};
use oha_host::sim::rng::{SeedKey, Streams};
use oha_host::sim::scenario::{Scenario, from_json};
use serde_json::json;
use std::hint::black_box;
use std::time::Instant;

/// Steps of an episode, as suites have them.
const EPISODE: u64 = 2_000;
const N_EPISODES: u64 = 250;
const STEPS: u64 = N_EPISODES * EPISODE;
const REPEATS: usize = 9;

/// Nanoseconds a step of `work`, which takes `STEPS` steps: the median over the repeats.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn time(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..REPEATS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_nanos() as f64 / STEPS as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[REPEATS / 2]
}

fn scenario(drift: f64) -> Scenario {
    let spectrum = json!({ "law": "geometric", "dimension": 10, "condition_number": 10.0 });
    from_json(&json!({ "name": "bench", "n_steps": EPISODE, "task": { "kind": "noisy-quadratic", "spectrum": spectrum, "drift": drift } }))
        .expect("valid")
}

fn bare() {
    let h: [f64; 10] = std::array::from_fn(|i| 1.0 / (1.0 + i as f64));
    let mut x = [0.5; 10];
    for i in 0..STEPS {
        x[(i % 10) as usize] += 1e-9;
        let x = black_box(&x);
        black_box(0.5 * h.iter().zip(x).map(|(h, x)| h * x * x).sum::<f64>());
    }
}

fn main() {
    let library = format!("{}schedules{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let path = std::env::current_exe().expect("the program has a path").with_file_name("..").join(library);
    let plugin = Plugin::load(&path).expect("the library loads");
    let noise = || {
        let key = SeedKey::study(1);
        let mut z = [0.0; 10];
        for step in 0..STEPS {
            normal::fill(&mut key.at(step), &mut z);
            black_box(&z);
        }
    };
    let evaluation = time(bare);
    println!("bare evaluation                      1.0  ({evaluation:.1} ns)");
    let row = |name: &str, ns: f64| println!("{name:34} {:5.1}  ({ns:.1} ns, {:.1} million a second)", ns / evaluation, 1e3 / ns);
    row("ten normal numbers", time(noise));
    let streams = Streams::new(1, "bench", 0);
    for (name, drift) in [("", 0.0), (" with drift", 0.01)] {
        let scenario = scenario(drift);
        let episode = |policy: &mut dyn Policy| {
            black_box(run(&scenario, &streams, &View::open_loop(), policy));
        };
        let lambda = scenario.space.initial();
        row(
            &format!("training alone{name}"),
            time(|| {
                for _ in 0..N_EPISODES {
                    let mut training = scenario.start(&streams);
                    (0..EPISODE).for_each(|t| {
                        black_box(training.step(t, &lambda));
                    });
                }
            }),
        );
        row(&format!("episode, compiled-in{name}"), time(|| (0..N_EPISODES).for_each(|_| episode(&mut Schedule { values: vec![0.05] }))));
        row(
            &format!("episode, loaded library{name}"),
            time(|| {
                for _ in 0..N_EPISODES {
                    let mut instance = plugin.create("constant", &json!({}), &scenario.episode_spec(), 0).expect("a valid episode");
                    episode(&mut instance);
                }
            }),
        );
    }
}
