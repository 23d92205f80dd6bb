//! Data for stdout. Everything else goes to stderr.

use serde::Serialize;
use std::io::{ErrorKind, Write as _};

/// Writes text to stdout. A reader that has left (`oha-host list tasks | head`) ends the process quietly, as other filters do.
pub(super) fn data(text: &str) {
    let mut stdout = std::io::stdout().lock();
    if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        if error.kind() != ErrorKind::BrokenPipe {
            eprintln!("error: cannot write to stdout\n  cause: {error}");
        }
        std::process::exit(i32::from(super::ExitClass::Storage as u8));
    }
}

/// Writes a value as indented JSON and a line end.
pub(super) fn json(value: &impl Serialize) {
    data(&format!("{}\n", serde_json::to_string_pretty(value).expect("what is printed is plain data")));
}
