//! Writing a study: one writer a folder, parts whole or absent, resumed after anything.

mod join;
mod lock;
mod part;
mod resume;

pub(crate) use lock::lock;
pub use part::PartWriter;

use super::error::StoreError;
use super::file::{self, TEMPORARY};
use super::frame::{Frame, FrameReader};
use super::layout::{Layout, Part, Shard};
use super::manifest::Manifest;
use super::share::Share;
use super::sums::Sums;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The one writer of a results folder; others are refused while it lives.
pub struct Writer {
    dir: PathBuf,
    layout: Layout,
    digest: String,
    /// The parts that this folder is to hold.
    mine: Vec<Part>,
    /// The share that this folder holds, where it is not the whole study.
    share: Option<Share>,
    /// The folder was complete, and only these parts' trajectories are to be written again.
    repair: Option<Repair>,
    /// Holds the lock of the folder.
    _lock: File,
    /// Damaged files that were set aside at opening.
    set_aside: Vec<PathBuf>,
}

struct Repair {
    parts: BTreeSet<usize>,
    sums: Sums,
}

const MANIFEST: &str = "manifest.json";

/// The comparators of the study, where it has any.
pub(super) const ORACLES: &str = "oracle.parquet";

/// Names of a part's files, relative to the folder.
pub(super) struct Names {
    pub(super) episodes: String,
    pub(super) changes: String,
    pub(super) trajectories: String,
    /// Written last: with it the part is there. Digests of the others, as `sha256sum` writes them.
    pub(super) sums: String,
}

pub(super) fn names(part: usize) -> Names {
    Names {
        episodes: format!("parts/{part:06}.parquet"),
        changes: format!("parts/{part:06}-changes.parquet"),
        trajectories: format!("trajectories/{part:06}.parquet"),
        sums: format!("parts/{part:06}.sha256"),
    }
}

impl Writer {
    /// Begins a folder, or goes on with one that holds the same study (or the same shard of it).
    ///
    /// # Errors
    /// A folder that holds something else, another study, version or shard, this study without `resume`, or that another process writes to; a disk that
    /// refuses.
    pub fn open(dir: &Path, layout: Layout, manifest: &Manifest, shard: Option<Shard>, resume: bool) -> Result<Self, StoreError> {
        if !is_begun(dir)? && !is_fresh(dir)? {
            return Err(StoreError::Foreign { path: dir.to_owned() });
        }
        for folder in [dir.to_owned(), dir.join("parts"), dir.join("trajectories")] {
            fs::create_dir_all(&folder).map_err(|e| StoreError::io("make", &folder, e))?;
        }
        let lock = lock(dir)?;
        let mine = match shard {
            Some(shard) => layout.of_shard(shard).into_iter().cloned().collect(),
            None => layout.parts().to_vec(),
        };
        let digest = manifest.digest.clone();
        let share = shard.map(|shard| Share { shard, costs: layout.costs.clone() });
        let mut writer = Self { dir: dir.to_owned(), layout, digest, mine, share, repair: None, _lock: lock, set_aside: Vec::new() };
        if is_begun(dir)? {
            writer.go_on(manifest, resume)?;
        } else {
            writer.begin(manifest)?;
        }
        Ok(writer)
    }

    /// Damaged files found at opening: moved to `damaged/`, their episodes pending again.
    #[must_use]
    pub fn set_aside(&self) -> &[PathBuf] {
        &self.set_aside
    }

    /// How the study is cut.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The parts that are not there yet, in order.
    #[must_use]
    pub fn pending(&self) -> Vec<Part> {
        let is_pending = |p: &&Part| match &self.repair {
            Some(repair) => repair.parts.contains(&p.index),
            None => !self.dir.join(names(p.index).sums).exists(),
        };
        self.mine.iter().filter(is_pending).cloned().collect()
    }

    /// Puts another manifest of the same study in place: a growing study has more seeds.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn renew_manifest(&self, manifest: &Manifest) -> Result<(), StoreError> {
        manifest.write(&self.dir)
    }

    /// Hands the episodes of every part, in order, to `visit`, before the study is finished.
    ///
    /// # Errors
    /// A damaged file, or what `visit` returns.
    pub fn episodes(&self, visit: &mut dyn FnMut(&Path, Frame) -> Result<(), StoreError>) -> Result<(), StoreError> {
        for part in self.layout.parts() {
            let path = self.dir.join(names(part.index).episodes);
            visit(&path, FrameReader::open(&path)?.all(&|_| true)?)?;
        }
        Ok(())
    }

    /// Takes a part over from the folder of a shard, checking each file's digest on the way.
    ///
    /// # Errors
    /// A damaged part, a disk that refuses.
    pub(super) fn adopt(&self, part: &Part, from: &Path) -> Result<(), StoreError> {
        let sums = check_names(&self.layout, from, part)?;
        for (name, digest) in sums.iter() {
            file::copy_checked(&from.join(name), &self.dir.join(name), digest)?;
        }
        check_episodes(&self.layout, &self.digest, &self.dir, part).map_err(|e| match e {
            StoreError::Damaged { reason, .. } => StoreError::damaged(&from.join(names(part.index).episodes), reason),
            other => other,
        })?;
        sums.write(&self.dir.join(names(part.index).sums))
    }

    /// Completes the folder. A whole study: joins the parts into `episodes.parquet` and `changes.parquet`, lists every file's digest in `SHA256SUMS`, and
    /// removes the parts. A shard keeps its parts.
    ///
    /// # Errors
    /// Parts that are missing; a disk that refuses.
    pub fn finish(self) -> Result<(), StoreError> {
        if self.share.is_some() || self.repair.is_some() {
            return Ok(());
        }
        let pending = self.pending();
        if let Some(first) = pending.first() {
            let total = self.mine.len();
            return Err(StoreError::Incomplete { path: self.dir, missing: pending.len(), total, first: first.index });
        }
        let present = |name: String| Some(self.dir.join(name)).filter(|path| path.exists());
        let of = |f: fn(Names) -> String| self.mine.iter().filter_map(|p| present(f(names(p.index)))).collect::<Vec<_>>();
        let notes = [("study", self.digest.clone())];
        join::join(&self.dir.join("changes.parquet"), &of(|n| n.changes), &notes)?;
        join::join(&self.dir.join("episodes.parquet"), &of(|n| n.episodes), &notes)?;
        let mut whole = vec![MANIFEST, "episodes.parquet", "changes.parquet"];
        whole.extend(present(ORACLES.to_owned()).map(|_| ORACLES));
        let mut sums = Sums::of_files(&self.dir, &whole)?;
        for part in &self.mine {
            let n = names(part.index);
            if let Some(digest) = Sums::read(&self.dir.join(&n.sums))?.get(&n.trajectories) {
                sums.insert(n.trajectories, digest.clone());
            }
        }
        sums.write(&Sums::path(&self.dir))?;
        remove_parts(&self.dir)
    }
}

/// Checks every file of a part against the digests that stand beside it.
pub(super) fn check_part(layout: &Layout, study: &str, dir: &Path, part: &Part) -> Result<(), StoreError> {
    if let Some(name) = check_names(layout, dir, part)?.damaged(dir)?.first() {
        return Err(StoreError::damaged(&dir.join(name), "its bytes are not those that were written"));
    }
    check_episodes(layout, study, dir, part)
}

/// The digests of a part, which name the files that it must have and no others.
fn check_names(layout: &Layout, dir: &Path, part: &Part) -> Result<Sums, StoreError> {
    let n = names(part.index);
    let sums = Sums::read(&dir.join(&n.sums))?;
    let needed = sums.get(&n.episodes).is_some() && (layout.every == 0 || sums.get(&n.trajectories).is_some());
    let known = sums.iter().all(|(name, _)| [&n.episodes, &n.changes, &n.trajectories].contains(&name));
    if needed && known { Ok(sums) } else { Err(StoreError::damaged(&dir.join(&n.sums), "it does not name the files of its part")) }
}

fn check_episodes(layout: &Layout, study: &str, dir: &Path, part: &Part) -> Result<(), StoreError> {
    let path = dir.join(names(part.index).episodes);
    let reader = FrameReader::open(&path)?;
    if reader.note("study").as_deref() != Some(study) || reader.note("part") != Some(part.index.to_string()) {
        return Err(StoreError::damaged(&path, "it belongs to another study or part"));
    }
    let n_expected = (part.seeds.len() * layout.scenarios[part.scenario].labels.len()) as u64;
    if reader.n_rows() != n_expected {
        return Err(StoreError::damaged(&path, format!("it has {} rows, not {n_expected}", reader.n_rows())));
    }
    Ok(())
}

/// Removes a file that may not exist.
fn remove_file(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(StoreError::io("remove", path, e)),
        _ => Ok(()),
    }
}

fn remove_parts(dir: &Path) -> Result<(), StoreError> {
    let parts = dir.join("parts");
    match fs::remove_dir_all(&parts) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(StoreError::io("remove", &parts, e)),
        _ => Ok(()),
    }
}

/// Whether a manifest stands there, whole or damaged.
fn is_begun(dir: &Path) -> Result<bool, StoreError> {
    let path = Manifest::path(dir);
    path.try_exists().map_err(|e| StoreError::io("read", &path, e))
}

/// Whether the folder is absent, empty, or holds no more than what a writer makes before its manifest.
fn is_fresh(dir: &Path) -> Result<bool, StoreError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        Err(e) => return Err(StoreError::io("read", dir, e)),
    };
    let ours = |name: &str| [".lock", "parts", "trajectories", "shard.json", "damaged"].contains(&name) || name.ends_with(TEMPORARY);
    Ok(entries.filter_map(Result::ok).all(|e| ours(&e.file_name().to_string_lossy())))
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = fs::read_dir(folder).map_err(|e| StoreError::io("read", folder, e))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.sort();
    Ok(paths)
}
