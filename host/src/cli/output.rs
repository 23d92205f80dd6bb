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

/// Aligned columns, the last one ragged.
pub(super) fn table(columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = columns.iter().map(|c| c.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut out = String::new();
        for (i, cell) in cells.enumerate() {
            out.push_str(cell);
            if i + 1 < widths.len() {
                out.push_str(&" ".repeat(widths[i] + 2 - cell.chars().count()));
            }
        }
        out.push('\n');
        out
    };
    let mut text = line(&mut columns.iter().copied());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}
