//! `oha-host check`.

use super::error::{CliError, ExitClass};
use super::output::table;
use super::process::{search_path, worker_command};
use super::{Format, Global, output};
use crate::conformance::{Clause, Examiner, Subject, Verdict, registry};
use crate::plugin::probe::Probe;
use crate::plugin::{ControllerRef, DiscoverError, LoadCause, LoadError};
use crate::sim::spec::lookup;
use crate::study::StudyError;
use oha_plugin_api::Descriptor;
use serde::Serialize;

/// Does a controller keep the contract? One clause after the other.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The controller, as `compare` takes it: PATH_OR_NAME[:ID][?key=value&key=value]; without an id, every controller of the library
    #[arg(value_name = "PLUGIN")]
    plugin: String,
    /// Only this clause; may be repeated
    #[arg(long, value_name = "CLAUSE")]
    clause: Vec<String>,
}

/// One line of the result.
#[derive(Serialize)]
struct Line {
    controller: String,
    clause: &'static str,
    summary: &'static str,
    verdict: Verdict,
    seen: String,
    reproduce: String,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<(), CliError> {
    let clauses = chosen(&args.clause)?;
    let reference: ControllerRef = args.plugin.parse().map_err(|e| CliError::from(StudyError::Reference(e)))?;
    let controller_error = |e: DiscoverError| CliError::from(StudyError::Controller { spec: args.plugin.clone(), source: Box::new(e) });
    let (path, id) = search_path(global).locate(&reference).map_err(controller_error)?;
    let mut lines = Vec::new();
    match Probe::new(worker_command()?).describe(&path) {
        Ok(library) => {
            let descriptors: Vec<&Descriptor> = match id {
                Some(id) => vec![library.select(Some(&id)).map_err(|e| controller_error(e.into()))?],
                None => library.descriptors().iter().collect(),
            };
            let examiner = Examiner::new(worker_command()?, &path);
            for descriptor in descriptors {
                let config = reference.config(descriptor).map_err(|e| controller_error(e.into()))?.to_json();
                let subject = Subject { library: path.clone(), id: descriptor.id.clone(), config };
                let spelled = spelled(&path.display().to_string(), Some(&descriptor.id), &reference);
                for clause in &clauses {
                    let written = examiner.examine(&subject, clause);
                    lines.push(line(&descriptor.id, clause, written.verdict, written.seen, &spelled));
                }
            }
            examiner.notices().iter().for_each(|notice| eprintln!("note: {notice}"));
            examiner.confinement().iter().for_each(|confined| eprintln!("confined: {confined}"));
        }
        // A library that lets itself be loaded by nobody breaks the first clause; a file that is none is the user's error.
        Err(LoadError { cause, .. }) if concerns_author(&cause) => {
            let spelled = spelled(&path.display().to_string(), id.as_deref(), &reference);
            let controller = id.unwrap_or_else(|| "-".to_owned());
            for clause in &clauses {
                let (verdict, seen) = match clause.id {
                    "descriptor" => (Verdict::Fail, cause.to_string()),
                    _ => (Verdict::NotApplicable, "the library does not load".to_owned()),
                };
                lines.push(line(&controller, clause, verdict, seen, &spelled));
            }
            if !clauses.iter().any(|c| c.id == "descriptor") {
                return Err(controller_error(LoadError { path, cause }.into()));
            }
        }
        Err(error) => return Err(controller_error(error.into())),
    }
    print(&lines, global.format);
    match lines.iter().filter(|l| l.verdict == Verdict::Fail).count() {
        0 => Ok(()),
        n => Err(CliError::new(ExitClass::Finding, format!("{n} of {} clauses are broken", lines.len()))),
    }
}

const fn concerns_author(cause: &LoadCause) -> bool {
    matches!(
        cause,
        LoadCause::Refused { .. }
            | LoadCause::Crash { .. }
            | LoadCause::Descriptor { .. }
            | LoadCause::Describe { .. }
            | LoadCause::Incomplete { .. }
    )
}

fn line(controller: &str, clause: &Clause, verdict: Verdict, seen: String, spelled: &str) -> Line {
    let reproduce = format!("oha-host check {} --clause {}", shlex::try_quote(spelled).unwrap_or(spelled.into()), clause.id);
    Line { controller: controller.to_owned(), clause: clause.id, summary: clause.summary, verdict, seen, reproduce }
}

/// The controller as this command line would name it, the configuration included.
fn spelled(path: &str, id: Option<&str>, reference: &ControllerRef) -> String {
    let path = if path.contains(std::path::is_separator) { path.to_owned() } else { format!("./{path}") };
    let query: Vec<String> = reference.parameters.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    format!("{path}{}{query}", id.map(|id| format!(":{id}")).unwrap_or_default())
}

/// The clauses asked for, in the order of the registry; all when none was.
fn chosen(ids: &[String]) -> Result<Vec<&'static Clause>, CliError> {
    for id in ids {
        lookup("clause", id, registry().iter().map(|c| (c.id, ()))).map_err(CliError::input)?;
    }
    Ok(registry().iter().filter(|c| ids.is_empty() || ids.iter().any(|id| id == c.id)).collect())
}

fn print(lines: &[Line], format: Format) {
    if format == Format::Json {
        return output::json(&lines);
    }
    let several = lines.iter().any(|l| l.controller != lines[0].controller);
    let columns: &[&str] = if several { &["controller", "clause", "verdict", "seen"] } else { &["clause", "verdict", "seen"] };
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|l| {
            let row = [l.controller.clone(), l.clause.to_owned(), l.verdict.name().to_owned(), l.seen.replace('\n', " ")];
            row[usize::from(!several)..].to_vec()
        })
        .collect();
    let mut text = table(columns, &rows);
    for l in lines.iter().filter(|l| l.verdict == Verdict::Fail) {
        text.push_str(&format!("\n{}: {}\n  reproduce: {}\n", l.clause, l.summary, l.reproduce));
    }
    output::data(&text);
}
