//! From what a user writes to a loaded controller.

use super::error::{DiscoverError, LoadCause, LoadError};
use super::file::library_name;
use super::load::Plugin;
#[cfg(unix)]
use super::probe::Probe;
use super::reference::ControllerRef;
use super::script;
use oha_plugin_api::{Config, Descriptor};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folders in which bare names are looked up, in order.
#[derive(Clone, Default)]
pub struct SearchPath {
    folders: Vec<PathBuf>,
    /// Where libraries are tried before they are loaded here.
    #[cfg(unix)]
    probe: Option<Arc<Probe>>,
}

/// A controller that was found and configured.
pub struct Resolved {
    /// Its library.
    pub plugin: Arc<Plugin>,
    /// What it says about itself.
    pub descriptor: Descriptor,
    /// Its checked configuration, defaults filled in.
    pub config: Config,
    /// Its name in tables and figures.
    pub label: String,
}

impl SearchPath {
    /// The folders of `--plugin-dir`, then those of `OHA_PLUGIN_PATH` (separated as `PATH` is), then the folder of the executable (its parent,
    /// where that folder is cargo's `deps`).
    #[must_use]
    pub fn new(plugin_dirs: &[PathBuf], plugin_path: Option<&OsStr>, executable: Option<&Path>) -> Self {
        let mut folders = plugin_dirs.to_vec();
        folders.extend(plugin_path.map(std::env::split_paths).into_iter().flatten().filter(|p| !p.as_os_str().is_empty()));
        let beside = executable.and_then(Path::parent);
        let beside = if beside.is_some_and(|p| p.ends_with("deps")) { beside.and_then(Path::parent) } else { beside };
        folders.extend(beside.map(Path::to_owned));
        let mut seen = Vec::new();
        folders.retain(|folder| {
            let key = folder.canonicalize().unwrap_or_else(|_| folder.clone());
            let is_new = !seen.contains(&key);
            seen.push(key);
            is_new
        });
        Self { folders, ..Self::default() }
    }

    /// The same folders, where libraries are loaded by worker processes, and here only by [`Plugin::load_here`].
    #[cfg(unix)]
    #[must_use]
    pub fn with_probe(self, probe: Arc<Probe>) -> Self {
        Self { probe: Some(probe), ..self }
    }

    /// The folders, in order.
    #[must_use]
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Finds, loads and configures a controller.
    ///
    /// A target with a path separator is a path. Any other is the name of a library (with or without the platform's prefix and suffix), or
    /// else the id of a controller in any library of the search path.
    ///
    /// # Errors
    /// Nothing found, several found, a library that is refused, an unknown id, a refused configuration.
    pub fn resolve(&self, reference: &ControllerRef) -> Result<Resolved, DiscoverError> {
        let (path, id) = self.locate(reference)?;
        let plugin = self.load(&path)?;
        let descriptor = plugin.select(id.as_deref())?.clone();
        let config = reference.config(&descriptor)?;
        let label = reference.display_label(&descriptor);
        Ok(Resolved { plugin, descriptor, config, label })
    }

    /// The library file of a reference, and the controller's id where the reference or the search says it.
    ///
    /// # Errors
    /// Nothing found, or several.
    pub fn locate(&self, reference: &ControllerRef) -> Result<(PathBuf, Option<String>), DiscoverError> {
        let target = &reference.target;
        if reference.is_path() {
            let path = PathBuf::from(target);
            return if path.is_file() { Ok((path, reference.id.clone())) } else { Err(DiscoverError::NoFile { path }) };
        }
        let files = self.files_named(target);
        match files.as_slice() {
            [file] => return Ok((file.clone(), reference.id.clone())),
            [] => {}
            _ => return Err(DiscoverError::Ambiguous { name: target.clone(), matches: files }),
        }
        let libraries = self.libraries();
        if reference.id.is_none() {
            let holders: Vec<PathBuf> =
                libraries.iter().filter(|(_, plugin)| plugin.select(Some(target)).is_ok()).map(|(path, _)| path.clone()).collect();
            match holders.as_slice() {
                [file] => return Ok((file.clone(), Some(target.clone()))),
                [] => {}
                _ => return Err(DiscoverError::Ambiguous { name: target.clone(), matches: holders }),
            }
        }
        let mut names: Vec<String> = libraries.iter().map(|(path, _)| library_name(path)).collect();
        if reference.id.is_none() {
            names.extend(libraries.iter().flat_map(|(_, plugin)| plugin.descriptors().iter().map(|d| d.id.clone())));
        }
        let nearest = nearest(target, names.iter().map(String::as_str));
        Err(DiscoverError::NoName { name: target.clone(), searched: self.folders.clone(), nearest })
    }

    /// The library at `path`, by way of a worker process where there are any.
    ///
    /// # Errors
    /// A library that is refused.
    pub fn load(&self, path: &Path) -> Result<Arc<Plugin>, LoadError> {
        #[cfg(unix)]
        if let Some(probe) = &self.probe {
            return probe.describe(path);
        }
        Plugin::load(path)
    }

    /// Every controller library of the search path that loads, in the order of folders and names. What does not load is no candidate.
    #[must_use]
    pub fn libraries(&self) -> Vec<(PathBuf, Arc<Plugin>)> {
        self.scan().0
    }

    /// Every controller library of the search path that loads, in the order of folders and names, and why the others do not. Libraries without
    /// a controller entry are neither.
    #[must_use]
    pub fn scan(&self) -> (Vec<(PathBuf, Arc<Plugin>)>, Vec<LoadError>) {
        let (mut found, mut broken) = (Vec::new(), Vec::new());
        for folder in &self.folders {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
            let mut paths: Vec<PathBuf> = entries.filter(|p| p.is_file() && p.to_string_lossy().ends_with(DLL_SUFFIX)).collect();
            paths.sort();
            for path in paths {
                match self.load(&path) {
                    Ok(plugin) => found.push((path, plugin)),
                    Err(LoadError { cause: LoadCause::NoEntry { .. }, .. }) => {}
                    Err(error) => broken.push(error),
                }
            }
        }
        (found, broken)
    }

    /// The files that a bare name may mean: itself in the working folder when it has the platform's suffix, and in each folder of the path
    /// itself and its decorated form, where cargo writes `-` as `_`. The same file reached twice counts once.
    fn files_named(&self, name: &str) -> Vec<PathBuf> {
        let mut candidates = Vec::new();
        if name.ends_with(DLL_SUFFIX) || name.ends_with(script::SUFFIX) {
            candidates.push(PathBuf::from(".").join(name));
            candidates.extend(self.folders.iter().map(|folder| folder.join(name)));
        } else {
            let decorated = [format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"), format!("{DLL_PREFIX}{}{DLL_SUFFIX}", name.replace('-', "_"))];
            candidates.extend(self.folders.iter().flat_map(|folder| decorated.iter().map(|file| folder.join(file))));
        }
        let mut seen = Vec::new();
        candidates.retain(|path| {
            let Ok(key) = path.canonicalize() else {
                return false;
            };
            let is_new = path.is_file() && !seen.contains(&key);
            seen.push(key);
            is_new
        });
        candidates
    }
}

/// The most similar of the known names, where one is similar at all.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let limit = (name.len() / 3).clamp(1, 3);
    known.map(|k| (strsim::damerau_levenshtein(k, name), k)).filter(|(distance, _)| *distance <= limit).min().map(|(_, k)| k.to_owned())
}
