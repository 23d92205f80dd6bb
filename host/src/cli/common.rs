//! What several subcommands share.

use super::Global;
use super::error::{CliError, ExitClass};
use crate::plugin::SearchPath;
use crate::study::StudyError;

/// The plugin path of this invocation: the one place that reads OHA_PLUGIN_PATH.
#[expect(clippy::disallowed_methods, reason = "discovery of plugins is configured by the environment; no result depends on it")]
pub(super) fn search_path(global: &Global) -> SearchPath {
    let plugin_path = std::env::var_os("OHA_PLUGIN_PATH");
    SearchPath::new(&global.plugin_dir, plugin_path.as_deref(), std::env::current_exe().ok().as_deref())
}

impl From<StudyError> for CliError {
    fn from(error: StudyError) -> Self {
        let (class, hint) = match &error {
            StudyError::Read { .. } => (ExitClass::Storage, Some("check the path and its permissions".to_owned())),
            StudyError::Controller { source, .. } => (ExitClass::Controller, source.hint()),
            StudyError::Reference(_) => (ExitClass::Controller, None),
            StudyError::Syntax { .. } | StudyError::Schema { .. } | StudyError::Value { .. } => {
                (ExitClass::Input, Some("`oha-host list` and `oha-host describe NAME` show what is allowed".to_owned()))
            }
        };
        Self::new(class, error).with_hint(hint)
    }
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
