//! Whole episodes in worker processes.
//!
//! A step in another process costs at least 400 ns against 8 ns in this one, so the unit of isolation is the episode: a worker loads one library
//! and runs its episodes, simulation and all. A crash, a hang, an `exit(0)` or a runaway allocation costs the episode under way, which is
//! reported as a [`WorkerFault`] with the step that it had reached; the worker is replaced and the rest goes on.
//!
//! - [`Supervisor::call`] runs one job on a free worker of its [`Setup`], from any number of threads.
//! - [`worker_main`] is the other side: the program runs itself again with a hidden subcommand that calls it.
//! - Jobs and results are bytes, in length-prefixed frames over a socket of their own: what a controller prints cannot disturb them.
//! - [`Progress`] is a shared page in which the worker counts its steps; the supervisor kills a worker whose count stands still.
//! - The worker confines itself before a library is loaded: no writes and only the named reads (Landlock), bounded memory, no network, no new
//!   processes, no signals to others (seccomp); and no new threads from its first job on. What the kernel does not offer is reported as a
//!   notice, and in [`Supervisor::confinement`].
//!
//! The same job gives the same bytes here and in the calling process; only faults that would end the process are told apart.

mod frame;
mod log;
mod progress;
mod sandbox;
mod supervisor;
mod worker;

pub use progress::Progress;
pub use sandbox::{Confinement, Degree, Limits};
pub use supervisor::{Setup, Supervisor, WorkerCommand, WorkerFault};
pub use worker::{Handler, Role, served_main, worker_main};
