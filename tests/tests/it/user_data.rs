//! A user's own data, from the study file to the results, in worker processes; and what is said when they cannot be used.

use oha_tests::{Run, oha_host};
use std::path::Path;

/// A table of 120 rows with two classes in `kind`, and 60 images of 4 x 4 with three.
fn write_data(folder: &Path) {
    let row = |i: usize| format!("{},{},{},{}\n", i % 7, i * 5 % 11, i * i % 13, u8::from(i % 7 + i * 5 % 11 > 8));
    let table: String = std::iter::once("a,b,c,kind\n".to_owned()).chain((0..120).map(row)).collect();
    std::fs::write(folder.join("t.csv"), table).expect("written");
    let mut images = vec![0, 0, 8, 3, 0, 0, 0, 60, 0, 0, 0, 4, 0, 0, 0, 4];
    images.extend((0..60 * 16).map(|k| if k % 16 % 3 == k / 16 % 3 { 255 } else { (k % 16 * (k / 16) % 200) as u8 }));
    std::fs::write(folder.join("images"), images).expect("written");
    let mut labels = vec![0, 0, 8, 1, 0, 0, 0, 60];
    labels.extend((0..60u8).map(|i| i % 3));
    std::fs::write(folder.join("labels"), labels).expect("written");
}

const STUDY: &str = r#"
name = "own"
seeds = 2
controllers = ["constant", "hypergradient:hypergradient"]
[oracle]
tuning_seeds = 1
budget = 20
[[scenarios]]
name = "table"
task = { kind = "softmax-regression", data = { csv = "t.csv", target = "kind" }, batch_size = 8, evaluation_size = 20 }
n_steps = 60
regime = [{ kind = "label-noise", start = 0.5 }]
[[scenarios]]
name = "images"
task = { kind = "mlp", data = { idx_images = "images", idx_labels = "labels" }, hidden = [8], batch_size = 8, evaluation_size = 10 }
n_steps = 40
"#;

/// Runs a study in `folder`, where its data lie.
fn run_study(folder: &Path, study: &str, out: &str, isolation: &str) -> Run {
    std::fs::write(folder.join("study.toml"), study).expect("written");
    let libraries = oha_tests::built("dev");
    let mut command = oha_host();
    command
        .current_dir(folder)
        .args(["run", "study.toml", "--out", out, "--isolation", isolation, "--quiet", "--plugin-dir"])
        .arg(libraries);
    command.output().expect("oha-host starts").into()
}

#[test]
fn own_tables_and_images_run_in_workers_as_in_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    write_data(folder.path());
    let bytes = ["process", "thread"].map(|isolation| {
        let done = run_study(folder.path(), STUDY, isolation, isolation);
        assert_eq!(done.code, 0, "{isolation}: {}", done.stderr);
        std::fs::read(folder.path().join(isolation).join("episodes.parquet")).expect("episodes")
    });
    assert!(bytes[0] == bytes[1], "isolation reaches no byte");
    let verified = oha_host()
        .current_dir(folder.path())
        .args(["verify", "process", "--isolation", "process", "--quiet", "--plugin-dir"])
        .arg(oha_tests::built("dev"))
        .output()
        .expect("oha-host starts");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

#[test]
fn data_that_cannot_be_used_are_refused_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    write_data(folder.path());
    let table = std::fs::read_to_string(folder.path().join("t.csv")).expect("the table");
    let altered = |name: &str, from: &str, to: &str| std::fs::write(folder.path().join(name), table.replace(from, to)).expect("written");
    altered("missing.csv", "\n3,", "\nNaN,");
    altered("gap.csv", ",1\n", ",7\n");
    altered("large.csv", ",1\n", ",99999\n");
    std::fs::write(folder.path().join("few"), &std::fs::read(folder.path().join("labels")).expect("the labels")[..50]).expect("written");
    for (from, to, cause) in [
        ("\"kind\" }", "\"colour\" }", "there is no column `colour`; columns: a, b, c, kind"),
        ("t.csv", "none.csv", "cannot read data file `none.csv`"),
        ("t.csv", "missing.csv", "row 4, column `a`: found `NaN`; allowed: a finite number"),
        ("t.csv", "gap.csv", "no example has the label 1, but one has 7; allowed: labels 0, 1, ... without a gap"),
        ("t.csv", "large.csv", "found the label `99999`; allowed: a whole number from 0 to 65535"),
        ("\"labels\"", "\"few\"", "found 50 bytes; their header says 68"),
    ] {
        let done = run_study(folder.path(), &STUDY.replace(from, to), "never", "process");
        assert_eq!(done.code, 3, "{to}: {}", done.stderr);
        assert!(done.stderr.contains(cause) && done.stderr.contains("hint: "), "{to}: {}", done.stderr);
        assert!(!folder.path().join("never").exists(), "{to}: nothing is left behind");
    }
}
