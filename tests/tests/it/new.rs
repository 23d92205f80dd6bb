//! `oha-host new`: what it makes builds, passes its own test, and keeps every clause, with no edit.

use oha_tests::{Run, built, oha_host, root, run};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::Path;
use std::process::Command;

fn new(folder: &Path, arguments: &[&str]) -> Run {
    oha_host().current_dir(folder).arg("new").args(arguments).output().expect("oha-host starts").into()
}

fn succeeds(command: &mut Command) {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn keeps_every_clause(library: &Path) {
    let checked = run(&["check", &library.display().to_string()]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
}

#[test]
fn project_in_c_is_ready() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = new(folder.path(), &["my-rate", "--lang", "c"]);
    assert_eq!((made.code, made.stderr.as_str()), (0, ""));
    let library = format!("{DLL_PREFIX}my_rate{DLL_SUFFIX}");
    assert!(made.stdout.starts_with("cd my-rate\nmake test && make\n"), "{}", made.stdout);
    let project = folder.path().join("my-rate");
    succeeds(Command::new("make").arg("test").current_dir(&project));
    succeeds(Command::new("make").current_dir(&project));
    keeps_every_clause(&project.join(library));
    let again = new(folder.path(), &["my-rate", "--lang", "c"]);
    assert_eq!((again.code, again.stderr.as_str()), (5, "error: `my-rate` exists already\nhint: give another name\n"));
}

#[test]
fn project_in_python_is_ready() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = new(folder.path(), &["my-rate", "--lang", "python"]);
    assert_eq!((made.code, made.stderr.as_str()), (0, ""));
    assert!(made.stdout.starts_with("cd my-rate\npython3 -m unittest\noha-host check ./controller.py\n"), "{}", made.stdout);
    let project = folder.path().join("my-rate");
    succeeds(Command::new("python3").args(["-B", "-m", "unittest", "--quiet"]).current_dir(&project));
    let script = project.join("controller.py");
    keeps_every_clause(&script);
    let threads =
        run(&["compare", &script.display().to_string(), "--suite", "smoke", "--seeds", "1", "--no-oracle", "--isolation", "thread"]);
    assert_eq!(threads.code, 4, "{}", threads.stderr);
    assert!(threads.stderr.contains("only a worker process of its own can run"), "{}", threads.stderr);
}

#[test]
fn project_in_rust_is_ready() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = new(folder.path(), &["my-rate"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(made.stderr.starts_with("note: it depends on `oha-plugin-api` in `"), "{}", made.stderr);
    let project = folder.path().join("my-rate");
    // The lock file of the workspace names versions that are here; one target folder for all runs of this test.
    std::fs::copy(root().join("Cargo.lock"), project.join("Cargo.lock")).expect("writable");
    let target = built("dev").join("scaffold");
    for arguments in [["test", "--quiet", "--offline"], ["build", "--quiet", "--offline"]] {
        succeeds(Command::new(env!("CARGO")).args(arguments).current_dir(&project).env("CARGO_TARGET_DIR", &target));
    }
    keeps_every_clause(&target.join("debug").join(format!("{DLL_PREFIX}my_rate{DLL_SUFFIX}")));
}

#[test]
fn bad_names_and_folders_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = new(folder.path(), &["My_Rate"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.stderr.contains("`My_Rate` is no name of a controller; allowed: lower-case"), "{}", refused.stderr);
    assert_eq!(new(folder.path(), &["x", "--api-path", "nowhere"]).code, 5);
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0, "nothing is left behind");
}
