//! What a worker prints: kept in an unnamed file, and quoted when the worker dies.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes at the end of the log that are looked at.
const TAIL: u64 = 4096;

/// Standard output and error of one worker.
pub(super) struct Log {
    file: File,
    /// Where the output of the job under way begins.
    start: u64,
}

impl Log {
    pub(super) fn create() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, start: 0 })
    }

    /// The file, for the worker to write to.
    pub(super) fn writer(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Forgets what was printed until now.
    pub(super) fn start_job(&mut self) {
        self.start = self.file.metadata().map_or(self.start, |m| m.len());
    }

    /// The last lines, joined; empty where nothing was printed.
    pub(super) fn tail(&mut self) -> String {
        let mut bytes = Vec::new();
        // Only called when nobody writes any more: the offset is shared with the worker.
        let read = self.file.seek(SeekFrom::End(0)).and_then(|size| {
            self.file.seek(SeekFrom::Start(size.saturating_sub(TAIL).max(self.start)))?;
            (&self.file).take(TAIL).read_to_end(&mut bytes)
        });
        if read.is_err() {
            return String::new();
        }
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("note: ")).collect();
        lines[lines.len().saturating_sub(3)..].join(" | ")
    }
}
