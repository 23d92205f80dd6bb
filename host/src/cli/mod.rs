//! The command line: one thin file a subcommand — parse, call, print. Data goes to stdout, everything else to stderr.

mod analysis;
mod analyze;
mod check;
mod claims;
mod compare;
mod completions;
mod describe;
mod error;
mod execute;
mod interrupt;
mod list;
mod merge;
mod new;
mod options;
mod oracle;
mod output;
mod process;
mod progress;
mod run;
mod submit;
mod verify;

pub use error::ExitClass;

use clap::{Parser, Subcommand, ValueEnum};
use std::process::ExitCode;

/// Compare online hyperparameter adaptation controllers on reproducible non-stationary scenarios.
#[derive(Debug, Parser)]
#[command(name = "oha-host", version, propagate_version = true, arg_required_else_help = true, max_term_width = 110)]
#[command(after_help = ExitClass::HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// What worker processes of this program can do.
pub const ROLES: [crate::plugin::isolation::Role; 3] = [crate::session::worker::ROLE, crate::plugin::probe::ROLE, crate::conformance::ROLE];

/// The hidden subcommand of worker processes.
const WORKER: &str = "__worker";

/// Options of every subcommand.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Form of what is printed to stdout
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Folder with controller libraries, searched before OHA_PLUGIN_PATH and the folder of the executable; may be repeated
    #[arg(long, global = true, value_name = "DIR")]
    plugin_dir: Vec<std::path::PathBuf>,
    /// Number of threads; 0 means what keeps every processor busy. Results do not depend on it
    #[arg(long, short = 'j', global = true, default_value_t = 0, value_name = "N")]
    jobs: usize,
    /// Vector width of the kernels: baseline, avx2, avx512. Results do not depend on it; for tests and benchmarks
    #[arg(long, global = true, value_name = "WIDTH")]
    kernel_width: Option<crate::sim::kernel::Width>,
    /// Print no progress
    #[arg(long, short, global = true)]
    quiet: bool,
}

/// Form of what is printed to stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned text for people.
    Table,
    /// JSON for programs.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The main job: run controllers on a suite or study, analyse, draw
    Compare(compare::Args),
    /// Run a study and store its episodes
    Run(run::Args),
    /// Run a study on the cluster that one already has
    Submit(submit::Args),
    /// Join the shards of a study
    Merge(merge::Args),
    /// Run episodes of a results folder again and compare every stored value
    Verify(verify::Args),
    /// Statistics, tables, figures and report of a results folder, or of a table of your own
    Analyze(analyze::Args),
    /// Compute the oracle schedules of a study
    Oracle(oracle::Args),
    /// Check published claims of the field
    Claims(claims::Args),
    /// List what there is
    List(list::Args),
    /// Describe a task, regime, optimizer, suite, scenario, metric or controller
    Describe(describe::Args),
    /// Does a controller keep the contract? One clause after the other
    Check(check::Args),
    /// Start a controller of your own: a project that builds, has a test, and passes `check`
    New(new::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

/// Parses the arguments of the process, runs the subcommand, and prints an error as cause and hint.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|a| a == WORKER) {
        return crate::plugin::isolation::worker_main(&arguments[2..], &ROLES);
    }
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.print();
            error.class.code()
        }
    }
}

fn run(cli: Cli) -> Result<(), error::CliError> {
    if let Some(width) = cli.global.kernel_width {
        crate::sim::kernel::force(width).map_err(error::CliError::input)?;
    }
    match cli.command {
        Command::Compare(args) => compare::run(&args, &cli.global),
        Command::Run(args) => run::run(&args, &cli.global),
        Command::Submit(args) => submit::run(&args, &cli.global),
        Command::Merge(args) => merge::run(&args, &cli.global),
        Command::Verify(args) => verify::run(&args, &cli.global),
        Command::Analyze(args) => analyze::run(&args, &cli.global),
        Command::Oracle(args) => oracle::run(&args, &cli.global),
        Command::Claims(args) => claims::run(&args, &cli.global),
        Command::List(args) => list::run(&args, &cli.global),
        Command::Describe(args) => describe::run(&args, &cli.global),
        Command::Check(args) => check::run(&args, &cli.global),
        Command::New(args) => new::run(&args),
        Command::Completions(args) => completions::run(&args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn every_argument_has_a_help_text() {
        super::Cli::command().help_expected(true).debug_assert();
    }
}
