//! Does a controller keep the contract of the boundary? One clause after the other, each in a worker process of its own.
//!
//! - [`registry`] lists the clauses: id, one sentence, the function that tries it, in how many processes.
//! - [`Bench`] is what a clause works with: the loaded library, a synthetic training ([`World`]) that it observes, and comparisons of traces.
//! - [`Examiner`] is the host's side: it starts the workers, compares their traces, and turns a death or a hang into a finding.
//!
//! Nothing of the library is loaded into the calling process.

mod bench;
mod clause;
mod examiner;
mod world;

pub use bench::{Bench, Finding, Observed, Trace};
pub use clause::{Clause, registry};
pub use examiner::{Examiner, ROLE, Subject, Verdict, Written};
pub use world::{Feed, World};
