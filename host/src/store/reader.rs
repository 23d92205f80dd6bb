//! Reading a finished study as streams: no more than one row group in memory.

use super::error::StoreError;
use super::frame::{Frame, FrameReader};
use super::manifest::Manifest;
use std::path::{Path, PathBuf};

/// A finished results folder.
pub struct Reader {
    dir: PathBuf,
    /// What it was made from.
    pub manifest: Manifest,
}

impl Reader {
    /// Opens a folder.
    ///
    /// # Errors
    /// No manifest, another format, or a study that is not finished.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let manifest = Manifest::read(dir)?;
        let reader = Self { dir: dir.to_owned(), manifest };
        if super::Sums::path(dir).exists() {
            return Ok(reader);
        }
        let layout = super::Layout::of_manifest(&reader.manifest, dir)?;
        let absent: Vec<usize> =
            layout.parts().iter().map(|p| p.index).filter(|&p| !dir.join(super::writer::names(p).sums).exists()).collect();
        let (missing, first) = (absent.len(), absent.first().copied().unwrap_or(0));
        Err(StoreError::Incomplete { path: dir.to_owned(), missing, total: layout.parts().len(), first })
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where the episodes are.
    #[must_use]
    pub fn episodes_path(&self) -> PathBuf {
        self.dir.join("episodes.parquet")
    }

    /// Hands each row group of the episodes to `visit`.
    ///
    /// # Errors
    /// A damaged file, or what `visit` returns.
    pub fn episodes(
        &self,
        wanted: &dyn Fn(&str) -> bool,
        visit: &mut dyn FnMut(&Path, Frame) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        each_group(&self.episodes_path(), wanted, visit)
    }

    /// Hands each row group of what was seen after changes to `visit`.
    ///
    /// # Errors
    /// A damaged file, or what `visit` returns.
    pub fn changes(&self, visit: &mut dyn FnMut(&Path, Frame) -> Result<(), StoreError>) -> Result<(), StoreError> {
        each_group(&self.dir.join("changes.parquet"), &|_| true, visit)
    }

    /// Hands each row group of the trajectories to `visit`, in the order of the parts.
    ///
    /// # Errors
    /// A damaged file, or what `visit` returns.
    pub fn trajectories(
        &self,
        wanted: &dyn Fn(&str) -> bool,
        visit: &mut dyn FnMut(&Path, Frame) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for path in self.trajectory_paths()? {
            each_group(&path, wanted, visit)?;
        }
        Ok(())
    }

    /// The trajectory files, in the order of the parts.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn trajectory_paths(&self) -> Result<Vec<PathBuf>, StoreError> {
        let folder = self.dir.join("trajectories");
        let entries = std::fs::read_dir(&folder).map_err(|e| StoreError::io("read", &folder, e))?;
        let mut paths: Vec<PathBuf> =
            entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.extension().is_some_and(|x| x == "parquet")).collect();
        paths.sort();
        Ok(paths)
    }
}

fn each_group(
    path: &Path,
    wanted: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(&Path, Frame) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let reader = FrameReader::open(path)?;
    for group in 0..reader.n_groups() {
        visit(path, reader.group(group, wanted)?)?;
    }
    Ok(())
}
