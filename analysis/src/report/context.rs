//! What the report says beside the verdict.

use crate::figure::{Figure, Theme};

/// Facts that only the caller knows.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportContext {
    /// Program and version, for example `oha-host 0.1.0`.
    pub program: String,
    /// The command that reproduces the analysis; empty where unknown.
    pub command: String,
    /// Digest of the study; empty where unknown.
    pub digest: String,
    /// Faults of controllers.
    pub faults: Vec<Fault>,
    /// Further figures, such as schedules and scenarios; shown after the others.
    pub figures: Vec<Figure>,
    /// BibTeX entries of the controllers and tasks, ready to paste.
    pub bibliography: Vec<String>,
    /// Looks of the figures.
    pub theme: Theme,
}

impl Default for ReportContext {
    fn default() -> Self {
        Self {
            program: concat!("oha-analysis ", env!("CARGO_PKG_VERSION")).to_owned(),
            command: String::new(),
            digest: String::new(),
            faults: Vec::new(),
            figures: Vec::new(),
            bibliography: Vec::new(),
            theme: Theme::default(),
        }
    }
}

/// A fault of a controller in an episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Label of the controller.
    pub controller: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Index of the seed.
    pub seed: u64,
    /// Step at which it happened, where known.
    pub step: Option<u64>,
    /// What happened, in a sentence.
    pub text: String,
}

/// Which files are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats {
    /// Tables as CSV.
    pub csv: bool,
    /// Tables as Markdown.
    pub markdown: bool,
    /// Tables as LaTeX.
    pub latex: bool,
    /// Figures as pgfplots beside SVG.
    pub tikz: bool,
    /// Figures as PNG, at 300 dots per inch; needs the crate's feature `png`, or the program `rsvg-convert`.
    pub png: bool,
    /// Figures as PDF; needs the program `rsvg-convert`.
    pub pdf: bool,
    /// The report.
    pub html: bool,
}

impl Default for Formats {
    /// All that are the same on every machine: everything but PNG and PDF.
    fn default() -> Self {
        Self { csv: true, markdown: true, latex: true, tikz: true, png: false, pdf: false, html: true }
    }
}
