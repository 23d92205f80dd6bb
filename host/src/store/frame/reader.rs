//! Parquet to frames.

use super::{Frame, Kind, Schema, Values};
use crate::store::StoreError;
use parquet::basic::Type;
use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::schema::types::ColumnDescPtr;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Reads a file group by group.
pub struct FrameReader {
    path: PathBuf,
    reader: SerializedFileReader<File>,
}

impl FrameReader {
    /// Opens a file.
    ///
    /// # Errors
    /// No file, or one that is not Parquet, is truncated or damaged.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let file = File::open(path).map_err(|e| StoreError::io("read", path, e))?;
        let reader = SerializedFileReader::new(file).map_err(|e| StoreError::damaged(path, e.to_string()))?;
        Ok(Self { path: path.to_owned(), reader })
    }

    /// The note with this key.
    #[must_use]
    pub fn note(&self, key: &str) -> Option<String> {
        let notes = self.reader.metadata().file_metadata().key_value_metadata()?;
        notes.iter().find(|n| n.key == key).and_then(|n| n.value.clone())
    }

    /// The names of the columns, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let schema = self.reader.metadata().file_metadata().schema_descr_ptr();
        schema.columns().iter().map(|c| c.name().to_owned()).collect()
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        u64::try_from(self.reader.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// Number of row groups.
    #[must_use]
    pub fn n_groups(&self) -> usize {
        self.reader.num_row_groups()
    }

    /// The columns that `wanted` accepts, of one row group.
    ///
    /// # Errors
    /// A damaged file, or a column of a type that is not used here.
    pub fn group(&self, group: usize, wanted: &dyn Fn(&str) -> bool) -> Result<Frame, StoreError> {
        let wanted = self.names().into_iter().enumerate().filter(|(_, name)| wanted(name));
        Ok(Frame { columns: wanted.map(|(i, name)| Ok((name, self.column(group, i)?))).collect::<Result<_, StoreError>>()? })
    }

    /// Name and kind of each column.
    ///
    /// # Errors
    /// A column of a type that is not used here.
    pub fn schema(&self) -> Result<Schema, StoreError> {
        let schema = self.reader.metadata().file_metadata().schema_descr_ptr();
        let kind = |column: &ColumnDescPtr| match (column.physical_type(), column.max_def_level()) {
            (Type::INT64, 0) => Some(Kind::Integer),
            (Type::DOUBLE, 0) => Some(Kind::Real),
            (Type::DOUBLE, _) => Some(Kind::OptionalReal),
            (Type::BYTE_ARRAY, 0) => Some(Kind::Word),
            _ => None,
        };
        let column = |c: &ColumnDescPtr| {
            let of_another = || StoreError::damaged(&self.path, format!("column `{}` has another type", c.name()));
            Ok((c.name().to_owned(), kind(c).ok_or_else(of_another)?))
        };
        schema.columns().iter().map(column).collect()
    }

    /// One column of one row group.
    ///
    /// # Errors
    /// As [`Self::group`].
    pub fn column(&self, group: usize, index: usize) -> Result<Values, StoreError> {
        let damaged = |e: parquet::errors::ParquetError| StoreError::damaged(&self.path, e.to_string());
        let reader = self.reader.get_row_group(group).map_err(damaged)?;
        let n = usize::try_from(reader.metadata().num_rows()).unwrap_or(0);
        let descriptor = reader.metadata().column(index).column_descr_ptr();
        let column = reader.get_column_reader(index).map_err(damaged)?;
        let values = read_column(column, n, descriptor.max_def_level() > 0).map_err(damaged)?;
        values
            .filter(|v| v.len() == n)
            .ok_or_else(|| StoreError::damaged(&self.path, format!("column `{}` has another type or length", descriptor.name())))
    }

    /// The columns that `wanted` accepts, of the whole file.
    ///
    /// # Errors
    /// As [`Self::group`].
    pub fn all(&self, wanted: &dyn Fn(&str) -> bool) -> Result<Frame, StoreError> {
        let mut frame = Frame::default();
        for group in 0..self.n_groups() {
            frame.append(self.group(group, wanted)?);
        }
        Ok(frame)
    }
}

fn read_column(column: ColumnReader, n: usize, optional: bool) -> parquet::errors::Result<Option<Values>> {
    let mut levels = Vec::new();
    let values = match column {
        ColumnReader::Int64ColumnReader(mut reader) if !optional => {
            let mut values = Vec::with_capacity(n);
            while reader.read_records(n - values.len(), None, None, &mut values)?.0 > 0 && values.len() < n {}
            Some(Values::Integers(values))
        }
        ColumnReader::DoubleColumnReader(mut reader) => {
            let mut values = Vec::with_capacity(n);
            let mut read = 0;
            while read < n {
                let (records, _, _) = reader.read_records(n - read, optional.then_some(&mut levels), None, &mut values)?;
                if records == 0 {
                    break;
                }
                read += records;
            }
            if optional {
                let mut present = values.into_iter();
                Some(Values::OptionalReals(levels.iter().map(|&l| if l > 0 { present.next() } else { None }).collect()))
            } else {
                Some(Values::Reals(values))
            }
        }
        ColumnReader::ByteArrayColumnReader(mut reader) if !optional => {
            let mut values: Vec<ByteArray> = Vec::with_capacity(n);
            while reader.read_records(n - values.len(), None, None, &mut values)?.0 > 0 && values.len() < n {}
            let words: Result<Vec<String>, _> = values.iter().map(|v| v.as_utf8().map(str::to_owned)).collect();
            Some(Values::Words(words?))
        }
        _ => None,
    };
    Ok(values)
}
