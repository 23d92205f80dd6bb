//! `oha-host check`: what we ship keeps every clause, and each clause is broken by the fixture made for it.

use oha_tests::{Run, built, c_library, run};
use serde_json::Value;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};

fn library(name: &str) -> String {
    built("dev").join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}")).display().to_string()
}

fn check(controller: &str, clauses: &[&str]) -> (Run, Vec<Value>) {
    let mut arguments = vec!["check", controller, "--format", "json"];
    arguments.extend(clauses.iter().flat_map(|c| ["--clause", c]));
    let run = run(&arguments);
    let lines = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{controller}: {e}: {}{}", run.stdout, run.stderr));
    (run, lines)
}

fn findings(lines: &[Value]) -> Vec<String> {
    lines.iter().filter(|l| l["verdict"] == "fail").map(|l| format!("{} {}: {}", l["controller"], l["clause"], l["seen"])).collect()
}

#[test]
fn shipped_controllers_keep_every_clause() {
    for name in ["schedules", "plateau", "hypergradient", "random"] {
        let (run, lines) = check(&library(name), &[]);
        assert_eq!(findings(&lines), Vec::<String>::new(), "{name}: {}", run.stderr);
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        assert!(lines.len().is_multiple_of(17) && lines.iter().any(|l| l["verdict"] == "pass"), "{name}: {} lines", lines.len());
    }
}

#[test]
fn each_clause_is_broken_by_its_fixture() {
    for (clause, fixture, words) in [
        ("descriptor", "panic-in-new", "panic in new"),
        ("bounds", "outside", "allowed: 0.00001 to 1"),
        ("bounds", "nan", "learning_rate = NaN"),
        ("bounds", "infinite", "learning_rate = inf"),
        ("bounds", "silent", "learning_rate = NaN"),
        ("determinism", "clock", "two episodes differ at step"),
        ("determinism", "entropy", "two episodes differ at step 3"),
        ("replay-order", "shared", "beside another instance at step 3"),
        ("replay-process", "address", "two processes differ at step 3"),
        ("state-round-trip", "forgetful", "without and with the round trip at step"),
        ("state-round-trip", "panic-in-save", "panic in save_state"),
        ("state-garbage", "gullible", "was loaded"),
        ("state-garbage", "panic-in-load", "panic in load_state"),
        ("non-finite-input", "panic-on-nan", "the loss is"),
        ("extreme-input", "error?at=500", "cannot go on"),
        ("long-run", "nan?at=5000", "step 5000"),
        ("memory-growth", "leak", "bytes a step"),
        ("cost", "slow", "microseconds a call"),
        ("floating-point-mode", "flush-to-zero", "97 of 100 calls changed it"),
        ("panic-safety", "panic", "panic at step 3"),
        ("threads", "threads", "thread"),
        ("bounds", "segfault", "the worker process ended: SIGSEGV at step 3"),
        ("bounds", "exit", "the worker process ended: exit code 0 at step 3"),
    ] {
        let (run, lines) = check(&format!("{}:{fixture}", library("faulty")), &[clause]);
        assert_eq!((run.code, lines.len()), (1, 1), "{fixture}: {}{}", run.stdout, run.stderr);
        assert_eq!(lines[0]["verdict"], "fail", "{fixture} breaks {clause}");
        let seen = lines[0]["seen"].as_str().expect("a text");
        assert!(seen.contains(words), "{fixture} {clause}: {seen}");
        let reproduce = lines[0]["reproduce"].as_str().expect("a text");
        assert!(reproduce.contains(&format!(":{fixture}")) && reproduce.ends_with(&format!(" --clause {clause}")), "{reproduce}");
    }
    let (run, lines) = check(&format!("{}:good", library("faulty")), &[]);
    assert_eq!((run.code, findings(&lines)), (0, vec![]), "{}", run.stderr);
}

#[test]
fn clauses_hold_for_libraries_in_c() {
    let folder = tempfile::tempdir().expect("a folder");
    for (case, clause, words) in [
        ("CASE_BAD_RESET", "reset", "reset after 37 steps: the saved state differs"),
        ("CASE_BAD_STATE", "state-round-trip", "the round trip at step"),
        ("CASE_GULLIBLE", "state-garbage", "was loaded"),
        #[cfg(target_arch = "x86_64")]
        ("CASE_FLUSH_ON_LOAD", "floating-point-mode", "loading the library changed the mode"),
        ("CASE_BAD_BATCH", "batch", "alone and in a batch differ at step 0"),
        ("CASE_BATCH_COUNT", "batch", "propose_batch returned status 0 after 5 of 4 proposals"),
        ("CASE_NOT_JSON", "descriptor", "not a JSON array"),
        ("CASE_CRASH_ON_LOAD", "descriptor", "loading it ended the process: SIGABRT"),
        ("CASE_EXIT_ON_LOAD", "descriptor", "loading it ended the process: exit code 0"),
    ] {
        let (run, lines) = check(&c_library(folder.path(), case).display().to_string(), &[clause]);
        assert_eq!(run.code, 1, "{case}: {}", run.stderr);
        assert!(lines[0]["seen"].as_str().expect("a text").contains(words), "{case}: {}", lines[0]);
    }
    let (run, lines) = check(&c_library(folder.path(), "GOOD").display().to_string(), &[]);
    assert_eq!((run.code, findings(&lines)), (0, vec![]), "{}", run.stderr);
}

#[test]
fn table_shows_how_to_see_a_finding_again() {
    let shown = run(&["check", &format!("{}:panic", library("faulty")), "--clause", "bounds", "--clause", "cost"]);
    assert!(
        shown.stdout.starts_with("clause  verdict  seen\nbounds  FAIL     controller `panic` at step 3: fatal: panic"),
        "{}",
        shown.stdout
    );
    assert!(shown.stdout.contains("\n  reproduce: oha-host check "), "{}", shown.stdout);
    assert!(shown.stderr.ends_with("error: 2 of 2 clauses are broken\n"), "{}", shown.stderr);
    let unknown = run(&["check", &library("faulty"), "--clause", "bound"]);
    assert_eq!(unknown.code, 3, "{}", unknown.stderr);
    assert!(unknown.stderr.contains("nearest: `bounds`"), "{}", unknown.stderr);
}

#[test]
fn broken_libraries_cannot_hurt_the_host() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = c_library(folder.path(), "GOOD");
    for case in ["CASE_CRASH_ON_LOAD", "CASE_EXIT_ON_LOAD"] {
        let _ = c_library(folder.path(), case);
    }
    let bytes = std::fs::read(&good).expect("readable");
    std::fs::write(folder.path().join(format!("{DLL_PREFIX}short{DLL_SUFFIX}")), &bytes[..bytes.len() / 2]).expect("writable");
    let dir = folder.path().display().to_string();
    let listed = run(&["list", "controllers", "--plugin-dir", &dir]);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    assert!(listed.stdout.contains("keeper"), "{}", listed.stdout);
    for words in ["ended the process: SIGABRT", "ended the process: exit code 0", "the file is truncated"] {
        assert!(listed.stderr.lines().any(|l| l.starts_with("note: cannot load") && l.contains(words)), "{words}: {}", listed.stderr);
    }
    let crash = format!("{dir}/{DLL_PREFIX}case_crash_on_load{DLL_SUFFIX}");
    let out = format!("{dir}/out");
    for arguments in [vec!["describe", &crash], vec!["compare", &crash, "--suite", "quick", "--seeds", "1", "--out", &out]] {
        let refused = run(&arguments);
        assert_eq!(refused.code, 4, "{arguments:?}: {}", refused.stderr);
        assert!(refused.stderr.contains("loading it ended the process: SIGABRT"), "{}", refused.stderr);
    }
}
