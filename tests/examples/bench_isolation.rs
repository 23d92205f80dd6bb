//! Throughput of a suite with controllers in worker processes, against threads, in one run; what a decision costs more there; and all threads against one.
//!
//! `cargo run --release -p oha-tests --example bench_isolation [SUITE] [SEEDS]` (the workspace is built first, which it says).

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use oha_host::executor::Executor;
use oha_host::plugin::SearchPath;
use oha_host::plugin::isolation::{Limits, WorkerCommand};
use oha_host::seeds::Seeds;
use oha_host::session::block::{InThread, Runner};
use oha_host::session::worker::Isolated;
use oha_host::study::{ControllerFile, Study, StudyFile};
use std::time::Instant;

const REPEATS: usize = 5;

/// Seconds that all episodes of the controllers take.
fn run(study: &Study, executor: &Executor, runner: &dyn Runner) -> f64 {
    let jobs: Vec<(usize, usize, u64)> = (0..study.scenarios.len())
        .flat_map(|s| study.seeds.iter().flat_map(move |&seed| (0..study.controllers.len()).map(move |c| (s, c, seed))))
        .collect();
    let start = Instant::now();
    let lengths = executor.map(jobs.len(), |i| runner.run(jobs[i].0, jobs[i].1, jobs[i].2).trajectory.len());
    assert!(lengths.iter().all(|&n| n > 0), "no episode is lost");
    start.elapsed().as_secs_f64()
}

fn main() {
    eprintln!("building the workspace with the profile `release` ...");
    let folder = oha_tests::built("release");
    let mut arguments = std::env::args().skip(1);
    let suite = arguments.next().unwrap_or_else(|| "standard".to_owned());
    let n_seeds = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(4);
    let mut file = StudyFile::of_suite(&suite);
    file.controllers = ["constant", "cosine", "reduce-on-plateau", "hypergradient"].map(|c| ControllerFile::Spec(c.to_owned())).to_vec();
    file.seeds = Seeds::Count(n_seeds);
    let study = Study::resolve(file, &SearchPath::new(&[folder.to_owned()], None, None)).expect("a valid study");
    let executor = Executor::new(0).expect("threads");
    let n_episodes = study.scenarios.len() * study.seeds.len() * study.controllers.len();
    let n_steps: u64 = study.scenarios.iter().map(|s| s.n_steps).sum::<u64>() * (study.seeds.len() * study.controllers.len()) as u64;
    println!("suite {suite}: {n_episodes} episodes, {n_steps} decisions, {} threads", executor.n_threads());
    let threads = InThread { scenarios: &study.scenarios, controllers: &study.controllers, study_seed: study.file.seed };
    let mut ratios: Vec<(f64, f64, f64)> = Vec::new();
    let supervising = Executor::new(Isolated::n_threads(executor.n_threads())).expect("threads");
    for _ in 0..REPEATS {
        let thread = run(&study, &executor, &threads);
        // Workers are started anew each time: their start is part of what isolation costs.
        let command = WorkerCommand { program: folder.join("oha-host"), arguments: vec!["__worker".into()] };
        let isolated = Isolated::new(command, &study, supervising.n_threads(), Limits::default());
        let process = run(&study, &supervising, &isolated);
        println!("  threads {thread:.2} s, processes {process:.2} s, throughput ratio {:.3}", thread / process);
        ratios.push((thread / process, thread, process));
    }
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, thread, process) = ratios[REPEATS / 2];
    let one = run(&study, &Executor::new(1).expect("a thread"), &threads);
    println!("one thread {one:.2} s: {:.2} times the time of {} threads", one / thread, executor.n_threads());
    println!("median ratio {ratio:.3}; {:.0} ns a decision more", (process - thread) * 1e9 * executor.n_threads() as f64 / n_steps as f64);
}
