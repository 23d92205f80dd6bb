//! Given values of any hyperparameters, kept for the whole episode.

use crate::open_loop::{OpenLoop, Schedule};
use controller_common::{Target, target};
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

/// The controller `constant`: hyperparameters named in the configuration have the value given, the others their initial one.
///
/// The baseline of every comparison; tuned, it is the static comparator.
pub type Constant = OpenLoop<ConstantSchedule>;

/// The values of [`Constant`].
#[derive(Clone, Debug)]
pub struct ConstantSchedule {
    value: f64,
    named: Vec<(usize, f64)>,
}

impl Schedule for ConstantSchedule {
    const ID: &'static str = "constant";

    fn about() -> (&'static str, &'static str) {
        ("Keeps given hyperparameters, by default the episode's initial ones", "baseline")
    }

    fn parameters() -> Vec<Parameter> {
        let any = |name, doc: &str| Parameter::real_derived(name, f64::NEG_INFINITY, f64::INFINITY, doc);
        let mut parameters = vec![any("value", "Value of `hyperparameter`; default: the episode's initial value")];
        parameters.extend(target::NAMES.map(|name| any(name, "Value of this hyperparameter; default: the episode's initial value")));
        parameters
    }

    fn new(config: &Config, target: &Target, spec: &EpisodeSpec) -> Result<Self, ControllerError> {
        let mut named = vec![];
        for name in target::NAMES {
            if let Some(value) = config.real(name) {
                let index = target::position(spec, name)?;
                named.push((index, target::clamp(&spec.hyperparameters[index], value)));
            }
        }
        Ok(Self { value: config.real("value").unwrap_or_else(|| target.initial()), named })
    }

    fn value(&self, _t: u64) -> f64 {
        self.value
    }

    fn others(&self, _t: u64, values: &mut [f64]) {
        for (index, value) in &self.named {
            values[*index] = *value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use controller_common::trial::{self, Trial};
    use serde_json::json;

    #[test]
    fn named_values_hold_and_others_stay() {
        let mut spec = trial::spec(5, 1e-4, 1.0, 0.1);
        spec.hyperparameters.push(trial::momentum());
        for (parameters, expected) in [
            (json!({}), [0.1, 0.9]),
            (json!({"learning_rate": 0.05, "momentum": 0.5}), [0.05, 0.5]),
            (json!({"momentum": 2.0}), [0.1, 0.99]),
            (json!({"value": 0.2}), [0.2, 0.9]),
            (json!({"hyperparameter": "momentum", "value": 0.2}), [0.1, 0.2]),
        ] {
            let mut trial = Trial::<Constant>::new(&parameters, &spec, 0);
            for _ in 0..5 {
                trial.step(1.0, &[]);
                assert_eq!(trial.applied(), expected);
            }
            trial::promises::<Constant>(&parameters, &spec);
        }
    }

    #[test]
    fn a_hyperparameter_that_the_episode_lacks_is_refused() {
        let config = Config::check(&<Constant as oha_plugin_api::Controller>::descriptor(), &json!({"momentum": 0.5})).expect("valid");
        let error = <Constant as oha_plugin_api::Controller>::new(&config, &trial::spec(5, 1e-4, 1.0, 0.1), 0).expect_err("no momentum");
        assert!(error.to_string().contains("no hyperparameter `momentum`"), "{error}");
    }
}
