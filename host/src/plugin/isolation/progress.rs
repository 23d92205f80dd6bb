//! How far a worker is, in a page of memory that it shares with the supervisor.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicU64, Ordering};

/// Size of the shared mapping in bytes.
const SIZE: usize = 4096;

/// The shared counters.
#[repr(C)]
struct Page {
    /// Steps announced since the worker started, whatever the job.
    n_beats: AtomicU64,
    /// One more than the step that the job has reached; 0 before the first.
    step_after: AtomicU64,
}

/// The progress of a worker: written by its job, read by the supervisor. A call costs about a nanosecond.
pub struct Progress {
    page: *mut Page,
}

// SAFETY: the page is only accessed through its atomics.
unsafe impl Send for Progress {}
// SAFETY: as above.
unsafe impl Sync for Progress {}

impl Progress {
    /// A page in a new unnamed file, and that file, to be passed to the worker.
    pub(super) fn create() -> io::Result<(Self, File)> {
        let file = tempfile::tempfile()?;
        file.set_len(SIZE as u64)?;
        Ok((Self::map(&file)?, file))
    }

    /// The page of an existing file.
    pub(super) fn map(file: &File) -> io::Result<Self> {
        // SAFETY: asks the kernel for a new mapping; nothing existing is touched.
        let page =
            unsafe { libc::mmap(std::ptr::null_mut(), SIZE, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED, file.as_raw_fd(), 0) };
        if page == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(Self { page: page.cast() }) }
    }

    fn page(&self) -> &Page {
        // SAFETY: the mapping is page-aligned, larger than `Page`, initialised to zero by the kernel, and lives as long as `self`.
        unsafe { &*self.page }
    }

    /// Announces that the job is about to do `step`. To be called at each step: a worker that announces nothing for the time allowed is
    /// taken for hanging.
    #[inline]
    pub fn step(&self, step: u64) {
        let page = self.page();
        page.step_after.store(step.wrapping_add(1), Ordering::Relaxed);
        // The job is the only writer while it runs; an atomic addition would wait for all stores before it.
        page.n_beats.store(page.n_beats.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    /// Announces progress that is no step: reading data, preparing.
    #[inline]
    pub fn beat(&self) {
        self.page().n_beats.fetch_add(1, Ordering::Relaxed);
    }

    /// Starts a job: it has no step yet.
    pub(super) fn start(&self) {
        self.page().step_after.store(0, Ordering::Relaxed);
        self.beat();
    }

    pub(super) fn n_beats(&self) -> u64 {
        self.page().n_beats.load(Ordering::Relaxed)
    }

    /// The step reached; `None` before the first.
    pub(super) fn reached(&self) -> Option<u64> {
        self.page().step_after.load(Ordering::Relaxed).checked_sub(1)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        // SAFETY: mapped by `map`, unmapped once.
        unsafe { libc::munmap(self.page.cast(), SIZE) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_mappings_share_their_counters() {
        let (supervisor, file) = Progress::create().expect("a temporary file");
        let worker = Progress::map(&file).expect("a second mapping");
        assert_eq!((supervisor.reached(), supervisor.n_beats()), (None, 0));
        worker.step(0);
        worker.step(7);
        assert_eq!((supervisor.reached(), supervisor.n_beats()), (Some(7), 2));
        worker.start();
        assert_eq!((supervisor.reached(), supervisor.n_beats()), (None, 3));
    }
}
