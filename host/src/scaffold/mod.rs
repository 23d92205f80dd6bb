//! A new controller project: files with a few names filled in, which build, pass their own test, and keep every clause of `oha-host check`.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};

/// The language of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A crate over `oha-plugin-api`.
    Rust,
    /// A C file over the header.
    C,
    /// A script over a module that fills the C table.
    Python,
}

/// Where the crate `oha-plugin-api` of a Rust project comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Api {
    /// A folder.
    Path(PathBuf),
    /// A registry.
    Version(&'static str),
}

/// A name that is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name of a controller; allowed: lower-case letters, digits and single hyphens, starting with a letter")]
pub struct NameError(pub String);

/// The files of a project: relative path and text.
///
/// # Errors
/// A name that cannot be the id of a controller and the name of a crate.
pub fn files(name: &str, language: Language, api: &Api) -> Result<Vec<(&'static str, String)>, NameError> {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !name.split('-').all(is_word) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(NameError(name.to_owned()));
    }
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let api = match api {
        // A TOML string: the same escapes as Rust's for what paths hold.
        Api::Path(path) => format!("{{ path = {:?} }}", path.display().to_string()),
        Api::Version(version) => format!("\"{version}\""),
    };
    let filled = |text: &str| {
        text.replace("{{name}}", name)
            .replace("{{type}}", &name.split('-').map(capital).collect::<String>())
            .replace("{{lib}}", &library(name))
            .replace("{{api}}", &api)
    };
    let templates: &[(&str, &str)] = match language {
        Language::Rust => &[
            ("Cargo.toml", include_str!("rust/Cargo.toml.txt")),
            ("src/lib.rs", include_str!("rust/lib.rs.txt")),
            ("README.md", include_str!("rust/README.md.txt")),
        ],
        Language::C => &[
            ("controller.c", include_str!("c/controller.c.txt")),
            ("test.c", include_str!("c/test.c.txt")),
            ("Makefile", include_str!("c/Makefile.txt")),
            ("README.md", include_str!("c/README.md.txt")),
            ("oha_controller.h", oha_plugin_api::abi::HEADER),
        ],
        Language::Python => &[
            ("controller.py", include_str!("python/controller.py.txt")),
            ("test_controller.py", include_str!("python/test_controller.py.txt")),
            ("oha_controller.py", include_str!("python/oha_controller.py")),
            ("README.md", include_str!("python/README.md.txt")),
        ],
    };
    Ok(templates.iter().map(|(path, text)| (*path, filled(text))).collect())
}

/// File name of the project's library.
#[must_use]
pub fn library(name: &str) -> String {
    format!("{DLL_PREFIX}{}{DLL_SUFFIX}", name.replace('-', "_"))
}

/// The source of `oha-plugin-api` when the program runs from the target folder of a source checkout.
#[must_use]
pub fn checkout(executable: &Path) -> Option<PathBuf> {
    let beside = executable.parent()?.parent()?.parent()?.join("plugin-api");
    beside.join("src/lib.rs").is_file().then_some(beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_bad_ones_refused() {
        let all = files("my-rate2", Language::Rust, &Api::Version("0.1.0")).expect("a good name");
        assert!(all[0].1.contains("name = \"my-rate2\"") && all[0].1.contains("oha-plugin-api = \"0.1.0\""));
        assert!(all[1].1.contains("pub struct MyRate2 "));
        let others = [Language::C, Language::Python].map(|language| files("x", language, &Api::Version("1")).expect("a good name"));
        for (_, text) in all.iter().chain(others.iter().flatten()) {
            assert!(!text.contains("{{"), "{text}");
        }
        for bad in ["", "A", "a--b", "-a", "a-", "2a", "a_b", "a b", "\u{e9}"] {
            assert_eq!(files(bad, Language::C, &Api::Version("1")), Err(NameError(bad.to_owned())));
        }
    }
}
