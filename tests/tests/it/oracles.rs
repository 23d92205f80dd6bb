//! Oracles and claims, through the libraries as they are shipped.

use oha_host::plugin::{Plugin, SearchPath};
use oha_host::session::block;
use oha_host::sim::oracle::{Kind, Settings, Status, compute, serial};
use oha_host::sim::rng::Streams;
use oha_host::sim::scenario::from_json;
use oha_host::study::ControllerEntry;
use oha_plugin_api::{InformationClass, Signal};
use oha_tests::{built, root, run};
use serde_json::{Value, json};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};

/// Every shipped controller with its defaults.
fn field() -> Vec<ControllerEntry> {
    let folder = built("dev");
    let search = SearchPath::new(&[folder.to_owned()], None, None);
    let mut names: Vec<String> = std::fs::read_dir(root().join("plugins"))
        .expect("the libraries' sources")
        .map(|entry| entry.expect("a readable entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name != "common")
        .collect();
    names.sort();
    let of = |name: &String| {
        let plugin = Plugin::load(&folder.join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"))).unwrap_or_else(|e| panic!("{name}: {e}"));
        plugin.descriptors().iter().map(|d| format!("{name}:{}", d.id)).collect::<Vec<_>>()
    };
    let specs: Vec<String> = names.iter().flat_map(of).collect();
    assert!(specs.len() >= 30, "{specs:?}");
    specs.iter().map(|s| ControllerEntry::find(s, &search).unwrap_or_else(|e| panic!("{s}: {e}"))).collect()
}

/// On tracking with equal curvatures the exact schedule is the Kalman gain, and the filter is the best estimate that the gradients allow: in expectation no
/// controller is better, whatever gradients it sees. The loss of the minibatch says more: with `l = g e - e^2 / 2` and `g` it gives the error `e` but for a sign, and
/// the Polyak steps, which see it before the step, are better than the filter; so does the line search, which may ask for it. They are left out, and shown to be
/// the only ones.
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
        let sees_error = |e: &&ControllerEntry| {
            e.descriptor.signals.contains(&Signal::TrainLoss) || e.descriptor.information == InformationClass::Evaluations
        };
        assert_eq!(field.iter().filter(sees_error).map(|e| e.descriptor.id.as_str()).collect::<Vec<_>>(), ["ali-g", "armijo", "l4", "sps"]);
        for entry in field.iter().filter(|e| !sees_error(e)) {
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

/// Tuned on the suite's tuning instances with one budget, frozen, recorded and told; the grid of initial values is in the folder and drawn.
#[test]
fn tuning_and_sensitivity_are_recorded_and_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("results");
    let out = out.to_str().expect("a plain path");
    let arguments =
        ["compare", "schedules:cosine?end=0.001", "--suite", "quick", "--seeds", "2", "--tune", "24", "--sensitivity", "--no-oracle"];
    let done = run(&[&arguments[..], &["--out", out, "--isolation", "thread", "--quiet"]].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    let read = |name: &str| std::fs::read_to_string(std::path::Path::new(out).join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let manifest: Value = serde_json::from_str(&read("manifest.json")).expect("JSON");
    let tuning = &manifest["file"]["tuning"];
    assert_eq!(tuning["budget"], 24);
    let labels: Vec<&str> = tuning["controllers"].as_array().expect("records").iter().filter_map(|t| t["label"].as_str()).collect();
    assert_eq!(labels, ["cosine?end=0.001", "offline-search"], "{tuning}");
    for (record, controller) in
        tuning["controllers"].as_array().expect("records").iter().zip(manifest["study"]["controllers"].as_array().expect("a list"))
    {
        // Three instances, two seeds each: four configurations.
        assert_eq!(record["n_configurations"], 4);
        assert!(record["score_tuned"].as_f64() <= record["score_default"].as_f64(), "{record}");
        for (key, value) in record["settings"].as_object().expect("a table") {
            assert_eq!(&controller["config"][key], value, "what was found is what was run");
        }
    }
    assert_eq!(manifest["study"]["controllers"][0]["config"]["end"], 0.001, "what the user set stays");
    let report = read("analysis/report.html");
    assert!(report.contains("tuned on tracking-tuning, nqm-tuning, digits-tuning"), "the report tells");
    let names: Vec<String> = oha_tests::files(std::path::Path::new(out)).into_iter().map(|(path, _)| path.display().to_string()).collect();
    assert!(names.iter().any(|n| n.starts_with("analysis/figures/sensitivity")), "{names:?}");
    let verified = run(&["verify", out, "--sample", "3", "--isolation", "thread", "--quiet"]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
}
