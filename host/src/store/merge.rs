//! Joining shards: the same bytes as one machine would have written.
//!
//! Shards hold whole parts, and the cut into parts is a function of the study alone; so merging copies files, checking every digest on the way, and completes
//! the folder as an unsharded run does. It can be interrupted and taken up again.

use super::file::{copy_checked, sha256};
use super::writer::{ORACLES, names};
use super::{Layout, Manifest, Part, Shard, Share, StoreError, Writer};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Shards that belong together and are complete.
pub struct Shards {
    manifest: Manifest,
    layout: Layout,
    /// The folder of each shard.
    folders: BTreeMap<Shard, PathBuf>,
}

impl Shards {
    /// Opens the folders of all shards of one study.
    ///
    /// # Errors
    /// A folder that is no shard, or of another study, version or count; shards that are missing, doubled, unfinished or being written; files that belong to
    /// none.
    pub fn open(dirs: &[PathBuf]) -> Result<Self, StoreError> {
        let mut first: Option<(&PathBuf, Manifest, Share)> = None;
        let mut folders: BTreeMap<Shard, PathBuf> = BTreeMap::new();
        for dir in dirs {
            let (manifest, share) = open_shard(dir)?;
            let shard = share.shard;
            match &first {
                None => first = Some((dir, manifest, share)),
                Some((of, wanted, with)) => check_alike(of, wanted, with, dir, &manifest, &share)?,
            }
            if let Some(other) = folders.insert(shard, dir.clone()) {
                return Err(StoreError::Doubled { shard, first: other, second: dir.clone() });
            }
        }
        let Some((dir, manifest, Share { shard, costs })) = first else {
            return Err(StoreError::MissingShards { missing: Vec::new(), count: 0 });
        };
        let missing: Vec<u64> = (1..=shard.count).filter(|&index| !folders.contains_key(&Shard { index, ..shard })).collect();
        if !missing.is_empty() {
            return Err(StoreError::MissingShards { missing, count: shard.count });
        }
        let layout = Layout::of_manifest(&manifest, dir)?.with_costs(costs);
        let shards = Self { manifest, layout, folders };
        let parts = shards.parts();
        parts.iter().zip(&shards.folders).try_for_each(|(parts, (&shard, dir))| check_files(parts, shard, dir))?;
        Ok(shards)
    }

    /// Number of parts.
    #[must_use]
    pub fn n_parts(&self) -> usize {
        self.layout.parts().len()
    }

    /// Copies every part into `out` and completes it; `advance` is called after each part.
    ///
    /// # Errors
    /// A folder that cannot be used, a damaged part, a disk that refuses; what was copied stays, and merging again goes on.
    pub fn merge(&self, out: &Path, advance: &mut dyn FnMut()) -> Result<(), StoreError> {
        if super::Sums::path(out).exists() {
            return Err(StoreError::Exists { path: out.to_owned(), complete: true });
        }
        let writer = Writer::open(out, self.layout.clone(), &self.manifest, None, true)?;
        self.adopt_oracles(out)?;
        let pending: BTreeSet<usize> = writer.pending().iter().map(|p| p.index).collect();
        for (parts, dir) in self.parts().into_iter().zip(self.folders.values()) {
            for part in parts {
                if pending.contains(&part.index) {
                    writer.adopt(part, dir)?;
                }
                advance();
            }
        }
        writer.finish()
    }

    /// Copies the table of comparators, which is the same in every shard.
    fn adopt_oracles(&self, out: &Path) -> Result<(), StoreError> {
        let mut first: Option<(&PathBuf, Option<String>)> = None;
        for dir in self.folders.values() {
            let path = dir.join(ORACLES);
            let digest = if path.exists() { Some(sha256(&path)?) } else { None };
            match &first {
                None => first = Some((dir, digest)),
                Some((_, wanted)) if *wanted == digest => {}
                Some((of, _)) => {
                    return Err(StoreError::Unlike { first: (*of).clone(), second: dir.clone(), field: ORACLES.to_owned() });
                }
            }
        }
        match first {
            Some((dir, Some(digest))) => copy_checked(&dir.join(ORACLES), &out.join(ORACLES), &digest),
            _ => Ok(()),
        }
    }

    /// The parts of each shard, in the order of the shards.
    fn parts(&self) -> Vec<Vec<&Part>> {
        self.layout.shards(self.folders.len() as u64)
    }
}

/// Whether the folder has every part of its shard and no other.
fn check_files(parts: &[&Part], shard: Shard, dir: &Path) -> Result<(), StoreError> {
    let mut known = BTreeSet::new();
    let mut absent = Vec::new();
    for part in parts {
        let n = names(part.index);
        if !dir.join(&n.sums).exists() {
            absent.push(part.index);
        }
        known.extend([n.sums, n.episodes, n.changes, n.trajectories].map(|name| dir.join(name)));
    }
    if let Some(&first) = absent.first() {
        return Err(StoreError::Incomplete { path: dir.to_owned(), missing: absent.len(), total: parts.len(), first });
    }
    for folder in ["parts", "trajectories"] {
        let folder = dir.join(folder);
        let entries = std::fs::read_dir(&folder).map_err(|e| StoreError::io("read", &folder, e))?;
        let foreign = entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| !known.contains(p) && !is_hidden(p)).min();
        if let Some(path) = foreign {
            return Err(StoreError::ForeignPart { path, shard });
        }
    }
    Ok(())
}

/// Temporary files of an attempt that was killed.
fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn open_shard(dir: &Path) -> Result<(Manifest, Share), StoreError> {
    std::fs::read_dir(dir).map_err(|e| StoreError::io("read", dir, e))?;
    if !Manifest::path(dir).exists() {
        return Err(StoreError::Foreign { path: dir.to_owned() });
    }
    let manifest = Manifest::read(dir)?;
    let Some(share) = Share::read(dir)? else {
        return Err(StoreError::OtherShard { path: dir.to_owned(), found: "a whole study".to_owned(), wanted: "a shard".to_owned() });
    };
    if let Ok(lock) = File::open(dir.join(".lock"))
        && matches!(lock.try_lock_shared(), Err(std::fs::TryLockError::WouldBlock))
    {
        return Err(StoreError::Locked { path: dir.to_owned() });
    }
    Ok((manifest, share))
}

fn check_alike(of: &Path, wanted: &Manifest, with: &Share, dir: &Path, found: &Manifest, share: &Share) -> Result<(), StoreError> {
    let path = dir.to_owned();
    if found.digest != wanted.digest {
        return Err(StoreError::OtherStudy { path, found: found.digest.clone(), wanted: wanted.digest.clone() });
    }
    if let Some(what) = found.first_difference(wanted) {
        return Err(StoreError::OtherParts { path, what });
    }
    if share.shard.count != with.shard.count {
        let wanted = format!("one of {} shards, as `{}` does", with.shard.count, of.display());
        return Err(StoreError::OtherShard { path, found: format!("shard {}", share.shard), wanted });
    }
    if share.costs != with.costs {
        let wanted = format!("one cut by the same costs as {with} of `{}`", of.display());
        return Err(StoreError::OtherShard { path, found: share.to_string(), wanted });
    }
    if found == wanted {
        return Ok(());
    }
    let (a, b) = (serde_json::to_value(wanted).expect("plain data"), serde_json::to_value(found).expect("plain data"));
    let field = a.as_object().into_iter().flatten().find(|(key, value)| b.get(key.as_str()) != Some(*value)).map(|(key, _)| key.clone());
    Err(StoreError::Unlike { first: of.to_owned(), second: path, field: field.unwrap_or_default() })
}
