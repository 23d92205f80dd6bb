//! Which shards of a study are complete, told from the names of their files alone.

use super::writer::names;
use super::{Layout, Manifest, Shard, Share, StoreError};
use std::path::Path;

/// Counts shards of one study, cut into one number.
pub struct Census {
    count: u64,
    /// The parts of each shard; known from the first shard that was begun.
    parts: Option<Vec<Vec<usize>>>,
}

impl Census {
    /// A census of `count` shards.
    #[must_use]
    pub const fn new(count: u64) -> Self {
        Self { count, parts: None }
    }

    /// Whether the folder holds every part of its shard.
    ///
    /// # Errors
    /// A manifest that holds no layout.
    pub fn is_complete(&mut self, dir: &Path, shard: Shard) -> Result<bool, StoreError> {
        // A folder that was not begun, or whose head is damaged, is for its shard's own run to judge.
        let Ok(Some(share)) = Share::read(dir) else { return Ok(false) };
        if share.shard != shard || !Manifest::path(dir).exists() {
            return Ok(false);
        }
        if self.parts.is_none() {
            let Ok(manifest) = Manifest::read(dir) else { return Ok(false) };
            let layout = Layout::of_manifest(&manifest, dir)?.with_costs(share.costs);
            let indices = |parts: Vec<&super::Part>| parts.into_iter().map(|p| p.index).collect();
            self.parts = Some(layout.shards(self.count).into_iter().map(indices).collect());
        }
        let parts = self.parts.as_ref().expect("it was just made");
        let position = usize::try_from(shard.index - 1).expect("as many shards as there are lists");
        Ok(parts[position].iter().all(|&part| dir.join(names(part).sums).exists()))
    }
}
