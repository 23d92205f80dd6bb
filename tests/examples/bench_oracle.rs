//! What oracles cost: the ladder by horizon and by budget (which sets the width of the beam), label setting by the size of its grid, the planner of the expected
//! loss by its horizon. Times in one run, with their ratio to the first of each series.
//!
//! `cargo run --release -p oha-tests --example bench_oracle`

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use oha_host::sim::oracle::moments::Moments;
use oha_host::sim::oracle::{Settings, compute, labels, searches_beside_exact, serial};
use oha_host::sim::rng::Streams;
use oha_host::sim::scenario::{Scenario, from_json};
use serde_json::{Value, json};
use std::time::Instant;

/// Seconds of `work`, and what it gave.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn timed<R>(work: impl FnOnce() -> R) -> (f64, R) {
    let start = Instant::now();
    let result = work();
    (start.elapsed().as_secs_f64(), result)
}

struct Series {
    first: Option<f64>,
}

impl Series {
    fn begin(title: &str) -> Self {
        println!("\n{title}");
        Self { first: None }
    }

    fn row(&mut self, what: &str, seconds: f64, more: &str) {
        let first = *self.first.get_or_insert(seconds);
        println!("  {what:34} {seconds:8.3} s  x {:<7.1} {more}", seconds / first);
    }
}

fn scenario(task: Value, n_steps: u64) -> Scenario {
    let momentum = json!(["learning_rate", "momentum"]);
    from_json(&json!({ "name": "bench", "n_steps": n_steps, "task": task, "controlled": momentum, "regime": [{ "kind": "target-jump", "start": 0.5 }] }))
        .expect("valid")
}

fn known(n_steps: u64) -> Scenario {
    from_json(&json!({ "name": "bench", "n_steps": n_steps, "task": "tracking", "regime": [{ "kind": "target-jump", "start": 0.5 }] }))
        .expect("valid")
}

fn main() {
    let settings = |budget| Settings { n_tuning_seeds: 8, budget, switches: 4 };
    let nqm = || json!({ "kind": "noisy-quadratic" });

    let mut series = Series::begin("every search by simulation, 50 curvatures, two hyperparameters, budget 300, by horizon");
    for n in [250, 500, 1000, 2000] {
        let (seconds, oracles) = timed(|| compute(&scenario(nqm(), n), 0, settings(300), &serial));
        let episodes: u64 = oracles.schedules.iter().map(|s| s.n_evaluations).sum();
        series.row(&format!("{n} steps"), seconds, &format!("{episodes} episodes, {:.1} us a step", 1e6 * seconds / (episodes * n) as f64));
    }

    let mut series = Series::begin("the same at 500 steps by budget: the beam's width is budget / (8 seeds x 9 moves), 32 at most");
    for budget in [150, 300, 600, 1200, 2400] {
        let (seconds, oracles) = timed(|| compute(&scenario(nqm(), 500), 0, settings(budget), &serial));
        let of = |rung: &str| oracles.schedules.iter().find(|s| s.rung == rung).map_or(f64::NAN, |s| s.upper);
        let losses = format!(
            "constant {:.3}, beam {:.3}, receding {:.3}, cma-es {:.3}",
            of("best-constant"),
            of("beam"),
            of("receding-horizon"),
            of("cma-es")
        );
        series.row(&format!("budget {budget}"), seconds, &losses);
    }

    let mut series = Series::begin("searches beside the exact schedule of tracking, 200 steps, by budget: share above it");
    for budget in [300, 1200, 4800] {
        let (seconds, found) = timed(|| searches_beside_exact(&known(200), 0, settings(budget), &serial));
        let gaps: Vec<String> = found.iter().map(|s| format!("{} {:.1} %", s.rung, 100.0 * s.above_exact.unwrap_or(f64::NAN))).collect();
        series.row(&format!("budget {budget}"), seconds, &gaps.join(", "));
    }

    let mut series =
        Series::begin("label setting, 2 curvatures, 14 steps, by the size of the grid of rates (at most 20 000 labels a step)");
    let two = from_json(&json!({ "name": "two", "n_steps": 14,
        "task": { "kind": "noisy-quadratic", "spectrum": [1.0, 0.1], "initial": [1.0, 10.0] } }))
    .expect("valid");
    let m = Moments::of(&two, &two.regime(&Streams::tuning(0, "two", 0))).expect("linear and Gaussian");
    for n in [4, 6, 8, 12] {
        let grid: Vec<f64> = (0..n).map(|i| 0.05 * libm_pow(32.0, f64::from(i) / f64::from(n - 1))).collect();
        let (seconds, found) = timed(|| labels::set(&m, &grid, None, 20_000));
        series.row(&format!("{n} rates"), seconds, &format!("{} labels, loss {:.4}", found.n_labels, found.value));
    }

    let mut series = Series::begin("the optimum of the expected loss, 50 curvatures, by horizon");
    for n in [100, 200, 400, 800] {
        let plain = from_json(&json!({ "name": "plain", "n_steps": n, "task": nqm() })).expect("valid");
        let (seconds, oracles) = timed(|| compute(&plain, 0, settings(300), &serial));
        let best = oracles.best_schedule().expect("a schedule");
        series.row(&format!("{n} steps"), seconds, &format!("[{:.3}, {:.3}]", oracles.lower().unwrap_or(f64::NAN), best.upper));
    }
}

/// A power whose last bit matters to nobody here.
#[expect(clippy::disallowed_methods, reason = "a grid of a benchmark")]
fn libm_pow(x: f64, y: f64) -> f64 {
    x.powf(y)
}
