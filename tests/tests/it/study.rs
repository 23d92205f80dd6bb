//! The main job: what a results folder holds, and that nothing in it is ever lost or overwritten.

use oha_tests::{files, oha_host, run};
use std::path::Path;

/// The field of these tests: controllers of four libraries.
const FIELD: [&str; 4] = ["schedules:cosine", "plateau:reduce-on-plateau", "hypergradient:hypergradient", "random:random"];

fn compare(out: &Path, more: &[&str]) -> oha_tests::Run {
    let out = out.to_str().expect("a plain path");
    run(&[&["compare", "--suite", "smoke", "--seeds", "3", "--out", out], more, &FIELD].concat())
}

#[test]
fn compare_leaves_the_documented_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("results");
    let done = compare(&out, &[]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    for path in ["manifest.json", "episodes.parquet", "analysis/summary.json", "analysis/report.html"] {
        assert!(out.join(path).is_file(), "{path} is missing");
    }
    let names: Vec<String> = files(&out).into_iter().map(|(path, _)| path.display().to_string()).collect();
    for (folder, ending) in [("trajectories/", ".parquet"), ("analysis/figures/", ".svg")] {
        assert!(names.iter().any(|n| n.starts_with(folder) && n.ends_with(ending)), "no {folder}*{ending} in {names:?}");
    }
    for ending in [".csv", ".md", ".tex"] {
        assert!(names.iter().any(|n| n.starts_with("analysis/tables/") && n.ends_with(ending)), "no table {ending}");
    }
    assert!(names.iter().all(|n| !n.ends_with(".tmp") && !n.starts_with("parts/")), "nothing temporary stays: {names:?}");
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("manifest.json")).expect("a manifest")).expect("it is JSON");
    assert_eq!(manifest["study"]["controllers"].as_array().map(Vec::len), Some(4));
    assert!(manifest["study"]["controllers"][0]["sha256"].as_str().is_some_and(|s| s.len() == 64));
    let command: Vec<&str> = manifest["command"].as_array().expect("a list").iter().filter_map(|v| v.as_str()).collect();
    assert_eq!(command[..2], ["oha-host", "compare"]);
    assert!(!command.contains(&"--out"), "the folder is no part of the study: {command:?}");
}

#[test]
fn an_existing_folder_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("results");
    assert_eq!(compare(&out, &[]).code, 0);
    let before = files(&out);
    let again = compare(&out, &[]);
    assert_eq!(again.code, 5, "{}", again.stderr);
    assert!(again.stderr.contains("holds this study already, complete") && again.stderr.contains("hint: "), "{}", again.stderr);
    let other = compare(&out, &["--seed", "7", "--resume"]);
    assert_eq!(other.code, 5, "{}", other.stderr);
    assert!(other.stderr.contains("holds another study"), "{}", other.stderr);
    assert!(files(&out) == before, "a refusal changes no byte");

    let foreign = folder.path().join("foreign");
    std::fs::create_dir(&foreign).expect("a folder");
    std::fs::write(foreign.join("thesis.tex"), "precious").expect("a file");
    let refused = compare(&foreign, &[]);
    assert_eq!(refused.code, 5, "{}", refused.stderr);
    assert!(refused.stderr.contains("is not a results folder"), "{}", refused.stderr);
    assert_eq!(files(&foreign).len(), 1);
}

#[test]
fn a_killed_run_is_resumed_to_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    let arguments = |out: &Path| {
        let out = out.to_str().expect("a plain path").to_owned();
        let words = ["compare", "--suite", "smoke", "--seeds", "400", "--no-oracle", "--isolation", "thread", "--out", &out];
        words.iter().map(|&w| w.to_owned()).chain(FIELD.map(str::to_owned)).collect::<Vec<_>>()
    };
    assert!(oha_host().args(arguments(&whole)).output().expect("it starts").status.success());
    let mut child = oha_host().args(arguments(&killed)).stderr(std::process::Stdio::null()).spawn().expect("it starts");
    let parts = killed.join("parts");
    let one_is_there =
        || std::fs::read_dir(&parts).is_ok_and(|d| d.flatten().any(|e| e.path().extension().is_some_and(|x| x == "parquet")));
    while !one_is_there() && child.try_wait().expect("a child").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().expect("it is still running, or has just ended");
    child.wait().expect("a child");
    let unfinished = !killed.join("episodes.parquet").exists();
    let refused = oha_host().args(arguments(&killed)).output().expect("it starts");
    assert_eq!(refused.status.code(), Some(5), "an unfinished folder is gone on with only when asked");
    if unfinished {
        let resumed = oha_host().args(arguments(&killed)).arg("--resume").output().expect("it starts");
        assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));
    }
    assert!(unfinished, "the run was over before it could be killed: give it more seeds");
    crate::determinism::assert_same(&whole, &killed, "an undisturbed run and one that was killed and resumed");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_and_what_was_finished_stays() {
    use std::os::unix::process::CommandExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("results");
    // A library of a few kilobytes: the host's private copy of it must fit the limit below.
    let library = oha_tests::c_library(folder.path(), "GOOD");
    let words = ["compare", "--suite", "smoke", "--seeds", "400", "--no-oracle", "--isolation", "thread"];
    let controllers = ["a", "b"].map(|label| format!("{label}={}", library.display()));
    let mut command = oha_host();
    command.args(words).args(["--out", out.to_str().expect("a plain path")]).args(&controllers);
    // A limit on the size of a file stands in for a full disk: the system refuses a write in the middle.
    // SAFETY: between fork and exec only async-signal-safe calls are made.
    unsafe {
        command.pre_exec(|| {
            let limit = libc::rlimit { rlim_cur: 100_000, rlim_max: 100_000 };
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            if libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
        });
    }
    let refused: oha_tests::Run = command.output().expect("it starts").into();
    assert_eq!(refused.code, 5, "{}", refused.stderr);
    assert!(refused.stderr.contains("cannot write") && refused.stderr.contains("hint: "), "{}", refused.stderr);
    let left = files(&out);
    assert!(left.iter().all(|(path, _)| !path.starts_with("analysis")), "no analysis of half a study");
    assert!(left.iter().all(|(path, _)| !path.to_string_lossy().ends_with(".tmp")), "nothing half written stays");
    let resumed = oha_host().args(words).args(["--resume", "--out", out.to_str().expect("a plain path")]).args(&controllers).output();
    let resumed: oha_tests::Run = resumed.expect("it starts").into();
    assert_eq!(resumed.code, 0, "{}", resumed.stderr);
}
