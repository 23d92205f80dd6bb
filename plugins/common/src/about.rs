//! Descriptors of the controllers shipped here, with what they have in common filled in.

use oha_plugin_api::{Descriptor, InformationClass, Parameter, Signal};

/// A descriptor: identifier, sentence, source, information class, signals and parameters; the rest is the same for all controllers here.
#[must_use]
pub fn descriptor(
    id: &str,
    (description, source): (&str, &str),
    information: InformationClass,
    signals: &[Signal],
    parameters: Vec<Parameter>,
) -> Descriptor {
    Descriptor {
        id: id.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        authors: vec!["oha-host contributors".into()],
        description: description.into(),
        source: source.into(),
        information,
        controls: vec![],
        signals: signals.to_vec(),
        parameters,
        saves_state: true,
    }
}

/// As [`descriptor`], for a rule that makes sense for the learning rate only.
#[must_use]
pub fn learning_rate_rule(
    id: &str,
    about: (&str, &str),
    information: InformationClass,
    signals: &[Signal],
    parameters: Vec<Parameter>,
) -> Descriptor {
    Descriptor { controls: vec!["learning_rate".into()], ..descriptor(id, about, information, signals, parameters) }
}

/// The parameter `initial`: first value, by default the episode's.
#[must_use]
pub fn initial_parameter() -> Parameter {
    Parameter::real_derived("initial", 0.0, f64::INFINITY, "First value; default: the episode's initial value")
}
