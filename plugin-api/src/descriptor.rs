//! What a controller says about itself.

use crate::Signal;
use serde::{Deserialize, Serialize};

/// What a controller is allowed to see; every table shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InformationClass {
    /// The step index only.
    OpenLoop,
    /// Past losses.
    Scalar,
    /// Past losses and past internal signals.
    Signals,
    /// Signals of the current gradient before the step: outside the strict definition of online hyperparameter adaptation.
    Current,
    /// As `current`, with extra loss evaluations that are charged to its budget.
    Evaluations,
}

/// Type and range of a parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ParameterKind {
    /// A real number in `[min, max]`; a bound that is absent does not bind. `default` absent means: derived from the episode, as the doc tells.
    Real {
        /// Smallest value allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        /// Largest value allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
        /// Value used when the configuration does not name it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default: Option<f64>,
    },
    /// A whole number in `[min, max]`.
    Integer {
        /// Smallest value allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        /// Largest value allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
        /// Value used when the configuration does not name it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default: Option<i64>,
    },
    /// True or false.
    Flag {
        /// Value used when the configuration does not name it.
        default: bool,
    },
    /// One of a list of words.
    Choice {
        /// The words allowed.
        values: Vec<String>,
        /// Value used when the configuration does not name it.
        default: String,
    },
}

/// One configurable parameter of a controller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The key in the configuration.
    pub name: String,
    /// One sentence: meaning and unit.
    pub doc: String,
    /// Type, range and default.
    pub kind: ParameterKind,
}

impl Parameter {
    /// A real parameter in `[min, max]` (an infinite bound does not bind).
    #[must_use]
    pub fn real(name: &str, default: f64, min: f64, max: f64, doc: &str) -> Self {
        let finite = |x: f64| x.is_finite().then_some(x);
        Self {
            name: name.into(),
            doc: doc.into(),
            kind: ParameterKind::Real { min: finite(min), max: finite(max), default: Some(default) },
        }
    }

    /// A real parameter whose default is derived from the episode.
    #[must_use]
    pub fn real_derived(name: &str, min: f64, max: f64, doc: &str) -> Self {
        let finite = |x: f64| x.is_finite().then_some(x);
        Self { name: name.into(), doc: doc.into(), kind: ParameterKind::Real { min: finite(min), max: finite(max), default: None } }
    }

    /// A whole-number parameter in `[min, max]`.
    #[must_use]
    pub fn integer(name: &str, default: i64, min: i64, max: i64, doc: &str) -> Self {
        Self { name: name.into(), doc: doc.into(), kind: ParameterKind::Integer { min: Some(min), max: Some(max), default: Some(default) } }
    }

    /// A whole-number parameter whose default is derived from the episode.
    #[must_use]
    pub fn integer_derived(name: &str, min: i64, max: i64, doc: &str) -> Self {
        Self { name: name.into(), doc: doc.into(), kind: ParameterKind::Integer { min: Some(min), max: Some(max), default: None } }
    }

    /// A true-or-false parameter.
    #[must_use]
    pub fn flag(name: &str, default: bool, doc: &str) -> Self {
        Self { name: name.into(), doc: doc.into(), kind: ParameterKind::Flag { default } }
    }

    /// A parameter that takes one of `values`.
    #[must_use]
    pub fn choice(name: &str, default: &str, values: &[&str], doc: &str) -> Self {
        let values = values.iter().map(|&v| v.to_owned()).collect();
        Self { name: name.into(), doc: doc.into(), kind: ParameterKind::Choice { values, default: default.into() } }
    }
}

/// What a controller is, what it needs and what can be configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Descriptor {
    /// Identifier within the library: lower case, digits and hyphens (`cosine`, `step-decay`).
    pub id: String,
    /// Version of the controller.
    pub version: String,
    /// Who wrote it.
    #[serde(default)]
    pub authors: Vec<String>,
    /// One sentence.
    pub description: String,
    /// The paper or reference implementation that it follows.
    #[serde(default)]
    pub source: String,
    /// What it sees.
    pub information: InformationClass,
    /// Hyperparameters that it can control; empty means any (it looks at the episode's list).
    #[serde(default)]
    pub controls: Vec<String>,
    /// Signals that it needs, in the order in which it reads them.
    #[serde(default)]
    pub signals: Vec<Signal>,
    /// What can be configured.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// Whether its state can be saved and loaded.
    #[serde(default)]
    pub saves_state: bool,
}

impl Descriptor {
    /// The keys of its JSON form.
    pub const FIELDS: [&'static str; 10] =
        ["id", "version", "authors", "description", "source", "information", "controls", "signals", "parameters", "saves_state"];

    /// A controller without parameters, signals or saved state; set the other fields with `Descriptor { signals: ..., ..Descriptor::new(...) }`.
    #[must_use]
    pub fn new(id: &str, version: &str, information: InformationClass, description: &str) -> Self {
        Self {
            id: id.into(),
            version: version.into(),
            authors: Vec::new(),
            description: description.into(),
            source: String::new(),
            information,
            controls: Vec::new(),
            signals: Vec::new(),
            parameters: Vec::new(),
            saves_state: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_those_of_the_json_form() {
        let descriptor = Descriptor::new("x", "1", InformationClass::OpenLoop, "");
        let json = serde_json::to_value(descriptor).expect("plain data");
        let keys: Vec<&String> = json.as_object().expect("an object").keys().collect();
        assert_eq!(keys, Descriptor::FIELDS.iter().collect::<Vec<_>>());
    }
}
