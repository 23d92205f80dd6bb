//! Digests of files in the form of `sha256sum`, so that `sha256sum --check SHA256SUMS` reads them too.

use super::{StoreError, file, write_bytes};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// SHA-256 of files by their names relative to a folder, in the order of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums(BTreeMap<String, String>);

impl Sums {
    /// Where the digests of a complete results folder are; with them it is complete.
    #[must_use]
    pub fn path(dir: &Path) -> PathBuf {
        dir.join("SHA256SUMS")
    }

    /// Takes the digests of files.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn of_files(dir: &Path, names: &[&str]) -> Result<Self, StoreError> {
        names.iter().map(|&name| Ok((name.to_owned(), file::sha256(&dir.join(name))?))).collect::<Result<_, _>>().map(Self)
    }

    /// Reads digests.
    ///
    /// # Errors
    /// A file that cannot be read, or whose lines are not `digest  name`.
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let bytes = std::fs::read(path).map_err(|e| StoreError::io("read", path, e))?;
        let line = |line: &str| {
            let (digest, name) = line.split_once("  ")?;
            let valid = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()) && !name.is_empty();
            valid.then(|| (name.to_owned(), digest.to_owned()))
        };
        let text = String::from_utf8(bytes).ok().filter(|t| t.ends_with('\n'));
        let sums = text.and_then(|text| text.lines().map(line).collect::<Option<_>>());
        sums.map(Self).ok_or_else(|| StoreError::damaged(path, "its lines are not digests and names"))
    }

    /// Writes the digests.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, path: &Path) -> Result<(), StoreError> {
        let text: String = self.0.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
        write_bytes(path, text.as_bytes())
    }

    /// The digest of a file.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&String> {
        self.0.get(name)
    }

    /// Adds a digest.
    pub fn insert(&mut self, name: String, digest: String) {
        self.0.insert(name, digest);
    }

    /// Every name with its digest, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }

    /// The files that are absent or whose bytes are others, in order.
    ///
    /// # Errors
    /// A file that is there and cannot be read.
    pub fn damaged(&self, dir: &Path) -> Result<Vec<String>, StoreError> {
        let mut damaged = Vec::new();
        for (name, digest) in &self.0 {
            match file::sha256(&dir.join(name)) {
                Ok(found) if found == *digest => {}
                Ok(_) => damaged.push(name.clone()),
                Err(StoreError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => damaged.push(name.clone()),
                Err(error) => return Err(error),
            }
        }
        Ok(damaged)
    }
}
