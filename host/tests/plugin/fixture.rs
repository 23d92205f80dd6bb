//! Where the fixture libraries are, and how those in C are built.

use oha_plugin_api::EpisodeSpec;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A library that cargo built because this test depends on its crate: it lies beside the test's executable.
pub(crate) fn rust(name: &str) -> PathBuf {
    let executable = std::env::current_exe().expect("a test has an executable");
    let folder = executable.parent().expect("an executable lies in a folder");
    let path = folder.join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"));
    assert!(path.is_file(), "cargo builds {} with its crate", path.display());
    path
}

/// `tests/fixtures/c/case.c` compiled with `-D<case>`; without a case it is a good library.
pub(crate) fn case(case: &str) -> PathBuf {
    compile(&format!("case-{case}"), "cc", "case.c", &[&format!("-D{case}")])
}

/// A source of `tests/fixtures/c`, compiled to a library of this name. Tests run in parallel, so each call builds its own file and renames it.
pub(crate) fn compile(name: &str, compiler: &str, source: &str, options: &[&str]) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"));
    let fresh = folder.join(format!("{name}-{:?}{DLL_SUFFIX}", std::thread::current().id()));
    let status = Command::new(compiler)
        .args(["-shared", "-fPIC", "-O1", "-w", "-o"])
        .arg(&fresh)
        .args(options)
        .arg("-I")
        .arg(root.join("plugin-api/include"))
        .arg(root.join("tests/fixtures/c").join(source))
        .status()
        .expect("the system has a compiler");
    assert!(status.success(), "{compiler} builds {source} {options:?}");
    std::fs::rename(&fresh, &path).expect("the build folder can be written");
    path
}

/// One hyperparameter in `[0.001, 1]`, starting at 0.1, for 100 steps.
pub(crate) fn spec() -> EpisodeSpec {
    EpisodeSpec::of_learning_rate(100, 1e-3, 1.0, 0.1)
}
