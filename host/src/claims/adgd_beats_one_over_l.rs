//! Adaptive gradient descent without descent follows the local curvature and needs far fewer steps than gradient descent at `1 / L` (Malitsky, Mishchenko 2020).
//!
//! Logistic regression of two classes as a softmax: its Hessian is at most `lambda_max(X'X / n) / 2 + gamma`, `X` with a column of ones.

use super::bench::scenario;
use super::{Bench, Check, Claim, Relation};
use crate::session::block::create_for;
use crate::sim::data;
use crate::sim::policy::{Policy, Schedule};
use crate::sim::rng::Streams;
use crate::sim::scenario::Scenario;
use crate::sim::trainer::SignalSet;
use crate::study::StudyError;
use oha_plugin_api::{Observation, Proposal, Report, Signal};
use serde_json::json;

pub(super) const CLAIM: Claim = Claim {
    name: "adgd-beats-one-over-l",
    statement: "AdGD needs at most .3 times the steps of gradient descent at 1 / L until the gradient is a thousandth of its first norm",
    source: "Malitsky, Mishchenko 2020, arXiv:1910.09529",
    instance: "their problem, l2-regularised logistic regression with the whole data (breast-cancer, gamma = L / n), from random starts",
    deviation: None,
    quick: true,
    plays: true,
    check,
};

const DATA: &str = "breast-cancer";
const N_STEPS: u64 = 5000;
const N_SEEDS: usize = 4;

fn check(bench: &Bench<'_>) -> Result<Vec<Check>, StudyError> {
    let split = data::load(DATA).expect("an embedded data set");
    let rows = &split.train;
    let n = rows.len();
    let smooth = 0.5 * largest_eigenvalue(n, rows.n_features, |i| rows.row(i));
    let gamma = smooth / n as f64;
    let scenario = scenario(&json!({
        "name": "adgd", "n_steps": N_STEPS,
        "task": { "kind": "softmax-regression", "data": DATA, "batch_size": n, "evaluation_size": 1, "initialization": "he" },
        "hyperparameters": { "learning_rate": { "min": 1e-10, "max": 1e3, "initial": 1e-10 } },
        "regime": [{ "kind": "regularisation", "coefficient": gamma, "start": 0 }],
    }));
    let entry = bench.controller("adgd")?;
    let of = |adaptive: bool| {
        bench.map(N_SEEDS, |seed| {
            let streams = Streams::new(0, &scenario.name, seed as u64);
            if adaptive {
                let mut player = create_for(&entry, &scenario.episode_spec(), 0).expect("AdGD fits every task");
                n_steps(&scenario, &streams, &entry.descriptor.signals, &mut player)
            } else {
                n_steps(&scenario, &streams, &[], &mut Schedule { values: vec![1.0 / (smooth + gamma)] })
            }
        })
    };
    let (adaptive, constant) = (of(true), of(false));
    let what = format!("steps of AdGD over those at 1 / L, which are {:.0}", super::bench::mean(&constant));
    Ok(vec![Check::of_ratio(&what, Relation::AtMost, 0.3, &adaptive, &constant)])
}

/// Steps until the norm of the gradient is a thousandth of the first; the whole horizon where it never is.
fn n_steps(scenario: &Scenario, streams: &Streams, signals: &[Signal], policy: &mut dyn Policy) -> f64 {
    let watched: Vec<Signal> = signals.iter().copied().chain([Signal::GradientNorm]).collect();
    let mut training = scenario.start(streams);
    training.watch(SignalSet::new(&watched));
    let mut lambda = scenario.space.initial();
    let mut first = None;
    for t in 0..N_STEPS {
        training.look(t, &lambda);
        let values = training.signals();
        let norm = values[Signal::GradientNorm as usize];
        if norm <= 1e-3 * *first.get_or_insert(norm) {
            return t as f64;
        }
        let seen: Vec<f64> = signals.iter().map(|&s| values[s as usize]).collect();
        let (in_force, mut next) = ([lambda[0]], [f64::NAN]);
        let mut proposal = Proposal { values: &mut next, report: Report::NONE };
        policy.propose(&mut Observation::new(t, f64::NAN, &in_force, &seen), &mut proposal).expect("neither has a reason to fail");
        lambda[0] = next[0];
        let _ = training.step(t, &lambda);
    }
    N_STEPS as f64
}

/// Largest eigenvalue of `X'X / n`, `X` with a column of ones, by power iteration.
fn largest_eigenvalue<'a>(n: usize, n_features: usize, row: impl Fn(usize) -> &'a [f32]) -> f64 {
    let mut v = vec![1.0 / ((n_features + 1) as f64).sqrt(); n_features + 1];
    let mut value = 0.0;
    for _ in 0..200 {
        let mut next = vec![0.0; n_features + 1];
        for i in 0..n {
            let x: Vec<f64> = row(i).iter().map(|&x| f64::from(x)).chain([1.0]).collect();
            let along = x.iter().zip(&v).fold(0.0, |s, (a, b)| a.mul_add(*b, s));
            next.iter_mut().zip(&x).for_each(|(y, x)| *y = along.mul_add(x / n as f64, *y));
        }
        value = next.iter().map(|x| x * x).sum::<f64>().sqrt();
        v = next.iter().map(|x| x / value).collect();
    }
    value
}
