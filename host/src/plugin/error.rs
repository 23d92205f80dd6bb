//! Why a controller was not found, not loaded or not made.

use std::path::PathBuf;

/// A controller reference that does not follow `[LABEL=]PATH_OR_NAME[:ID][?key=value&key=value]`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("controller `{text}` is not of the form [LABEL=]PATH_OR_NAME[:ID][?key=value&key=value]: {reason}")]
pub struct ReferenceError {
    /// What was written.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

/// A name for which there is no file, or more than one.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// No such file.
    #[error("no controller library `{}`", path.display())]
    NoFile {
        /// The path given.
        path: PathBuf,
    },
    /// The plugin path holds neither a library nor a controller of this name.
    #[error("no controller or controller library `{name}`; searched: {}{}", paths(searched), nearest.as_ref().map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
    NoName {
        /// The name given.
        name: String,
        /// The folders of the plugin path.
        searched: Vec<PathBuf>,
        /// The most similar name that exists.
        nearest: Option<String>,
    },
    /// Several libraries match.
    #[error("`{name}` is ambiguous: {}", paths(matches))]
    Ambiguous {
        /// The name given.
        name: String,
        /// What matches.
        matches: Vec<PathBuf>,
    },
    /// The library was found but not loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The library was loaded but does not hold the controller.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// The configuration was refused.
    #[error(transparent)]
    Config(#[from] oha_plugin_api::ConfigError),
}

impl DiscoverError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoFile { .. } | Self::NoName { .. } => {
                Some("give a path (`./libmine.so`), or add its folder with --plugin-dir or OHA_PLUGIN_PATH".to_owned())
            }
            Self::Ambiguous { .. } => Some("name one of them by its path".to_owned()),
            Self::Load(error) => error.hint().map(str::to_owned),
            Self::Select(_) | Self::Config(_) => None,
        }
    }
}

fn paths(paths: &[PathBuf]) -> String {
    if paths.is_empty() { "nothing".to_owned() } else { paths.iter().map(|p| format!("`{}`", p.display())).collect::<Vec<_>>().join(", ") }
}

/// A library that does not hold the controller asked for, or several when none was named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// No such id.
    #[error("library `{library}` has no controller `{id}`; it has {}{}", known.join(", "), nearest.as_ref().map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
    Unknown {
        /// Name of the library.
        library: String,
        /// The id asked for.
        id: String,
        /// The ids that it has.
        known: Vec<String>,
        /// The most similar one.
        nearest: Option<String>,
    },
    /// No id was given.
    #[error("library `{library}` has several controllers: name one as `{library}:ID`; it has {}", known.join(", "))]
    Several {
        /// Name of the library.
        library: String,
        /// The ids that it has.
        known: Vec<String>,
    },
}

/// A file that was refused as a controller library.
#[derive(Debug, thiserror::Error)]
#[error("cannot load controller `{}`", path.display())]
pub struct LoadError {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    #[source]
    pub cause: LoadCause,
}

impl LoadError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match &self.cause {
            LoadCause::Unreadable { .. } => Some("check the path and its permissions"),
            LoadCause::Copy { .. } => Some("make room in the temporary folder, or set TMPDIR"),
            LoadCause::Empty | LoadCause::Truncated { .. } => Some("build or copy the library again"),
            LoadCause::NotALibrary { .. } | LoadCause::NotShared { .. } => {
                Some("give the shared library that `cargo build --release` makes of a crate with crate-type `cdylib`")
            }
            LoadCause::Architecture { .. } => Some("build it for this machine"),
            LoadCause::NoEntry { .. } => Some("export its controllers with `export_controller!`, or define `oha_controller_entry` in C"),
            LoadCause::Open { .. } => {
                Some("see which of its dependencies are missing with `ldd`; the temporary folder must allow execution")
            }
            LoadCause::Magic { .. } | LoadCause::Layout { .. } | LoadCause::Stable { .. } => {
                Some("rebuild it against the `oha-plugin-api` of this host, without options that change the layout of structures")
            }
            LoadCause::Version { .. } => Some("rebuild it against the `oha-plugin-api` of this host"),
            LoadCause::Incomplete { .. } | LoadCause::Describe { .. } | LoadCause::Descriptor { .. } => {
                Some("`oha-host check` shows each clause that the library breaks")
            }
            LoadCause::Refused { hint, .. } => hint.as_deref(),
            LoadCause::Script => Some("leave `--isolation thread` out"),
            LoadCause::Changed => Some("leave libraries alone while a study runs"),
            LoadCause::Crash { .. } => Some("run it under a debugger; the library failed before any controller was made"),
        }
    }
}

/// Why a library was refused.
#[derive(Debug, thiserror::Error)]
pub enum LoadCause {
    /// The file cannot be read.
    #[error("the file cannot be read: {source}")]
    Unreadable {
        /// The reason of the operating system.
        source: std::io::Error,
    },
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file is something else.
    #[error("it is not a library: {found}")]
    NotALibrary {
        /// What it is instead.
        found: String,
    },
    /// The file is an object or executable file.
    #[error("it is an {found}, not a shared library")]
    NotShared {
        /// What it is instead.
        found: String,
    },
    /// The file ends before what its header announces.
    #[error("the file is truncated: it has {size} bytes, its header announces at least {needed}")]
    Truncated {
        /// Bytes found.
        size: u64,
        /// Bytes announced.
        needed: u64,
    },
    /// The library is for another machine.
    #[error("it is built for {found}; this host runs on {allowed}")]
    Architecture {
        /// The machine of the library.
        found: String,
        /// The machine of the host.
        allowed: String,
    },
    /// The symbol is not there.
    #[error("it does not export `{symbol}`")]
    NoEntry {
        /// The symbol looked for.
        symbol: &'static str,
    },
    /// There is no room for the copy from which it is loaded.
    #[error("it cannot be copied for loading: {source}")]
    Copy {
        /// The reason of the operating system.
        source: std::io::Error,
    },
    /// The system's loader refused it.
    #[error("the system's loader refuses it: {message}")]
    Open {
        /// Its reason, with all sources.
        message: String,
    },
    /// The symbol is something else.
    #[error("its `oha_controller_entry` is no controller entry: it starts with {found:#018x}, not {allowed:#018x}")]
    Magic {
        /// The number found.
        found: u64,
        /// The number allowed.
        allowed: u64,
    },
    /// The library speaks another major version.
    #[error("it speaks plugin API {found}; this host speaks {allowed}")]
    Version {
        /// The major version found.
        found: u32,
        /// The major version allowed.
        allowed: u32,
    },
    /// The library was built with another layout of the tables.
    #[error("its tables are laid out differently: layout {found:#018x}, this host has {allowed:#018x}")]
    Layout {
        /// The hash found.
        found: u64,
        /// The hash allowed.
        allowed: u64,
    },
    /// The `abi_stable` front end refused it.
    #[error("its abi_stable module does not fit: {summary}")]
    Stable {
        /// One line of its message.
        summary: String,
    },
    /// A function that must be there is not.
    #[error("its entry lacks the function `{function}`")]
    Incomplete {
        /// The function.
        function: &'static str,
    },
    /// `describe` failed.
    #[error("`describe` failed with status {status}")]
    Describe {
        /// The status that it returned.
        status: i32,
    },
    /// The descriptors are not what they must be.
    #[error("its description is not understood: {reason}")]
    Descriptor {
        /// What is wrong.
        reason: String,
    },
    /// The worker process in which it was tried refused it.
    #[error("{reason}")]
    Refused {
        /// Its reason.
        reason: String,
        /// Its hint.
        hint: Option<String>,
    },
    /// It is a script, and this process is not run by it.
    #[error("it is a script, which only a worker process of its own can run")]
    Script,
    /// The file is no longer the one that was described.
    #[error("the file changed after it was described")]
    Changed,
    /// Loading it ended the worker process in which it was tried.
    #[error("loading it ended the process: {how}")]
    Crash {
        /// Signal, exit code or time limit.
        how: String,
    },
}
