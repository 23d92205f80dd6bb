//! The examples in other languages build, keep every clause, and take part in a study.

use oha_tests::{built, files, root, run};
use serde_json::Value;
use std::env::consts::DLL_SUFFIX;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A copy of an example, built; its library.
fn made(folder: &Path, name: &str) -> PathBuf {
    for (path, bytes) in files(&root().join("examples").join(name)) {
        std::fs::write(folder.join(path), bytes).expect("a folder to write to");
    }
    let include = root().join("plugin-api/include").display().to_string();
    let output =
        Command::new("make").arg("--always-make").arg(format!("INCLUDE={include}")).current_dir(folder).output().expect("make starts");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name} builds without a warning");
    let mut libraries = files(folder).into_iter().map(|(path, _)| path).filter(|p| p.to_string_lossy().ends_with(DLL_SUFFIX));
    folder.join(libraries.next().expect("one library"))
}

fn keeps_every_clause(controller: &str) {
    let checked = run(&["check", controller, "--format", "json"]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    let lines: Vec<Value> = serde_json::from_str(&checked.stdout).expect("JSON");
    let passed = lines.iter().filter(|l| l["verdict"] == "pass").count();
    assert!(passed >= 14, "{passed} of {} clauses concern it", lines.len());
}

#[test]
fn controller_in_python_is_whole_and_repeats_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in files(&root().join("examples/python")) {
        std::fs::write(folder.path().join(path), bytes).expect("a folder to write to");
    }
    let script = folder.path().join("gradient_sign.py").display().to_string();
    keeps_every_clause(&script);
    let out = |name: &str| folder.path().join(name).display().to_string();
    for (name, jobs) in [("one", "1"), ("two", "2")] {
        let arguments = ["compare", &script, "constant", "--suite", "smoke", "--seeds", "2", "--no-oracle", "--jobs", jobs, "--out"];
        let done = run(&[&arguments[..], &[&out(name)]].concat());
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(done.stdout.contains("gradient-sign") && !done.stderr.contains("fault"), "{}{}", done.stdout, done.stderr);
    }
    crate::determinism::assert_same(Path::new(&out("one")), Path::new(&out("two")), "one thread and two");
    let verified = run(&["verify", &out("one"), "--sample", "1"]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);

    let broken = folder.path().join("broken.py");
    std::fs::write(&broken, "raise RuntimeError('not today')\n").expect("a folder to write to");
    let refused = run(&["describe", &broken.display().to_string()]);
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(refused.stderr.contains("RuntimeError: not today"), "its last words are passed on: {}", refused.stderr);
}

#[test]
fn controllers_in_c_and_cpp_are_whole() {
    let mut controllers = vec![format!("{}:constant", built("dev").join(format!("libschedules{DLL_SUFFIX}")).display())];
    let folders = ["c", "cpp"].map(|name| (name, tempfile::tempdir().expect("a folder")));
    for (name, folder) in &folders {
        let library = made(folder.path(), name).display().to_string();
        keeps_every_clause(&library);
        controllers.push(library);
    }
    let out = folders[0].1.path().join("results").display().to_string();
    let mut arguments = vec!["compare", "--suite", "smoke", "--seeds", "2", "--no-oracle", "--out", &out];
    arguments.extend(controllers.iter().map(String::as_str));
    let done = run(&arguments);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.contains("sign-rate") && done.stdout.contains("best-so-far"), "{}", done.stdout);
    assert!(!done.stderr.contains("fault"), "{}", done.stderr);
    let described = run(&["describe", &controllers[1]]);
    assert!(described.stdout.contains("plugin API 1.0; built with: C, compiler "), "{}", described.stdout);
}
