//! The loop that looks at queue and files, and sends again what is in neither.
//!
//! An element is *done* when its files say so, whatever the queue says; it is *lost* when it is neither done nor queued at two looks one after the other (files
//! of a network may be seen late). What is lost is submitted again, as often as is allowed in one call; elements that the system puts back into its queue by
//! itself are not counted.

use super::{Array, Engine, EngineError, Queued, SubmitError};
use crate::store::StoreError;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Looks without an answer after which the system is taken to be away.
const SILENT_MAX: u32 = 30;

/// Lines of a log that are shown.
const TAIL_LINES: usize = 12;

/// Bytes of a log that are looked at for them.
const TAIL_BYTES: u64 = 8192;

/// Numbered elements that are done by jobs.
pub trait Work {
    /// Their name, a plural noun.
    fn what(&self) -> &'static str;
    /// How many there are; they are numbered from 1.
    fn n(&self) -> u64;
    /// Whether the files of one are complete.
    ///
    /// # Errors
    /// Files that cannot be read.
    fn is_done(&self, n: u64) -> Result<bool, StoreError>;
    /// The array of one, and its number there.
    fn array(&self, n: u64) -> (String, u64);
    /// Names of all arrays.
    fn arrays(&self) -> Vec<String>;
    /// The array with only these elements.
    fn job(&self, name: &str, elements: Vec<u64>) -> Array;
}

/// What is told meanwhile.
pub trait Watch {
    /// So many are done, run, and wait, the latter mostly for this reason.
    fn state(&self, n_done: u64, n_running: u64, n_waiting: u64, reason: &str);
    /// Something that the user should know.
    fn note(&self, text: &str);
}

/// How work is followed.
pub struct Follow<'a> {
    /// The batch system.
    pub engine: &'a dyn Engine,
    /// Time between two looks.
    pub every: Duration,
    /// How often an element is submitted in this call at most.
    pub n_attempts: u64,
    /// Folder of the logs.
    pub logs: PathBuf,
    /// Raised to stop following.
    pub stop: &'a AtomicBool,
    /// Is told what happens.
    pub watch: &'a dyn Watch,
}

/// What is known of the elements.
#[derive(Default)]
struct State {
    done: BTreeSet<u64>,
    /// Not done and not queued at the last look.
    absent: BTreeSet<u64>,
    attempts: BTreeMap<u64, u64>,
    n_silent: u32,
    /// A refusal was told.
    is_refused: bool,
}

impl Follow<'_> {
    /// Follows until every element is done.
    ///
    /// # Errors
    /// The system is away or refuses; elements that failed as often as they may, when nothing else is queued; the stop flag.
    pub fn run(&self, work: &dyn Work) -> Result<(), SubmitError> {
        let mut state = State::default();
        loop {
            if let Some(queue) = self.answered(self.engine.queue(&work.arrays()), &mut state)?
                && self.look(work, &queue, &mut state)?
            {
                return Ok(());
            }
            self.wait(work, &state)?;
        }
    }

    /// One look; whether all is done.
    fn look(&self, work: &dyn Work, queue: &[Queued], state: &mut State) -> Result<bool, SubmitError> {
        for n in 1..=work.n() {
            if !state.done.contains(&n) && work.is_done(n)? {
                state.done.insert(n);
            }
        }
        let queued: BTreeMap<(&str, u64), &Queued> = queue.iter().map(|q| ((q.name.as_str(), q.element), q)).collect();
        let of = |n: u64| {
            let (name, element) = work.array(n);
            queued.get(&(name.as_str(), element)).copied()
        };
        let missing: Vec<u64> = (1..=work.n()).filter(|n| !state.done.contains(n)).collect();
        let (here, absent): (Vec<u64>, Vec<u64>) = missing.iter().partition(|&&n| of(n).is_some());
        let n_running = here.iter().filter(|&&n| of(n).is_some_and(|q| q.is_running)).count() as u64;
        self.watch.state(state.done.len() as u64, n_running, here.len() as u64 - n_running, &commonest(here.iter().filter_map(|&n| of(n))));
        if missing.is_empty() {
            return Ok(true);
        }
        let attempts = |n: &u64| state.attempts.get(n).copied().unwrap_or(0);
        let lost = absent.iter().filter(|&n| attempts(n) == 0 || state.absent.contains(n)).copied();
        let (again, failed): (Vec<u64>, Vec<u64>) = lost.partition(|n| attempts(n) < self.n_attempts);
        state.absent = absent.into_iter().collect();
        if again.is_empty() && here.is_empty() && failed.len() == missing.len() {
            return Err(self.failure(work, &failed));
        }
        self.submit(work, &again, here.is_empty(), state)?;
        Ok(false)
    }

    /// Submits elements, one array after the other.
    fn submit(&self, work: &dyn Work, elements: &[u64], is_queue_empty: bool, state: &mut State) -> Result<(), SubmitError> {
        let mut arrays: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for &n in elements {
            arrays.entry(work.array(n).0).or_default().push(n);
        }
        for (i, (name, numbers)) in arrays.iter().enumerate() {
            let job = work.job(name, numbers.iter().map(|&n| work.array(n).1).collect());
            let answer = self.engine.submit(&job);
            if let Err(EngineError::Refused { message, .. }) = &answer
                && !(is_queue_empty && i == 0)
            {
                // A limit on jobs in the queue: what is there already makes room.
                if !std::mem::replace(&mut state.is_refused, true) {
                    self.watch
                        .note(&format!("not all {} could be queued yet ({message}); the rest follows when there is room", work.what()));
                }
                return Ok(());
            }
            let Some(id) = self.answered(answer, state)? else { return Ok(()) };
            let is_again = numbers.iter().any(|n| state.attempts.contains_key(n));
            for n in numbers {
                *state.attempts.entry(*n).or_insert(0) += 1;
                state.absent.remove(n);
            }
            let verb = if is_again { "submitted again" } else { "submitted" };
            self.watch.note(&format!("job {id}: {} of {} {} {verb}", numbers.len(), work.n(), work.what()));
        }
        Ok(())
    }

    /// The answer of the system; none, and patience, while it is silent.
    fn answered<T>(&self, answer: Result<T, EngineError>, state: &mut State) -> Result<Option<T>, SubmitError> {
        match answer {
            Ok(value) => {
                state.n_silent = 0;
                Ok(Some(value))
            }
            Err(error @ EngineError::Unreachable { .. }) if state.n_silent < SILENT_MAX => {
                if state.n_silent == 0 {
                    self.watch.note(&format!("{error}; asking again"));
                }
                state.n_silent += 1;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn failure(&self, work: &dyn Work, failed: &[u64]) -> SubmitError {
        let first = failed[0];
        let (name, element) = work.array(first);
        let entries = std::fs::read_dir(&self.logs).into_iter().flatten().flatten();
        let names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        let last = self.engine.logs(&names, &name, element).pop();
        let log = last.map(|name| self.logs.join(name)).map(|path| (path.clone(), end_of(&path)));
        let (n_failed, n_total, n_attempts) = (failed.len(), work.n(), self.n_attempts);
        SubmitError::Failed { what: work.what(), n_failed, n_total, n_attempts, first, log }
    }

    /// Sleeps until the next look.
    fn wait(&self, work: &dyn Work, state: &State) -> Result<(), SubmitError> {
        let mut left = self.every;
        loop {
            if self.stop.load(Ordering::Relaxed) {
                let (n_done, n_total) = (state.done.len() as u64, work.n());
                return Err(SubmitError::Interrupted { what: work.what(), n_done, n_total, cancel: self.engine.cancel(&work.arrays()) });
            }
            if left.is_zero() {
                return Ok(());
            }
            let nap = left.min(Duration::from_millis(100));
            std::thread::sleep(nap);
            left -= nap;
        }
    }
}

/// The reason that most waiting elements have.
fn commonest<'a>(queue: impl Iterator<Item = &'a Queued>) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    queue.filter(|q| !q.is_running).for_each(|q| *counts.entry(&q.reason).or_insert(0) += 1);
    counts.into_iter().max_by_key(|(_, n)| *n).map_or_else(String::new, |(reason, _)| reason.to_owned())
}

/// The last lines of a file.
fn end_of(path: &std::path::Path) -> String {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let read = || -> std::io::Result<String> {
        let mut file = std::fs::File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read().unwrap_or_else(|e| format!("(it cannot be read: {e})"));
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

#[cfg(test)]
mod tests;
