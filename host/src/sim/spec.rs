//! What a description of a task, an optimizer or a change may get wrong.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A value in a description that is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: found {found}; allowed: {allowed}")]
pub struct SpecError {
    /// Where, as a dotted path into the description.
    pub at: String,
    /// What was found.
    pub found: String,
    /// What would be allowed.
    pub allowed: String,
}

impl SpecError {
    /// An error at a dotted path.
    pub fn new(at: impl Into<String>, found: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self { at: at.into(), found: found.into(), allowed: allowed.into() }
    }

    /// The same error one level further out.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.at = if self.at.is_empty() { outer.to_owned() } else { format!("{outer}.{}", self.at) };
        self
    }
}

/// Reads a table of settings whose `kind` was taken off; unknown keys are refused with the known ones.
///
/// # Errors
/// Unknown keys and wrong types, in serde's words.
pub fn parse<T: DeserializeOwned>(at: &str, value: &Value) -> Result<T, SpecError> {
    T::deserialize(value).map_err(|e| {
        let text = e.to_string();
        let (found, allowed) = text.split_once(", expected ").unwrap_or((text.as_str(), "see `oha-host describe`"));
        SpecError::new(at, found, allowed)
    })
}

/// Fails unless `low <= x <= high` (NaN fails).
///
/// # Errors
/// When it does not hold.
pub fn within(at: &str, x: f64, low: f64, high: f64) -> Result<(), SpecError> {
    if x >= low && x <= high {
        Ok(())
    } else {
        Err(SpecError::new(at, number(x), format!("a number from {} to {}", number(low), number(high))))
    }
}

/// A number as people write it: 0.5, 1e-9.
fn number(x: f64) -> String {
    if x == 0.0 || (1e-4..1e6).contains(&x.abs()) || !x.is_finite() { x.to_string() } else { format!("{x:e}") }
}

/// Looks `name` up in a registry of (name, entry) pairs.
///
/// # Errors
/// When no entry has that name; the error lists the names and the nearest.
pub fn lookup<'a, T>(at: &str, name: &str, registry: impl IntoIterator<Item = (&'a str, T)>) -> Result<T, SpecError> {
    let mut names = Vec::new();
    for (known, entry) in registry {
        if known == name {
            return Ok(entry);
        }
        names.push(known);
    }
    let nearest = names.iter().map(|n| (strsim::damerau_levenshtein(n, name), n)).min().filter(|(d, _)| *d <= 3);
    let hint = nearest.map(|(_, n)| format!(" (nearest: `{n}`)")).unwrap_or_default();
    Err(SpecError::new(at, format!("`{name}`"), format!("{}{hint}", names.join(", "))))
}
