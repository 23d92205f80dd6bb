//! What went wrong in a controller, and when.

use oha_plugin_api::abi::Status;
use serde::{Deserialize, Serialize};

/// The class of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "detail")]
pub enum FaultKind {
    /// The controller reported an error.
    Error,
    /// The controller reported that it is unusable; a caught panic is one.
    Fatal,
    /// The controller returned a number that is no status.
    Status(i32),
    /// The controller wrote outside the places of its proposal.
    Overrun,
    /// The controller lacks a function that was asked for.
    Unsupported,
    /// The worker process was ended by this signal.
    Signal(i32),
    /// The worker process ended by itself with this exit code.
    Exit(i32),
    /// No progress for the time allowed; the worker process was killed.
    Hang,
    /// The worker process ran out of the memory or processor time that it was allowed.
    Limit,
    /// What the worker process sent is not what it should send.
    Protocol,
}

impl FaultKind {
    /// The class of a call that failed with this status.
    pub(super) const fn of(status: Status) -> Self {
        match status {
            Status::ERROR | Status::DISCARD => Self::Error,
            Status::FATAL => Self::Fatal,
            Status(found) => Self::Status(found),
        }
    }
}

impl std::fmt::Display for FaultKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Error => f.write_str("error"),
            Self::Fatal => f.write_str("fatal"),
            Self::Status(found) => write!(f, "unknown status {found}"),
            Self::Overrun => f.write_str("overrun"),
            Self::Unsupported => f.write_str("unsupported"),
            Self::Signal(number) => match signal_name(*number) {
                Some(name) => f.write_str(name),
                None => write!(f, "signal {number}"),
            },
            Self::Exit(code) => write!(f, "exit code {code}"),
            Self::Hang => f.write_str("no progress"),
            Self::Limit => f.write_str("limit exceeded"),
            Self::Protocol => f.write_str("protocol violated"),
        }
    }
}

/// A fault of a controller: it ends the episode, which is kept and flagged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("controller `{controller}` at step {step}: {kind}{}", if message.is_empty() { String::new() } else { format!(": {message}") })]
pub struct PluginFault {
    /// Id of the controller.
    pub controller: String,
    /// Step of the episode, counted from 0.
    pub step: u64,
    /// The class.
    pub kind: FaultKind,
    /// What the controller or the supervisor says about it; may be empty.
    pub message: String,
}

/// The conventional name of a signal, of those that have the same number everywhere.
fn signal_name(number: i32) -> Option<&'static str> {
    const NAMES: [(i32, &str); 12] = [
        (4, "SIGILL"),
        (5, "SIGTRAP"),
        (6, "SIGABRT"),
        (7, "SIGBUS"),
        (8, "SIGFPE"),
        (9, "SIGKILL"),
        (11, "SIGSEGV"),
        (13, "SIGPIPE"),
        (15, "SIGTERM"),
        (24, "SIGXCPU"),
        (25, "SIGXFSZ"),
        (31, "SIGSYS"),
    ];
    NAMES.iter().find(|(n, _)| *n == number).map(|(_, name)| *name)
}
