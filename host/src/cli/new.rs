//! `oha-host new`.

use super::error::{CliError, ExitClass};
use super::output;
use crate::scaffold::{self, Api, Language};
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// Start a controller of your own: a project that builds, has a test, and passes `check`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Id of the controller, and name of the new folder: lower-case letters, digits, hyphens
    #[arg(value_name = "NAME")]
    name: String,
    /// Language of the project
    #[arg(long, value_enum, default_value_t = Lang::Rust)]
    lang: Lang,
    /// Folder of the source of `oha-plugin-api` [default: the checkout that this program was built in, or else its version]
    #[arg(long, value_name = "DIR")]
    api_path: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Lang {
    /// A crate with a safe trait
    Rust,
    /// A C file with a Makefile
    C,
    /// A script; nothing to compile
    Python,
}

pub(super) fn run(args: &Args) -> Result<(), CliError> {
    let language = match args.lang {
        Lang::Rust => Language::Rust,
        Lang::C => Language::C,
        Lang::Python => Language::Python,
    };
    let api = api(args.api_path.as_deref())?;
    let files = scaffold::files(&args.name, language, &api).map_err(CliError::input)?;
    let folder = Path::new(&args.name);
    if folder.exists() {
        return Err(CliError::storage(format!("`{}` exists already", folder.display())).with_hint(Some("give another name".to_owned())));
    }
    for (path, text) in &files {
        let path = folder.join(path);
        let write = || {
            std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
            std::fs::write(&path, text)
        };
        write().map_err(|e| CliError::storage(format!("cannot write `{}`: {e}", path.display())))?;
    }
    match (language, &api) {
        (Language::C | Language::Python, _) => {}
        (Language::Rust, Api::Path(path)) => eprintln!("note: it depends on `oha-plugin-api` in `{}`", path.display()),
        (Language::Rust, Api::Version(version)) => eprintln!("note: it depends on `oha-plugin-api` {version} from the registry"),
    }
    let library = scaffold::library(&args.name);
    let (build, library) = match language {
        Language::Rust => ("cargo test && cargo build --release", format!("target/release/{library}")),
        Language::C => ("make test && make", library),
        Language::Python => ("python3 -m unittest", "controller.py".to_owned()),
    };
    output::data(&format!("cd {}\n{build}\noha-host check ./{library}\noha-host compare ./{library} constant cosine\n", args.name));
    Ok(())
}

fn api(asked: Option<&Path>) -> Result<Api, CliError> {
    match asked {
        Some(path) => {
            let fail = |e: std::io::Error| CliError::storage(format!("no folder `{}`: {e}", path.display()));
            path.canonicalize().map(Api::Path).map_err(fail)
        }
        None => {
            let executable = std::env::current_exe().map_err(|e| CliError::new(ExitClass::Internal, e))?;
            Ok(scaffold::checkout(&executable).map_or(Api::Version(env!("CARGO_PKG_VERSION")), Api::Path))
        }
    }
}
