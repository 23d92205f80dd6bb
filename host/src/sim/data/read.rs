//! Reading tables (CSV) and images (IDX) from bytes, with errors that name the cell.

use super::Dataset;
use sha2::{Digest as _, Sha256};

/// Why bytes are not a data set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No table with a header.
    #[error("the table cannot be read: {message}")]
    Table {
        /// The parser's words, with the line.
        message: String,
    },
    /// The target is no column.
    #[error("there is no column `{found}`; columns: {allowed}")]
    Column {
        /// The name asked for.
        found: String,
        /// The columns.
        allowed: String,
    },
    /// A cell is not a finite number.
    #[error("row {row}, column `{column}`: found `{found}`; allowed: a finite number")]
    Cell {
        /// Row of data from 1 (the header is not counted).
        row: usize,
        /// Name of the column.
        column: String,
        /// What stands there.
        found: String,
    },
    /// A label is not a class.
    #[error("row {row}: found the label `{found}`; allowed: a whole number from 0 to 65535")]
    Label {
        /// Row of data from 1.
        row: usize,
        /// What stands there.
        found: String,
    },
    /// Classes are missing.
    #[error("no example has the label {missing}, but one has {largest}; allowed: labels 0, 1, ... without a gap")]
    Gap {
        /// The smallest label without an example.
        missing: u32,
        /// The largest label.
        largest: u32,
    },
    /// One class only.
    #[error("every example has the same label; allowed: at least two classes")]
    OneClass,
    /// Too few examples.
    #[error("found {found} examples; allowed: at least {allowed}")]
    Few {
        /// Number of examples.
        found: usize,
        /// Smallest number.
        allowed: usize,
    },
    /// No input column.
    #[error("the target is the only column; allowed: at least one input beside it")]
    NoInput,
    /// Not an IDX file of bytes with this many dimensions.
    #[error("the {what} are not IDX: found the magic number {found:#010x}; allowed: {allowed:#010x}")]
    Magic {
        /// `images` or `labels`.
        what: &'static str,
        /// The first four bytes.
        found: u32,
        /// What they should be.
        allowed: u32,
    },
    /// Fewer or more bytes than the header says.
    #[error("the {what} are truncated or too long: found {found} bytes; their header says {allowed}")]
    Length {
        /// `images` or `labels`.
        what: &'static str,
        /// Bytes there.
        found: usize,
        /// Bytes that the header asks for.
        allowed: u64,
    },
    /// Images and labels do not belong together.
    #[error("found {n_images} images and {n_labels} labels; allowed: as many of both")]
    Counts {
        /// Number of images.
        n_images: usize,
        /// Number of labels.
        n_labels: usize,
    },
}

/// What the target column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// Classes 0, 1, ...
    Classes,
    /// Numbers.
    Real,
}

const N_EXAMPLES_MIN: usize = 10;

/// SHA-256 of parts one after the other, hexadecimal.
#[must_use]
pub fn sha256<'a>(parts: impl Iterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    parts.for_each(|p| hash.update(p));
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Reads a table with a header; the column `target` (the last one where `None`) holds labels or targets, all others are inputs.
///
/// # Errors
/// A malformed table, an unknown target, a cell that is not a finite number, labels that are not classes 0, 1, ... or only one.
pub fn csv(bytes: &[u8], target: Option<&str>, kind: TargetKind) -> Result<Dataset, ReadError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let table = |e: csv::Error| ReadError::Table { message: e.to_string() };
    let header: Vec<String> = reader.headers().map_err(table)?.iter().map(str::to_owned).collect();
    let at = match target {
        None => header.len().saturating_sub(1),
        Some(name) => {
            header.iter().position(|h| h == name).ok_or_else(|| ReadError::Column { found: name.to_owned(), allowed: header.join(", ") })?
        }
    };
    if header.len() < 2 {
        return Err(ReadError::NoInput);
    }
    let mut data = Dataset { n_features: header.len() - 1, ..Dataset::default() };
    let mut record = csv::StringRecord::new();
    let mut row = 0;
    while reader.read_record(&mut record).map_err(table)? {
        row += 1;
        for (j, cell) in record.iter().enumerate() {
            if j == at && kind == TargetKind::Classes {
                data.labels.push(label(cell, row)?);
                continue;
            }
            let wrong = || ReadError::Cell { row, column: header[j].clone(), found: cell.to_owned() };
            let x = cell.parse::<f32>().ok().filter(|x| x.is_finite()).ok_or_else(wrong)?;
            if j == at { data.targets.push(x) } else { data.inputs.push(x) }
        }
    }
    finish(data, kind, row)
}

/// A class, also where it is written as `1.0`.
fn label(cell: &str, row: usize) -> Result<u32, ReadError> {
    let value = cell.parse::<f64>().ok().filter(|x| x.fract() == 0.0 && (0.0..=65535.0).contains(x));
    value.map(|x| x as u32).ok_or_else(|| ReadError::Label { row, found: cell.to_owned() })
}

fn finish(mut data: Dataset, kind: TargetKind, n: usize) -> Result<Dataset, ReadError> {
    if n < N_EXAMPLES_MIN {
        return Err(ReadError::Few { found: n, allowed: N_EXAMPLES_MIN });
    }
    if kind == TargetKind::Classes {
        let largest = data.labels.iter().copied().max().unwrap_or(0);
        let mut seen = vec![false; largest as usize + 1];
        data.labels.iter().for_each(|&c| seen[c as usize] = true);
        if seen.iter().filter(|s| **s).count() == 1 {
            return Err(ReadError::OneClass);
        }
        if let Some(missing) = seen.iter().position(|s| !s) {
            return Err(ReadError::Gap { missing: missing as u32, largest });
        }
        data.n_classes = largest + 1;
    }
    Ok(data)
}

/// Reads a pair of IDX files of unsigned bytes: images `n x height x width` and labels `n`.
///
/// # Errors
/// A wrong magic number, a length that is not the header's, counts that differ, labels with a gap or of one class.
pub fn idx(images: &[u8], labels: &[u8]) -> Result<Dataset, ReadError> {
    let ([n, height, width], pixels) = idx_part::<3>("images", images)?;
    let ([n_labels], labels) = idx_part::<1>("labels", labels)?;
    if n != n_labels {
        return Err(ReadError::Counts { n_images: n, n_labels });
    }
    let data = Dataset {
        inputs: pixels.iter().map(|&p| f32::from(p)).collect(),
        labels: labels.iter().map(|&c| u32::from(c)).collect(),
        n_features: height * width,
        image: Some([height, width, 1]),
        ..Dataset::default()
    };
    finish(data, TargetKind::Classes, n)
}

fn idx_part<'a, const N: usize>(what: &'static str, bytes: &'a [u8]) -> Result<([usize; N], &'a [u8]), ReadError> {
    let word = |i: usize| bytes.get(4 * i..4 * i + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
    let allowed = 0x0800 | N as u32;
    let found = word(0).unwrap_or(0);
    if found != allowed {
        return Err(ReadError::Magic { what, found, allowed });
    }
    let header = 4 * (N + 1);
    let mut sizes = [0; N];
    let mut total = 1u64;
    for (i, size) in sizes.iter_mut().enumerate() {
        let stated = word(i + 1).ok_or(ReadError::Length { what, found: bytes.len(), allowed: header as u64 })?;
        total = total.saturating_mul(u64::from(stated));
        *size = stated as usize;
    }
    let allowed = total.saturating_add(header as u64);
    if bytes.len() as u64 != allowed {
        return Err(ReadError::Length { what, found: bytes.len(), allowed });
    }
    Ok((sizes, &bytes[header..]))
}
