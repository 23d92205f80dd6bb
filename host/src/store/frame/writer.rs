//! Frames to Parquet.

use super::{Frame, Kind, Values};
use crate::store::{StoreError, file};
use parquet::basic::{Compression, ConvertedType, Encoding, Repetition, Type as PhysicalType, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type, TypePtr};
use std::fs::File;
use std::io::BufWriter;
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
        let (file, temporary) = file::create_beside(path)?;
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
            Ok(file) => file::publish(file, &self.temporary, &self.path),
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
pub(in crate::store) fn write_piece(path: &Path, frame: &Frame, notes: &[(&str, String)]) -> Result<(), StoreError> {
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
