//! What `compare` and `analyze` share: the choices of the analysis, its files, and what is printed of it.

use super::error::CliError;
use super::process::shell_line;
use super::{Format, output};
use crate::session::{self, Material, MaterialError, Recorded};
use crate::store::Reader;
use crate::system;
use clap::ValueEnum;
use oha_analysis::figure::Theme;
use oha_analysis::input::{AnalysisOptions, Claim, Direction, MissingPolicy, Normalisation, Rope};
use oha_analysis::report::{Formats, ReportContext, terminal, write_all};
use oha_analysis::{Verdict, analyze};
use std::path::{Path, PathBuf};

/// A file format of figures, tables or the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FileFormat {
    Csv,
    Markdown,
    Latex,
    Tikz,
    Png,
    Pdf,
    Html,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    Lower,
    Higher,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ClaimName {
    /// About exactly these scenarios: seeds are the source of variation.
    These,
    /// About scenarios like these: scenarios vary too.
    LikeThese,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Missing {
    /// Any episode that did not complete is an error.
    Error,
    /// It takes the worst value of its scenario.
    WorstRank,
    /// It keeps its score at the ceiling.
    CeilingScore,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scale {
    Auto,
    Raw,
    OracleGap,
    LogRatio,
    MinMax,
    Rank,
}

/// Choices of the analysis; what is not given stands as the study file has it.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Analysis")]
pub(super) struct AnalysisArgs {
    /// Metric that the verdict is about: see `oha-host list metrics`; of a table, the name of its column
    #[arg(long, value_name = "NAME")]
    metric: Option<String>,
    /// Which values of the metric are better [default: the metric's own; of a table, lower]
    #[arg(long, value_enum, value_name = "WAY")]
    direction: Option<Way>,
    /// Label of the controller that all others are compared with; without one, all pairs are compared
    #[arg(long, value_name = "LABEL")]
    reference: Option<String>,
    /// Half-width of the region of practical equivalence: 0.01 in the unit of the metric, or 1% of the second controller's mean; pooled over scenarios
    /// it counts with `--normalisation raw`, a percentage with log-ratio, too
    #[arg(long, value_name = "WIDTH", value_parser = rope)]
    rope: Option<Rope>,
    /// Confidence level of every interval and test [default: 0.95]
    #[arg(long, value_name = "LEVEL")]
    level: Option<f64>,
    /// What the pooled statements are about [default: these]
    #[arg(long, value_enum, value_name = "CLAIM")]
    claim: Option<ClaimName>,
    /// What stands in for the value of an episode that diverged, faulted or is missing [default: ceiling-score; of a table, error]
    #[arg(long, value_enum, value_name = "POLICY")]
    missing: Option<Missing>,
    /// Scale on which scenarios are pooled [default: auto]
    #[arg(long, value_enum, value_name = "SCALE")]
    normalisation: Option<Scale>,
    /// Number of bootstrap resamples [default: 10000]
    #[arg(long, value_name = "N")]
    resamples: Option<usize>,
    /// Files to write beside summary.json and SVG figures [default: all but png and pdf, which need the program rsvg-convert]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMAT")]
    formats: Vec<FileFormat>,
    /// Style file for fonts, sizes and palette; see `oha-host describe theme`
    #[arg(long, value_name = "THEME.toml")]
    theme: Option<PathBuf>,
}

/// The style file that figures were drawn with, where one was given, kept beside them.
const THEME: &str = "theme.toml";

/// `0.01` or `1%`.
fn rope(text: &str) -> Result<Rope, String> {
    let (digits, relative) = text.strip_suffix('%').map_or((text, false), |digits| (digits.trim_end(), true));
    let refuse = || format!("`{text}` is not a half-width above 0, such as 0.01 or 1%");
    let width: f64 = digits.parse().map_err(|_| refuse())?;
    if !(width.is_finite() && width > 0.0) {
        return Err(refuse());
    }
    Ok(if relative { Rope::Relative(width / 100.0) } else { Rope::Absolute(width) })
}

impl AnalysisArgs {
    /// Puts the choices that were made into `options`.
    pub(super) fn apply(&self, options: &mut AnalysisOptions) {
        if let Some(metric) = &self.metric {
            options.primary_metric.clone_from(metric);
            options.direction = crate::session::direction(metric).unwrap_or(options.direction);
        }
        if let Some(way) = self.direction {
            options.direction = if way == Way::Lower { Direction::LowerIsBetter } else { Direction::HigherIsBetter };
        }
        options.reference = self.reference.clone().or(options.reference.take());
        options.rope = self.rope.or(options.rope);
        options.level = self.level.unwrap_or(options.level);
        options.n_resamples = self.resamples.unwrap_or(options.n_resamples);
        if let Some(claim) = self.claim {
            options.claim = if claim == ClaimName::These { Claim::TheseScenarios } else { Claim::ScenariosLikeThese };
        }
        if let Some(missing) = self.missing {
            options.missing_policy = match missing {
                Missing::Error => MissingPolicy::Error,
                Missing::WorstRank => MissingPolicy::WorstRank,
                Missing::CeilingScore => MissingPolicy::CeilingScore,
            };
        }
        if let Some(scale) = self.normalisation {
            options.normalisation = match scale {
                Scale::Auto => Normalisation::Auto,
                Scale::Raw => Normalisation::Raw,
                Scale::OracleGap => Normalisation::OracleGap,
                Scale::LogRatio => Normalisation::LogRatio,
                Scale::MinMax => Normalisation::MinMax,
                Scale::Rank => Normalisation::Rank,
            };
        }
    }

    /// The choices as arguments, in one order; files and theme are left out, as they reach no number.
    pub(super) fn words(&self) -> Vec<String> {
        fn name<T: ValueEnum>(value: Option<T>) -> Option<String> {
            value.and_then(|value| value.to_possible_value()).map(|value| value.get_name().to_owned())
        }
        let options = [
            ("--metric", self.metric.clone()),
            ("--direction", name(self.direction)),
            ("--reference", self.reference.clone()),
            (
                "--rope",
                self.rope.map(|rope| match rope {
                    Rope::Absolute(width) => width.to_string(),
                    Rope::Relative(fraction) => format!("{}%", fraction * 100.0),
                }),
            ),
            ("--level", self.level.map(|level| level.to_string())),
            ("--claim", name(self.claim)),
            ("--missing", name(self.missing)),
            ("--normalisation", name(self.normalisation)),
            ("--resamples", self.resamples.map(|n| n.to_string())),
        ];
        options.into_iter().flat_map(|(option, value)| value.into_iter().flat_map(move |value| [option.to_owned(), value])).collect()
    }

    /// Those with which the files of an `analysis` folder were drawn.
    pub(super) fn drawn_as(folder: &Path) -> Self {
        let theme = folder.join(THEME);
        Self { theme: theme.exists().then_some(theme), ..Self::default() }
    }

    /// The metric that was named.
    pub(super) fn metric(&self) -> Option<&str> {
        self.metric.as_deref()
    }

    /// Whether a policy for values that are not there was stated.
    pub(super) const fn states_missing(&self) -> bool {
        matches!(self.missing, Some(Missing::WorstRank | Missing::CeilingScore))
    }

    fn formats(&self) -> Formats {
        if self.formats.is_empty() {
            return Formats::default();
        }
        let has = |format| self.formats.contains(&format);
        Formats {
            csv: has(FileFormat::Csv),
            markdown: has(FileFormat::Markdown),
            latex: has(FileFormat::Latex),
            tikz: has(FileFormat::Tikz),
            png: has(FileFormat::Png),
            pdf: has(FileFormat::Pdf),
            html: has(FileFormat::Html),
        }
    }

    fn theme(&self) -> Result<Theme, CliError> {
        let Some(path) = &self.theme else { return Ok(Theme::default()) };
        let text = std::fs::read_to_string(path).map_err(|e| CliError::storage(format!("cannot read theme `{}`: {e}", path.display())))?;
        let theme: Theme =
            toml::from_str(&text).map_err(|e| CliError::input(format!("theme `{}`: {}", path.display(), e.to_string().trim_end())))?;
        theme.check().map_err(CliError::input)?;
        Ok(theme)
    }
}

/// Analyses what was read, and writes `analysis/` into the folder.
pub(super) fn analyze_into(material: Material, args: &AnalysisArgs, command: &str, digest: &str, dir: &Path) -> Result<Verdict, CliError> {
    let theme = args.theme()?;
    let mut verdict = analyze(&material.table, &material.supplement, &material.options).map_err(CliError::input)?;
    let notes = crate::session::beaten::notes(&verdict, &material.resimulated);
    verdict.notes.extend(material.notes);
    verdict.notes.extend(notes);
    let context = ReportContext {
        program: concat!("oha-host ", env!("CARGO_PKG_VERSION")).to_owned(),
        command: command.to_owned(),
        digest: digest.to_owned(),
        faults: material.faults,
        theme,
        ..ReportContext::default()
    };
    write_all(&verdict, &context, dir, args.formats()).map_err(CliError::storage)?;
    if let Some(path) = &args.theme {
        let copy = dir.join("analysis").join(THEME);
        std::fs::copy(path, &copy).map_err(|e| CliError::storage(format!("cannot write `{}`: {e}", copy.display())))?;
    }
    Ok(verdict)
}

/// Prints the outcome, or all of the verdict as JSON, to stdout.
pub(super) fn print_verdict(verdict: &Verdict, format: Format) {
    match format {
        Format::Json => output::json(verdict),
        Format::Table => output::data(&terminal(verdict)),
    }
}

/// Analyses a finished results folder and writes `analysis/` into `out`.
pub(super) fn analyze_folder(dir: &Path, args: &AnalysisArgs, out: &Path) -> Result<Verdict, CliError> {
    analyze_folder_with(dir, args, out, &|options| args.apply(options))
}

/// As [`analyze_folder`], where `choose` may change the study's own options.
pub(super) fn analyze_folder_with(
    dir: &Path,
    args: &AnalysisArgs,
    out: &Path,
    choose: &dyn Fn(&mut AnalysisOptions),
) -> Result<Verdict, CliError> {
    let reader = Reader::open(dir)?;
    let study = Recorded::read(&reader.manifest).map_err(CliError::input)?;
    let mut options = study.analysis.clone();
    choose(&mut options);
    let material = session::material(&study, options, &reader).map_err(material_error)?;
    let (command, digest) = (shell_line(reader.manifest.command.iter().cloned()), reader.manifest.digest.clone());
    drop((reader, study));
    system::give_memory_back();
    analyze_into(material, args, &command, &digest, out)
}

fn material_error(error: MaterialError) -> CliError {
    match error {
        MaterialError::Store(error) => error.into(),
        MaterialError::Table(error) => CliError::input(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_of_equivalence_is_absolute_or_a_percentage() {
        assert_eq!(rope("0.01"), Ok(Rope::Absolute(0.01)));
        assert_eq!(rope("1 %"), Ok(Rope::Relative(0.01)));
        for bad in ["", "0", "-1", "nan", "inf%", "x"] {
            assert!(rope(bad).is_err(), "{bad}");
        }
    }
}
