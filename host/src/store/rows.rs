//! The stored rows of one block after another, a row group at a time in memory.

use super::frame::{Frame, FrameReader};
use super::{Layout, Part, Reader, StoreError, Tables};
use std::path::PathBuf;

/// Rows of a finished folder by block. Blocks are asked for in the order in which they are stored.
pub struct BlockRows {
    dir: PathBuf,
    episodes: Cursor,
    changes: Cursor,
    trajectories: Option<(usize, Cursor)>,
}

impl BlockRows {
    /// Opens the tables of a finished folder.
    ///
    /// # Errors
    /// A table that is absent or damaged.
    pub fn open(reader: &Reader) -> Result<Self, StoreError> {
        let dir = reader.dir().to_owned();
        let (episodes, changes) = (Cursor::open(reader.episodes_path())?, Cursor::open(dir.join("changes.parquet"))?);
        Ok(Self { dir, episodes, changes, trajectories: None })
    }

    /// The rows of a block; `again` says which tables have any.
    ///
    /// # Errors
    /// A damaged table.
    pub fn block(&mut self, layout: &Layout, part: &Part, seed: u64, again: &Tables) -> Result<Tables, StoreError> {
        let scenario = &layout.scenarios[part.scenario].name;
        let empty = |frame: &Frame| frame.n_rows() == 0;
        let trajectories = if layout.every == 0 || empty(&again.trajectories) {
            Frame::default()
        } else {
            if self.trajectories.as_ref().is_none_or(|(index, _)| *index != part.index) {
                let path = self.dir.join("trajectories").join(format!("{:06}.parquet", part.index));
                self.trajectories = Some((part.index, Cursor::open(path)?));
            }
            let (_, cursor) = self.trajectories.as_mut().expect("it was just opened");
            cursor.take(scenario, seed)?
        };
        let changes = if empty(&again.changes) { again.changes.clone() } else { self.changes.take(scenario, seed)? };
        Ok(Tables { trajectories, changes, episodes: self.episodes.take(scenario, seed)? })
    }
}

/// Reads forward only.
struct Cursor {
    path: PathBuf,
    reader: FrameReader,
    group: usize,
    frame: Frame,
    row: usize,
}

impl Cursor {
    fn open(path: PathBuf) -> Result<Self, StoreError> {
        let reader = FrameReader::open(&path)?;
        Ok(Self { path, reader, group: 0, frame: Frame::default(), row: 0 })
    }

    /// The next rows of this scenario and seed; none, and the end reached, where there are none.
    fn take(&mut self, scenario: &str, seed: u64) -> Result<Frame, StoreError> {
        let mut taken: Option<Frame> = None;
        loop {
            if self.row == self.frame.n_rows() {
                if self.group == self.reader.n_groups() {
                    return Ok(taken.unwrap_or_default());
                }
                self.frame = self.reader.group(self.group, &|_| true)?;
                (self.group, self.row) = (self.group + 1, 0);
                continue;
            }
            let (scenarios, seeds) = (self.frame.words(&self.path, "scenario")?, self.frame.integers(&self.path, "seed")?);
            let matches = |i: &usize| scenarios[*i] == scenario && seeds[*i].cast_unsigned() == seed;
            let n = self.frame.n_rows();
            let start = if taken.is_some() { self.row } else { (self.row..n).find(|i| matches(i)).unwrap_or(n) };
            let end = (start..n).find(|i| !matches(i)).unwrap_or(n);
            if end > start {
                let rows = self.frame.select(&(start..end).collect::<Vec<_>>());
                taken.get_or_insert_default().append(rows);
            }
            self.row = end;
            if end < n && taken.is_some() {
                return Ok(taken.unwrap_or_default());
            }
        }
    }
}
