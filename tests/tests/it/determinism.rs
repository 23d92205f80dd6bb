//! The same study gives the same bytes: whatever the threads, the isolation, the vector width and the build.

use oha_tests::{built, files, oha_host};
use std::path::Path;
use std::process::Command;

/// Scenarios of every number type and every kind of draw, small enough for the slowest width.
const STUDY: &str = include_str!("determinism.toml");

/// Runs the study into `out` and analyses it.
fn compare(mut program: Command, study: &Path, out: &Path, more: &[&str]) {
    program.arg("compare").arg("--study").arg(study).arg("--out").arg(out).args(more);
    let output = program.output().expect("it starts");
    assert!(output.status.success(), "{more:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Compares all files of two results folders but the manifest (it records the builds), its digest, and the report (it shows the command).
pub(crate) fn assert_same(a: &Path, b: &Path, what: &str) {
    let kept = |folder: &Path| {
        let keep = |path: &Path| {
            path != Path::new("manifest.json") && path != Path::new("SHA256SUMS") && path != Path::new("analysis/report.html")
        };
        files(folder).into_iter().filter(|(path, _)| keep(path)).collect::<Vec<_>>()
    };
    let (a, b) = (kept(a), kept(b));
    let names = |files: &[(std::path::PathBuf, Vec<u8>)]| files.iter().map(|f| f.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&a), names(&b), "{what}: the same files");
    assert!(names(&a).iter().any(|n| n.ends_with("summary.json")), "{what}: an analysis is there to compare");
    for ((name, x), (_, y)) in a.iter().zip(&b) {
        assert!(x == y, "{what}: `{}` differs", name.display());
    }
}

#[test]
fn threads_isolation_width_and_repetition_reach_no_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let study = folder.path().join("study.toml");
    std::fs::write(&study, STUDY).expect("a study");
    let reference = folder.path().join("reference");
    compare(oha_host(), &study, &reference, &["--jobs", "1"]);
    let mut variants: Vec<(String, Vec<String>)> = vec![
        ("the same again".into(), vec!["--jobs".into(), "1".into()]),
        ("two threads".into(), vec!["--jobs".into(), "2".into()]),
        ("threads in place of processes".into(), vec!["--isolation".into(), "thread".into()]),
    ];
    for width in oha_host::sim::kernel::available() {
        variants.push((format!("width {}", width.name()), vec!["--kernel-width".into(), width.name().into()]));
    }
    for (i, (what, arguments)) in variants.iter().enumerate() {
        let out = folder.path().join(i.to_string());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        compare(oha_host(), &study, &out, &arguments);
        assert_same(&reference, &out, what);
    }
}

#[test]
fn debug_and_release_builds_give_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let study = folder.path().join("study.toml");
    std::fs::write(&study, STUDY).expect("a study");
    let (debug, release) = (folder.path().join("debug"), folder.path().join("release"));
    compare(oha_host(), &study, &debug, &[]);
    let mut program = Command::new(built("release").join("oha-host"));
    program.env_remove("OHA_PLUGIN_PATH");
    compare(program, &study, &release, &[]);
    assert_same(&debug, &release, "debug and release");
}
