//! `analyze` on tables of other programs, and `compare --until-decided`.

use crate::determinism::assert_same;
use oha_tests::{oha_host, run};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Three methods on three data sets, ten seeds; the third is the best by far.
fn table() -> String {
    let mut text = String::from("method,dataset,seed,accuracy\n");
    for dataset in 0..3 {
        for seed in 0..10 {
            for (method, effect) in [("adam", 0), ("sgd", -3), ("mine", 40)] {
                let noise = (seed * 7 + dataset * 3) % 5 + (seed * effect) % 3;
                text.push_str(&format!("{method},d{dataset},{seed},0.{}\n", 500 + effect + noise));
            }
        }
    }
    text
}

#[test]
fn somebodys_table_is_analysed_as_a_results_folder_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("results.csv");
    std::fs::write(&path, table()).expect("a table");
    let path = path.to_str().expect("a plain path");
    let columns = ["--controller-column", "method", "--scenario-column", "dataset", "--metric", "accuracy", "--direction", "higher"];
    let with = |more: &[&str]| run(&[&["analyze", path], &columns[..], more].concat());
    let text = with(&["--reference", "adam", "--rope", "1%"]);
    assert_eq!(text.code, 0, "{}", text.stderr);
    assert!(text.stdout.contains("mine is better") && text.stdout.contains("(higher is better)"), "{}", text.stdout);
    let json = with(&["--format", "json", "--formats", "html"]);
    let verdict: serde_json::Value = serde_json::from_str(&json.stdout).expect("a verdict in JSON");
    assert_eq!((verdict["pooled"].as_array().map(Vec::len), verdict["n_episodes"].as_u64()), (Some(3), Some(90)));
    let analysis = folder.path().join("results/analysis");
    assert!(analysis.join("report.html").exists() && !analysis.join("tables").exists(), "only what was asked for");
    let refused = run(&["analyze", path]);
    assert!(
        refused.code == 3 && refused.stderr.contains("has no column `controller`") && refused.stderr.contains("`method`"),
        "{}",
        refused.stderr
    );
    std::fs::write(path, table().replace("mine,d1,4,0.", "mine,d1,4,nan0.")).expect("a table");
    let refused = with(&[]);
    assert!(refused.code == 3 && refused.stderr.contains("line 46 of"), "{}", refused.stderr);
}

/// Two equal controllers are never told apart: the budget ends the study.
fn growing(out: &Path, more: &[&str]) -> Command {
    let mut program = oha_host();
    let words =
        ["compare", "a=constant", "b=constant", "--suite", "smoke", "--no-oracle", "--until-decided", "--seeds", "5", "--max-seeds", "30"];
    program.args(words).arg("--out").arg(out).args(more);
    program
}

#[test]
fn a_growing_study_survives_a_kill_and_threads_and_names_its_seeds() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    let output = growing(&whole, &["--jobs", "1", "--isolation", "thread"]).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(whole.join("manifest.json")).expect("a manifest")).expect("JSON");
    assert_eq!(manifest["file"]["seeds"], 30, "the manifest names the seeds that were run");
    let summary = std::fs::read(whole.join("analysis/summary.json")).expect("a summary");
    let verdict: serde_json::Value = serde_json::from_slice(&summary).expect("JSON");
    assert_eq!((verdict["sequential"]["n_looks"].as_u64(), verdict["sequential"]["n_decided"].as_u64()), (Some(6), Some(0)));
    assert_eq!(verdict["n_episodes"], 2 * 30 * verdict["scenarios"].as_array().map_or(0, Vec::len) as u64);

    let mut child = growing(&killed, &["--jobs", "2"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let told = lines.map_while(Result::ok).any(|line| line.contains("5 seeds: 0 of 1 comparisons decided"));
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    assert!(told && !killed.join("episodes.parquet").exists(), "it was killed after its first look");
    let output = growing(&killed, &["--resume"]).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_same(&whole, &killed, "killed and resumed");
}

#[test]
fn effects_end_a_growing_study_early() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mut program = oha_host();
    program.args([
        "compare",
        "constant",
        "random",
        "--suite",
        "smoke",
        "--no-oracle",
        "--until-decided",
        "--seeds",
        "6",
        "--max-seeds",
        "300",
    ]);
    let output = program.arg("--out").arg(&out).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("constant is better"));
    let manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("manifest.json")).expect("a manifest")).expect("JSON");
    assert!(manifest["file"]["seeds"].as_u64().is_some_and(|n| n < 100), "{}", manifest["file"]["seeds"]);
}
