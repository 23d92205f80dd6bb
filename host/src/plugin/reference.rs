//! What a user writes to name a controller: `[LABEL=]PATH_OR_NAME[:ID][?key=value&key=value]`.

use super::error::ReferenceError;
use oha_plugin_api::{Config, ConfigError, Descriptor, ParameterKind};
use serde_json::{Map, Value};
use std::path::is_separator;
use std::str::FromStr;

/// A parsed controller reference.
///
/// ```
/// use oha_host::plugin::ControllerRef;
///
/// let reference: ControllerRef = "tuned=./libschedules.so:cosine?peak=0.3".parse()?;
/// assert_eq!(reference.label.as_deref(), Some("tuned"));
/// assert_eq!((reference.target.as_str(), reference.id.as_deref()), ("./libschedules.so", Some("cosine")));
/// assert_eq!(reference.parameters, [("peak".to_owned(), "0.3".to_owned())]);
/// # Ok::<(), oha_host::plugin::ReferenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerRef {
    /// Name in tables and figures, where one was given.
    pub label: Option<String>,
    /// Path of a library, or name of a library or controller on the plugin path.
    pub target: String,
    /// Controller within the library.
    pub id: Option<String>,
    /// Configuration, as written, in the order of writing.
    pub parameters: Vec<(String, String)>,
}

impl ControllerRef {
    /// Whether the target is a path, and not a name to be looked up.
    #[must_use]
    pub fn is_path(&self) -> bool {
        self.target.contains(is_separator)
    }

    /// The label, or what distinguishes the controller best: its id and its configuration.
    #[must_use]
    pub fn display_label(&self, descriptor: &Descriptor) -> String {
        let query: Vec<String> = self.parameters.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        self.label.clone().unwrap_or_else(|| format!("{}{query}", descriptor.id))
    }

    /// The configuration, typed and checked by `descriptor`.
    ///
    /// # Errors
    /// Unknown names, wrong types and values outside their range.
    pub fn config(&self, descriptor: &Descriptor) -> Result<Config, ConfigError> {
        let mut values = Map::new();
        for (key, text) in &self.parameters {
            let kind = descriptor.parameters.iter().find(|p| p.name == *key).map(|p| &p.kind);
            values.insert(key.clone(), typed(kind, text));
        }
        Config::check(descriptor, &Value::Object(values))
    }
}

/// The value that `text` means for a parameter of this kind; what does not parse stays text, and is refused by the check with its range.
fn typed(kind: Option<&ParameterKind>, text: &str) -> Value {
    let parsed = match kind {
        Some(ParameterKind::Real { .. }) => text.parse::<f64>().ok().filter(|x| x.is_finite()).map(Value::from),
        Some(ParameterKind::Integer { .. }) => text.parse::<i64>().ok().map(Value::from),
        Some(ParameterKind::Flag { .. }) => text.parse::<bool>().ok().map(Value::from),
        Some(ParameterKind::Choice { .. }) | None => None,
    };
    parsed.unwrap_or_else(|| Value::from(text))
}

impl FromStr for ControllerRef {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let refuse = |reason: String| ReferenceError { text: text.to_owned(), reason };
        let (head, query) = text.split_once('?').map_or((text, None), |(head, query)| (head, Some(query)));
        let (label, rest) = match head.split_once('=') {
            Some(("", _)) => return Err(refuse("the label is empty".to_owned())),
            Some((label, rest)) if !label.contains(is_separator) => (Some(label.to_owned()), rest),
            _ => (None, head),
        };
        let (target, id) = match rest.rsplit_once(':') {
            Some((_, "")) => return Err(refuse("the id after `:` is empty".to_owned())),
            Some((target, id)) if !id.contains(is_separator) => (target, Some(id.to_owned())),
            _ => (rest, None),
        };
        if target.is_empty() {
            return Err(refuse("the path or name is empty".to_owned()));
        }
        let mut parameters: Vec<(String, String)> = Vec::new();
        for pair in query.into_iter().flat_map(|q| q.split('&')) {
            let Some((key, value)) = pair.split_once('=').filter(|(key, _)| !key.is_empty()) else {
                return Err(refuse(format!("`{pair}` is not key=value")));
            };
            if parameters.iter().any(|(known, _)| known == key) {
                return Err(refuse(format!("`{key}` is set twice")));
            }
            parameters.push((key.to_owned(), value.to_owned()));
        }
        Ok(Self { label, target: target.to_owned(), id, parameters })
    }
}

impl std::fmt::Display for ControllerRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(label) = &self.label {
            write!(f, "{label}=")?;
        }
        f.write_str(&self.target)?;
        if let Some(id) = &self.id {
            write!(f, ":{id}")?;
        }
        for (index, (key, value)) in self.parameters.iter().enumerate() {
            write!(f, "{}{key}={value}", if index == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oha_plugin_api::{InformationClass, Parameter};
    use proptest::prelude::*;

    #[test]
    fn forms_of_the_grammar() {
        let parse = |text: &str| {
            let r: ControllerRef = text.parse().expect("a good reference");
            (r.label.unwrap_or_default(), r.target, r.id.unwrap_or_default(), r.parameters.len())
        };
        let expected = |l: &str, t: &str, i: &str, n| (l.to_owned(), t.to_owned(), i.to_owned(), n);
        assert_eq!(parse("./libmine.so"), expected("", "./libmine.so", "", 0));
        assert_eq!(parse("libschedules.so:cosine?peak=0.3"), expected("", "libschedules.so", "cosine", 1));
        assert_eq!(parse("tuned=constant?learning_rate=0.05"), expected("tuned", "constant", "", 1));
        assert_eq!(parse("./a=b/libx.so"), expected("", "./a=b/libx.so", "", 0));
        assert_eq!(parse("./a:b/libx.so"), expected("", "./a:b/libx.so", "", 0));
        assert_eq!(parse("x=y:z?a=1&b=c=d"), expected("x", "y", "z", 2));
    }

    #[test]
    fn broken_forms_name_the_reason() {
        for (text, reason) in [
            ("", "the path or name is empty"),
            ("=a", "the label is empty"),
            ("l=", "the path or name is empty"),
            ("a:", "the id after `:` is empty"),
            ("a?", "`` is not key=value"),
            ("a?b", "`b` is not key=value"),
            ("a?=1", "`=1` is not key=value"),
            ("a?b=1&b=2", "`b` is set twice"),
        ] {
            let error = text.parse::<ControllerRef>().expect_err("a broken reference");
            assert_eq!(error.reason, reason, "{text}");
        }
    }

    #[test]
    fn values_take_the_type_of_their_parameter() {
        let descriptor = Descriptor {
            id: "x".into(),
            version: "1".into(),
            authors: vec![],
            description: String::new(),
            source: String::new(),
            information: InformationClass::OpenLoop,
            controls: vec![],
            signals: vec![],
            parameters: vec![
                Parameter::real("rate", 0.1, 0.0, 1.0, ""),
                Parameter::integer("period", 1, 1, 9, ""),
                Parameter::flag("warm", false, ""),
                Parameter::choice("mode", "1", &["1", "true"], ""),
            ],
            saves_state: false,
        };
        let reference: ControllerRef = "x?rate=1&period=3&warm=true&mode=true".parse().expect("a good reference");
        let config = reference.config(&descriptor).expect("a good configuration");
        assert_eq!(
            (config.real("rate"), config.integer("period"), config.flag("warm"), config.choice("mode")),
            (Some(1.0), Some(3), true, "true")
        );
        for bad in ["x?rate=inf", "x?rate=2", "x?period=1.5", "x?warm=yes", "x?mode=2", "x?rat=1"] {
            assert!(bad.parse::<ControllerRef>().expect("a good reference").config(&descriptor).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn display_and_parse_are_inverse(text in "([a-z]{1,3}=)?[./a-z]{1,8}(:[a-z-]{1,4})?(\\?[a-z]{1,3}=[a-z0-9=.]{0,3})?") {
            if let Ok(reference) = text.parse::<ControllerRef>() {
                prop_assert_eq!(reference.to_string(), text);
            }
        }

        #[test]
        fn any_text_parses_or_is_refused(text in ".{0,40}") {
            if let Ok(reference) = text.parse::<ControllerRef>() {
                prop_assert_eq!(reference.to_string().parse::<ControllerRef>(), Ok(reference));
            }
        }
    }
}
