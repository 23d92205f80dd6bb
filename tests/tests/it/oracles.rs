//! Oracles and claims, through the libraries as they are shipped.

use oha_host::plugin::SearchPath;
use oha_host::session::block;
use oha_host::sim::oracle::{Kind, Settings, Status, compute, serial};
use oha_host::sim::rng::Streams;
use oha_host::sim::scenario::from_json;
use oha_host::study::ControllerEntry;
use oha_tests::{built, run};
use serde_json::{Value, json};

/// Every shipped controller with its defaults.
fn field() -> Vec<ControllerEntry> {
    let folder = built("dev").to_owned();
    let search = SearchPath::new(&[folder], None, None);
    let shipped = search.libraries().into_iter().filter(|(_, p)| !["exemplary", "faulty"].contains(&p.name()));
    let specs: Vec<String> =
        shipped.flat_map(|(_, p)| p.descriptors().iter().map(|d| format!("{}:{}", p.name(), d.id)).collect::<Vec<_>>()).collect();
    assert!(specs.len() >= 30, "{specs:?}");
    specs.iter().map(|s| ControllerEntry::find(s, &search).unwrap_or_else(|e| panic!("{s}: {e}"))).collect()
}

/// On tracking with equal curvatures the exact schedule is the Kalman gain, and the filter is the best estimate that the gradients allow: in expectation no
/// controller is better, whatever gradients it sees. (The loss it may see says more; none of these makes use of that.)
#[test]
fn no_shipped_controller_beats_an_exact_oracle_in_expectation() {
    const N_SEEDS: u64 = 40;
    let field = field();
    for regime in [
        json!([]),
        json!([{ "kind": "target-jump", "start": 0.5, "variance": 25.0 }]),
        json!([{ "kind": "noise-variance", "start": 0.5, "factor": 20.0 }, { "kind": "drift-variance", "start": 0.7, "factor": 30.0 }]),
    ] {
        let scenario =
            from_json(&json!({ "name": "exact", "task": { "kind": "tracking", "dimension": 2 }, "n_steps": 200, "regime": regime }))
                .expect("valid");
        let oracles = compute(&scenario, 0, Settings { n_tuning_seeds: 1, budget: 60, switches: 1 }, &serial);
        let exact = oracles.best(Kind::Dynamic).expect("there is one");
        assert_eq!(exact.status, Status::Exact);
        assert!(oracles.schedules.iter().all(|s| s.above_exact.expect("all are on the expected loss") >= 0.0), "{oracles:?}");
        for entry in &field {
            let regret = |seed: u64| {
                let streams = Streams::new(0, &scenario.name, seed);
                let own = block::run_controller(&scenario, entry, &streams);
                own.trajectory.loss.iter().sum::<f64>() - exact.replay(&scenario, &streams).trajectory.loss.iter().sum::<f64>()
            };
            let regrets: Vec<f64> = (0..N_SEEDS).map(regret).collect();
            let mean = regrets.iter().sum::<f64>() / N_SEEDS as f64;
            let error = (regrets.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / (N_SEEDS * (N_SEEDS - 1)) as f64).sqrt();
            assert!(mean >= -4.0 * error, "{} under {regime}: {mean} +- {error}", entry.label);
        }
    }
}

#[test]
fn every_quick_claim_holds() {
    let done = run(&["claims", "--quick", "--format", "json"]);
    assert_eq!(done.code, 0, "{}\n{}", done.stdout, done.stderr);
    let claims: Vec<Value> = serde_json::from_str(&done.stdout).expect("JSON");
    assert!(claims.len() >= 10, "{}", done.stdout);
    for claim in &claims {
        let checks = claim["checks"].as_array().expect("checks");
        assert!(!checks.is_empty() && claim["instance"].as_str().is_some_and(|s| !s.is_empty()), "{claim}");
    }
    let slowest = claims.iter().map(|c| c["seconds"].as_f64().unwrap_or(f64::INFINITY)).sum::<f64>();
    eprintln!("quick claims: {slowest:.1} s");
}
