//! Tables of named columns in Parquet files: the one place that speaks the format.
//!
//! zstd level 3, floats as BYTE_STREAM_SPLIT, whole numbers as DELTA_BINARY_PACKED, words as dictionaries, no statistics that depend on the machine, a pinned
//! `created_by`: the same table gives the same bytes. A file is written under a unique temporary name, synced, and renamed.

use super::StoreError;
use parquet::basic::{Compression, ConvertedType, Encoding, Repetition, Type as PhysicalType, ZstdLevel};
use parquet::column::reader::ColumnReader;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type, TypePtr};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Named in every file; pinned, so that a new version of this program does not change bytes by itself.
const CREATED_BY: &str = "oha-host format 1";

/// A piece of fewer rows is not compressed.
const COMPRESSED_ROWS: usize = 1 << 9;

/// Rows of a row group: bounds the memory of a reader.
const GROUP_ROWS: usize = 1 << 18;

/// The values of one column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Real numbers; NaN is a value.
    Reals(Vec<f64>),
    /// Real numbers that may be absent.
    OptionalReals(Vec<Option<f64>>),
    /// Words.
    Words(Vec<String>),
}

impl Values {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Integers(v) => v.len(),
            Self::Reals(v) => v.len(),
            Self::OptionalReals(v) => v.len(),
            Self::Words(v) => v.len(),
        }
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows at these positions.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Integers(v) => Self::Integers(rows.iter().map(|&i| v[i]).collect()),
            Self::Reals(v) => Self::Reals(rows.iter().map(|&i| v[i]).collect()),
            Self::OptionalReals(v) => Self::OptionalReals(rows.iter().map(|&i| v[i]).collect()),
            Self::Words(v) => Self::Words(rows.iter().map(|&i| v[i].clone()).collect()),
        }
    }

    /// One value as words; reals in the shortest form that reads back to the same bits.
    #[must_use]
    pub fn text(&self, row: usize) -> String {
        match self {
            Self::Integers(v) => v[row].to_string(),
            Self::Reals(v) => format!("{:?}", v[row]),
            Self::OptionalReals(v) => v[row].map_or_else(|| "absent".to_owned(), |x| format!("{x:?}")),
            Self::Words(v) => v[row].clone(),
        }
    }

    /// Whether a value is the same in both, bit by bit.
    #[must_use]
    pub fn same(&self, row: usize, other: &Self) -> bool {
        match (self, other) {
            (Self::Integers(a), Self::Integers(b)) => a[row] == b[row],
            (Self::Reals(a), Self::Reals(b)) => a[row].to_bits() == b[row].to_bits(),
            (Self::OptionalReals(a), Self::OptionalReals(b)) => a[row].map(f64::to_bits) == b[row].map(f64::to_bits),
            (Self::Words(a), Self::Words(b)) => a[row] == b[row],
            _ => false,
        }
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::Integers(_) => Kind::Integer,
            Self::Reals(_) => Kind::Real,
            Self::OptionalReals(_) => Kind::OptionalReal,
            Self::Words(_) => Kind::Word,
        }
    }

    /// An empty column of the same kind.
    #[must_use]
    pub const fn empty_like(&self) -> Self {
        match self {
            Self::Integers(_) => Self::Integers(Vec::new()),
            Self::Reals(_) => Self::Reals(Vec::new()),
            Self::OptionalReals(_) => Self::OptionalReals(Vec::new()),
            Self::Words(_) => Self::Words(Vec::new()),
        }
    }

    /// Appends the rows of a column of the same kind.
    ///
    /// # Panics
    /// When the kinds differ.
    pub fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Integers(a), Self::Integers(b)) => a.extend(b),
            (Self::Reals(a), Self::Reals(b)) => a.extend(b),
            (Self::OptionalReals(a), Self::OptionalReals(b)) => a.extend(b),
            (Self::Words(a), Self::Words(b)) => a.extend(b),
            _ => panic!("columns of one kind are appended"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Integer,
    Real,
    OptionalReal,
    Word,
}

/// A table: columns of equal length, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Name and values of each column.
    pub columns: Vec<(String, Values)>,
}

impl Frame {
    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, v)| v.len())
    }

    /// The rows at these positions.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        Self { columns: self.columns.iter().map(|(name, values)| (name.clone(), values.select(rows))).collect() }
    }

    /// Appends the rows of a frame of the same schema; a frame without columns takes any.
    ///
    /// # Panics
    /// When the kinds of columns differ.
    pub fn append(&mut self, other: Self) {
        if self.columns.is_empty() {
            *self = other;
        } else {
            self.columns.iter_mut().zip(other.columns).for_each(|((_, a), (_, b))| a.append(b));
        }
    }

    /// Removes all rows; columns and the room for their values stay.
    pub fn clear(&mut self) {
        for (_, values) in &mut self.columns {
            match values {
                Values::Integers(v) => v.clear(),
                Values::Reals(v) => v.clear(),
                Values::OptionalReals(v) => v.clear(),
                Values::Words(v) => v.clear(),
            }
        }
    }

    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// Takes a column of whole numbers out.
    ///
    /// # Errors
    /// No such column, or one of another kind.
    pub fn integers(&self, path: &Path, name: &str) -> Result<&[i64], StoreError> {
        match self.column(name) {
            Some(Values::Integers(v)) => Ok(v),
            _ => Err(StoreError::damaged(path, format!("no column `{name}` of whole numbers"))),
        }
    }

    /// A column of real numbers.
    ///
    /// # Errors
    /// No such column, or one of another kind.
    pub fn reals(&self, path: &Path, name: &str) -> Result<&[f64], StoreError> {
        match self.column(name) {
            Some(Values::Reals(v)) => Ok(v),
            _ => Err(StoreError::damaged(path, format!("no column `{name}` of real numbers"))),
        }
    }

    /// A column of words.
    ///
    /// # Errors
    /// No such column, or one of another kind.
    pub fn words(&self, path: &Path, name: &str) -> Result<&[String], StoreError> {
        match self.column(name) {
            Some(Values::Words(v)) => Ok(v),
            _ => Err(StoreError::damaged(path, format!("no column `{name}` of words"))),
        }
    }
}

/// Writes frames of one schema, one after the other, to a temporary file that gets its name at the end.
pub struct FrameWriter {
    path: PathBuf,
    temporary: PathBuf,
    writer: Option<SerializedFileWriter<BufWriter<File>>>,
    schema: Vec<(String, Kind)>,
}

impl FrameWriter {
    /// Begins a file with the schema of `like` (its rows are not written) and key-value notes.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(path: &Path, like: &Frame, notes: &[(&str, String)]) -> Result<Self, StoreError> {
        Self::packed(path, like, notes, compressed())
    }

    fn packed(path: &Path, like: &Frame, notes: &[(&str, String)], compression: Compression) -> Result<Self, StoreError> {
        let (file, temporary) = super::file::create_beside(path)?;
        let schema: Vec<(String, Kind)> = like.columns.iter().map(|(n, v)| (n.clone(), v.kind())).collect();
        let writer = SerializedFileWriter::new(BufWriter::new(file), parquet_schema(&schema), properties(&schema, notes, compression));
        let writer = writer.map_err(|e| StoreError::write(&temporary, e))?;
        Ok(Self { path: path.to_owned(), temporary, writer: Some(writer), schema })
    }

    /// Appends the rows of `frame`, which has the schema that the file began with.
    ///
    /// # Errors
    /// When the disk refuses them.
    ///
    /// # Panics
    /// When the schema is another one.
    pub fn write(&mut self, frame: &Frame) -> Result<(), StoreError> {
        let same = frame.columns.iter().map(|(n, v)| (n.clone(), v.kind())).eq(self.schema.iter().cloned());
        assert!(same, "every frame of a file has one schema");
        let n = frame.n_rows();
        for start in (0..n).step_by(GROUP_ROWS) {
            self.write_group(frame, start, (start + GROUP_ROWS).min(n)).map_err(|e| StoreError::write(&self.path, e))?;
        }
        Ok(())
    }

    fn write_group(&mut self, frame: &Frame, start: usize, end: usize) -> parquet::errors::Result<()> {
        let writer = self.writer.as_mut().expect("the writer is there until `finish`");
        let mut group = writer.next_row_group()?;
        for (_, values) in &frame.columns {
            let mut column = group.next_column()?.expect("one column for each of the schema");
            write_column(column.untyped(), values, start, end)?;
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the file, syncs it, and gives it its name.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(mut self) -> Result<(), StoreError> {
        let writer = self.writer.take().expect("the writer is there until `finish`");
        let file = writer
            .into_inner()
            .map_err(|e| StoreError::write(&self.path, e))
            .and_then(|buffer| buffer.into_inner().map_err(|e| StoreError::io("write", &self.path, e.into_error())));
        match file {
            Ok(file) => super::file::publish(file, &self.temporary, &self.path),
            Err(error) => {
                let _ = std::fs::remove_file(&self.temporary);
                Err(error)
            }
        }
    }
}

impl Drop for FrameWriter {
    fn drop(&mut self) {
        if self.writer.is_some() {
            // Best effort: an unfinished file has a temporary name and is never read.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

/// Writes one frame as a file.
///
/// # Errors
/// When the disk refuses.
pub fn write(path: &Path, frame: &Frame, notes: &[(&str, String)]) -> Result<(), StoreError> {
    let mut writer = FrameWriter::create(path, frame, notes)?;
    writer.write(frame)?;
    writer.finish()
}

/// As [`write`], for a file that is joined into a larger one later: with few rows it is not compressed, which would cost more time than all that is in it.
///
/// # Errors
/// When the disk refuses.
pub(super) fn write_piece(path: &Path, frame: &Frame, notes: &[(&str, String)]) -> Result<(), StoreError> {
    let compression = if frame.n_rows() < COMPRESSED_ROWS { Compression::UNCOMPRESSED } else { compressed() };
    let mut writer = FrameWriter::packed(path, frame, notes, compression)?;
    writer.write(frame)?;
    writer.finish()
}

fn compressed() -> Compression {
    Compression::ZSTD(ZstdLevel::try_new(3).expect("3 is a level of zstd"))
}

fn parquet_schema(schema: &[(String, Kind)]) -> TypePtr {
    let field = |(name, kind): &(String, Kind)| {
        let (physical, converted, repetition) = match kind {
            Kind::Integer => (PhysicalType::INT64, ConvertedType::NONE, Repetition::REQUIRED),
            Kind::Real => (PhysicalType::DOUBLE, ConvertedType::NONE, Repetition::REQUIRED),
            Kind::OptionalReal => (PhysicalType::DOUBLE, ConvertedType::NONE, Repetition::OPTIONAL),
            Kind::Word => (PhysicalType::BYTE_ARRAY, ConvertedType::UTF8, Repetition::REQUIRED),
        };
        let builder = Type::primitive_type_builder(name, physical).with_converted_type(converted).with_repetition(repetition);
        Arc::new(builder.build().expect("a primitive type of a known kind"))
    };
    let group = Type::group_type_builder("schema").with_fields(schema.iter().map(field).collect());
    Arc::new(group.build().expect("a flat schema"))
}

fn properties(schema: &[(String, Kind)], notes: &[(&str, String)], compression: Compression) -> WriterPropertiesPtr {
    let mut builder = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(compression)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_key_value_metadata(Some(notes.iter().map(|(k, v)| KeyValue::new((*k).to_owned(), v.clone())).collect()));
    for (name, kind) in schema {
        let path = ColumnPath::from(name.as_str());
        builder = match kind {
            Kind::Integer => {
                builder.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, Encoding::DELTA_BINARY_PACKED)
            }
            Kind::Real | Kind::OptionalReal => {
                builder.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT)
            }
            Kind::Word => builder.set_column_dictionary_enabled(path, true),
        };
    }
    Arc::new(builder.build())
}

fn write_column(column: &mut ColumnWriter<'_>, values: &Values, start: usize, end: usize) -> parquet::errors::Result<()> {
    match (column, values) {
        (ColumnWriter::Int64ColumnWriter(writer), Values::Integers(v)) => writer.write_batch(&v[start..end], None, None)?,
        (ColumnWriter::DoubleColumnWriter(writer), Values::Reals(v)) => writer.write_batch(&v[start..end], None, None)?,
        (ColumnWriter::DoubleColumnWriter(writer), Values::OptionalReals(v)) => {
            let present: Vec<f64> = v[start..end].iter().flatten().copied().collect();
            let levels: Vec<i16> = v[start..end].iter().map(|x| i16::from(x.is_some())).collect();
            writer.write_batch(&present, Some(&levels), None)?
        }
        (ColumnWriter::ByteArrayColumnWriter(writer), Values::Words(v)) => {
            let words: Vec<ByteArray> = v[start..end].iter().map(|w| ByteArray::from(w.as_bytes().to_vec())).collect();
            writer.write_batch(&words, None, None)?
        }
        _ => unreachable!("the schema was made from these values"),
    };
    Ok(())
}

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
        let damaged = |e: parquet::errors::ParquetError| StoreError::damaged(&self.path, e.to_string());
        let reader = self.reader.get_row_group(group).map_err(damaged)?;
        let n = usize::try_from(reader.metadata().num_rows()).unwrap_or(0);
        let mut columns = Vec::new();
        for (i, name) in self.names().into_iter().enumerate().filter(|(_, n)| wanted(n)) {
            let column = reader.get_column_reader(i).map_err(damaged)?;
            let optional = reader.metadata().column(i).column_descr().max_def_level() > 0;
            let values = read_column(column, n, optional).map_err(damaged)?;
            let values = values
                .filter(|v| v.len() == n)
                .ok_or_else(|| StoreError::damaged(&self.path, format!("column `{name}` has another type or length")))?;
            columns.push((name, values));
        }
        Ok(Frame { columns })
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

/// Writes bytes as a file: temporary name, sync, rename.
///
/// # Errors
/// When the disk refuses.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let (mut file, temporary) = super::file::create_beside(path)?;
    file.write_all(bytes).map_err(|e| {
        let _ = std::fs::remove_file(&temporary);
        StoreError::io("write", path, e)
    })?;
    super::file::publish(file, &temporary, path)
}
