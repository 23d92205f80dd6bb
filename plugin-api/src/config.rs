//! A controller's configuration: JSON in, checked values out.

use crate::{Descriptor, Parameter, ParameterKind};
use serde_json::{Map, Value};

/// Why a configuration was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// The text is no JSON object.
    #[error("configuration is not a JSON object: {found}")]
    NotAnObject {
        /// What was found instead.
        found: String,
    },
    /// No parameter has this name.
    #[error("unknown parameter `{name}` of controller `{controller}`; known: {known}{}", hint.as_ref().map(|h| format!("; did you mean `{h}`?")).unwrap_or_default())]
    Unknown {
        /// The controller asked.
        controller: String,
        /// The name found.
        name: String,
        /// The names allowed.
        known: String,
        /// The nearest known name.
        hint: Option<String>,
    },
    /// The value has the wrong type or lies outside the range.
    #[error("parameter `{name}` of controller `{controller}` is {found}; allowed: {allowed}")]
    Invalid {
        /// The controller asked.
        controller: String,
        /// The parameter.
        name: String,
        /// The value found.
        found: String,
        /// The values allowed.
        allowed: String,
    },
}

/// Checked parameters: every declared one is present, except those whose default is derived from the episode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    values: Map<String, Value>,
}

impl Config {
    /// Checks `values` against the parameters of `descriptor` and fills in the defaults.
    ///
    /// # Errors
    /// Unknown names, wrong types and values outside their range.
    pub fn check(descriptor: &Descriptor, values: &Value) -> Result<Self, ConfigError> {
        let Value::Object(given) = values else {
            return Err(ConfigError::NotAnObject { found: values.to_string() });
        };
        for name in given.keys() {
            if !descriptor.parameters.iter().any(|p| p.name == *name) {
                return Err(unknown(descriptor, name));
            }
        }
        let mut checked = Map::new();
        for parameter in &descriptor.parameters {
            match given.get(&parameter.name) {
                Some(value) => {
                    let value = check_value(&descriptor.id, parameter, value)?;
                    checked.insert(parameter.name.clone(), value);
                }
                None => {
                    if let Some(default) = default_of(&parameter.kind) {
                        checked.insert(parameter.name.clone(), default);
                    }
                }
            }
        }
        Ok(Self { values: checked })
    }

    /// The real parameter `name`; `None` where it is to be derived from the episode.
    #[must_use]
    pub fn real(&self, name: &str) -> Option<f64> {
        self.values.get(name).and_then(Value::as_f64)
    }

    /// The whole-number parameter `name`; `None` where it is to be derived from the episode.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.values.get(name).and_then(Value::as_i64)
    }

    /// The flag `name`; false where the descriptor does not declare it.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.values.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The choice `name`; empty where the descriptor does not declare it.
    #[must_use]
    pub fn choice(&self, name: &str) -> &str {
        self.values.get(name).and_then(Value::as_str).unwrap_or("")
    }

    /// The checked parameters as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        Value::Object(self.values.clone())
    }
}

fn unknown(descriptor: &Descriptor, name: &str) -> ConfigError {
    let names: Vec<&str> = descriptor.parameters.iter().map(|p| p.name.as_str()).collect();
    let hint = names.iter().map(|n| (strsim::damerau_levenshtein(n, name), *n)).filter(|(d, _)| *d <= 3).min().map(|(_, n)| n.to_owned());
    let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    ConfigError::Unknown { controller: descriptor.id.clone(), name: name.to_owned(), known, hint }
}

fn default_of(kind: &ParameterKind) -> Option<Value> {
    match kind {
        ParameterKind::Real { default, .. } => default.map(Value::from),
        ParameterKind::Integer { default, .. } => default.map(Value::from),
        ParameterKind::Flag { default } => Some(Value::from(*default)),
        ParameterKind::Choice { default, .. } => Some(Value::from(default.clone())),
    }
}

fn check_value(controller: &str, parameter: &Parameter, value: &Value) -> Result<Value, ConfigError> {
    let checked = match &parameter.kind {
        ParameterKind::Real { min, max, .. } => {
            value.as_f64().filter(|x| x.is_finite() && min.is_none_or(|m| *x >= m) && max.is_none_or(|m| *x <= m)).map(Value::from)
        }
        ParameterKind::Integer { min, max, .. } => {
            value.as_i64().filter(|x| min.is_none_or(|m| *x >= m) && max.is_none_or(|m| *x <= m)).map(Value::from)
        }
        ParameterKind::Flag { .. } => value.as_bool().map(Value::from),
        ParameterKind::Choice { values, .. } => value.as_str().filter(|v| values.iter().any(|w| w == v)).map(Value::from),
    };
    checked.ok_or_else(|| ConfigError::Invalid {
        controller: controller.to_owned(),
        name: parameter.name.clone(),
        found: value.to_string(),
        allowed: allowed(&parameter.kind),
    })
}

fn allowed(kind: &ParameterKind) -> String {
    fn range<T: ToString>(what: &str, min: Option<T>, max: Option<T>) -> String {
        let end = |x: Option<T>, none: &str| x.map_or_else(|| none.to_owned(), |v| v.to_string());
        format!("{what} from {} to {}", end(min, "-infinity"), end(max, "infinity"))
    }
    match kind {
        ParameterKind::Real { min, max, .. } => range("a real number", *min, *max),
        ParameterKind::Integer { min, max, .. } => range("a whole number", *min, *max),
        ParameterKind::Flag { .. } => "true or false".to_owned(),
        ParameterKind::Choice { values, .. } => values.join(", "),
    }
}
