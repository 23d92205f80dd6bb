//! What can go wrong with files.

use std::path::{Path, PathBuf};

/// Why a results folder cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused.
    #[error("cannot {verb} `{}`", path.display())]
    Io {
        /// `read`, `write`, `make`, `lock` ...
        verb: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("`{}` is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder holds something that is not a results folder.
    #[error("`{}` exists and is not a results folder", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds another study.
    #[error("`{}` holds another study: digest {found}, this study has {wanted}", path.display())]
    OtherStudy {
        /// The folder.
        path: PathBuf,
        /// Digest found.
        found: String,
        /// Digest of this study.
        wanted: String,
    },
    /// The folder holds this study, made with other libraries, data or comparators.
    #[error("`{}` holds this study made with {what}", path.display())]
    OtherParts {
        /// The folder.
        path: PathBuf,
        /// What differs.
        what: String,
    },
    /// The folder holds this study already.
    #[error("`{}` holds this study already{}", path.display(), if *complete { ", complete" } else { ", unfinished" })]
    Exists {
        /// The folder.
        path: PathBuf,
        /// Whether nothing is missing.
        complete: bool,
    },
    /// Another process writes to the folder.
    #[error("`{}` is being written by another process", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The folder was written by another version of the format.
    #[error("`{}` has format {found}; this version reads format {allowed}", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// The format found.
        found: u64,
        /// The format read.
        allowed: u64,
    },
    /// Parts are missing.
    #[error("`{}` is incomplete: {missing} of {total} parts are missing, the first is {first}", path.display())]
    Incomplete {
        /// The folder.
        path: PathBuf,
        /// Number of missing parts.
        missing: usize,
        /// Number of parts.
        total: usize,
        /// The first missing part.
        first: usize,
    },
    /// The folder holds another share of the study.
    #[error("`{}` holds {found}, not {wanted}", path.display())]
    OtherShard {
        /// The folder.
        path: PathBuf,
        /// What it holds.
        found: String,
        /// What it should hold.
        wanted: String,
    },
    /// Shards of one study differ where they must not.
    #[error("`{}` and `{}` are shards of one study, but differ in `{field}`", first.display(), second.display())]
    Unlike {
        /// One folder.
        first: PathBuf,
        /// The other.
        second: PathBuf,
        /// The first field that differs.
        field: String,
    },
    /// Shards were not given.
    #[error("{} of {count} shards missing: {}", missing.len(), listed(missing))]
    MissingShards {
        /// Their numbers.
        missing: Vec<u64>,
        /// Number of shards.
        count: u64,
    },
    /// Two folders hold the same shard.
    #[error("shard {shard} stands in `{}` and in `{}`", first.display(), second.display())]
    Doubled {
        /// The shard.
        shard: super::Shard,
        /// One folder.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A file that belongs to no part of the shard.
    #[error("`{}` is no part of shard {shard}", path.display())]
    ForeignPart {
        /// The file.
        path: PathBuf,
        /// The shard.
        shard: super::Shard,
    },
}

/// The first few of some numbers.
fn listed(numbers: &[u64]) -> String {
    let mut text: Vec<String> = numbers.iter().take(12).map(u64::to_string).collect();
    if numbers.len() > 12 {
        text.push("...".to_owned());
    }
    text.join(", ")
}

impl StoreError {
    pub(crate) fn io(verb: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { verb, path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &Path, reason: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.into() }
    }

    /// An error of the Parquet writer: nearly always the disk's.
    pub(crate) fn write(path: &Path, error: parquet::errors::ParquetError) -> Self {
        let source = match error {
            parquet::errors::ParquetError::External(source) => match source.downcast::<std::io::Error>() {
                Ok(io) => *io,
                Err(other) => std::io::Error::other(other),
            },
            other => std::io::Error::other(other),
        };
        Self::io("write", path, source)
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                "free some space and run again with --resume: finished parts are kept"
            }
            Self::Io { source, .. } if source.kind() == std::io::ErrorKind::FileTooLarge => {
                "raise the limit on file sizes (`ulimit -f`) and run again with --resume: finished parts are kept"
            }
            Self::Io { .. } => "check the path, its permissions and the space left; finished parts are kept",
            Self::Damaged { .. } => "with --resume, damaged parts are set aside and run again",
            Self::Foreign { .. } | Self::OtherStudy { .. } => "choose another folder with --out",
            Self::OtherParts { .. } => "restore what it was made with, or choose another folder with --out",
            Self::Exists { complete: true, .. } => "choose another folder with --out, or analyse it again with `oha-host analyze`",
            Self::Exists { complete: false, .. } => "go on with --resume, or choose another folder with --out",
            Self::Locked { .. } => "wait for it, or choose another folder with --out",
            Self::Schema { .. } => "use the version that wrote it, or run the study again",
            Self::Incomplete { .. } => "run the missing shards, or go on with --resume",
            Self::OtherShard { .. } => "give shards of one study, cut into one number of shards, and a folder of its own to each",
            Self::Unlike { .. } => "one of them was altered: run that shard again into a new folder",
            Self::MissingShards { .. } => "run them with `oha-host run STUDY.toml --shard I/N`, and give every folder",
            Self::Doubled { .. } => "give each shard once",
            Self::ForeignPart { .. } => "move it away, or run the shard again into a new folder",
        };
        Some(text.to_owned())
    }
}
