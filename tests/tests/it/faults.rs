//! A study most of whose controllers are broken, each in another way: it finishes, the others' results do not change by a bit, every fault is named, and
//! no process is left.

use oha_host::store::frame::Frame;
use oha_host::store::{Reader, StoreError};
use oha_tests::{Run, built, c_library, run};
use serde_json::Value;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const STUDY: &str = include_str!("faults.toml");

/// The broken controllers: id, and what the fault at step 3 is called.
const BROKEN: [(&str, &str); 6] = [
    ("segfault", "SIGSEGV at step 3"),
    ("loop", "no progress at step 3"),
    ("exit", "exit code 0 at step 3"),
    ("allocate", "limit exceeded at step 3"),
    ("panic", "controller `panic` at step 3: fatal: panic: panic at step 3"),
    ("fork", "controller `fork` at step 3: error: no child"),
];

/// The others.
const SOUND: [&str; 2] = ["keeper", "cosine"];

fn library(name: &str) -> String {
    built("dev").join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}")).display().to_string()
}

/// Pids of the living processes that were started from this file.
fn processes_of(executable: &Path) -> Vec<u32> {
    let numbers = std::fs::read_dir("/proc").expect("a Linux system").flatten().filter_map(|e| e.file_name().to_str()?.parse().ok());
    let is_mine = |pid: &u32| std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == executable);
    numbers.filter(is_mine).collect()
}

/// Waits until `done`, or until ten seconds are over; tells whether it came to pass.
fn comes_to_pass(mut done: impl FnMut() -> bool) -> bool {
    (0..1000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        done()
    })
}

/// Process group of a process.
fn group(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(2)?.parse().ok()
}

/// A copy of a program, by which its processes are told from those of other tests.
fn copied(program: &Path, folder: &Path) -> PathBuf {
    let copy = folder.canonicalize().expect("a folder").join(program.file_name().expect("a program has a name"));
    if std::fs::hard_link(program, &copy).is_err() {
        std::fs::copy(program, &copy).expect("a folder to write to");
    }
    copy
}

/// The rows of these controllers in every table of a folder, as text that tells all bits of a number.
fn rows(dir: &Path, controllers: &[&str]) -> Vec<String> {
    let mut rows = Vec::new();
    let mut visit = |_: &Path, frame: Frame| -> Result<(), StoreError> {
        let names = frame.column("controller").expect("every table says whose its rows are");
        for row in (0..frame.n_rows()).filter(|&row| controllers.contains(&names.text(row).as_str())) {
            rows.push(frame.columns.iter().map(|(name, values)| format!("{name} {}", values.text(row))).collect::<Vec<_>>().join(", "));
        }
        Ok(())
    };
    let reader = Reader::open(dir).expect("a finished study");
    reader.episodes(&|_| true, &mut visit).expect("readable");
    reader.changes(&mut visit).expect("readable");
    reader.trajectories(&|_| true, &mut visit).expect("readable");
    rows
}

/// The losses that were recorded of a controller under seed 0.
fn losses(dir: &Path, controller: &str) -> Vec<String> {
    let mut losses = Vec::new();
    let mut visit = |_: &Path, frame: Frame| -> Result<(), StoreError> {
        let column = |name: &str| frame.column(name).expect("a column of trajectories");
        let (names, seeds) = (column("controller"), column("seed"));
        let mine = (0..frame.n_rows()).filter(|&row| names.text(row) == controller && seeds.text(row) == "0");
        losses.extend(mine.map(|row| column("loss").text(row)));
        Ok(())
    };
    Reader::open(dir).expect("a finished study").trajectories(&|_| true, &mut visit).expect("readable");
    losses
}

struct Bench {
    folder: tempfile::TempDir,
    host: PathBuf,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir_in(built("dev")).expect("a folder");
        std::fs::write(folder.path().join("study.toml"), STUDY).expect("a folder to write to");
        let host = copied(&built("dev").join("oha-host"), folder.path());
        Self { folder, host }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn compare(&self, out: &str, controllers: &[String]) -> Command {
        let mut command = Command::new(&self.host);
        command.env_remove("OHA_PLUGIN_PATH").arg("compare").arg("--study").arg(self.path("study.toml"));
        command.args(["--step-timeout", "3", "--memory-limit", "512", "--out"]).arg(self.path(out)).args(controllers);
        command
    }
}

#[test]
fn broken_controllers_cost_their_own_episodes_and_nothing_else() {
    let bench = Bench::new();
    let sound = [c_library(bench.folder.path(), "GOOD").display().to_string(), format!("cosine={}:cosine", library("schedules"))];
    let faulty = library("faulty");
    let mut all: Vec<String> = BROKEN.iter().map(|(id, _)| format!("{faulty}:{id}")).collect();
    // Among the others, so that what those leave behind could reach them.
    all.insert(2, sound[0].clone());
    all.insert(5, sound[1].clone());
    all.push(format!("{faulty}:good"));

    let alone: Run = bench.compare("alone", &sound).output().expect("it starts").into();
    assert_eq!(alone.code, 0, "{}", alone.stderr);
    let mut child = bench.compare("all", &all).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut n_workers = 0;
    while child.try_wait().expect("a child").is_none() {
        let workers: Vec<u32> = processes_of(&bench.host).into_iter().filter(|&pid| pid != child.id()).collect();
        n_workers = n_workers.max(workers.iter().filter(|&&pid| group(pid) == Some(pid)).count());
        std::thread::sleep(Duration::from_millis(20));
    }
    let done: Run = child.wait_with_output().expect("a child").into();
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(n_workers > 0, "workers lead groups of their own, and are seen by this test");
    assert_eq!(processes_of(&bench.host), Vec::<u32>::new(), "a process is left");

    let mine = rows(&bench.path("alone"), &SOUND);
    assert!(mine.len() >= 2 * 2 * (1 + 60), "{}: an episode and 60 steps of 2 controllers and 2 seeds", mine.len());
    assert_eq!(mine, rows(&bench.path("all"), &SOUND));
    let report = std::fs::read_to_string(bench.path("all").join("analysis/report.html")).expect("a report");
    for (id, words) in BROKEN {
        for seed in 0..2 {
            let told = format!("note: `{id}` on `jump`, seed {seed}: {words}");
            assert!(done.stderr.lines().any(|line| line == told), "{told}\n{}", done.stderr);
            let written = format!("{id} in jump, seed {seed}, step 3</b>: {words}");
            assert!(report.contains(&written), "{written}");
        }
    }
    // What was done before the fault is recorded, whatever the fault: all of these controllers do the same until then.
    let good = losses(&bench.path("all"), "good");
    assert_eq!(good.len(), 60);
    for (id, _) in BROKEN {
        assert_eq!(losses(&bench.path("all"), id), good[..3], "{id}");
    }
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(bench.path("all").join("manifest.json")).expect("a manifest")).expect("JSON");
    assert_eq!(manifest["isolation"]["mode"], "process");
    assert!(manifest["isolation"]["confinement"]["files"].is_string(), "{}", manifest["isolation"]);

    let out = bench.path("all").display().to_string();
    let again = run(&["verify", &out, "--sample", "1", "--step-timeout", "3", "--memory-limit", "512"]);
    assert_eq!(again.code, 0, "faults are repeated to the bit: {}", again.stderr);
}

#[test]
fn a_process_that_is_left_would_be_seen() {
    let folder = tempfile::tempdir_in(built("dev")).expect("a folder");
    let sleep = copied(&Path::new("/bin/sleep").canonicalize().expect("every system can sleep"), folder.path());
    let mut child = Command::new(&sleep).arg("60").spawn().expect("it starts");
    assert!(comes_to_pass(|| processes_of(&sleep) == [child.id()]));
    child.kill().expect("it sleeps");
    child.wait().expect("a child");
    assert_eq!(processes_of(&sleep), Vec::<u32>::new());
}

#[test]
fn a_killed_host_leaves_no_worker() {
    let bench = Bench::new();
    let mut child = bench.compare("killed", &[format!("{}:sleep", library("faulty"))]).stderr(Stdio::null()).spawn().expect("it starts");
    assert!(comes_to_pass(|| bench.path("killed").join("manifest.json").exists()), "it begins");
    assert!(processes_of(&bench.host).len() > 1, "a worker waits for its first episode, or sleeps in it");
    child.kill().expect("it waits for its worker");
    child.wait().expect("a child");
    assert!(comes_to_pass(|| processes_of(&bench.host).is_empty()), "{:?} are left", processes_of(&bench.host));
}

#[test]
fn a_constructor_that_never_returns_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = run(&["describe", &c_library(folder.path(), "CASE_HANG_ON_LOAD").display().to_string()]);
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    // Five seconds of processor time, or fifteen of patience where the machine is busy.
    let named =
        ["limit exceeded", "no progress"].iter().any(|how| refused.stderr.contains(&format!("loading it ended the process: {how}")));
    assert!(named, "{}", refused.stderr);
}
