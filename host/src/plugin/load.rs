//! A loaded controller library.

use super::backend::Backend;
use super::copy::PrivateCopy;
use super::error::{LoadCause, LoadError, SelectError};
use super::fault::{FaultKind, PluginFault};
use super::file::{LibraryFile, library_name, sha256_hex};
use super::front_end::{FrontEnd, Maker, Opened, choose, open_stable, open_table};
use super::instance::Instance;
use super::script::{self, is_script};
use super::{discover::nearest, floating_point};
use oha_plugin_api::abi;
use oha_plugin_api::export::Registration;
use oha_plugin_api::{Config, Descriptor, EpisodeSpec};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A controller library, loaded and checked, here or in a worker process. Loading the same bytes again gives the same library.
pub struct Plugin {
    path: PathBuf,
    name: String,
    digest: String,
    facts: Facts,
    source: Source,
}

/// What only loading tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Facts {
    front_end: FrontEnd,
    abi_minor: u32,
    descriptors: Vec<Descriptor>,
    changed_floating_point_mode: bool,
    build: Option<String>,
}

/// Where instances come from.
enum Source {
    Loaded(Maker),
    Linked(&'static [Registration]),
    /// A worker process loaded it; this process does so when it is to make an instance, and not before.
    Elsewhere(OnceLock<Arc<Plugin>>),
}

/// Libraries by digest and front end: they are never unloaded, so loading one twice would only share or leak its statics.
static LOADED: Mutex<BTreeMap<(String, FrontEnd), Arc<Plugin>>> = Mutex::new(BTreeMap::new());

impl Plugin {
    /// Loads the library at `path`, through the C table where it has one.
    ///
    /// # Errors
    /// A file that is refused by [`LibraryFile::read`], by the system's loader, or whose entry does not keep the contract.
    pub fn load(path: &Path) -> Result<Arc<Self>, LoadError> {
        Self::load_file(LibraryFile::read(path)?, None)
    }

    /// As [`Plugin::load`], through `front_end`.
    ///
    /// # Errors
    /// As [`Plugin::load`], and when the library does not have this front end.
    pub fn load_through(path: &Path, front_end: FrontEnd) -> Result<Arc<Self>, LoadError> {
        Self::load_file(LibraryFile::read(path)?, Some(front_end))
    }

    /// Loads a checked file.
    ///
    /// # Errors
    /// As [`Plugin::load`].
    pub fn load_file(file: LibraryFile, front_end: Option<FrontEnd>) -> Result<Arc<Self>, LoadError> {
        let path = file.path.clone();
        let load = || {
            let front_end = choose(&file, front_end)?;
            let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(plugin) = loaded.get(&(file.digest.clone(), front_end)) {
                return Ok(Arc::clone(plugin));
            }
            let plugin = Arc::new(Self::open(&file, front_end)?);
            loaded.insert((file.digest.clone(), front_end), Arc::clone(&plugin));
            Ok(plugin)
        };
        load().map_err(|cause| LoadError { path, cause })
    }

    fn open(file: &LibraryFile, front_end: FrontEnd) -> Result<Self, LoadCause> {
        let opened = if is_script(&file.path) {
            script::open()
        } else {
            let copy = PrivateCopy::of(&file.path, &file.bytes).map_err(|source| LoadCause::Copy { source })?;
            match front_end {
                FrontEnd::AbiStable => open_stable(copy.path()),
                FrontEnd::Table | FrontEnd::Linked => open_table(copy.path()),
            }
        };
        let changed_floating_point_mode = floating_point::restore();
        let Opened { maker, abi_minor, description, build } = opened?;
        let descriptors = parse_descriptors(&description, abi_minor > abi::MINOR)?;
        let facts = Facts { front_end, abi_minor, descriptors, changed_floating_point_mode, build };
        Ok(Self { path: file.path.clone(), name: file.name(), digest: file.digest.clone(), facts, source: Source::Loaded(maker) })
    }

    /// A checked file of which a worker process told the rest.
    pub(super) fn elsewhere(file: &LibraryFile, facts: Facts) -> Arc<Self> {
        let source = Source::Elsewhere(OnceLock::new());
        Arc::new(Self { path: file.path.clone(), name: file.name(), digest: file.digest.clone(), facts, source })
    }

    /// Sees to it that the library is loaded into this process, where its instances are to be made.
    ///
    /// # Errors
    /// As [`Plugin::load`], and when the file is no longer the one that was described.
    pub fn load_here(&self) -> Result<(), LoadError> {
        let Source::Elsewhere(cell) = &self.source else { return Ok(()) };
        if cell.get().is_none() {
            let loaded = Self::load_file(LibraryFile::read(&self.path)?, Some(self.facts.front_end))?;
            if loaded.digest != self.digest {
                return Err(LoadError { path: self.path.clone(), cause: LoadCause::Changed });
            }
            // Whoever came first set the same.
            let _ = cell.set(loaded);
        }
        Ok(())
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Controllers that are linked into the program, called through the C table as if they had been loaded.
    #[must_use]
    pub fn linked(name: &str, registrations: &'static [Registration]) -> Self {
        let descriptors: Vec<Descriptor> = registrations.iter().map(Registration::descriptor).collect();
        let text = serde_json::to_vec(&descriptors).expect("descriptors are plain data with text keys");
        Self {
            path: PathBuf::from(name),
            name: library_name(Path::new(name)),
            digest: sha256_hex(&text),
            facts: Facts {
                front_end: FrontEnd::Linked,
                abi_minor: abi::MINOR,
                descriptors,
                changed_floating_point_mode: false,
                build: None,
            },
            source: Source::Linked(registrations),
        }
    }

    /// Where the library was found.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its file name without the platform's prefix and suffix.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of its bytes in lower-case hexadecimal; of its descriptors where it is linked.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The front end through which it is called.
    #[must_use]
    pub const fn front_end(&self) -> FrontEnd {
        self.facts.front_end
    }

    /// Minor version of the boundary for which it was built.
    #[must_use]
    pub const fn abi_minor(&self) -> u32 {
        self.facts.abi_minor
    }

    /// How it was built, in its own words; `None` where it does not tell.
    #[must_use]
    pub fn build(&self) -> Option<&str> {
        self.facts.build.as_deref()
    }

    /// Its controllers, at least one, with distinct ids.
    #[must_use]
    pub fn descriptors(&self) -> &[Descriptor] {
        &self.facts.descriptors
    }

    /// Whether loading it changed the floating-point mode, which was restored. It is most likely built with `-ffast-math`.
    #[must_use]
    pub const fn changed_floating_point_mode(&self) -> bool {
        self.facts.changed_floating_point_mode
    }

    /// The controller `id`; without one, the only controller, or the one named like the library.
    ///
    /// # Errors
    /// An unknown id, or none where several are possible.
    pub fn select(&self, id: Option<&str>) -> Result<&Descriptor, SelectError> {
        select(&self.name, &self.facts.descriptors, id)
    }

    /// Makes an instance of controller `id` for one episode; `config` is a JSON object, checked against the descriptor.
    ///
    /// # Errors
    /// An unknown id, a refused configuration, or whatever the controller reports; all as a fault at step 0.
    pub fn create(&self, id: &str, config: &Value, spec: &EpisodeSpec, seed: u64) -> Result<Instance, PluginFault> {
        let fault = |message: String| PluginFault { controller: id.to_owned(), step: 0, kind: FaultKind::Error, message };
        let descriptor = self.select(Some(id)).map_err(|error| fault(error.to_string()))?;
        let config = Config::check(descriptor, config).map_err(|error| fault(error.to_string()))?.to_json().to_string();
        let spec_json = serde_json::to_string(spec).expect("an episode specification is plain data");
        self.load_here().map_err(|error| fault(format!("{error}: {}", error.cause)))?;
        let loaded = match &self.source {
            Source::Elsewhere(cell) => cell.get().expect("it was just loaded"),
            Source::Loaded(_) | Source::Linked(_) => self,
        };
        let backend = match &loaded.source {
            Source::Loaded(maker) => Backend::make(maker, id, &config, &spec_json, seed)?,
            Source::Linked(registrations) => {
                let registration =
                    registrations.iter().find(|r| r.descriptor().id == id).expect("the descriptors come from these registrations");
                let raw = registration.create(&config, &spec_json, seed).map_err(|error| fault(error.to_string()))?;
                Backend::of_table(raw, id)?
            }
            Source::Elsewhere(_) => unreachable!("what is loaded here is not elsewhere"),
        };
        Ok(Instance::new(backend, id, spec.hyperparameters.len()))
    }
}

/// The controller `id` of a library; without one, the only controller, or the one named like the library.
pub(super) fn select<'a>(library: &str, descriptors: &'a [Descriptor], id: Option<&str>) -> Result<&'a Descriptor, SelectError> {
    let known = || descriptors.iter().map(|d| d.id.clone()).collect::<Vec<_>>();
    match (id, descriptors) {
        (Some(id), _) => descriptors.iter().find(|d| d.id == id).ok_or_else(|| SelectError::Unknown {
            library: library.to_owned(),
            id: id.to_owned(),
            nearest: nearest(id, descriptors.iter().map(|d| d.id.as_str())),
            known: known(),
        }),
        (None, [only]) => Ok(only),
        (None, _) => {
            descriptors.iter().find(|d| d.id == library).ok_or_else(|| SelectError::Several { library: library.to_owned(), known: known() })
        }
    }
}

/// Descriptors from JSON. A library of a newer minor version may describe more than this host knows: then unknown keys are dropped.
fn parse_descriptors(text: &str, is_newer: bool) -> Result<Vec<Descriptor>, LoadCause> {
    let refuse = |reason: String| LoadCause::Descriptor { reason };
    let values: Vec<Value> = serde_json::from_str(text).map_err(|error| refuse(format!("not a JSON array: {error}")))?;
    if values.is_empty() {
        return Err(refuse("it holds no controller".to_owned()));
    }
    let mut descriptors: Vec<Descriptor> = Vec::with_capacity(values.len());
    for mut value in values {
        if is_newer && let Value::Object(keys) = &mut value {
            keys.retain(|key, _| Descriptor::FIELDS.contains(&key.as_str()));
        }
        let descriptor: Descriptor = serde_json::from_value(value).map_err(|error| refuse(error.to_string()))?;
        let id = &descriptor.id;
        let is_good = !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        if !is_good {
            return Err(refuse(format!("the id `{id}` is not made of lower-case letters, digits, `-` and `_`")));
        }
        if descriptors.iter().any(|d| d.id == *id) {
            return Err(refuse(format!("the id `{id}` occurs twice")));
        }
        descriptors.push(descriptor);
    }
    Ok(descriptors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use oha_plugin_api::random::SplitMix64;

    const TEXT: &str = r#"[{"id":"a-b","version":"1.0.0","authors":["x"],"description":"d","source":"s","information":"signals",
        "controls":["learning_rate"],"signals":["gradient_norm"],"saves_state":true,"parameters":[
        {"name":"rate","doc":"r","kind":{"type":"real","min":0.0,"max":1.0,"default":0.5}},
        {"name":"n","doc":"n","kind":{"type":"integer","min":1,"max":9,"default":3}},
        {"name":"f","doc":"f","kind":{"type":"flag","default":true}},
        {"name":"c","doc":"c","kind":{"type":"choice","values":["p","q"],"default":"p"}}]}]"#;

    /// Changed, removed, doubled and foreign pieces; a function of the number.
    fn damaged(number: u64) -> String {
        const PIECES: [&str; 12] =
            ["{", "}", "[", "]", "\"", ",", "null", "-1e999", "18446744073709551616", "\\u0000", "\"min\":2,", "\u{fffd}"];
        let mut random = SplitMix64::new(number);
        let mut below = |n: usize| usize::try_from(random.below(n as u64)).expect("a position in a text");
        let mut bytes = TEXT.as_bytes().to_vec();
        for _ in 0..=below(3) {
            let at = below(bytes.len());
            let end = (at + below(20)).min(bytes.len());
            match below(5) {
                0 => bytes.truncate(at.max(1)),
                1 => bytes[at] = u8::try_from(below(256)).expect("a byte"),
                2 => drop(bytes.splice(at..at, PIECES[below(PIECES.len())].bytes())),
                3 => drop(bytes.drain(at..end.max(at + 1).min(bytes.len()))),
                _ => bytes.extend_from_within(at..end),
            }
            if bytes.is_empty() {
                bytes.push(b'[');
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[test]
    fn damaged_descriptors_are_refused_or_whole() {
        assert_eq!(parse_descriptors(TEXT, false).map(|d| d.len()).map_err(|e| e.to_string()), Ok(1));
        let mut n_accepted = 0;
        for number in 0..10_000 {
            let text = damaged(number);
            let Ok(descriptors) = parse_descriptors(&text, number % 2 == 0) else { continue };
            n_accepted += 1;
            assert!(!descriptors.is_empty());
            for descriptor in descriptors {
                assert!(!descriptor.id.is_empty() && descriptor.id.is_ascii(), "{text}");
                // Checked defaults, or a refusal: never a crash.
                let _ = Config::check(&descriptor, &serde_json::json!({}));
                let _ = Config::check(&descriptor, &serde_json::json!({"rate": 0.25, "n": 4, "f": false, "c": "q"}));
            }
        }
        assert!(n_accepted > 0 && n_accepted < 5_000, "{n_accepted}: most damage is seen, some is harmless");
    }
}
