//! A user's own data in a study file: `data = { csv = "path", target = "column" }` or `data = { idx_images = "path", idx_labels = "path" }` where a task
//! takes the name of a data set. Files may be compressed by gzip; paths are relative to the working folder.
//!
//! The table is replaced by a name made of the SHA-256 of the content and of how it is read, under which the data set is registered: so the
//! digest of a study depends on the data, not on where they lie, and the simulator reads no file.

use crate::sim::data::read::{self, ReadError, TargetKind};
use crate::sim::data::{Order, Scaling, Split, register};
use crate::sim::spec::{SpecError, parse};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Data of the user's own, as the study file names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// A table with a header; inputs are standardised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csv: Option<PathBuf>,
    /// Column of the table that holds the classes or targets; the last one where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Whether the target is a number to predict, not a class.
    #[serde(default)]
    pub regression: bool,
    /// Whether the rows are in order of time: minibatches then follow it.
    #[serde(default)]
    pub stream: bool,
    /// Images, IDX of unsigned bytes; scaled to [0, 1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idx_images: Option<PathBuf>,
    /// Labels of the images, IDX of unsigned bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idx_labels: Option<PathBuf>,
    /// SHA-256 that the files (as they lie, one after the other) must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// Data that were read: what a worker needs to read the same again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserData {
    /// Name under which the data set is registered.
    pub name: String,
    /// The files, with absolute paths.
    pub file: DataFile,
}

/// Why data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The table in the study file is not understood.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A file cannot be read.
    #[error("cannot read data file `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The content is not a data set.
    #[error("data file `{}` cannot be used", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: ReadError,
    },
    /// The content is another one.
    #[error("data file `{}` has the SHA-256 {found}; allowed: {allowed}", path.display())]
    Digest {
        /// The file.
        path: PathBuf,
        /// The digest found.
        found: String,
        /// The digest asked for.
        allowed: String,
    },
}

/// The two kinds of files.
#[derive(Clone, Copy)]
enum Source {
    Table,
    Images,
}

impl DataFile {
    fn source(&self) -> Result<Source, SpecError> {
        match (&self.csv, &self.idx_images, &self.idx_labels) {
            (Some(_), None, None) => Ok(Source::Table),
            (None, Some(_), Some(_)) => {
                let foreign = if self.target.is_some() { "target" } else { "regression" };
                if self.target.is_some() || self.regression {
                    return Err(SpecError::new(format!("data.{foreign}"), "a value beside `idx_images`", "a value beside `csv` only"));
                }
                Ok(Source::Images)
            }
            _ => Err(SpecError::new("data", "another set of keys", "`csv` alone, or `idx_images` and `idx_labels`")),
        }
    }

    /// The files that are read.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        [&self.csv, &self.idx_images, &self.idx_labels].into_iter().flatten().cloned().collect()
    }

    /// Reads, checks and registers the data set.
    ///
    /// # Errors
    /// Keys that do not fit, a file that cannot be read, content that is not a data set or not the one asked for.
    pub fn load(&self) -> Result<UserData, DataError> {
        let source = self.source()?;
        let (paths, raw) = self.read()?;
        let sha256 = read::sha256(raw.iter().map(Vec::as_slice));
        if let Some(allowed) = self.sha256.as_ref().filter(|s| !s.eq_ignore_ascii_case(&sha256)) {
            return Err(DataError::Digest { path: paths[0].clone(), found: sha256, allowed: allowed.clone() });
        }
        let plain = raw.iter().zip(&paths).map(|(bytes, path)| inflate(bytes, path)).collect::<Result<Vec<_>, _>>()?;
        let kind = if self.regression { TargetKind::Real } else { TargetKind::Classes };
        let (all, scaling) = match source {
            Source::Table => (read::csv(&plain[0], self.target.as_deref(), kind), Scaling::Standard),
            Source::Images => (read::idx(&plain[0], &plain[1]), Scaling::Times(1.0 / 255.0)),
        };
        let all = all.map_err(|source| DataError::Content { path: paths[0].clone(), source })?;
        let how = format!("{:?} {} {}", self.target, self.regression, self.stream);
        let name = format!("user-{}", &read::sha256([sha256.as_bytes(), how.as_bytes()].into_iter())[..32]);
        let order = if self.stream { Order::Stream } else { Order::Exchangeable };
        let split = register(Split::new(&name, sha256, &all, order, scaling));
        let absolute = |path: &Option<PathBuf>| path.as_ref().map(|p| std::path::absolute(p).unwrap_or_else(|_| p.clone()));
        let file = Self {
            csv: absolute(&self.csv),
            idx_images: absolute(&self.idx_images),
            idx_labels: absolute(&self.idx_labels),
            ..self.clone()
        };
        Ok(UserData { name: split.name.clone(), file })
    }

    fn read(&self) -> Result<(Vec<PathBuf>, Vec<Vec<u8>>), DataError> {
        let paths = self.paths();
        let read = |path: &PathBuf| std::fs::read(path).map_err(|source| DataError::Read { path: path.clone(), source });
        let bytes = paths.iter().map(read).collect::<Result<_, _>>()?;
        Ok((paths, bytes))
    }
}

/// The content of a file that may be compressed.
fn inflate(bytes: &[u8], path: &Path) -> Result<Vec<u8>, DataError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes.to_vec());
    }
    let mut plain = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain);
    read.map_err(|source| DataError::Read { path: path.to_owned(), source })?;
    Ok(plain)
}

/// Replaces the table `data` of a task's settings, where there is one, by the name of the data set that it describes.
///
/// # Errors
/// As for [`DataFile::load`].
pub(super) fn resolve(task: &mut Value) -> Result<Option<UserData>, DataError> {
    let Some(data) = task.get_mut("data").filter(|d| d.is_object()) else {
        return Ok(None);
    };
    let user = parse::<DataFile>("data", data)?.load()?;
    *data = Value::String(user.name.clone());
    Ok(Some(user))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::data;
    use serde_json::json;
    use std::io::Write as _;

    fn table(rows: usize) -> String {
        let row = |i: usize| format!("{},{},{}\n", i, (i * 7) % 5, i % 2);
        std::iter::once("a,b,class\n".to_owned()).chain((0..rows).map(row)).collect()
    }

    #[test]
    fn a_table_is_registered_under_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, packed) = (folder.path().join("t.csv"), folder.path().join("t.csv.gz"));
        std::fs::write(&plain, table(50)).unwrap();
        let mut encoder = flate2::write::GzEncoder::new(std::fs::File::create(&packed).unwrap(), flate2::Compression::fast());
        encoder.write_all(table(50).as_bytes()).unwrap();
        encoder.finish().unwrap();
        let mut task = json!({ "kind": "mlp", "data": { "csv": plain, "target": "class" } });
        let user = resolve(&mut task).unwrap().expect("a table");
        assert_eq!(task["data"], user.name);
        let split = data::load(&user.name).unwrap();
        assert_eq!((split.train.len(), split.held_out.len(), split.train.n_features, split.train.n_classes), (40, 10, 2, 2));
        let of_packed = resolve(&mut json!({ "data": { "csv": packed, "target": "class" } })).unwrap().expect("a table");
        let again = data::load(&of_packed.name).unwrap();
        assert_eq!(again.train.n_features, 2);
        let regression = resolve(&mut json!({ "data": { "csv": plain, "target": "a", "regression": true } })).unwrap().expect("a table");
        assert_ne!(regression.name, user.name);
        assert_eq!(user.file.load().unwrap(), user, "a worker reads the same");
        assert_eq!(resolve(&mut json!({ "data": "digits" })).unwrap(), None);
    }

    #[test]
    fn images_are_read_from_a_pair() {
        let folder = tempfile::tempdir().unwrap();
        let (images, labels) = (folder.path().join("i"), folder.path().join("l"));
        std::fs::write(&images, [&[0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 2][..], &[255; 20]].concat()).unwrap();
        std::fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 10, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]).unwrap();
        let user = resolve(&mut json!({ "data": { "idx_images": images, "idx_labels": labels } })).unwrap().expect("images");
        let split = data::load(&user.name).unwrap();
        assert_eq!((split.train.image, split.train.inputs[0]), (Some([1, 2, 1]), 1.0));
    }

    fn message(data: Value) -> String {
        let error = resolve(&mut json!({ "data": data })).unwrap_err();
        let cause = std::error::Error::source(&error).map(|e| format!(": {e}")).unwrap_or_default();
        format!("{error}{cause}")
    }

    #[test]
    fn what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, table(20).replace("\n3,", "\nNaN,")).unwrap();
        assert!(message(json!({ "csv": folder.path().join("none.csv") })).contains("none.csv`: No such file"));
        assert!(message(json!({ "csv": path })).ends_with("row 4, column `a`: found `NaN`; allowed: a finite number"));
        std::fs::write(&path, table(20)).unwrap();
        assert!(message(json!({ "csv": path, "target": "y" })).contains("there is no column `y`; columns: a, b, class"));
        assert!(message(json!({ "csv": path, "sha256": "00" })).contains("has the SHA-256 "));
        assert!(message(json!({ "csv": path, "idx_images": path })).contains("`csv` alone, or `idx_images` and `idx_labels`"));
        assert!(message(json!({ "cvs": path })).contains("unknown field `cvs`"));
        std::fs::write(&path, [0x1f, 0x8b, 0]).unwrap();
        assert!(message(json!({ "csv": path })).contains("cannot read data file"));
    }
}
