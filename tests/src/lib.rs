//! Shared parts of the end-to-end tests: the built program, its libraries, and a way to run it.

#![allow(clippy::disallowed_methods, reason = "tests start programs in an environment of their own")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The workspace's root.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a folder of the workspace")
}

/// The folder with `oha-host` and the controller libraries, built with `profile` (`dev` or `release`), once for each test process.
///
/// # Panics
/// When the workspace does not build.
#[must_use]
pub fn built(profile: &'static str) -> &'static Path {
    static DEV: OnceLock<PathBuf> = OnceLock::new();
    static RELEASE: OnceLock<PathBuf> = OnceLock::new();
    let cell = if profile == "release" { &RELEASE } else { &DEV };
    cell.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(root()).args(["build", "--quiet", "--workspace", "--exclude", "oha-tests", "--profile", profile]);
        let status = cargo.status().expect("cargo starts");
        assert!(status.success(), "the workspace builds");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        target.join(if profile == "release" { "release" } else { "debug" })
    })
}

/// The program, ready for arguments, without the environment of the caller's plugin path.
#[must_use]
pub fn oha_host() -> Command {
    let mut command = Command::new(built("dev").join("oha-host"));
    command.env_remove("OHA_PLUGIN_PATH").current_dir(root());
    command
}

/// A controller library compiled from `tests/fixtures/c/case.c` with `-D<case>` into `folder`; case `GOOD` has no fault. It is a few kilobytes.
///
/// # Panics
/// When the system's C compiler refuses.
#[must_use]
pub fn c_library(folder: &Path, case: &str) -> PathBuf {
    let path = folder.join(format!("lib{}.so", case.to_lowercase()));
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-w", &format!("-D{case}"), "-o"])
        .arg(&path)
        .arg("-I")
        .arg(root().join("plugin-api/include"))
        .arg(root().join("tests/fixtures/c/case.c"))
        .status()
        .expect("the system has a C compiler");
    assert!(status.success(), "cc builds {case}");
    path
}

/// What a run printed and how it ended.
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// What went to stdout.
    pub stdout: String,
    /// What went to stderr.
    pub stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs `oha-host` with these arguments.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn run(arguments: &[&str]) -> Run {
    oha_host().args(arguments).output().expect("oha-host starts").into()
}

/// Every file below `folder` with its bytes, by relative path, in order.
///
/// # Panics
/// When the folder cannot be read.
#[must_use]
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    fn walk(base: &Path, folder: &Path, all: &mut Vec<(PathBuf, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                walk(base, &path, all);
            } else {
                let relative = path.strip_prefix(base).expect("below the base").to_owned();
                all.push((relative, std::fs::read(&path).expect("a readable file")));
            }
        }
    }
    let mut all = Vec::new();
    walk(folder, folder, &mut all);
    all.sort();
    all
}
