//! Work over threads, results in the order of the work: never in the order of completion.
//!
//! The sink takes results on the calling thread while the jobs run. A job begins only within a window behind the last result that was taken, which bounds memory
//! whatever the number of jobs; neither the number of threads nor the window reaches a result.

use rayon::prelude::*;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};

/// A pool of threads and a flag that asks it to stop after the episodes under way.
pub struct Executor {
    pool: rayon::ThreadPool,
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
        Ok(Self { pool })
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

    /// Runs every job in the pool and hands the results to `sink`, on the calling thread, in the order of the jobs. For each thread, `n_ahead` jobs at most are
    /// begun whose results the sink has not taken.
    ///
    /// # Errors
    /// When `stop` is raised (after the jobs under way, their results delivered), or when the sink fails.
    ///
    /// # Panics
    /// When it is called from a thread of the pool, which would wait for itself.
    pub fn run<J, R, E>(
        &self,
        jobs: &[J],
        n_ahead: usize,
        stop: &AtomicBool,
        work: impl Fn(&J) -> R + Send + Sync,
        mut sink: impl FnMut(R) -> Result<(), E>,
    ) -> Result<(), RunError<E>>
    where
        J: Sync,
        R: Send,
        E: std::error::Error + 'static,
    {
        assert!(self.pool.current_thread_index().is_none(), "the results are taken outside the pool");
        let line = Line::new(jobs.len(), n_ahead.max(1) * self.n_threads());
        let total = jobs.len() as u64;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                self.pool.broadcast(|_| {
                    while let Some(index) = line.take(stop) {
                        let unless_it_panics = Break(&line);
                        let result = work(&jobs[index]);
                        std::mem::forget(unless_it_panics);
                        line.put(index, result);
                    }
                });
            });
            let _when_no_more_is_taken = Break(&line);
            let mut done = 0;
            while let Some(result) = line.next() {
                sink(result).map_err(RunError::Sink)?;
                done += 1;
            }
            if done == total { Ok(()) } else { Err(RunError::Interrupted(Interrupted { done, total })) }
        })
    }
}

/// Results on their way from the jobs, which take turns, to the sink, which waits for the next one in order.
struct Line<R> {
    places: Mutex<Places<R>>,
    changed: Condvar,
    total: usize,
    window: usize,
}

struct Places<R> {
    /// The job that is begun next.
    next: usize,
    /// Jobs whose results the sink has taken.
    n_taken: usize,
    /// Results from the job `n_taken` on; `None` is under way.
    results: VecDeque<Option<R>>,
    /// No further job is begun.
    ended: bool,
    /// Nobody waits any longer: a job panicked, or the sink failed.
    broken: bool,
}

impl<R> Line<R> {
    const fn new(total: usize, window: usize) -> Self {
        let places = Places { next: 0, n_taken: 0, results: VecDeque::new(), ended: false, broken: false };
        Self { places: Mutex::new(places), changed: Condvar::new(), total, window }
    }

    fn places(&self) -> MutexGuard<'_, Places<R>> {
        self.places.lock().expect("nothing that holds this lock panics")
    }

    /// The next job to begin, once it is within the window.
    fn take(&self, stop: &AtomicBool) -> Option<usize> {
        let full = |p: &mut Places<R>| !p.ended && p.next < self.total && p.next >= p.n_taken + self.window;
        let mut places = self.changed.wait_while(self.places(), full).expect("nothing that holds this lock panics");
        if places.ended || places.next == self.total || stop.load(Ordering::Relaxed) {
            places.ended = true;
            self.changed.notify_all();
            return None;
        }
        places.results.push_back(None);
        places.next += 1;
        Some(places.next - 1)
    }

    fn put(&self, index: usize, result: R) {
        let mut places = self.places();
        let at = index - places.n_taken;
        places.results[at] = Some(result);
        self.changed.notify_all();
    }

    /// The next result in order; `None` when there will be none.
    fn next(&self) -> Option<R> {
        let awaited = |p: &mut Places<R>| !p.broken && p.results.front().map_or(!p.ended, Option::is_none);
        let mut places = self.changed.wait_while(self.places(), awaited).expect("nothing that holds this lock panics");
        let result = places.results.pop_front().flatten()?;
        places.n_taken += 1;
        self.changed.notify_all();
        Some(result)
    }
}

/// Breaks the line when it is dropped.
struct Break<'a, R>(&'a Line<R>);

impl<R> Drop for Break<'_, R> {
    fn drop(&mut self) {
        let mut places = self.0.places();
        (places.ended, places.broken) = (true, true);
        self.0.changed.notify_all();
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
                .run(&jobs, 8, &AtomicBool::new(false), slow_first, |r| {
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
                8,
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
    fn no_job_begins_beyond_the_window() {
        let executor = Executor::new(3).expect("threads");
        let (begun, mut taken) = (std::sync::atomic::AtomicUsize::new(0), 0);
        let jobs: Vec<usize> = (0..2000).collect();
        let work = |_: &usize| begun.fetch_add(1, Ordering::SeqCst);
        let sink = |_| {
            taken += 1;
            if taken % 100 == 0 {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            let ahead = begun.load(Ordering::SeqCst) - taken;
            assert!(ahead <= 3 * 8, "{ahead} jobs ahead");
            Ok::<_, Infallible>(())
        };
        executor.run(&jobs, 8, &AtomicBool::new(false), work, sink).expect("no fault");
        assert_eq!(taken, jobs.len());
    }

    #[test]
    fn a_panic_of_a_job_ends_the_run() {
        let executor = Executor::new(2).expect("threads");
        let jobs: Vec<usize> = (0..1000).collect();
        let work = |&j: &usize| assert_ne!(j, 100, "a broken job");
        let run = || executor.run(&jobs, 8, &AtomicBool::new(false), work, |()| Ok::<_, Infallible>(()));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
    }

    #[test]
    fn a_sink_that_fails_ends_the_run() {
        let error =
            Executor::new(1).expect("threads").run(&[1, 2, 3], 8, &AtomicBool::new(false), |&j| j, |_| Err(std::io::Error::other("full")));
        assert!(matches!(error, Err(RunError::Sink(_))));
    }
}
