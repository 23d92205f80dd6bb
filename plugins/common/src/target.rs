//! The hyperparameter that a controller acts on.
//!
//! Every controller here moves one hyperparameter (some of them two) and keeps the others where they are. The parameter `hyperparameter`
//! tells which; `auto`, the default, is `learning_rate` where the episode has it and otherwise the first hyperparameter of the episode.
//! Proposals are clamped to the bounds of the episode, so that the guard has nothing to correct.

use oha_plugin_api::{Config, ControllerError, EpisodeSpec, HyperparameterSpec, Observation, Parameter, Proposal, Scale};

/// Standard names that can be asked for, beside `auto`.
pub const NAMES: [&str; 9] =
    ["learning_rate", "momentum", "beta1", "beta2", "weight_decay", "batch_size", "gradient_clip", "label_smoothing", "dropout"];

/// The hyperparameter acted on, among those of the episode.
#[derive(Clone, Debug)]
pub struct Target {
    all: Vec<HyperparameterSpec>,
    index: usize,
}

impl Target {
    /// The parameter `hyperparameter` of a descriptor.
    #[must_use]
    pub fn parameter() -> Parameter {
        let mut values = vec!["auto"];
        values.extend(NAMES);
        Parameter::choice("hyperparameter", "auto", &values, "Hyperparameter acted on; auto is learning_rate, or else the episode's first")
    }

    /// Finds the hyperparameter that `config` asks for in `spec`.
    ///
    /// # Errors
    /// When the episode has no hyperparameter, or not the one asked for.
    pub fn find(config: &Config, spec: &EpisodeSpec) -> Result<Self, ControllerError> {
        if spec.hyperparameters.is_empty() {
            return Err(ControllerError::new("the episode has no hyperparameter to control"));
        }
        let index = match config.choice("hyperparameter") {
            "" | "auto" => spec.position("learning_rate").unwrap_or(0),
            name => position(spec, name)?,
        };
        Ok(Self { all: spec.hyperparameters.clone(), index })
    }

    /// The learning rate of `spec`, for rules that make sense for nothing else.
    ///
    /// # Errors
    /// When the episode has no hyperparameter `learning_rate`.
    pub fn learning_rate(spec: &EpisodeSpec) -> Result<Self, ControllerError> {
        Ok(Self { index: position(spec, "learning_rate")?, all: spec.hyperparameters.clone() })
    }

    /// What the episode says about it.
    #[must_use]
    pub fn spec(&self) -> &HyperparameterSpec {
        &self.all[self.index]
    }

    /// Position in a proposal.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Value in force before the first proposal.
    #[must_use]
    pub fn initial(&self) -> f64 {
        self.spec().initial
    }

    /// The value nearest to `value` within the bounds of the episode; the initial value in place of NaN.
    #[must_use]
    #[inline]
    pub fn clamp(&self, value: f64) -> f64 {
        clamp(self.spec(), value)
    }

    /// Coordinate in which this hyperparameter is moved: `ln value` on a logarithmic scale, else `value` itself.
    #[must_use]
    pub fn coordinate(&self, value: f64) -> f64 {
        match self.spec().scale {
            Scale::Log => libm::log(value),
            Scale::Linear => value,
        }
    }

    /// The value at `coordinate`, clamped to the bounds. Inverse of [`Target::coordinate`].
    #[must_use]
    pub fn value_at(&self, coordinate: f64) -> f64 {
        self.clamp(match self.spec().scale {
            Scale::Log => libm::exp(coordinate),
            Scale::Linear => coordinate,
        })
    }

    /// The bounds in the coordinate of [`Target::coordinate`].
    #[must_use]
    pub fn coordinate_bounds(&self) -> (f64, f64) {
        (self.coordinate(self.spec().min), self.coordinate(self.spec().max))
    }

    /// The range that the parameters `low` and `high` ask for, within the bounds. Defaults: the initial value divided and multiplied by `reach` on a logarithmic
    /// scale, the bounds on a linear one.
    ///
    /// # Errors
    /// When the range is empty.
    pub fn range(&self, config: &Config, reach: f64) -> Result<(f64, f64), ControllerError> {
        let spec = self.spec();
        let (below, above) = match spec.scale {
            Scale::Log => (spec.initial / reach, spec.initial * reach),
            Scale::Linear => (spec.min, spec.max),
        };
        let low = self.clamp(config.real("low").unwrap_or(below));
        let high = self.clamp(config.real("high").unwrap_or(above));
        if low < high { Ok((low, high)) } else { Err(ControllerError::new(format!("the range is empty: low is {low}, high is {high}"))) }
    }

    /// Value applied last, or the initial one where the observation has none that is finite.
    #[must_use]
    #[inline]
    pub fn applied(&self, observation: &Observation<'_>) -> f64 {
        applied(self.spec(), observation.hyperparameters.get(self.index))
    }

    /// Writes the proposal: `value`, clamped, for this hyperparameter; the values applied last for the others.
    #[inline]
    pub fn propose(&self, observation: &Observation<'_>, proposal: &mut Proposal<'_>, value: f64) {
        self.keep(observation, proposal.values);
        proposal.values[self.index] = self.clamp(value);
    }

    /// Fills `values` with what was applied last.
    #[inline]
    pub fn keep(&self, observation: &Observation<'_>, values: &mut [f64]) {
        for (i, (value, spec)) in values.iter_mut().zip(&self.all).enumerate() {
            *value = applied(spec, observation.hyperparameters.get(i));
        }
    }

    /// What was applied last with `value` in place of this hyperparameter, as [`Observation::evaluate`] wants it.
    #[must_use]
    pub fn with_value(&self, observation: &Observation<'_>, value: f64) -> Vec<f64> {
        let mut values = vec![0.0; self.all.len()];
        self.keep(observation, &mut values);
        values[self.index] = self.clamp(value);
        values
    }

    /// The hyperparameters of the episode, in the order of a proposal.
    #[must_use]
    pub fn hyperparameters(&self) -> &[HyperparameterSpec] {
        &self.all
    }
}

/// Position of the hyperparameter `name`.
///
/// # Errors
/// When the episode does not have it.
pub fn position(spec: &EpisodeSpec, name: &str) -> Result<usize, ControllerError> {
    spec.position(name).ok_or_else(|| {
        let known: Vec<&str> = spec.hyperparameters.iter().map(|h| h.name.as_str()).collect();
        ControllerError::new(format!("the episode has no hyperparameter `{name}`; it has: {}", known.join(", ")))
    })
}

/// `value` within the bounds of `spec`; the initial value in place of NaN.
#[must_use]
#[inline]
pub fn clamp(spec: &HyperparameterSpec, value: f64) -> f64 {
    if value.is_nan() {
        return spec.initial;
    }
    // Comparisons, since none of the three is NaN here; `min` and `max` would look again.
    let below = if value < spec.max { value } else { spec.max };
    if below > spec.min { below } else { spec.min }
}

#[inline]
fn applied(spec: &HyperparameterSpec, value: Option<&f64>) -> f64 {
    clamp(spec, value.copied().unwrap_or(f64::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial;

    #[test]
    fn auto_prefers_the_learning_rate() {
        let mut spec = trial::spec(10, 1e-4, 1.0, 0.1);
        spec.hyperparameters.insert(0, trial::momentum());
        let target = Target::find(&Config::default(), &spec).expect("found");
        assert_eq!((target.index(), target.initial()), (1, 0.1));
        spec.hyperparameters.pop();
        assert_eq!(Target::find(&Config::default(), &spec).expect("found").spec().name, "momentum");
    }

    #[test]
    fn an_absent_hyperparameter_is_named() {
        let error = position(&trial::spec(10, 1e-4, 1.0, 0.1), "momentum").expect_err("absent");
        assert_eq!(error.to_string(), "the episode has no hyperparameter `momentum`; it has: learning_rate");
    }

    #[test]
    fn proposals_stay_within_the_bounds() {
        let target = Target::find(&Config::default(), &trial::spec(10, 1e-4, 1.0, 0.1)).expect("found");
        assert_eq!([-1.0, 5.0, f64::NAN, f64::INFINITY, 0.2].map(|x| target.clamp(x)), [1e-4, 1.0, 0.1, 1.0, 0.2]);
        assert!((target.value_at(target.coordinate(0.3)) - 0.3).abs() < 1e-15);
    }
}
