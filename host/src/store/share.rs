//! `shard.json`: which share of a study a folder holds, and by which costs the study was shared out.

use super::{Shard, StoreError, write_bytes};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};

/// A share of a study. All shards of one study must have been cut by the same costs: which part is whose follows from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Which share of how many.
    #[serde(flatten)]
    pub shard: Shard,
    /// Measured cost of a block of each scenario, in nanoseconds; absent where shares are balanced by floating-point operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub costs: Option<Vec<u64>>,
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shard {}", self.shard)?;
        match &self.costs {
            Some(costs) => write!(f, " by measured costs ({} ns)", costs.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")),
            None => Ok(()),
        }
    }
}

impl Share {
    /// Where the share of a folder is told.
    pub(super) fn path(dir: &Path) -> PathBuf {
        dir.join("shard.json")
    }

    /// The share that a folder holds, `None` for a whole study.
    pub(super) fn read(dir: &Path) -> Result<Option<Self>, StoreError> {
        let path = Self::path(dir);
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|e| StoreError::damaged(&path, e.to_string())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(StoreError::io("read", &path, e)),
        }
    }

    /// Writes it.
    pub(super) fn write(&self, dir: &Path) -> Result<(), StoreError> {
        write_bytes(&Self::path(dir), format!("{}\n", serde_json::to_string(self).expect("plain data")).as_bytes())
    }
}
