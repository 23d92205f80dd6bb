//! Hill climbing: multiply by `up` or by `down` at each block; keep the direction while the progress does not fall, else turn round.
//!
//! Progress is the relative decrease of the mean loss from block to block (`measure` decrease, the default) or minus the mean loss itself (`level`). The two
//! factors are those with which population-based training perturbs (Jaderberg et al. 2017, arXiv:1711.09846: 1.2 and 0.8); copying from better members needs a
//! population and is deliberately absent. On a linear scale the steps are `up - 1` and `down - 1` times a tenth of the range.
//!
//! Fails at the noise floor, where progress is noise: it wanders, with a drift of `ln(1.2 * 0.8) / 2 = -2 %` a block.

use controller_common::blocks::relative_decrease;
use controller_common::{Blocks, Port, State, Target, about, state};
use oha_plugin_api::{
    Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal, Scale,
};

/// The controller `hill-climb`.
#[derive(Clone, Debug)]
pub struct HillClimb {
    target: Target,
    blocks: Blocks,
    up: f64,
    down: f64,
    level: bool,
    value: f64,
    rising: bool,
    /// Mean loss of the last block, and progress in it; NaN while unknown.
    loss: f64,
    progress: f64,
}

impl HillClimb {
    fn measure(&mut self, y: f64) {
        let progress = if self.level { -y } else { relative_decrease(self.loss, y) };
        if progress < self.progress {
            self.rising = !self.rising;
        }
        (self.loss, self.progress) = (y, progress);
        let factor = if self.rising { self.up } else { self.down };
        let spec = self.target.spec();
        self.value = self.target.clamp(match spec.scale {
            Scale::Log => self.value * factor,
            Scale::Linear => self.value + (factor - 1.0) * 0.1 * (spec.max - spec.min),
        });
    }
}

impl Controller for HillClimb {
    fn descriptor() -> Descriptor {
        about::descriptor(
            "hill-climb",
            ("Moves up or down by a factor and turns round when progress falls", "after Jaderberg et al. 2017, arXiv:1711.09846"),
            InformationClass::Scalar,
            &[],
            vec![
                Target::parameter(),
                about::initial_parameter(),
                Parameter::real("up", 1.2, 1.0, f64::INFINITY, "Factor of a move up"),
                Parameter::real("down", 0.8, 0.0, 1.0, "Factor of a move down"),
                Parameter::choice("measure", "decrease", &["decrease", "level"], "Progress: relative decrease of the loss, or its level"),
                Blocks::parameter(),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::find(config, spec)?;
        Ok(Self {
            blocks: Blocks::new(Blocks::length(config, spec.n_steps)),
            up: config.real("up").unwrap_or(1.2),
            down: config.real("down").unwrap_or(0.8),
            level: config.choice("measure") == "level",
            value: target.clamp(config.real("initial").unwrap_or_else(|| target.initial())),
            rising: true,
            loss: f64::NAN,
            progress: f64::NAN,
            target,
        })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if observation.step > 0
            && let Some(Some(y)) = self.blocks.see(observation.loss)
        {
            self.measure(y);
        }
        self.target.propose(observation, proposal, self.value);
        Ok(())
    }

    fn save_state(&self, out: &mut Vec<u8>) -> bool {
        state::save(self, out)
    }

    fn load_state(&mut self, bytes: &[u8]) -> Result<(), ControllerError> {
        state::load(self, bytes)
    }
}

impl State for HillClimb {
    const TAG: &'static str = "hill-climb/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.reals([&mut self.value, &mut self.loss, &mut self.progress])?;
        port.flag(&mut self.rising)?;
        self.blocks.fields(port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::distance;
    use controller_common::trial;
    use serde_json::json;

    #[test]
    fn values_by_hand() {
        let spec = trial::spec(6, 1e-3, 10.0, 1.0);
        // Relative decreases: unknown, 1/2, 1/4 (less: turn), 1/3 (more: keep), 0 (less: turn).
        let losses = [f64::NAN, 8.0, 4.0, 3.0, 2.0, 2.0];
        let found = trial::run::<HillClimb>(&json!({"block": 1}), &spec, 0, &losses);
        let expected = [1.0, 1.2, 1.44, 1.152, 0.9216, 1.10592];
        assert!(found.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-15), "{found:?}");
    }

    #[test]
    fn climbs_to_the_best_value() {
        for seed in 0..5 {
            let found = distance::<HillClimb>(&json!({"measure": "level"}), 1.0, seed);
            assert!(found < 0.4, "{found}");
        }
    }

    #[test]
    fn keeps_its_promises() {
        let mut spec = trial::spec(300, 1e-3, 1.0, 0.1);
        spec.hyperparameters.push(trial::momentum());
        for parameters in [json!({}), json!({"measure": "level", "block": 3}), json!({"hyperparameter": "momentum"})] {
            trial::promises::<HillClimb>(&parameters, &spec);
        }
    }
}
