//! A study on the cluster that one already has: its shards as the elements of a job array, followed until none is missing.
//!
//! An [`Engine`] speaks to one batch system. Everything else is the same for all: [`Submission`] is the folder that holds the state, [`script`] the
//! jobs' text, `follow` the loop that looks at queue and files and sends again what is in neither. The state is the files alone and what the queue says of
//! jobs by name, so that any login node can take a submission up at any instant.

mod engine;
mod error;
mod follow;
pub mod script;
mod slurm;
mod submission;

pub use engine::{Array, Engine, EngineEntry, EngineError, Queued, Resources, lookup, registry};
pub use error::SubmitError;
pub use follow::{Follow, Watch, Work};
pub use submission::{Submission, Terms, costs_file, folder, oracles_file};
