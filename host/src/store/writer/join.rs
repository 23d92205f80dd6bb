//! Joins the parts of a table.

use crate::store::error::StoreError;
use crate::store::frame::{self, Frame, FrameReader, FrameWriter, Values};
use std::path::{Path, PathBuf};

/// Rows of the parts that make a row group of the joined file, and how many parts at most: they are open at once.
const JOINED_ROWS: u64 = 1 << 13;
const JOINED_PARTS: usize = 1 << 6;

/// Joins files of one schema in order, a column of one row group in memory.
pub(super) fn join(path: &Path, parts: &[PathBuf], notes: &[(&str, String)]) -> Result<(), StoreError> {
    let mut writer: Option<FrameWriter> = None;
    let mut held: Vec<FrameReader> = Vec::new();
    let mut n_rows = 0;
    for (i, part) in parts.iter().enumerate() {
        let next = FrameReader::open(part)?;
        if let Some(first) = held.first()
            && next.schema()? != first.schema()?
        {
            return Err(StoreError::damaged(part, "it has other columns than the part before"));
        }
        n_rows += next.n_rows();
        held.push(next);
        let is_last = i + 1 == parts.len();
        if n_rows > 0 && (is_last || n_rows >= JOINED_ROWS || held.len() == JOINED_PARTS) {
            let writer = match &mut writer {
                Some(writer) => writer,
                none => none.insert(FrameWriter::create(path, held[0].schema()?, notes)?),
            };
            writer.write_columns(|index| joined(&held, index))?;
            held.clear();
            n_rows = 0;
        }
    }
    match writer {
        Some(writer) => writer.finish(),
        // No part has a row: an empty table.
        None => frame::write(path, &Frame::default(), notes),
    }
}

/// A column of all parts, one behind the other.
fn joined(parts: &[FrameReader], index: usize) -> Result<Values, StoreError> {
    let mut all: Option<Values> = None;
    for part in parts {
        for group in 0..part.n_groups() {
            let values = part.column(group, index)?;
            match &mut all {
                Some(all) => all.append(values),
                none => *none = Some(values),
            }
        }
    }
    Ok(all.expect("there are rows"))
}
