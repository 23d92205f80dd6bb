//! Joins the parts of a table.

use crate::store::error::StoreError;
use crate::store::frame::{self, Frame, FrameReader, FrameWriter};
use std::path::{Path, PathBuf};

/// Rows that the joined file holds in one row group at most.
const JOINED_ROWS: usize = 1 << 13;

/// Joins files of one schema in order, a bounded number of rows in memory.
pub(super) fn join(path: &Path, parts: &[PathBuf], notes: &[(&str, String)]) -> Result<(), StoreError> {
    let mut writer: Option<FrameWriter> = None;
    // One frame for all row groups: made anew each time, its columns would leave the memory in pieces.
    let mut held = Frame::default();
    for part in parts {
        let next = FrameReader::open(part)?;
        if next.n_groups() == 0 {
            continue;
        }
        held.append(next.all(&|_| true)?);
        if held.n_rows() >= JOINED_ROWS {
            flush(path, &mut writer, &mut held, notes)?;
        }
    }
    if held.n_rows() > 0 {
        flush(path, &mut writer, &mut held, notes)?;
    }
    match writer {
        Some(writer) => writer.finish(),
        // No part has a row: an empty table.
        None => frame::write(path, &Frame::default(), notes),
    }
}

fn flush(path: &Path, writer: &mut Option<FrameWriter>, held: &mut Frame, notes: &[(&str, String)]) -> Result<(), StoreError> {
    if writer.is_none() {
        *writer = Some(FrameWriter::create(path, held, notes)?);
    }
    writer.as_mut().expect("it was just made").write(held)?;
    held.clear();
    Ok(())
}
