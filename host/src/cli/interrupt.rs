//! Ctrl-C: the first one asks for an orderly end, the second ends at once.

use super::error::ExitClass;
use crate::system;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Raised by the first Ctrl-C, which prints what happens now; the second ends the process at once.
pub(super) fn stop_flag(now: &'static str) -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&stop);
    let handler = move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(ExitClass::Interrupted as u8));
        }
        eprintln!("\ninterrupted: {now}");
    };
    // What `nohup` shields from a hang-up stays shielded.
    let is_shielded = system::is_hangup_ignored();
    // A handler that is there already (in tests of the library) stays.
    let _ = ctrlc::set_handler(handler);
    if is_shielded {
        system::ignore_hangup();
    }
    stop
}

/// What [`stop_flag`] says while episodes run.
pub(super) const FINISHING: &str = "finishing the episodes under way (again to stop at once)";
