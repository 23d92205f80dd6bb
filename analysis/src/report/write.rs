//! The files of an analysis: computed first, written beside the final folder, renamed when complete.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::bibliography::bibtex;
use super::context::{Formats, ReportContext};
use super::methods::{Markup, methods};
use super::page::html;
use crate::figure::{Figure, ThemeError, draw, figures, svg, tikz};
use crate::table::{csv, latex, markdown, tables};
use crate::verdict::Verdict;

/// Why an analysis could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file or folder could not be written, read, renamed or removed.
    #[error("cannot {action} `{path}`")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The verdict could not be turned into JSON.
    #[error("cannot write the verdict as JSON")]
    Json(#[from] serde_json::Error),
    /// The theme cannot be drawn with.
    #[error("cannot draw with this theme")]
    Theme(#[from] ThemeError),
    /// Two figures have the same file stem.
    #[error("two figures are named `{name}`; names must be unique")]
    Duplicate {
        /// The stem.
        name: String,
    },
    /// A figure could not be turned into another format.
    #[error("cannot write figure `{name}` as {format}: {reason}")]
    Convert {
        /// The figure.
        name: String,
        /// `PNG` or `PDF`.
        format: &'static str,
        /// Why not, and what would help.
        reason: String,
    },
}

/// Writes `out/analysis` with `summary.json`, `methods.tex`, `references.bib`, `tables/`, `figures/` and `report.html`, and returns the paths of the files in
/// the order of writing. An `analysis` folder already there is replaced as a whole, after the new one is complete.
///
/// # Errors
/// A theme that cannot be drawn with, two figures of one name, a format that this machine cannot write, or an input/output error with its path.
/// The folder already there is left as it was unless the very last renaming fails.
pub fn write_all(verdict: &Verdict, context: &ReportContext, out: &Path, formats: Formats) -> Result<Vec<PathBuf>, WriteError> {
    context.theme.check()?;
    let files = files(verdict, context, formats)?;
    let (target, partial, previous) = (out.join("analysis"), out.join(".analysis.partial"), out.join(".analysis.previous"));
    for leftover in [&partial, &previous] {
        remove(leftover)?;
    }
    for (path, bytes) in &files {
        let path = partial.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io_error("create", folder))?;
        }
        fs::write(&path, bytes).map_err(io_error("write", &path))?;
    }
    if target.exists() {
        fs::rename(&target, &previous).map_err(io_error("rename", &target))?;
    }
    fs::rename(&partial, &target).map_err(io_error("rename", &partial))?;
    remove(&previous)?;
    Ok(files.into_iter().map(|(path, _)| target.join(path)).collect())
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::Io { action, path, source }
}

/// Removes a folder that may not exist.
fn remove(path: &Path) -> Result<(), WriteError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("remove", path)(error)),
        _ => Ok(()),
    }
}

type File = (PathBuf, Vec<u8>);

/// All files with their paths below the folder.
fn files(verdict: &Verdict, context: &ReportContext, formats: Formats) -> Result<Vec<File>, WriteError> {
    let mut files: Vec<File> = Vec::new();
    let mut add = |path: String, bytes: Vec<u8>| files.push((PathBuf::from(path), bytes));
    add("summary.json".to_owned(), (serde_json::to_string_pretty(verdict)? + "\n").into_bytes());
    add("methods.tex".to_owned(), (methods(verdict, Markup::Latex) + "\n").into_bytes());
    add("references.bib".to_owned(), bibtex(verdict, &context.program, &context.bibliography).into_bytes());
    for table in tables(verdict) {
        if formats.csv {
            add(format!("tables/{}.csv", table.name), csv(&table).into_bytes());
        }
        if formats.markdown {
            add(format!("tables/{}.md", table.name), markdown(&table).into_bytes());
        }
        if formats.latex {
            add(format!("tables/{}.tex", table.name), latex(&table).into_bytes());
        }
    }
    let mut names: Vec<String> = Vec::new();
    for figure in figures(verdict, &context.theme).iter().chain(&context.figures) {
        if names.contains(&figure.name) {
            return Err(WriteError::Duplicate { name: figure.name.clone() });
        }
        names.push(figure.name.clone());
        for (extension, bytes) in figure_files(figure, context, formats)? {
            add(format!("figures/{}.{extension}", figure.name), bytes);
        }
    }
    if formats.html {
        add("report.html".to_owned(), html(verdict, context).into_bytes());
    }
    Ok(files)
}

/// The files of a figure by extension.
fn figure_files(figure: &Figure, context: &ReportContext, formats: Formats) -> Result<Vec<(&'static str, Vec<u8>)>, WriteError> {
    let picture = svg(figure, &draw(figure, &context.theme), &context.theme);
    let mut files = vec![("caption.txt", format!("{}\n", figure.caption).into_bytes())];
    if formats.tikz {
        files.push(("tikz", tikz(figure, &context.theme).into_bytes()));
    }
    if formats.png {
        files.push(("png", png(figure, &picture)?));
    }
    if formats.pdf {
        files.push(("pdf", convert("rsvg-convert", figure, &picture, "PDF", &["--format", "pdf"])?));
    }
    files.push(("svg", picture.into_bytes()));
    Ok(files)
}

#[cfg(feature = "png")]
fn png(figure: &Figure, picture: &str) -> Result<Vec<u8>, WriteError> {
    crate::figure::png(picture).map_err(|error| WriteError::Convert { name: figure.name.clone(), format: "PNG", reason: error.to_string() })
}

#[cfg(not(feature = "png"))]
fn png(figure: &Figure, picture: &str) -> Result<Vec<u8>, WriteError> {
    // rsvg-convert draws 96 dots an inch; 3.125 times as many are 300.
    convert("rsvg-convert", figure, picture, "PNG", &["--format", "png", "--zoom", "3.125", "--background-color", "white"])
}

/// Hands the picture to a program and takes what it makes of it.
fn convert(program: &str, figure: &Figure, picture: &str, format: &'static str, args: &[&str]) -> Result<Vec<u8>, WriteError> {
    use std::io::Write;
    use std::process::Stdio;
    let fail = |reason: String| WriteError::Convert { name: figure.name.clone(), format, reason: format!("{program} {reason}") };
    let mut child =
        Command::new(program).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| {
            fail(if error.kind() == io::ErrorKind::NotFound {
                "is not installed; Debian has it in `librsvg2-bin`, Fedora in `librsvg2-tools`, Homebrew in `librsvg`".to_owned()
            } else {
                error.to_string()
            })
        })?;
    // The program reads all of its input before it writes, so writing first cannot block; a broken pipe shows in its exit code.
    let fed = child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(picture.as_bytes()));
    let output = child.wait_with_output().map_err(|error| fail(error.to_string()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(fail(if said.is_empty() { format!("failed with {}", output.status) } else { format!("failed: {said}") }));
    }
    fed.map_err(|error| fail(error.to_string()))?;
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{FigureWidth, LegendPlacement};

    fn figure() -> Figure {
        Figure {
            name: String::from("forest"),
            title: String::new(),
            caption: String::new(),
            width: FigureWidth::OneColumn,
            n_columns: 1,
            panels: Vec::new(),
            legend: Vec::new(),
            legend_placement: LegendPlacement::None,
        }
    }

    #[test]
    fn a_program_that_is_absent_or_fails_is_named_with_what_would_help() {
        let error = |program: &str| convert(program, &figure(), "<svg/>", "PDF", &[]).unwrap_err().to_string();
        let absent = error("oha-no-such-program");
        assert!(
            absent.starts_with("cannot write figure `forest` as PDF: oha-no-such-program is not installed; Debian has it in"),
            "{absent}"
        );
        assert_eq!(error("false"), "cannot write figure `forest` as PDF: false failed with exit status: 1");
    }

    #[test]
    fn the_picture_goes_in_and_the_result_comes_out() {
        assert_eq!(convert("cat", &figure(), "<svg/>", "PDF", &[]).unwrap(), b"<svg/>");
    }
}
