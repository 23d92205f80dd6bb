//! `oha-host completions`.

use super::Cli;
use super::error::CliError;
use clap::CommandFactory as _;

/// Print a completion script for a shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args) -> Result<(), CliError> {
    clap_complete::generate(args.shell, &mut Cli::command(), "oha-host", &mut std::io::stdout());
    Ok(())
}
