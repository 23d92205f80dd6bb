//! Writing a study: one writer a folder, parts whole or absent, resumed after anything.

use super::error::StoreError;
use super::file::TEMPORARY;
use super::frame::{self, Frame, FrameReader, FrameWriter};
use super::layout::{Layout, Part};
use super::manifest::Manifest;
use super::record::{self, EpisodeRecord};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, TryLockError};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The one writer of a results folder; others are refused while it lives.
pub struct Writer {
    dir: PathBuf,
    layout: Layout,
    digest: String,
    /// Holds the lock of the folder.
    _lock: File,
    /// Damaged files that were set aside at opening.
    set_aside: Vec<PathBuf>,
}

/// The places of a part's files.
struct Paths {
    episodes: PathBuf,
    changes: PathBuf,
    trajectories: PathBuf,
}

fn paths(dir: &Path, part: usize) -> Paths {
    Paths {
        episodes: dir.join("parts").join(format!("{part:06}.parquet")),
        changes: dir.join("parts").join(format!("{part:06}-changes.parquet")),
        trajectories: dir.join("trajectories").join(format!("{part:06}.parquet")),
    }
}

impl Writer {
    /// Begins a folder, or goes on with one that holds the same study unfinished.
    ///
    /// # Errors
    /// A folder that holds something else, another study, this study without `resume`, or that another process writes to; a disk that refuses.
    pub fn open(dir: &Path, layout: Layout, manifest: &Manifest, resume: bool) -> Result<Self, StoreError> {
        let is_new = is_absent_or_empty(dir)?;
        if !is_new && !Manifest::path(dir).exists() {
            return Err(StoreError::Foreign { path: dir.to_owned() });
        }
        for folder in [dir.to_owned(), dir.join("parts"), dir.join("trajectories")] {
            fs::create_dir_all(&folder).map_err(|e| StoreError::io("make", &folder, e))?;
        }
        let lock = lock(dir)?;
        if is_new {
            manifest.write(dir)?;
        } else {
            let found = Manifest::read(dir)?;
            if found.digest != manifest.digest {
                return Err(StoreError::OtherStudy { path: dir.to_owned(), found: found.digest, wanted: manifest.digest.clone() });
            }
            if let Some(what) = found.first_difference(manifest) {
                return Err(StoreError::OtherParts { path: dir.to_owned(), what });
            }
            let complete = dir.join("episodes.parquet").exists();
            if complete || !resume {
                return Err(StoreError::Exists { path: dir.to_owned(), complete });
            }
        }
        let mut writer = Self { dir: dir.to_owned(), layout, digest: manifest.digest.clone(), _lock: lock, set_aside: Vec::new() };
        writer.remove_temporary_files()?;
        writer.set_damaged_aside()?;
        Ok(writer)
    }

    /// Damaged files found at opening: renamed, their episodes pending again.
    #[must_use]
    pub fn set_aside(&self) -> &[PathBuf] {
        &self.set_aside
    }

    /// The parts that are not there yet, in order.
    #[must_use]
    pub fn pending(&self) -> Vec<Part> {
        self.layout.parts().iter().filter(|p| !paths(&self.dir, p.index).episodes.exists()).cloned().collect()
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
            let path = paths(&self.dir, part.index).episodes;
            visit(&path, FrameReader::open(&path)?.all(&|_| true)?)?;
        }
        Ok(())
    }

    /// Writes a part: trajectories and changes first, then the episodes that name their digests; with that the part is there.
    ///
    /// # Errors
    /// When the disk refuses; finished parts stay.
    pub fn write_part(&self, part: &Part, records: &[EpisodeRecord]) -> Result<(), StoreError> {
        let at = paths(&self.dir, part.index);
        let mut notes = vec![("study", self.digest.clone()), ("part", part.index.to_string())];
        frame::write(&at.trajectories, &record::trajectories(&self.layout, part, records), &notes)?;
        frame::write(&at.changes, &record::changes(&self.layout, part, records), &notes)?;
        notes.push(("trajectories_sha256", sha256(&at.trajectories)?));
        notes.push(("changes_sha256", sha256(&at.changes)?));
        frame::write(&at.episodes, &record::episodes(&self.layout, part, records), &notes)
    }

    /// Joins the parts into `episodes.parquet` and `changes.parquet` and removes them: the study is complete.
    ///
    /// # Errors
    /// Parts that are missing; a disk that refuses.
    pub fn finish(self) -> Result<(), StoreError> {
        let pending = self.pending();
        if let Some(first) = pending.first() {
            let total = self.layout.parts().len();
            return Err(StoreError::Incomplete { path: self.dir, missing: pending.len(), total, first: first.index });
        }
        let of = |f: fn(Paths) -> PathBuf| self.layout.parts().iter().map(|p| f(paths(&self.dir, p.index))).collect::<Vec<_>>();
        let notes = [("study", self.digest.clone())];
        join(&self.dir.join("changes.parquet"), &of(|p| p.changes), &notes)?;
        join(&self.dir.join("episodes.parquet"), &of(|p| p.episodes), &notes)?;
        let parts = self.dir.join("parts");
        fs::remove_dir_all(&parts).map_err(|e| StoreError::io("remove", &parts, e))
    }

    fn remove_temporary_files(&self) -> Result<(), StoreError> {
        for folder in [self.dir.clone(), self.dir.join("parts"), self.dir.join("trajectories")] {
            for path in list(&folder)? {
                if path.to_string_lossy().ends_with(TEMPORARY) {
                    fs::remove_file(&path).map_err(|e| StoreError::io("remove", &path, e))?;
                }
            }
        }
        Ok(())
    }

    /// Renames every file of a part that does not hold what it should to `*.damaged`.
    fn set_damaged_aside(&mut self) -> Result<(), StoreError> {
        for part in self.layout.parts() {
            let at = paths(&self.dir, part.index);
            if at.episodes.exists() && self.check_part(part, &at).is_err() {
                for path in [at.episodes, at.changes, at.trajectories] {
                    if path.exists() {
                        let aside = path.with_extension("parquet.damaged");
                        fs::rename(&path, &aside).map_err(|e| StoreError::io("rename", &path, e))?;
                        self.set_aside.push(aside);
                    }
                }
            }
        }
        Ok(())
    }

    fn check_part(&self, part: &Part, at: &Paths) -> Result<(), StoreError> {
        let reader = FrameReader::open(&at.episodes)?;
        let note = |key: &str| reader.note(key).ok_or_else(|| StoreError::damaged(&at.episodes, format!("it has no note `{key}`")));
        if note("study")? != self.digest || note("part")? != part.index.to_string() {
            return Err(StoreError::damaged(&at.episodes, "it belongs to another study or part"));
        }
        let n_expected = (part.seeds.len() * self.layout.scenarios[part.scenario].labels.len()) as u64;
        if reader.all(&|_| true)?.n_rows() as u64 != n_expected {
            return Err(StoreError::damaged(&at.episodes, format!("it does not have {n_expected} rows")));
        }
        for (path, key) in [(&at.trajectories, "trajectories_sha256"), (&at.changes, "changes_sha256")] {
            if sha256(path)? != note(key)? {
                return Err(StoreError::damaged(path, "its bytes are not those that were written"));
            }
        }
        Ok(())
    }
}

fn is_absent_or_empty(dir: &Path) -> Result<bool, StoreError> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(StoreError::io("read", dir, e)),
    }
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = fs::read_dir(folder).map_err(|e| StoreError::io("read", folder, e))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.sort();
    Ok(paths)
}

/// Takes the folder's lock, which the system releases with the process however it ends.
fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(".lock");
    let file = File::create(&path).map_err(|e| StoreError::io("lock", &path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: dir.to_owned() }),
        Err(TryLockError::Error(e)) => Err(StoreError::io("lock", &path, e)),
    }
}

pub(super) fn sha256(path: &Path) -> Result<String, StoreError> {
    let mut file = File::open(path).map_err(|e| StoreError::io("read", path, e))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut buffer).map_err(|e| StoreError::io("read", path, e))?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect())
}

/// Rows that the joined file holds in one row group at most.
const JOINED_ROWS: usize = 1 << 16;

/// Joins files of one schema in order, a bounded number of rows in memory.
fn join(path: &Path, parts: &[PathBuf], notes: &[(&str, String)]) -> Result<(), StoreError> {
    let mut writer: Option<FrameWriter> = None;
    let mut held: Option<Frame> = None;
    for part in parts {
        let next = FrameReader::open(part)?;
        let next = if next.n_groups() == 0 { continue } else { next.all(&|_| true)? };
        match &mut held {
            None => held = Some(next),
            Some(frame) => frame.columns.iter_mut().zip(next.columns).for_each(|((_, a), (_, b))| a.append(b)),
        }
        if held.as_ref().is_some_and(|f| f.n_rows() >= JOINED_ROWS) {
            flush(path, &mut writer, &mut held, notes)?;
        }
    }
    flush(path, &mut writer, &mut held, notes)?;
    match writer {
        Some(writer) => writer.finish(),
        // No part has a row: an empty table.
        None => frame::write(path, &Frame::default(), notes),
    }
}

fn flush(path: &Path, writer: &mut Option<FrameWriter>, held: &mut Option<Frame>, notes: &[(&str, String)]) -> Result<(), StoreError> {
    let Some(frame) = held.take() else { return Ok(()) };
    if writer.is_none() {
        *writer = Some(FrameWriter::create(path, &frame, notes)?);
    }
    writer.as_mut().expect("it was just made").write(&frame)
}
