//! One study from start to report: comparators, blocks over threads, store, analysis.

mod analysis;
pub mod beaten;
pub mod block;
pub mod comparators;
pub mod costs;
mod episodes;
pub mod oracle_cache;
pub mod oracle_files;
mod recorded;
pub mod resimulated;
mod run;
pub mod sensitivity;
mod sequential;
pub mod table;
pub mod tuning;
pub mod verify;
pub mod worker;

pub use analysis::{Material, MaterialError, material};
pub use recorded::{Recorded, RecordedError, direction};
pub use run::{Monitor, Place, Prepared};
pub use sequential::{SequentialError, run_until_decided};
