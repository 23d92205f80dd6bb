//! Frames to Parquet.

use super::{Frame, Kind, Schema, Values};
use crate::store::{StoreError, file};
use parquet::basic::{Compression, ConvertedType, Encoding, Repetition, Type as PhysicalType, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type, TypePtr};
use std::fs::File;
use std::io::BufWriter;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Named in every file; pinned, so that a new version of this program does not change bytes by itself.
const CREATED_BY: &str = "oha-host format 1";

/// A piece of fewer rows is not compressed.
const COMPRESSED_ROWS: usize = 1 << 9;

/// Rows of a row group: bounds the memory of a reader.
const GROUP_ROWS: usize = 1 << 18;

/// Writes frames of one schema, one after the other, to a temporary file that gets its name at the end.
pub struct FrameWriter {
    path: PathBuf,
    temporary: PathBuf,
    writer: Option<SerializedFileWriter<BufWriter<File>>>,
    schema: Schema,
}

impl FrameWriter {
    /// Begins a file with this schema and key-value notes.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(path: &Path, schema: Schema, notes: &[(&str, String)]) -> Result<Self, StoreError> {
        Self::packed(path, schema, notes, compressed())
    }

    /// As [`Self::create`], for a file that is joined into a larger one later: where the first rows are few it is not compressed, which would cost more time
    /// than all that is in it.
    pub(in crate::store) fn create_piece(path: &Path, first: &Frame, notes: &[(&str, String)]) -> Result<Self, StoreError> {
        let compression = if first.n_rows() < COMPRESSED_ROWS { Compression::UNCOMPRESSED } else { compressed() };
        Self::packed(path, first.schema(), notes, compression)
    }

    fn packed(path: &Path, schema: Schema, notes: &[(&str, String)], compression: Compression) -> Result<Self, StoreError> {
        let (file, temporary) = file::create_beside(path)?;
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
        assert!(frame.schema() == self.schema, "every frame of a file has one schema");
        let n = frame.n_rows();
        for start in (0..n).step_by(GROUP_ROWS) {
            let rows = start..(start + GROUP_ROWS).min(n);
            self.write_group(|i, column| write_column(column, &frame.columns[i].1, rows.clone()).map_err(Failure::Write))?;
        }
        Ok(())
    }

    /// Appends a row group whose columns are made one by one: no more than one is in memory.
    ///
    /// # Errors
    /// When the disk refuses them, or what `column` returns.
    ///
    /// # Panics
    /// When a column is of another kind than the schema's.
    pub fn write_columns(&mut self, mut column: impl FnMut(usize) -> Result<Values, StoreError>) -> Result<(), StoreError> {
        self.write_group(|i, to| {
            let values = column(i).map_err(Failure::Source)?;
            write_column(to, &values, 0..values.len()).map_err(Failure::Write)
        })
    }

    fn write_group(&mut self, mut write: impl FnMut(usize, &mut ColumnWriter<'_>) -> Result<(), Failure>) -> Result<(), StoreError> {
        let writer = self.writer.as_mut().expect("the writer is there until `finish`");
        let mut write_all = || {
            let mut group = writer.next_row_group()?;
            for i in 0..self.schema.len() {
                let mut column = group.next_column()?.expect("one column for each of the schema");
                write(i, column.untyped())?;
                column.close()?;
            }
            group.close()?;
            Ok(())
        };
        write_all().map_err(|failure| match failure {
            Failure::Write(error) => StoreError::write(&self.path, error),
            Failure::Source(error) => error,
        })
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
            Ok(file) => file::publish(file, &self.temporary, &self.path),
            Err(error) => {
                let _ = std::fs::remove_file(&self.temporary);
                Err(error)
            }
        }
    }
}

/// Why a row group is not written.
enum Failure {
    Write(ParquetError),
    Source(StoreError),
}

impl From<ParquetError> for Failure {
    fn from(error: ParquetError) -> Self {
        Self::Write(error)
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
    let mut writer = FrameWriter::create(path, frame.schema(), notes)?;
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

fn write_column(column: &mut ColumnWriter<'_>, values: &Values, rows: Range<usize>) -> parquet::errors::Result<()> {
    match (column, values) {
        (ColumnWriter::Int64ColumnWriter(writer), Values::Integers(v)) => writer.write_batch(&v[rows], None, None)?,
        (ColumnWriter::DoubleColumnWriter(writer), Values::Reals(v)) => writer.write_batch(&v[rows], None, None)?,
        (ColumnWriter::DoubleColumnWriter(writer), Values::OptionalReals(v)) => {
            let present: Vec<f64> = v[rows.clone()].iter().flatten().copied().collect();
            let levels: Vec<i16> = v[rows].iter().map(|x| i16::from(x.is_some())).collect();
            writer.write_batch(&present, Some(&levels), None)?
        }
        (ColumnWriter::ByteArrayColumnWriter(writer), Values::Words(v)) => {
            let words: Vec<ByteArray> = v[rows].iter().map(|w| ByteArray::from(w.as_bytes().to_vec())).collect();
            writer.write_batch(&words, None, None)?
        }
        _ => unreachable!("the schema was made from these values"),
    };
    Ok(())
}
