//! The host's side: starts workers, gives them jobs, watches them, and tells how they died.

use super::frame::{self, Kind};
use super::log::Log;
use super::progress::Progress;
use super::sandbox::{Confinement, Limits};
use super::worker::{Instructions, Role};
use crate::plugin::fault::{FaultKind, PluginFault};
use crate::plugin::script;
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How to start a worker: this program with a hidden subcommand.
#[derive(Clone, Debug)]
pub struct WorkerCommand {
    /// The executable.
    pub program: PathBuf,
    /// What comes before the three arguments that are appended for [`super::worker_main`].
    pub arguments: Vec<OsString>,
}

/// What a worker is made for; workers of equal setups serve each other's jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Name of the [`super::Role`].
    pub role: String,
    /// Bytes for the role's `init`.
    pub bytes: Arc<[u8]>,
    /// Files and folders that the worker may read, besides the system's libraries.
    pub readable: Vec<PathBuf>,
    /// The script that runs the worker, in place of this program.
    pub script: Option<PathBuf>,
}

impl Setup {
    /// For a worker that may read the library at `path`, and is run by it where it is a script.
    #[must_use]
    pub fn of_library(role: &Role, path: &Path, bytes: Vec<u8>) -> Self {
        let script = script::is_script(path).then(|| path.to_owned());
        Self { role: role.name.to_owned(), bytes: bytes.into(), readable: vec![path.to_owned()], script }
    }
}

/// How a job was lost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}{}{}", step.map(|s| format!(" at step {s}")).unwrap_or_default(), if message.is_empty() { String::new() } else { format!(": {message}") })]
pub struct WorkerFault {
    /// The class.
    pub kind: FaultKind,
    /// The step that the job had reached; `None` before its first.
    pub step: Option<u64>,
    /// What is known about it.
    pub message: String,
}

impl WorkerFault {
    /// The same as a fault of `controller`.
    #[must_use]
    pub fn of_controller(self, controller: &str) -> PluginFault {
        PluginFault { controller: controller.to_owned(), step: self.step.unwrap_or(0), kind: self.kind, message: self.message }
    }
}

/// Runs jobs in worker processes. Shared by any number of threads; each call uses one worker.
pub struct Supervisor {
    command: WorkerCommand,
    limits: Limits,
    idle: Mutex<Vec<(Setup, Worker)>>,
    idle_max: usize,
    notices: Mutex<Vec<String>>,
    confinement: Mutex<Option<Confinement>>,
}

impl Supervisor {
    /// A supervisor without workers; at most `idle_max` of them are kept waiting for jobs.
    #[must_use]
    pub fn new(command: WorkerCommand, limits: Limits, idle_max: usize) -> Self {
        Self { command, limits, idle: Mutex::new(Vec::new()), idle_max, notices: Mutex::default(), confinement: Mutex::default() }
    }

    /// Runs one job on a free worker of this setup, or on a new one.
    ///
    /// # Errors
    /// When the worker could not be prepared, died, hung or broke the protocol. It is then gone; the next call has another.
    pub fn call(&self, setup: &Setup, job: &[u8]) -> Result<Vec<u8>, WorkerFault> {
        let waiting = {
            let mut idle = lock(&self.idle);
            idle.iter().rposition(|(known, _)| known == setup).map(|i| idle.remove(i).1)
        };
        let mut worker = match waiting {
            // A worker that died while it waited lost nothing.
            Some(worker) if !worker.has_ended() => worker,
            _ => self.start(setup)?,
        };
        let result = worker.run(job, self.limits.stall)?;
        let dropped = {
            let mut idle = lock(&self.idle);
            idle.push((setup.clone(), worker));
            if idle.len() > self.idle_max { Some(idle.remove(0)) } else { None }
        };
        drop(dropped);
        Ok(result)
    }

    /// Prepares a worker of this setup, which then waits for jobs.
    ///
    /// # Errors
    /// As [`Supervisor::call`].
    pub fn prepare(&self, setup: &Setup) -> Result<(), WorkerFault> {
        let worker = self.start(setup)?;
        lock(&self.idle).push((setup.clone(), worker));
        Ok(())
    }

    /// What the workers reported about their confinement, each once.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        lock(&self.notices).clone()
    }

    /// What holds in every worker so far; `None` before the first.
    #[must_use]
    pub fn confinement(&self) -> Option<Confinement> {
        *lock(&self.confinement)
    }

    fn start(&self, setup: &Setup) -> Result<Worker, WorkerFault> {
        let failed = |error: io::Error| fault(FaultKind::Protocol, None, format!("a worker process cannot be started: {error}"));
        let command = setup.script.as_ref().map(|script| script::command(&self.command, script));
        let mut worker = Worker::spawn(command.as_ref().unwrap_or(&self.command), &setup.role).map_err(failed)?;
        let instructions = Instructions { limits: self.limits.clone(), readable: setup.readable.clone() };
        let instructions = serde_json::to_vec(&instructions).expect("instructions are plain data");
        for part in [&instructions[..], &setup.bytes] {
            if frame::write(&mut worker.channel, Kind::Setup, part).is_err() {
                return Err(worker.autopsy(FaultKind::Protocol));
            }
        }
        loop {
            match worker.receive(self.limits.stall)? {
                (Kind::Ready, bytes) => {
                    let Ok(found) = serde_json::from_slice::<Confinement>(&bytes) else {
                        return Err(worker.autopsy(FaultKind::Protocol));
                    };
                    let mut known = lock(&self.confinement);
                    *known = Some(known.map_or(found, |known| known.weaker(found)));
                    return Ok(worker);
                }
                (Kind::Notice, text) => {
                    let text = String::from_utf8_lossy(&text).into_owned();
                    let mut notices = lock(&self.notices);
                    if !notices.contains(&text) {
                        notices.push(text);
                    }
                }
                (Kind::Refused, reason) => {
                    return Err(fault(FaultKind::Error, None, String::from_utf8_lossy(&reason).into_owned()));
                }
                _ => return Err(worker.autopsy(FaultKind::Protocol)),
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fault(kind: FaultKind, step: Option<u64>, message: String) -> WorkerFault {
    WorkerFault { kind, step, message }
}

/// One worker process, leader of its own process group. Dropping it kills the group.
struct Worker {
    child: Child,
    channel: UnixStream,
    progress: Progress,
    log: Log,
}

impl Worker {
    fn spawn(command: &WorkerCommand, role: &str) -> io::Result<Self> {
        let (channel, theirs) = UnixStream::pair()?;
        let (progress, page) = Progress::create()?;
        let log = Log::create()?;
        let descriptors = [theirs.as_raw_fd(), page.as_raw_fd()];
        let mut command_line = Command::new(&command.program);
        command_line
            .args(&command.arguments)
            .arg(role)
            .args(descriptors.map(|fd| fd.to_string()))
            .env_clear()
            .envs(kept_environment())
            // The order of a Python set is drawn from entropy otherwise.
            .env("PYTHONHASHSEED", "0")
            .stdin(Stdio::null())
            .stdout(log.writer()?)
            .stderr(log.writer()?)
            .process_group(0);
        // SAFETY: between fork and exec only `fcntl` is called, which may be; the descriptors are open until the child is started.
        unsafe {
            command_line.pre_exec(move || {
                for fd in descriptors {
                    if libc::fcntl(fd, libc::F_SETFD, 0) < 0 {
                        return Err(io::Error::last_os_error());
                    }
                }
                Ok(())
            });
        }
        let child = command_line.spawn()?;
        Ok(Self { child, channel, progress, log })
    }

    /// Whether the process has ended; leaves it to be waited for, so that the number of its group stays reserved.
    fn has_ended(&self) -> bool {
        // SAFETY: an all-zero `siginfo_t` is a valid value, and the call fills it.
        unsafe {
            let mut info: libc::siginfo_t = std::mem::zeroed();
            let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
            libc::waitid(libc::P_PID, self.child.id(), &raw mut info, options) == 0 && info.si_pid() != 0
        }
    }

    fn run(&mut self, job: &[u8], stall: Duration) -> Result<Vec<u8>, WorkerFault> {
        self.progress.start();
        self.log.start_job();
        if frame::write(&mut self.channel, Kind::Job, job).is_err() {
            return Err(self.autopsy(FaultKind::Protocol));
        }
        match self.receive(stall)? {
            (Kind::Done, result) => Ok(result),
            _ => Err(self.autopsy(FaultKind::Protocol)),
        }
    }

    /// Waits for a frame while the worker makes progress.
    fn receive(&mut self, stall: Duration) -> Result<(Kind, Vec<u8>), WorkerFault> {
        let mut seen = (self.progress.n_beats(), now());
        loop {
            let patience = stall.saturating_sub(seen.1.elapsed()).min(stall / 4).max(Duration::from_millis(1));
            match self.wait_readable(patience) {
                Ok(true) => break,
                Ok(false) => {
                    let n_beats = self.progress.n_beats();
                    if n_beats != seen.0 {
                        seen = (n_beats, now());
                    } else if seen.1.elapsed() >= stall {
                        return Err(self.autopsy(FaultKind::Hang));
                    }
                }
                Err(_) => return Err(self.autopsy(FaultKind::Protocol)),
            }
        }
        // The length-prefixed frame may still stop half-way; the worker then no longer beats.
        let half = self.channel.set_read_timeout(Some(stall.max(Duration::from_millis(1))));
        match half.and_then(|()| frame::read(&mut self.channel)) {
            Ok(frame) => Ok(frame),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Err(self.autopsy(FaultKind::Hang)),
            Err(_) => Err(self.autopsy(FaultKind::Protocol)),
        }
    }

    fn wait_readable(&self, patience: Duration) -> io::Result<bool> {
        let mut poll = libc::pollfd { fd: self.channel.as_fd().as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let milliseconds = i32::try_from(patience.as_millis()).unwrap_or(i32::MAX).max(1);
        // SAFETY: one whole structure.
        let n = unsafe { libc::poll(&raw mut poll, 1, milliseconds) };
        match n {
            0 => Ok(false),
            1.. => Ok(true),
            _ => match io::Error::last_os_error() {
                error if error.kind() == io::ErrorKind::Interrupted => Ok(false),
                error => Err(error),
            },
        }
    }

    /// Ends the worker, and finds out how it died if it was dead already; `suspicion` is what the supervisor would say of a living one.
    fn autopsy(&mut self, suspicion: FaultKind) -> WorkerFault {
        let step = self.progress.reached();
        // A worker that closed its channel dies at once; one that hangs, or writes nonsense, does not.
        let deadline = now() + Duration::from_millis(if suspicion == FaultKind::Hang { 0 } else { 500 });
        while !self.has_ended() && now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        let died_by_itself = self.has_ended();
        let status = self.kill();
        let log = self.log.tail();
        match status.filter(|_| died_by_itself) {
            None => fault(suspicion, step, log),
            Some(status) => fault(classify(status, &log), step, log),
        }
    }

    /// Kills the whole group and waits for its leader; killing only the leader would leave what it started.
    fn kill(&mut self) -> Option<ExitStatus> {
        if let Ok(pid) = libc::pid_t::try_from(self.child.id()) {
            // SAFETY: the worker leads the group of this number, which stays reserved until it is waited for.
            unsafe { libc::killpg(pid, libc::SIGKILL) };
        }
        self.child.wait().ok()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The class of a death. A failed allocation aborts in Rust and C++ alike, and says so.
fn classify(status: ExitStatus, log: &str) -> FaultKind {
    let out_of_memory = log.contains("memory allocation of") || log.contains("bad_alloc");
    match (status.signal(), status.code()) {
        (Some(libc::SIGABRT), _) if out_of_memory => FaultKind::Limit,
        (Some(libc::SIGXCPU | libc::SIGXFSZ), _) => FaultKind::Limit,
        (Some(signal), _) => FaultKind::Signal(signal),
        (None, code) => FaultKind::Exit(code.unwrap_or(-1)),
    }
}

/// The variables that a worker inherits: what the system's loader and temporary files need. Nothing else of the user's environment can reach a
/// controller.
#[expect(clippy::disallowed_methods, reason = "these say where files are; no result depends on them")]
fn kept_environment() -> impl Iterator<Item = (&'static str, OsString)> {
    ["PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"]
        .into_iter()
        .filter_map(|name| std::env::var_os(name).map(|value| (name, value)))
}

#[expect(clippy::disallowed_methods, reason = "decides only when a worker that stands still is killed; no result depends on it")]
fn now() -> Instant {
    Instant::now()
}
