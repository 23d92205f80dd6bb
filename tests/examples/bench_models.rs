//! Speed of the real models: training steps a second, and each kernel's share of the processor's peak.
//!
//! `cargo build --release -p oha-tests --example bench_models`, then `python tests/examples/bench_models.py target/release/examples/bench_models`
//! compares with NumPy and JAX on one core in the same run. Alone it prints its own rates.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use oha_host::sim::data::text;
use oha_host::sim::kernel::gemm::{Start, gemm};
use oha_host::sim::kernel::matrix::{Matrix, MatrixMut};
use oha_host::sim::kernel::{self, Width};
use oha_host::sim::objective::gru::GruLanguage;
use oha_host::sim::rng::Streams;
use oha_host::sim::scenario::from_json;
use serde_json::{Value, json};
use std::time::Instant;

/// Best of five rates: calls a second of `f`, over at least `n` calls each.
fn rate(n: u32, mut f: impl FnMut()) -> f64 {
    f();
    (0..5).fold(0.0, |best: f64, _| {
        let start = clock();
        for _ in 0..n {
            f();
        }
        best.max(f64::from(n) / start.elapsed().as_secs_f64())
    })
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn clock() -> Instant {
    Instant::now()
}

/// A function of fused multiply-adds in registers, twelve independent chains of vectors of one width.
#[cfg(target_arch = "x86_64")]
macro_rules! chains {
    ($name:ident, $features:literal, $lanes:literal, $set:ident, $fma:ident, $store:ident) => {
        #[target_feature(enable = $features)]
        fn $name(n: usize, out: &mut f32) {
            use std::arch::x86_64::{$fma, $set, $store};
            let (mut sum, x) = ([$set(0.0); 12], $set(std::hint::black_box(1e-9)));
            for _ in 0..n {
                for s in &mut sum {
                    *s = $fma(x, x, *s);
                }
            }
            for s in sum {
                let mut lanes = [0.0; $lanes];
                // SAFETY: all lanes fit in the array.
                unsafe { $store(lanes.as_mut_ptr(), s) };
                *out += lanes.iter().sum::<f32>();
            }
        }
    };
}
#[cfg(target_arch = "x86_64")]
chains!(chains_avx2, "avx2,fma", 8, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_storeu_ps);
#[cfg(target_arch = "x86_64")]
chains!(chains_avx512, "avx512f", 16, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_storeu_ps);

/// Floating-point operations a second of fused multiply-adds at the kernels' width.
#[cfg(target_arch = "x86_64")]
fn peak() -> f64 {
    let (mut out, n) = (0.0, 10_000);
    let mut calls = |chains: unsafe fn(usize, &mut f32)| {
        // SAFETY: the width says what the processor has.
        rate(200, || unsafe { chains(n, std::hint::black_box(&mut out)) })
    };
    let (calls, lanes) = match kernel::current() {
        Width::Avx2 => (calls(chains_avx2), 8),
        Width::Avx512 => (calls(chains_avx512), 16),
        _ => return f64::NAN,
    };
    calls * n as f64 * 12.0 * 2.0 * f64::from(lanes)
}

#[cfg(not(target_arch = "x86_64"))]
fn peak() -> f64 {
    f64::NAN
}

/// Training steps a second of a task with plain SGD; evaluation once in `per_decision` steps.
fn steps(task: &Value, per_decision: u64, n: u32) -> f64 {
    let scenario = from_json(&json!({ "name": "bench", "task": task, "n_steps": 1_000_000, "optimizer_steps_per_decision": per_decision }))
        .expect("the scenario is valid");
    let mut training = scenario.start(&Streams::new(1, "bench", 0));
    let mut lambda = scenario.space.initial();
    lambda[0] = 0.01;
    let mut decision = 0;
    let calls = rate(n, || {
        let _ = training.step(decision, &lambda);
        decision += 1;
    });
    calls * per_decision as f64
}

/// Share of the peak of one product shape in one of its three forms.
fn share(peak: f64, (m, n, k): (usize, usize, usize), form: &str) -> f64 {
    let (a, b, mut c) = (vec![0.5f32; m * k], vec![0.25f32; k * n], vec![0.0f32; m * n]);
    let (a, b) = match form {
        "AB" => (Matrix::new(&a, m, k), Matrix::new(&b, k, n)),
        "A'B" => (Matrix::new(&a, k, m).transposed(), Matrix::new(&b, k, n)),
        _ => (Matrix::new(&a, m, k), Matrix::new(&b, n, k).transposed()),
    };
    let flops = 2.0 * (m * n * k) as f64;
    let calls = rate((2e8 / flops).ceil() as u32, || gemm(a, b, Start::Zero, MatrixMut::new(&mut c, m, n)));
    calls * flops / peak
}

fn main() {
    // With the name of a model: that one's rate alone.
    let only = std::env::args().nth(1);
    let peak = if only.is_some() { f64::NAN } else { peak() };
    let mut out = json!({ "width": kernel::current().name(), "peak_gflops": peak / 1e9 });
    for (name, task, n) in [
        ("softmax", json!({ "kind": "softmax-regression" }), 200),
        ("mlp", json!({ "kind": "mlp" }), 50),
        ("mlp-tanh", json!({ "kind": "mlp", "activation": "tanh" }), 50),
        ("cnn", json!({ "kind": "cnn" }), 2),
        ("gru", json!({ "kind": "gru" }), 2),
        ("transformer", json!({ "kind": "transformer" }), 1),
    ] {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        out["steps_per_second"][name] = json!(steps(&task, 100, n));
        if only.is_none() {
            out["steps_per_second_evaluated_each_step"][name] = json!(steps(&task, 1, 20 * n));
        }
    }
    if only.is_some() {
        println!("{out:#}");
        return;
    }
    out["vocabulary"] = json!(text::load("hamlet").expect("the text is in the library").vocabulary.len());
    let gru = GruLanguage::default();
    out["gru"] = json!({ "embedding": gru.embedding, "hidden": gru.hidden, "batch_size": gru.batch_size, "length": gru.length });
    for (shape, form) in [
        ((32, 128, 64), "AB"),
        ((64, 128, 32), "A'B"),
        ((32, 10, 128), "AB"),
        ((128, 10, 32), "A'B"),
        ((32, 128, 10), "AB'"),
        ((256, 256, 256), "AB"),
        ((256, 256, 256), "A'B"),
        ((256, 256, 256), "AB'"),
    ] {
        out["share_of_peak"][format!("{form} {}x{}x{}", shape.0, shape.1, shape.2)] = json!(share(peak, shape, form));
    }
    println!("{out:#}");
}
