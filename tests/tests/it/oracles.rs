//! Oracles and claims, through the libraries as they are shipped.

use oha_host::plugin::{Plugin, SearchPath};
use oha_host::session::block;
use oha_host::sim::oracle::{Kind, OracleSchedule, Settings, Status, compute, serial};
use oha_host::sim::rng::Streams;
use oha_host::sim::scenario::{Scenario, from_json};
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

/// Mean and standard error over seeds of a controller's cumulative loss, and of its regret against a schedule.
fn losses(scenario: &Scenario, entry: &ControllerEntry, exact: &OracleSchedule, n_seeds: u64) -> [(f64, f64); 2] {
    let both: Vec<[f64; 2]> = (0..n_seeds)
        .map(|seed| {
            let streams = Streams::new(0, &scenario.name, seed);
            let own: f64 = block::run_controller(scenario, entry, &streams).trajectory.loss.iter().sum();
            [own, own - exact.replay(scenario, &streams).trajectory.loss.iter().sum::<f64>()]
        })
        .collect();
    [0, 1].map(|i| {
        let n = n_seeds as f64;
        let mean = both.iter().map(|b| b[i]).sum::<f64>() / n;
        (mean, (both.iter().map(|b| (b[i] - mean) * (b[i] - mean)).sum::<f64>() / (n * (n - 1.0))).sqrt())
    })
}

/// On tracking with equal curvatures the exact schedule is the Kalman gain, and the filter is the best estimate that the gradients allow: in expectation no
/// controller that sees gradients alone is better. The loss of the minibatch says more: with `l = g e - e^2 / 2` and `g` it gives the error `e` but for a sign, and
/// the Polyak steps, which see it before the step, can be better than the filter; so can the line search, which may ask for it. Those four are held against what
/// bounds every class, the cost of the drift; and one of them is below the filter, which is why.
#[test]
fn no_shipped_controller_beats_what_bounds_its_class() {
    let field = field();
    let sees_noise = |e: &ControllerEntry| {
        e.descriptor.signals.contains(&Signal::TrainLoss) || e.descriptor.information == InformationClass::Evaluations
    };
    let four: Vec<&str> = field.iter().filter(|e| sees_noise(e)).map(|e| e.descriptor.id.as_str()).collect();
    assert_eq!(four, ["ali-g", "armijo", "l4", "sps"]);
    let mut below_the_filter = Vec::new();
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
        let (bounds, schedules): (Vec<_>, Vec<_>) = oracles.schedules.iter().partition(|s| s.status == Status::Bound);
        assert!(schedules.iter().all(|s| s.above_exact.expect("all are on the expected loss") >= 0.0), "{oracles:?}");
        assert!(bounds.len() == 1 && bounds[0].upper < exact.upper, "{oracles:?}");
        for entry in &field {
            let [(loss, loss_error), (regret, regret_error)] = losses(&scenario, entry, exact, 40);
            assert!(loss >= bounds[0].upper - 4.0 * loss_error, "{} under {regime}: {loss} +- {loss_error}", entry.label);
            if sees_noise(entry) {
                below_the_filter.extend((regret < -4.0 * regret_error).then(|| entry.descriptor.id.clone()));
            } else {
                assert!(regret >= -4.0 * regret_error, "{} under {regime}: {regret} +- {regret_error}", entry.label);
            }
        }
    }
    assert!(below_the_filter.contains(&"ali-g".to_owned()), "{below_the_filter:?}");
}

/// Without gradient noise the exact schedule is at the cost of the drift, and bounds every class: also those that read the loss before they act.
#[test]
fn without_noise_no_shipped_controller_beats_the_exact_schedule() {
    let task = json!({ "kind": "tracking", "dimension": 2, "noise_variance": 0.0 });
    let regime = json!([{ "kind": "target-jump", "start": 0.5, "variance": 25.0 }, { "kind": "curvature", "start": 0.7, "factor": 1.5 }]);
    // The rate 1 / h is inside the range.
    let range = json!({ "learning_rate": { "max": 1.0 } });
    let scenario =
        from_json(&json!({ "name": "quiet", "task": task, "n_steps": 120, "regime": regime, "hyperparameters": range })).expect("valid");
    let oracles = compute(&scenario, 0, Settings { n_tuning_seeds: 1, budget: 60, switches: 1 }, &serial);
    let exact = oracles.best(Kind::Dynamic).expect("there is one");
    let bound = oracles.schedules.iter().find(|s| s.status == Status::Bound).expect("the target drifts");
    assert!(exact.status == Status::Exact && (exact.upper / bound.upper - 1.0).abs() < 1e-9, "{} against {}", exact.upper, bound.upper);
    for entry in &field() {
        let [_, (regret, error)] = losses(&scenario, entry, exact, 30);
        assert!(regret >= -4.0 * error, "{}: {regret} +- {error}", entry.label);
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
