//! The versioned on-disk format of a study: parts that are whole or absent, resumed, merged and read as streams.
//!
//! ```text
//! DIR/manifest.json               what decides the results; see `Manifest`
//! DIR/shard.json                  which share of the study the folder holds, where it is not all
//! DIR/parts/NNNNNN.parquet        episodes of a part, while the study is running, and in a shard
//! DIR/parts/NNNNNN-changes.parquet
//! DIR/parts/NNNNNN.sha256         digests of the part's files, written last: with it the part is there
//! DIR/trajectories/NNNNNN.parquet one row a step; a part belongs to one scenario, so its hyperparameters are columns
//! DIR/episodes.parquet            every episode, when the study is complete
//! DIR/changes.parquet             what was seen after each change, one row an (episode, change)
//! DIR/oracle.parquet              the comparators of every scenario, where there are any
//! DIR/SHA256SUMS                  digest of every file above, written last: with it the study is complete
//! DIR/damaged/                    files that did not hold what was written, set aside by a resume
//! ```
//!
//! A part holds whole blocks (every comparator and controller of one scenario and seed); its boundaries depend on the study alone. So neither threads, nor
//! kills and resumes, nor shards reach a byte.

mod census;
mod error;
mod file;
pub mod frame;
mod layout;
mod manifest;
mod merge;
mod reader;
mod record;
mod rows;
mod share;
mod sums;
pub mod table;
mod writer;

pub use census::Census;
pub use error::StoreError;
pub use file::write_bytes;
pub use layout::{Growth, Layout, Part, ScenarioLayout, Shard, ShardError};
pub use manifest::{Manifest, SCHEMA};
pub use merge::Shards;
pub use reader::Reader;
pub use record::{EpisodeRecord, Role, Status, Tables};
pub use rows::BlockRows;
pub use share::Share;
pub use sums::Sums;
pub(crate) use writer::lock;
pub use writer::{PartWriter, Writer};
