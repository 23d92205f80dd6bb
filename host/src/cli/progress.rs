//! Progress on stderr: a bar with rate and time left on a terminal, a plain line now and then elsewhere.

use crate::session::Monitor;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

#[expect(clippy::disallowed_methods, reason = "progress is told now and then; no result depends on it")]
fn now() -> Instant {
    Instant::now()
}

/// How often a plain line is printed.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// Progress of one long piece of work.
pub(crate) struct Progress {
    bar: ProgressBar,
    plain: Option<Plain>,
}

struct Plain {
    what: String,
    total: u64,
    last: Mutex<Instant>,
}

impl Progress {
    /// Progress over `total` items of `what` (a plural noun).
    pub(crate) fn new(what: &str, total: u64, quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(
            Some(total),
            if terminal && !quiet { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
        );
        let style = ProgressStyle::with_template("{msg:>12} [{bar:32}] {human_pos}/{human_len} {per_sec}, {eta} left {prefix}")
            .expect("a valid template");
        bar.set_style(style.progress_chars("=> "));
        bar.set_message(what.to_owned());
        let plain = (!terminal && !quiet).then(|| Plain { what: what.to_owned(), total, last: Mutex::new(now()) });
        Self { bar, plain }
    }

    /// `n` items are done.
    pub(crate) fn add(&self, n: u64) {
        self.bar.inc(n);
        if let Some(plain) = &self.plain {
            let mut last = plain.last.lock().expect("no holder of this lock panics");
            if last.elapsed() >= PLAIN_EVERY {
                *last = now();
                eprintln!("{}: {} of {}", plain.what, self.bar.position(), plain.total);
            }
        }
    }

    /// So many items are done, and this is what the others do.
    pub(crate) fn set(&self, n_done: u64, others: &str) {
        self.bar.set_position(n_done);
        self.bar.set_prefix(others.to_owned());
        if let Some(plain) = &self.plain {
            let mut last = plain.last.lock().expect("no holder of this lock panics");
            if last.elapsed() >= PLAIN_EVERY {
                *last = now();
                eprintln!("{}: {n_done} of {}; {others}", plain.what, plain.total);
            }
        }
    }

    /// Prints beside the bar.
    pub(crate) fn suspend(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// The work is over.
    pub(crate) fn finish(&self) {
        // Finishing moves a bar to its end, whatever was done.
        let n_done = self.bar.position();
        self.bar.finish_and_clear();
        if let Some(plain) = &self.plain {
            eprintln!("{}: {n_done} of {}", plain.what, plain.total);
        }
    }
}

/// Progress of the stages of a run.
pub(super) struct Stages {
    quiet: bool,
    current: Mutex<Option<Progress>>,
}

impl Stages {
    pub(super) const fn new(quiet: bool) -> Self {
        Self { quiet, current: Mutex::new(None) }
    }

    pub(super) fn finish(&self) {
        if let Some(progress) = self.current.lock().expect("no holder of this lock panics").take() {
            progress.finish();
        }
    }
}

impl Monitor for Stages {
    fn stage(&self, what: &'static str, n: u64) {
        self.finish();
        *self.current.lock().expect("no holder of this lock panics") = Some(Progress::new(what, n, self.quiet));
    }

    fn advance(&self, n: u64) {
        if let Some(progress) = &*self.current.lock().expect("no holder of this lock panics") {
            progress.add(n);
        }
    }

    fn note(&self, text: &str) {
        eprintln!("note: {text}");
    }
}
