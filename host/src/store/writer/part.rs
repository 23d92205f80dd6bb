//! Writing a part: its rows go to the disk in groups while its blocks come, whatever the length of the part.

use super::{Names, Writer, names};
use crate::sim::trajectory::Trajectory;
use crate::store::error::StoreError;
use crate::store::file::sha256;
use crate::store::frame::{Frame, FrameWriter};
use crate::store::layout::Part;
use crate::store::record::{self, EpisodeRecord};
use crate::store::sums::Sums;
use std::path::PathBuf;

/// Rows of trajectories that are held at most, where one episode has no more by itself.
const STEPS_HELD: usize = 1 << 13;

/// Episodes that are held at most.
const EPISODES_HELD: usize = 1 << 8;

/// A part that is being written: nothing of it is there before [`Self::finish`].
pub struct PartWriter<'a> {
    writer: &'a Writer,
    part: Part,
    names: Names,
    /// Episodes whose rows are not written yet.
    held: Vec<EpisodeRecord>,
    /// How many of them have their trajectories written and dropped.
    n_without: usize,
    /// Steps of the others.
    n_steps: usize,
    episodes: Table,
    changes: Table,
    trajectories: Table,
}

impl Writer {
    /// Begins a part.
    #[must_use]
    pub fn begin_part(&self, part: Part) -> PartWriter<'_> {
        let names = names(part.index);
        let table = |name: &str, is_piece| Table {
            path: self.dir.join(name),
            is_piece,
            notes: [("study", self.digest.clone()), ("part", part.index.to_string())],
            file: None,
        };
        let (episodes, changes, trajectories) =
            (table(&names.episodes, true), table(&names.changes, true), table(&names.trajectories, false));
        PartWriter { writer: self, part, names, held: Vec::new(), n_without: 0, n_steps: 0, episodes, changes, trajectories }
    }
}

impl PartWriter<'_> {
    /// The next episodes of the part, in order.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn add(&mut self, records: Vec<EpisodeRecord>) -> Result<(), StoreError> {
        for record in records {
            self.n_steps += record.trajectory.len();
            self.held.push(record);
            let is_full = self.held.len() == EPISODES_HELD;
            if is_full || self.n_steps >= STEPS_HELD {
                self.write_trajectories()?;
            }
            if is_full {
                self.write_episodes()?;
            }
        }
        Ok(())
    }

    /// Writes what is held, gives the tables their names, then writes their digests; with that the part is there.
    ///
    /// # Errors
    /// When the disk refuses; finished parts stay.
    pub fn finish(mut self) -> Result<(), StoreError> {
        self.write_trajectories()?;
        self.write_episodes()?;
        let Self { writer, names: n, episodes, changes, trajectories, .. } = self;
        let has_trajectories = trajectories.finish()?;
        if let Some(repair) = &writer.repair {
            let path = writer.dir.join(&n.trajectories);
            let same = !has_trajectories || repair.sums.get(&n.trajectories) == Some(&sha256(&path)?);
            let reason = "running its episodes again gives other bytes than those recorded";
            return if same { Ok(()) } else { Err(StoreError::damaged(&path, reason)) };
        }
        let has_changes = changes.finish()?;
        episodes.finish()?;
        let mut held = vec![n.episodes.as_str()];
        held.extend(has_changes.then_some(n.changes.as_str()));
        held.extend(has_trajectories.then_some(n.trajectories.as_str()));
        Sums::of_files(&writer.dir, &held)?.write(&writer.dir.join(&n.sums))
    }

    fn write_trajectories(&mut self) -> Result<(), StoreError> {
        let records = &mut self.held[self.n_without..];
        if self.writer.layout.every > 0 {
            let rows = record::trajectories(&self.writer.layout, &self.part, records);
            self.trajectories.write(&rows)?;
        }
        records.iter_mut().for_each(|r| r.trajectory = Trajectory::default());
        (self.n_without, self.n_steps) = (self.held.len(), 0);
        Ok(())
    }

    fn write_episodes(&mut self) -> Result<(), StoreError> {
        let (layout, records) = (&self.writer.layout, std::mem::take(&mut self.held));
        self.n_without = 0;
        if self.writer.repair.is_some() {
            return Ok(());
        }
        let changes = record::changes(layout, &self.part, &records);
        if changes.n_rows() > 0 {
            self.changes.write(&changes)?;
        }
        self.episodes.write(&record::episodes(layout, &self.part, &records))
    }
}

/// One of the tables of a part: there with its first rows.
struct Table {
    path: PathBuf,
    /// Whether it is joined into a larger one later.
    is_piece: bool,
    notes: [(&'static str, String); 2],
    file: Option<FrameWriter>,
}

impl Table {
    fn write(&mut self, rows: &Frame) -> Result<(), StoreError> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(if self.is_piece {
                FrameWriter::create_piece(&self.path, rows, &self.notes)?
            } else {
                FrameWriter::create(&self.path, rows.schema(), &self.notes)?
            }),
        };
        file.write(rows)
    }

    /// Whether there is one.
    fn finish(self) -> Result<bool, StoreError> {
        let is_there = self.file.is_some();
        self.file.map_or(Ok(()), FrameWriter::finish)?;
        Ok(is_there)
    }
}
