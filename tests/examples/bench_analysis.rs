//! The work of a paper's statistics section, timed: bootstrap intervals, the stratified interquartile mean, exact tests, Bayes.
//!
//! `cargo build --release -p oha-tests --example bench_analysis`, then `python tests/examples/bench_analysis.py`, which runs this and the same work in
//! SciPy, arch, rliable, NumPy and baycomp, and prints ratios of processor time. One thread, the least of several repeats, processor time of the process.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use oha_analysis::bayes::{PriorPlace, bayes_signed_rank};
use oha_analysis::interval::bootstrap;
use oha_analysis::resample::{Plan, Resampler, Statistic};
use oha_analysis::sample::{Pairs, Sample, Strata};
use oha_analysis::test::{WilcoxonMethod, ZeroMethod, wilcoxon};
use std::hint::black_box;

const REPEATS: usize = 9;

/// A fixed sequence in [-1, 1): the benchmark needs numbers, not randomness.
fn numbers(n: usize, salt: u64) -> Vec<f64> {
    let mut state = salt.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..n).map(|_| next() + next() + next()).collect()
}

/// Processor time of all threads so far, as Python's `time.process_time` counts it: on a shared machine the wall clock measures the neighbours.
fn processor_ms() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on every Unix and the pointer is to a value of ours.
    let code = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(code, 0, "the clock of the process can be read");
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 * 1e-6
}

/// Prints the least milliseconds of `REPEATS` runs.
fn time<T>(name: &str, work: impl Fn() -> T) {
    let once = || {
        let start = processor_ms();
        black_box(work());
        processor_ms() - start
    };
    let least = (0..REPEATS).map(|_| once()).fold(f64::INFINITY, f64::min);
    println!("{name}\t{least}");
}

fn sample(n: usize, salt: u64) -> Sample {
    Sample::new("x", numbers(n, salt)).expect("finite numbers")
}

fn resampler(n: usize) -> Resampler {
    Resampler::new(n, 1).expect("at least one resample")
}

fn bootstraps() {
    let hundred = sample(100, 1);
    time("bca-mean", || bootstrap(&hundred, Statistic::Mean, resampler(10_000)).and_then(|b| b.bca(0.95, &hundred, Statistic::Mean)));
    let thirty = sample(30, 2);
    time("bca-paired-median", || {
        bootstrap(&thirty, Statistic::Median, resampler(10_000)).and_then(|b| b.bca(0.95, &thirty, Statistic::Median))
    });
    time("percentile-mean", || bootstrap(&hundred, Statistic::Mean, resampler(10_000)).and_then(|b| b.percentile(0.95)));
    let algorithms: Vec<Strata> = (0..2)
        .map(|a| Strata::new("scores", &(0..30).map(|task| numbers(10, 100 * a + task)).collect::<Vec<_>>()).expect("finite numbers"))
        .collect();
    time("stratified-iqm", || {
        let of = |scores: &Strata| resampler(50_000).replicates(&Plan::stratified(scores), scores.values(), Statistic::InterquartileMean);
        algorithms.iter().map(of).collect::<Vec<_>>()
    });
}

fn tests() {
    let thirty = Pairs::from_differences(&sample(30, 3));
    time("wilcoxon-exact-30", || wilcoxon(&thirty, ZeroMethod::Wilcox, WilcoxonMethod::Exact));
    let tied: Vec<f64> = [1.0, 1.0, -1.0, 0.0, 2.0, 2.0, -2.0, 3.0, 3.0, 0.0, 4.0, -5.0, 5.0].to_vec();
    let tied = Pairs::from_differences(&Sample::new("d", tied).expect("finite numbers"));
    time("wilcoxon-exact-ties-13", || wilcoxon(&tied, ZeroMethod::Wilcox, WilcoxonMethod::Exact));
    time("bayes-signed-rank", || bayes_signed_rank(&thirty, 0.1, 0.5, PriorPlace::Rope, resampler(50_000)));
}

fn main() {
    bootstraps();
    tests();
}
