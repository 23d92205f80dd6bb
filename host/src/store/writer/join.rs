//! Joins the parts of a table.

use crate::store::error::StoreError;
use crate::store::frame::{self, Frame, FrameReader, FrameWriter};
use std::path::{Path, PathBuf};

/// Rows that the joined file holds in one row group at most.
const JOINED_ROWS: usize = 1 << 13;

/// Joins files of one schema in order, a bounded number of rows in memory.
pub(super) fn join(path: &Path, parts: &[PathBuf], notes: &[(&str, String)]) -> Result<(), StoreError> {
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
