//! The worker's side: connect, confine, load, then one job after the other.

use super::frame::{self, Kind};
use super::progress::Progress;
use super::sandbox::{self, Confinement, Degree, Limits};
use crate::plugin::script;
use oha_plugin_api::abi::Entry;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs one job: its bytes in, the bytes of its result out.
pub type Handler = Box<dyn FnMut(&[u8], &Progress) -> Vec<u8>>;

/// One kind of worker.
#[derive(Clone, Copy)]
pub struct Role {
    /// Name on the hidden command line.
    pub name: &'static str,
    /// Prepares the worker from the bytes of its setup (typically: loads a library), confined but for new threads.
    pub init: fn(&[u8]) -> Result<Handler, String>,
}

/// The first frame; the bytes for the role follow in a second one.
#[derive(Serialize, Deserialize)]
pub(super) struct Instructions {
    pub(super) limits: Limits,
    pub(super) readable: Vec<PathBuf>,
}

/// The body of the hidden subcommand: `arguments` are what [`super::WorkerCommand`] appended to the command line.
///
/// Ends when the supervisor closes the channel, with success; every other end is a fault of the command line.
#[must_use]
pub fn worker_main(arguments: &[String], roles: &[Role]) -> ExitCode {
    main(arguments, roles, Vec::new())
}

/// As [`worker_main`], in a process that a script runs: `entry` stands for its library, and it may read `readable` as well.
///
/// # Safety
/// `entry` keeps the boundary's contract for the rest of the process.
#[must_use]
pub unsafe fn served_main(entry: *const Entry, arguments: &[String], roles: &[Role], readable: Vec<PathBuf>) -> ExitCode {
    // SAFETY: by this function's contract.
    unsafe { script::serve(entry) };
    main(arguments, roles, readable)
}

fn main(arguments: &[String], roles: &[Role], readable: Vec<PathBuf>) -> ExitCode {
    let parsed = match arguments {
        [name, channel, progress] => roles.iter().find(|r| r.name == name).zip(channel.parse().ok()).zip(progress.parse().ok()),
        _ => None,
    };
    let Some(((role, channel), progress)) = parsed else {
        let names: Vec<&str> = roles.iter().map(|r| r.name).collect();
        eprintln!("worker processes are started by the program itself: {} CHANNEL PROGRESS", names.join("|"));
        return ExitCode::from(2);
    };
    // SAFETY: the supervisor passes two descriptors that nothing else in this process uses.
    let (channel, page) = unsafe { (UnixStream::from_raw_fd(channel), File::from_raw_fd(progress)) };
    match serve(channel, &page, role, readable) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("worker: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(mut channel: UnixStream, page: &File, role: &Role, mut readable: Vec<PathBuf>) -> std::io::Result<()> {
    let progress = Progress::map(page)?;
    let unexpected = |kind: Kind| std::io::Error::new(ErrorKind::InvalidData, format!("unexpected frame {kind:?}"));
    let mut setup = || match frame::read(&mut channel)? {
        (Kind::Setup, bytes) => Ok(bytes),
        (kind, _) => Err(unexpected(kind)),
    };
    let instructions: Instructions = serde_json::from_slice(&setup()?)?;
    let bytes = setup()?;
    let limits = instructions.limits;
    readable.extend(instructions.readable);
    let mut confinement = Confinement { files: Degree::None, calls: Degree::None, resources: sandbox::limit(&limits) };
    let mut notices = Vec::new();
    follow(channel.as_raw_fd());
    if limits.confine {
        let (files, notice) = sandbox::confine_files(&readable);
        notices.extend(notice);
        confinement.files = files;
        match sandbox::confine_calls() {
            Ok(()) => confinement.calls = Degree::Full,
            Err(notice) => notices.push(notice),
        }
    }
    let mut handler = match (role.init)(&bytes) {
        Ok(handler) => handler,
        Err(reason) => return frame::write(&mut channel, Kind::Refused, reason.as_bytes()),
    };
    if confinement.calls == Degree::Full
        && let Err(notice) = sandbox::confine_threads()
    {
        confinement.calls = Degree::Partial;
        notices.push(notice);
    }
    for notice in notices {
        frame::write(&mut channel, Kind::Notice, notice.as_bytes())?;
    }
    frame::write(&mut channel, Kind::Ready, &serde_json::to_vec(&confinement)?)?;
    loop {
        let job = match frame::read(&mut channel)? {
            (Kind::Job, job) => job,
            (kind, _) => return Err(unexpected(kind)),
        };
        progress.start();
        sandbox::start_cpu_time(&limits);
        let result = handler(&job, &progress);
        frame::write(&mut channel, Kind::Done, &result)?;
    }
}

/// Ends this process and all of its group when the supervisor is gone, whatever the controller is doing.
fn follow(channel: RawFd) {
    let wait = move || {
        let mut poll = libc::pollfd { fd: channel, events: 0, revents: 0 };
        loop {
            // SAFETY: one whole structure. Without requested events only the end of the other side is reported.
            let n = unsafe { libc::poll(&raw mut poll, 1, -1) };
            if n > 0 && poll.revents & (libc::POLLHUP | libc::POLLERR | libc::POLLNVAL) != 0 {
                // SAFETY: the worker leads its own group.
                unsafe { libc::kill(0, libc::SIGKILL) };
            }
        }
    };
    // Without the thread a worker that hangs would outlive a killed host; a job that ends still ends the worker.
    let _ = std::thread::Builder::new().name("follow".to_owned()).stack_size(64 << 10).spawn(wait);
}
