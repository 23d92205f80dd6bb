//! The versioned on-disk format of a study: parts that are whole or absent, resumed, merged and read as streams.
//!
//! ```text
//! DIR/manifest.json               what decides the results; see `Manifest`
//! DIR/parts/NNNNNN.parquet        episodes of a part, while the study is running or a shard; names its trajectory file's digest
//! DIR/parts/NNNNNN-changes.parquet
//! DIR/trajectories/NNNNNN.parquet one row a step; a part belongs to one scenario, so its hyperparameters are columns
//! DIR/episodes.parquet            every episode, when the study is complete
//! DIR/changes.parquet             what was seen after each change, one row an (episode, change)
//! ```
//!
//! A part holds whole blocks (every comparator and controller of one scenario and seed); its boundaries depend on the study alone. So neither threads, nor
//! kills and resumes, nor shards reach a byte.

mod error;
mod file;
pub mod frame;
mod layout;
mod manifest;
mod reader;
mod record;
pub mod table;
mod writer;

pub use error::StoreError;
pub use frame::write_bytes;
pub use layout::{Growth, Layout, Part, ScenarioLayout, Shard};
pub use manifest::{Manifest, SCHEMA};
pub use reader::Reader;
pub use record::{EpisodeRecord, Role, Status};
pub use writer::Writer;
