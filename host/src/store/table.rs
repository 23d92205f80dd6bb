//! Anybody's table, CSV or Parquet: named columns, every cell as text with its place, one row in memory at a time.
//!
//! CSV is RFC 4180 with a header (a byte order mark is skipped; `.tsv` is separated by tabs). Parquet may hold any flat types and the compressions none, snappy,
//! gzip and zstd. Which file is which is told by its first bytes; a name that promises Parquet must not hold anything else.

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};
use std::fmt;
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};

/// What a value must be.
pub(crate) const FINITE: &str = "a finite number";

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Line of a text file, from 1 (the header).
    Line(u64),
    /// Row of a Parquet file, from 1.
    Row(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(n) => write!(f, "line {n}"),
            Self::Row(n) => write!(f, "row {n}"),
        }
    }
}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The system refused.
    #[error("cannot read table `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is neither CSV nor Parquet.
    #[error("`{}` is not a readable table: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its place.
        reason: String,
    },
    /// A column is not there.
    #[error("`{}` has no column `{found}` ({role}); it has {allowed}", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// What the column is for.
        role: &'static str,
        /// The name looked for.
        found: String,
        /// The names there are.
        allowed: String,
    },
    /// A cell is not what it must be.
    #[error("{place} of `{}`, column `{column}`: found {found}; allowed: {allowed}", path.display())]
    Cell {
        /// The file.
        path: PathBuf,
        /// The row.
        place: Place,
        /// The column.
        column: String,
        /// The content, quoted, or `nothing`.
        found: String,
        /// What may stand there.
        allowed: &'static str,
    },
    /// A row contradicts another one.
    #[error("{place} of `{}`: {reason}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// The row.
        place: Place,
        /// What is wrong with it.
        reason: String,
    },
    /// The rows do not make a table of results.
    #[error("`{}`", path.display())]
    Results {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: oha_analysis::AnalysisError,
    },
}

impl TableError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Io { .. } => "check the path and its permissions",
            Self::Format { .. } => "a table is CSV with a header line (`.tsv`: separated by tabs), or Parquet with plain columns",
            Self::Column { .. } => "name the columns with --metric, --controller-column, --scenario-column, --seed-column, --step-column",
            Self::Cell { allowed, .. } if *allowed != FINITE => return None,
            Self::Cell { .. } => {
                "give the row a `status` (completed, diverged, faulted, missing), or state with --missing what stands in for a value that is not there"
            }
            Self::Row { .. } => "one row for each controller, scenario and seed (and step)",
            Self::Results { .. } => {
                "pairs need every controller under every seed; --missing worst-rank says what stands in for absent rows"
            }
        };
        Some(text.to_owned())
    }
}

/// Receives the place and cells of a row.
pub type Visit<'a> = dyn FnMut(Place, &[String]) -> Result<(), TableError> + 'a;

enum Source {
    Text(csv::Reader<File>),
    Parquet(SerializedFileReader<File>),
}

/// A table that is open.
pub struct TableReader {
    path: PathBuf,
    header: Vec<String>,
    source: Source,
}

impl TableReader {
    /// Opens a table and reads its header.
    ///
    /// # Errors
    /// A file that cannot be read, or is neither CSV nor Parquet.
    pub fn open(path: &Path) -> Result<Self, TableError> {
        let io = |source| TableError::Io { path: path.to_owned(), source };
        let format = |reason: String| TableError::Format { path: path.to_owned(), reason };
        let mut file = File::open(path).map_err(io)?;
        let mut magic = Vec::new();
        file.by_ref().take(4).read_to_end(&mut magic).map_err(io)?;
        file.rewind().map_err(io)?;
        if magic == b"PAR1" {
            let reader = SerializedFileReader::new(file).map_err(|e| format(e.to_string()))?;
            let schema = reader.metadata().file_metadata().schema();
            let header = schema.get_fields().iter().map(|f| f.name().to_owned()).collect();
            return Ok(Self { path: path.to_owned(), header, source: Source::Parquet(reader) });
        }
        if path.extension().is_some_and(|x| x == "parquet") {
            return Err(format("it is named a Parquet file, but does not begin as one (`PAR1`)".to_owned()));
        }
        let delimiter = if path.extension().is_some_and(|x| x == "tsv") { b'\t' } else { b',' };
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(file);
        let header = reader.headers().map_err(|e| format(e.to_string()))?;
        let header: Vec<String> = header.iter().map(|name| name.trim_start_matches('\u{FEFF}').to_owned()).collect();
        if header.iter().all(String::is_empty) {
            return Err(format("it has no header line".to_owned()));
        }
        if let [only] = header.as_slice()
            && let Some(found) = only.chars().find(|c| [';', '\t', '|', ','].contains(c))
        {
            let name = if delimiter == b'\t' { "tabs" } else { "commas" };
            return Err(format(format!("its columns must be separated by {name}; its header has none, but has {found:?}")));
        }
        Ok(Self { path: path.to_owned(), header, source: Source::Text(reader) })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of the columns, in order.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Position of a column.
    ///
    /// # Errors
    /// No column of this name.
    pub fn column(&self, role: &'static str, name: &str) -> Result<usize, TableError> {
        self.header.iter().position(|n| n == name).ok_or_else(|| TableError::Column {
            path: self.path.clone(),
            role,
            found: name.to_owned(),
            allowed: self.header.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "),
        })
    }

    /// Hands the cells of these columns to `visit`, row by row; a value that is absent is an empty text.
    ///
    /// # Errors
    /// A damaged file, a row of another length, or what `visit` returns.
    pub fn each(self, columns: &[usize], visit: &mut Visit<'_>) -> Result<(), TableError> {
        let format = |reason: String| TableError::Format { path: self.path.clone(), reason };
        let mut cells = vec![String::new(); columns.len()];
        match self.source {
            Source::Text(mut reader) => {
                let mut record = csv::StringRecord::new();
                while reader.read_record(&mut record).map_err(|e| format(e.to_string()))? {
                    for (cell, &column) in cells.iter_mut().zip(columns) {
                        cell.clear();
                        cell.push_str(record.get(column).unwrap_or_default());
                    }
                    visit(Place::Line(record.position().map_or(0, csv::Position::line)), &cells)?;
                }
            }
            Source::Parquet(reader) => {
                let rows = reader.get_row_iter(None).map_err(|e| format(e.to_string()))?;
                for (row, number) in rows.zip(1..) {
                    let row = row.map_err(|e| format(e.to_string()))?;
                    fill(&mut cells, &row, columns);
                    visit(Place::Row(number), &cells)?;
                }
            }
        }
        Ok(())
    }
}

/// Writes the wanted fields of a Parquet row as text; real numbers read back to the same bits.
fn fill(cells: &mut [String], row: &Row, columns: &[usize]) {
    let fields: Vec<&Field> = row.get_column_iter().map(|(_, field)| field).collect();
    for (cell, &column) in cells.iter_mut().zip(columns) {
        *cell = match fields[column] {
            Field::Null => String::new(),
            Field::Str(text) => text.clone(),
            Field::Double(x) => x.to_string(),
            Field::Float(x) => f64::from(*x).to_string(),
            Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
            other => other.to_string(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_named_parquet_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.parquet");
        std::fs::write(&path, "controller,seed,value\na,0,1\n").unwrap();
        let error = TableReader::open(&path).map(|_| ()).unwrap_err().to_string();
        assert!(error.ends_with("it is named a Parquet file, but does not begin as one (`PAR1`)"), "{error}");
    }

    #[test]
    fn only_a_value_may_be_stood_in_for() {
        let cell = |allowed| TableError::Cell { path: "t".into(), place: Place::Line(2), column: "c".into(), found: "x".into(), allowed };
        assert!(cell(FINITE).hint().is_some_and(|hint| hint.contains("--missing")));
        assert_eq!(cell("a whole number from 0").hint(), None);
    }
}
