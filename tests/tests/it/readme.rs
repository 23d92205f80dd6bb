//! The README keeps its word: its commands run, print what it shows, and its example is a controller.

use oha_tests::{built, c_library, oha_host, root};
use std::path::Path;
use std::process::Command;

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("there is a README")
}

/// The fenced blocks of a language, in order.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    text.split(&start).skip(1).map(|rest| rest.split("\n```").next().expect("a block ends").to_owned()).collect()
}

#[test]
fn the_main_job_prints_what_the_readme_shows() {
    let text = readme();
    let command = blocks(&text, "sh").into_iter().next().expect("the first command");
    let (build, run) = command.split_once(" && ").expect("it builds, then runs");
    assert_eq!(build, "cargo build --release", "which `built` does");
    let mut words = run.split(' ');
    assert_eq!(words.next(), Some("target/release/oha-host"));
    let folder = tempfile::tempdir().expect("a folder");
    let arguments: Vec<&str> = words.collect();
    let mut program = Command::new(built("release").join("oha-host"));
    program.env_remove("OHA_PLUGIN_PATH").current_dir(folder.path()).args(&arguments);
    let output = program.output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shown = blocks(&text, "text").into_iter().next().expect("the output of the first command");
    let found = String::from_utf8(output.stdout).expect("text");
    let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(trimmed(&found), trimmed(&shown), "the README shows what is printed");
    let figure = folder.path().join("oha-results/quick/analysis/figures/trajectory-loss.svg");
    let shown = std::fs::read(root().join("docs/figures/trajectory-loss.svg")).expect("the README's figure");
    assert!(std::fs::read(figure).expect("the figure is drawn") == shown, "the README shows the figure that is drawn");
}

#[test]
fn the_readme_shows_the_command_that_passes_the_tests() {
    let tests = blocks(&readme(), "sh").into_iter().nth(1).expect("the second command");
    let gate = std::fs::read_to_string(root().join(".ci/run")).expect("the gate");
    assert!(gate.lines().any(|line| line.ends_with(&tests)), "the gate runs `{tests}`");
}

/// The README's controller as a crate of its own, outside the workspace.
fn halver(folder: &Path) -> std::path::PathBuf {
    let code = blocks(&readme(), "rust").into_iter().next().expect("the example");
    std::fs::create_dir_all(folder.join("src")).expect("a folder");
    std::fs::write(folder.join("src/lib.rs"), format!("//! The README's example.\n\n{code}\n")).expect("a file");
    let manifest = format!(
        "[package]\nname = \"halver\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\noha-plugin-api = {{ path = {:?} }}\n\n[workspace]\n",
        root().join("plugin-api")
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a file");
    let target = root().join("target/outside");
    let status = Command::new(env!("CARGO"))
        .current_dir(folder)
        .args(["build", "--quiet", "--offline"])
        .env("CARGO_TARGET_DIR", &target)
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the README's example builds outside the workspace");
    target.join("debug/libhalver.so")
}

#[cfg(target_os = "linux")]
#[test]
fn two_libraries_from_outside_the_workspace_are_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let (rust, c) = (halver(&folder.path().join("halver")), c_library(folder.path(), "GOOD"));
    let out = folder.path().join("results");
    let mut program = oha_host();
    program.args(["compare", "--suite", "smoke", "--seeds", "3", "--no-oracle", "--out"]).arg(&out).arg(&rust).arg(&c);
    let output = program.output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("halver") && printed.contains("keeper"), "both are in the verdict: {printed}");
    assert!(out.join("analysis/report.html").is_file());
}
