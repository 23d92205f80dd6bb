//! Every way in which a controller can take its process down costs one job, and is named.
//!
//! The workers are this test's own executable, run again with the name of [`worker_process`] as its filter.

use crate::fixture::{rust, spec};
use oha_host::plugin::isolation::{Degree, Handler, Limits, Role, Setup, Supervisor, WorkerCommand, WorkerFault, worker_main};
use oha_host::plugin::{FaultKind, Plugin};
use oha_plugin_api::{Observation, Proposal, Report};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Set in the environment of worker processes only.
const MARK: &str = "OHA_TEST_WORKER";

/// Loads a library; each job runs one controller of it for ten steps and gives the values proposed.
fn init(setup: &[u8]) -> Result<Handler, String> {
    let path = PathBuf::from(String::from_utf8_lossy(setup).into_owned());
    let plugin = Plugin::load(&path).map_err(|error| error.cause.to_string())?;
    Ok(Box::new(move |job, progress| {
        let job: Value = serde_json::from_slice(job).expect("the test sends JSON");
        let id = job["id"].as_str().expect("the test names a controller");
        let run = || {
            let mut instance = plugin.create(id, &job["config"], &spec(), 1)?;
            let mut in_force = [0.25];
            for step in 0..10 {
                progress.step(step);
                let mut values = [0.0];
                let mut proposal = Proposal { values: &mut values, report: Report::NONE };
                instance.propose(&mut Observation::new(step, 1.0, &in_force, &[]), &mut proposal)?;
                in_force = values;
            }
            Ok::<f64, oha_host::plugin::PluginFault>(in_force[0])
        };
        let outcome = run().map_or_else(|fault| json!({"fault": fault.to_string()}), |value| json!({"bits": value.to_bits()}));
        outcome.to_string().into_bytes()
    }))
}

/// The body of worker processes; in the test itself it has nothing to do but to see that it is no worker.
#[test]
fn worker_process() {
    if let Ok(arguments) = std::env::var(MARK) {
        let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        let code = worker_main(&arguments, &[Role { name: "episodes", init }, crate::fuzz::ROLE]);
        std::process::exit(i32::from(code != std::process::ExitCode::SUCCESS));
    }
    assert_ne!(worker_main(&[], &[]), std::process::ExitCode::SUCCESS, "without arguments there is nothing to serve");
}

/// A shell passes the three arguments on through the environment, because the test harness would take them for filters.
pub(crate) fn command() -> WorkerCommand {
    let executable = std::env::current_exe().expect("a test has an executable");
    let script = format!("{MARK}=\"$*\" exec \"$0\" --exact isolation::worker_process --nocapture --quiet");
    WorkerCommand { program: "/bin/sh".into(), arguments: vec!["-c".into(), script.into(), executable.into()] }
}

fn limits() -> Limits {
    Limits { address_space: Some(512 << 20), cpu_time: Some(Duration::from_secs(20)), stall: Duration::from_millis(1200), confine: true }
}

fn setup(path: &Path) -> Setup {
    Setup { role: "episodes".into(), bytes: path.display().to_string().into_bytes().into(), readable: vec![path.to_owned()], script: None }
}

fn call(supervisor: &Supervisor, id: &str) -> Result<Value, WorkerFault> {
    let job = json!({"id": id, "config": {"at": 3}}).to_string();
    supervisor.call(&setup(&rust("faulty")), job.as_bytes()).map(|bytes| serde_json::from_slice(&bytes).expect("the worker sends JSON"))
}

fn good() -> Value {
    json!({"bits": 0.25_f64.to_bits()})
}

#[test]
fn each_death_is_named_and_the_rest_goes_on() {
    let supervisor = Supervisor::new(command(), limits(), 2);
    for (id, kind, words) in [
        ("abort", FaultKind::Signal(libc::SIGABRT), ""),
        ("segfault", FaultKind::Signal(libc::SIGSEGV), ""),
        ("stack-overflow", FaultKind::Signal(libc::SIGABRT), "overflowed its stack"),
        ("loop", FaultKind::Hang, ""),
        ("sleep", FaultKind::Hang, ""),
        ("raise", FaultKind::Signal(libc::SIGUSR1), ""),
        ("exit", FaultKind::Exit(0), ""),
        ("allocate", FaultKind::Limit, "memory allocation of"),
    ] {
        let fault = call(&supervisor, id).expect_err(id);
        assert_eq!((fault.kind, fault.step), (kind, Some(3)), "{id}: {fault}");
        assert!(fault.message.contains(words), "{id}: {fault}");
        assert_eq!(call(&supervisor, "good").expect("another worker"), good());
    }
}

#[test]
fn faults_inside_the_boundary_cost_no_worker() {
    let supervisor = Supervisor::new(command(), limits(), 2);
    assert_eq!(
        call(&supervisor, "panic").expect("caught"),
        json!({"fault": "controller `panic` at step 3: fatal: panic: panic at step 3"})
    );
    assert_eq!(call(&supervisor, "error").expect("reported"), json!({"fault": "controller `error` at step 3: error: cannot go on"}));
    assert_eq!(call(&supervisor, "prints").expect("its output goes elsewhere"), good());
    assert_eq!(call(&supervisor, "good").expect("the same worker"), good());
    assert_eq!(call(&supervisor, "environment").expect("it sees no variable of the user"), good());
}

#[test]
fn processes_threads_network_and_files_are_out_of_reach() {
    let supervisor = Supervisor::new(command(), limits(), 2);
    let words = |id: &str| call(&supervisor, id).expect("the worker lives").to_string();
    let notices = |supervisor: &Supervisor| supervisor.notices().join("; ");
    for (id, expected) in [("fork", "no child"), ("threads", "no thread"), ("network", "no socket"), ("signal", "no signal")] {
        let found = words(id);
        assert!(found.contains(expected) || notices(&supervisor).contains("network and processes"), "{id}: {found}");
    }
    let trace = std::env::temp_dir().join("oha-fixture-was-here");
    let _ = std::fs::remove_file(&trace);
    let found = words("write-file");
    assert!(found.contains("no file") != notices(&supervisor).contains("file"), "{found}; {}", notices(&supervisor));
    assert_eq!(trace.exists(), !found.contains("no file"));
}

#[test]
fn unconfined_children_die_with_their_worker() {
    let supervisor = Supervisor::new(command(), Limits { confine: false, ..limits() }, 0);
    assert_eq!(call(&supervisor, "fork").expect("allowed"), good());
    // The worker was dropped, since none may wait, and its group with it: nobody of this test's executable waits in `pause`.
    let paused = || {
        let processes = std::fs::read_dir("/proc").expect("a Linux system").flatten();
        let of_mine = processes.filter(|p| std::fs::read_link(p.path().join("exe")).ok() == std::env::current_exe().ok());
        of_mine.filter(|p| std::fs::read_to_string(p.path().join("syscall")).is_ok_and(|s| s.starts_with("34 "))).count()
    };
    assert_eq!(paused(), 0);
}

#[test]
fn library_that_dies_while_loading_is_named() {
    let mut limits = limits();
    limits.stall = Duration::from_millis(300);
    let supervisor = Supervisor::new(command(), limits, 1);
    for (case, kind) in [
        ("CASE_CRASH_ON_LOAD", FaultKind::Signal(libc::SIGABRT)),
        ("CASE_EXIT_ON_LOAD", FaultKind::Exit(0)),
        ("CASE_HANG_ON_LOAD", FaultKind::Hang),
        ("CASE_MAJOR", FaultKind::Error),
    ] {
        let fault = supervisor.prepare(&setup(&crate::fixture::case(case))).expect_err(case);
        assert_eq!((fault.kind, fault.step), (kind, None), "{case}: {fault}");
    }
}

#[test]
fn exception_that_leaves_a_library_ends_its_worker_and_is_named() {
    let supervisor = Supervisor::new(command(), limits(), 0);
    let path = crate::fixture::compile("throws", "c++", "../cpp/throws.cpp", &["-std=c++17"]);
    let fault = supervisor.call(&setup(&path), json!({"id": "throws", "config": {}}).to_string().as_bytes()).expect_err("it is not caught");
    assert_eq!((fault.kind, fault.step), (FaultKind::Signal(libc::SIGABRT), Some(3)), "{fault}");
}

#[test]
fn constructors_are_confined_too() {
    let supervisor = Supervisor::new(command(), limits(), 0);
    for case in ["CASE_FORK_ON_LOAD", "CASE_NETWORK_ON_LOAD"] {
        let outcome = supervisor.prepare(&setup(&crate::fixture::case(case)));
        let calls = supervisor.confinement().map(|c| c.calls);
        assert!(outcome.is_ok() || calls != Some(Degree::Full), "{case}: {outcome:?} with {calls:?}");
    }
    let free = Supervisor::new(command(), Limits { confine: false, ..limits() }, 0);
    let fault = free.prepare(&setup(&crate::fixture::case("CASE_NETWORK_ON_LOAD"))).expect_err("it got its socket");
    assert_eq!(fault.kind, FaultKind::Signal(libc::SIGABRT));
}

#[test]
fn controllers_of_different_setups_share_no_process() {
    let supervisor = Supervisor::new(command(), limits(), 2);
    let other = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libfaulty-elsewhere.so");
    std::fs::copy(rust("faulty"), &other).expect("the build folder can be written");
    let count = |path: &Path| {
        let job = json!({"id": "shared", "config": {"at": 0}}).to_string();
        supervisor.call(&setup(path), job.as_bytes()).expect("no fault")
    };
    let first = count(&rust("faulty"));
    assert_eq!(count(&other), first, "the same bytes in another process have statics of their own");
    assert_ne!(count(&rust("faulty")), first, "which would have been seen: in the same process they go on");
}

#[test]
fn what_is_in_force_is_told() {
    let (confined, free) = (Supervisor::new(command(), limits(), 0), Supervisor::new(command(), Limits { confine: false, ..limits() }, 0));
    for supervisor in [&confined, &free] {
        assert_eq!(supervisor.confinement(), None, "before the first worker nothing is known");
        assert_eq!(call(supervisor, "good").expect("a worker"), good());
    }
    let told = confined.confinement().expect("a worker told");
    assert_eq!(told.files == Degree::Full && told.calls == Degree::Full, confined.notices().is_empty(), "{told}");
    let told = free.confinement().expect("a worker told");
    assert_eq!(told.to_string(), "files none, calls none, memory and time full");
}

#[test]
fn worker_that_cannot_start_or_dies_while_waiting_is_no_loss() {
    let nowhere = WorkerCommand { program: "/nowhere/oha-host".into(), arguments: vec![] };
    let fault = call(&Supervisor::new(nowhere, limits(), 1), "good").expect_err("no program");
    assert!(fault.message.starts_with("a worker process cannot be started: No such file"), "{fault}");

    let supervisor = Supervisor::new(command(), limits(), 1);
    assert_eq!(call(&supervisor, "good").expect("a worker"), good());
    assert_eq!(call(&supervisor, "exit").expect_err("gone").kind, FaultKind::Exit(0));
    assert_eq!(call(&supervisor, "good").expect("another worker"), good());
}

#[test]
fn many_threads_share_the_workers() {
    let supervisor = Supervisor::new(command(), limits(), 3);
    let jobs: Vec<&str> = (0..30).map(|i| if i % 10 == 4 { "abort" } else { "good" }).collect();
    let results: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            jobs.chunks(10).map(|ids| scope.spawn(|| ids.iter().map(|id| call(&supervisor, id).is_ok()).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|t| t.join().expect("no panic")).collect()
    });
    assert_eq!(results, jobs.iter().map(|id| *id == "good").collect::<Vec<_>>());
}
