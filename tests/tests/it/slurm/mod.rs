//! A study through a real Slurm: what one machine would have written, though a node dies and the login shell is lost.

#![allow(clippy::disallowed_methods, reason = "a cluster is waited for, and found by the environment")]

mod mini;

use mini::Slurm;
use oha_tests::{Run, files, oha_host};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Shards long enough that a node dies in the middle of one.
const STUDY: &str = r#"
name = "slurm"
seeds = 32
controllers = ["schedules:constant", "schedules:cosine"]

[oracle]
tuning_seeds = 2
budget = 20

[analysis]
n_resamples = 200

[[scenarios]]
name = "quadratic"
task = { kind = "noisy-quadratic" }
n_steps = 5000
"#;

/// Shards, more than an array of the little cluster takes.
const N_SHARDS: u64 = 6;

struct Fixture {
    folder: tempfile::TempDir,
    study: PathBuf,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let study = folder.path().join("study.toml");
        std::fs::write(&study, STUDY).expect("a study");
        Self { folder, study }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn submit(&self, slurm: &Slurm, out: &Path, more: &[&str]) -> Command {
        let mut command = oha_host();
        slurm.join(&mut command);
        command.arg("submit").arg(&self.study).arg("--out").arg(out).args(["--shards", &N_SHARDS.to_string(), "--poll", "1"]).args(more);
        command
    }
}

/// Ends a child that a failing test would leave behind.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn eventually(what: &str, slurm: &Slurm, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} does not happen:\n{}", slurm.logs());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The shard that node `i` is running, with a part finished and others to go.
fn shard_on(slurm: &Slurm, i: usize, state: &Path) -> Option<u64> {
    let queue = slurm.command("squeue").args(["--noheader", "--array", "--states=RUNNING", "--format=%N|%j|%K"]).output().expect("squeue");
    let text = String::from_utf8_lossy(&queue.stdout).into_owned();
    text.lines().find_map(|line| {
        let mut cells = line.split('|');
        let (node, name, element) = (cells.next()?, cells.next()?, cells.next()?.parse::<u64>().ok()?);
        let chunk: u64 = name.rsplit('-').next()?.parse().ok()?;
        let shard = chunk * 4 + element;
        let parts = std::fs::read_dir(state.join(format!("{shard}-of-{N_SHARDS}")).join("parts")).ok()?;
        let n = parts.flatten().filter(|e| e.path().extension().is_some_and(|x| x == "sha256")).count();
        (node == format!("n{i}") && n == 0).then_some(shard)
    })
}

#[test]
fn a_study_comes_home_though_a_node_dies_and_the_shell_is_lost() {
    let Some(mut slurm) = Slurm::start() else { return };
    let f = Fixture::new();
    let (out, whole) = (f.at("out"), f.at("whole"));
    let state = f.at("out.shards");

    // The login shell is lost while the jobs wait and run.
    let no_requeue = ["--slurm-arg=--no-requeue", "--setup", "echo shard $shard on $SLURMD_NODENAME", "--memory", "100M"];
    let mut first = Guard(f.submit(&slurm, &out, &no_requeue).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"));
    eventually("a shard runs on node 2", &slurm, || shard_on(&slurm, 2, &state).is_some());
    let lost = shard_on(&slurm, 2, &state).unwrap_or(0);
    first.0.kill().expect("it is ours");
    first.0.wait().expect("it is ours");
    slurm.kill_node(2);

    let run: Run = f.submit(&slurm, &out, &no_requeue).output().expect("it starts").into();
    assert_eq!(run.code, 0, "{}\n{}", run.stderr, slurm.logs());
    let is_partial = run.stderr.contains(" of 6 shards submitted") && !run.stderr.contains("6 of 6 shards submitted");
    assert!(is_partial, "shard {lost} died with its node, and only what was lost is submitted: {}", run.stderr);
    assert!(run.stdout.contains("constant") && run.stderr.contains("report:"), "{}", run.stderr);

    for words in [&["run"][..], &["analyze"]] {
        let mut command = oha_host();
        command.args(words);
        let target = if words == ["run"] { command.arg(&f.study).arg("--out").arg(&whole) } else { command.arg(&whole) };
        let done: Run = target.output().expect("it starts").into();
        assert_eq!(done.code, 0, "{}", done.stderr);
    }
    let (a, b) = (files(&whole), files(&out));
    let names = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|f| f.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&a), names(&b), "the same files");
    let differing: Vec<&PathBuf> = a.iter().zip(&b).filter(|(x, y)| x != y).map(|(x, _)| &x.0).collect();
    assert!(differing.is_empty(), "the same bytes: {differing:?}");

    // What is complete is not submitted again.
    let again: Run = f.submit(&slurm, &out, &[]).output().expect("it starts").into();
    assert!(again.code == 0 && !again.stderr.contains("submitted"), "{}", again.stderr);
}
