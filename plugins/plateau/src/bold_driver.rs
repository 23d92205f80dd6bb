//! Bold driver: multiply by `up` after a measurement that is lower than the one before, by `down` after one that is higher.
//!
//! A measurement is the mean of the finite losses of `window` decisions; an equal one changes nothing.
//!
//! Source: Vogl et al. 1988 (Biological Cybernetics 59, 257-263), who suggest `up` 1.05 and `down` 0.7 and tolerate a small rise; Battiti 1989 (Complex
//! Systems 3, 331-342), who gave it its name and suggests `down` 0.5. Defaults here: 1.05, 0.5 and no tolerance. Deliberately absent: both undo a step that
//! raised the loss, which a single run without checkpoints cannot, and Vogl clears the momentum.
//!
//! Fails under noise: with rises as frequent as falls the value shrinks by `sqrt(up down)` a measurement, to the bound.

use controller_common::{Blocks, Port, State, Target, about, state};
use oha_plugin_api::{Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal};

/// The controller `bold-driver`.
#[derive(Clone, Debug)]
pub struct BoldDriver {
    target: Target,
    up: f64,
    down: f64,
    tolerance: f64,
    blocks: Blocks,
    value: f64,
    previous: f64,
}

impl BoldDriver {
    fn measure(&mut self, y: f64) {
        if y < self.previous {
            self.value = self.target.clamp(self.value * self.up);
        } else if y > self.previous + self.tolerance * self.previous.abs() {
            self.value = self.target.clamp(self.value * self.down);
        }
        self.previous = y;
    }
}

impl Controller for BoldDriver {
    fn descriptor() -> Descriptor {
        about::descriptor(
            "bold-driver",
            (
                "Raises the value a little while the loss falls, cuts it when the loss rises; no step is undone",
                "Vogl et al. 1988, doi:10.1007/BF00332914; Battiti 1989",
            ),
            InformationClass::Scalar,
            &[],
            vec![
                Target::parameter(),
                about::initial_parameter(),
                Parameter::real("up", 1.05, 1.0, f64::INFINITY, "Factor after a fall of the loss"),
                Parameter::real("down", 0.5, 0.0, 1.0, "Factor after a rise of the loss"),
                Parameter::real("tolerance", 0.0, 0.0, f64::INFINITY, "Relative rise of the loss that is tolerated"),
                Parameter::integer("window", 1, 1, i64::MAX, "Decisions whose mean loss makes one measurement"),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::find(config, spec)?;
        Ok(Self {
            up: config.real("up").unwrap_or(1.05),
            down: config.real("down").unwrap_or(0.5),
            tolerance: config.real("tolerance").unwrap_or(0.0),
            blocks: Blocks::new(config.integer("window").map_or(1, i64::unsigned_abs)),
            value: target.clamp(config.real("initial").unwrap_or_else(|| target.initial())),
            previous: f64::NAN,
            target,
        })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if observation.step > 0
            && let Some(Some(mean)) = self.blocks.see(observation.loss)
        {
            self.measure(mean);
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

impl State for BoldDriver {
    const TAG: &'static str = "bold-driver/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.reals([&mut self.value, &mut self.previous])?;
        self.blocks.fields(port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use controller_common::trial;
    use serde_json::json;

    #[test]
    fn values_by_hand() {
        let spec = trial::spec(7, 0.03, 10.0, 0.1);
        let losses = [f64::NAN, 2.0, 1.0, 1.0, f64::NAN, 1.5, 9.0];
        let found = trial::run::<BoldDriver>(&json!({}), &spec, 0, &losses);
        let up = 0.1 * 1.05;
        assert_eq!(found, [0.1, 0.1, up, up, up, up * 0.5, 0.03]);
        let tolerant = trial::run::<BoldDriver>(&json!({"tolerance": 0.5, "down": 0.7}), &spec, 0, &losses);
        assert_eq!(tolerant, [0.1, 0.1, up, up, up, up, up * 0.7]);
    }

    #[test]
    fn keeps_its_promises() {
        trial::promises::<BoldDriver>(&json!({}), &trial::spec(200, 1e-3, 1.0, 0.4));
        trial::promises::<BoldDriver>(&json!({"window": 4, "up": 1.3}), &trial::spec(200, 1e-3, 1.0, 0.4));
    }
}
