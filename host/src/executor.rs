//! Work over threads, results in the order of the work: never in the order of completion.
//!
//! Jobs run in windows; while one window runs, the results of the window before are handed to the sink. Memory is bounded by two windows whatever the
//! number of jobs, and neither the number of threads nor the window reaches a result.

use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// Jobs of one window for each thread.
const WINDOW: usize = 32;

/// A pool of threads and a flag that asks it to stop after the episodes under way.
pub struct Executor {
    pool: rayon::ThreadPool,
    window: usize,
}

/// The work was asked to stop; what was handed to the sink before is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interrupted after {done} of {total} episodes")]
pub struct Interrupted {
    /// Jobs whose results reached the sink.
    pub done: u64,
    /// Jobs in all.
    pub total: u64,
}

/// Why [`Executor::run`] ended early.
#[derive(Debug, thiserror::Error)]
pub enum RunError<E: std::error::Error + 'static> {
    /// The stop flag was raised.
    #[error(transparent)]
    Interrupted(Interrupted),
    /// The sink failed.
    #[error(transparent)]
    Sink(E),
}

impl Executor {
    /// A pool of `n_threads` (0: one for each processor).
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(n_threads: usize) -> Result<Self, rayon::ThreadPoolBuildError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).thread_name(|i| format!("episodes-{i}")).build()?;
        let window = WINDOW * pool.current_num_threads();
        Ok(Self { pool, window })
    }

    /// Number of threads.
    #[must_use]
    pub fn n_threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// `work` of every index below `n`, in order.
    pub fn map<R: Send>(&self, n: usize, work: impl Fn(usize) -> R + Send + Sync) -> Vec<R> {
        self.pool.install(|| (0..n).into_par_iter().map(work).collect())
    }

    /// Runs `work` in the pool, so that what it does in parallel uses these threads.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.install(work)
    }

    /// Runs every job and hands the results to `sink` in the order of the jobs.
    ///
    /// # Errors
    /// When `stop` is raised (after the jobs under way, their results delivered), or when the sink fails.
    pub fn run<J, R, E>(
        &self,
        jobs: &[J],
        stop: &AtomicBool,
        work: impl Fn(&J) -> R + Send + Sync,
        mut sink: impl FnMut(R) -> Result<(), E> + Send,
    ) -> Result<(), RunError<E>>
    where
        J: Sync,
        R: Send,
        E: std::error::Error + Send + 'static,
    {
        self.pool.install(|| {
            let mut ready: Vec<R> = Vec::new();
            let mut done = 0;
            for window in jobs.chunks(self.window).map(Some).chain([None]) {
                let delivered = ready.len() as u64;
                let (results, sunk) = rayon::join(
                    || match window {
                        Some(window) if !stop.load(Ordering::Relaxed) => window.par_iter().map(&work).collect(),
                        _ => Vec::new(),
                    },
                    || std::mem::take(&mut ready).into_iter().try_for_each(&mut sink),
                );
                sunk.map_err(RunError::Sink)?;
                done += delivered;
                ready = results;
                if window.is_some() && ready.is_empty() {
                    return Err(RunError::Interrupted(Interrupted { done, total: jobs.len() as u64 }));
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    #[test]
    fn results_come_in_order_from_any_number_of_threads() {
        let jobs: Vec<u64> = (0..1000).collect();
        for n_threads in [1, 3] {
            let mut seen = Vec::new();
            let executor = Executor::new(n_threads).expect("threads");
            let slow_first = |&j: &u64| (0..(1000 - j) * 10).fold(j, |a, b| a ^ b ^ b);
            executor
                .run(&jobs, &AtomicBool::new(false), slow_first, |r| {
                    seen.push(r);
                    Ok::<_, Infallible>(())
                })
                .expect("no fault");
            assert_eq!(seen, jobs);
        }
    }

    #[test]
    fn a_stop_delivers_what_was_done() {
        let jobs: Vec<usize> = (0..10_000).collect();
        let stop = AtomicBool::new(false);
        let mut n = 0u64;
        let executor = Executor::new(2).expect("threads");
        let error = executor
            .run(
                &jobs,
                &stop,
                |&j| j,
                |j| {
                    n += 1;
                    stop.fetch_or(j == 100, Ordering::Relaxed);
                    Ok::<_, Infallible>(())
                },
            )
            .expect_err("stopped");
        let RunError::Interrupted(interrupted) = error;
        assert_eq!(interrupted.done, n);
        assert!(n > 100 && n < 10_000, "{n}");
    }

    #[test]
    fn a_sink_that_fails_ends_the_run() {
        let error =
            Executor::new(1).expect("threads").run(&[1, 2, 3], &AtomicBool::new(false), |&j| j, |_| Err(std::io::Error::other("full")));
        assert!(matches!(error, Err(RunError::Sink(_))));
    }
}
