//! PID control on the relative slope of the loss.
//!
//! At the end of each block, with `s` the relative change of the mean loss from the block before (about the slope of `ln y`) and `e = target - s`:
//! `z += Kp e + Ki I + Kd (e - e')`, `I += e`, `z` the coordinate of the scale (`ln` of a learning rate). A loss that falls faster than the target raises the
//! value, one that falls more slowly or rises lowers it.
//!
//! Anti-windup: `I` is kept within `[-windup, windup]`, and does not grow in the direction in which the value stands at its bound. There is no canonical paper for
//! this controller; the form is the textbook's (Åström & Hägglund 1995), the gains are ours: `Kp` 0.5, `Ki` 0.02, `Kd` 0, `target` such that the loss would fall by a
//! factor e in the episode.
//!
//! Fails: at the noise floor the slope is 0, so that it decays the value for ever (good when stationary, bad before a shift); after a shift the loss rises
//! and the value is cut at first, when it should be raised; noise between blocks is multiplied by `Kp`.

use controller_common::blocks::relative_decrease;
use controller_common::{Blocks, Port, State, Target, about, state};
use oha_plugin_api::{Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Parameter, Proposal};

/// The controller `pid`.
#[derive(Clone, Debug)]
pub struct Pid {
    target: Target,
    blocks: Blocks,
    gains: [f64; 3],
    slope: f64,
    windup: f64,
    coordinate: f64,
    loss: f64,
    error: f64,
    integral: f64,
}

impl Pid {
    fn measure(&mut self, y: f64) {
        let before = core::mem::replace(&mut self.loss, y);
        if before.is_nan() {
            return;
        }
        let error = self.slope + relative_decrease(before, y);
        let change = if self.error.is_nan() { 0.0 } else { error - self.error };
        self.error = error;
        let (low, high) = self.target.coordinate_bounds();
        let stuck = (error > 0.0 && self.coordinate >= high) || (error < 0.0 && self.coordinate <= low);
        if !stuck {
            self.integral = (self.integral + error).clamp(-self.windup, self.windup);
        }
        let [proportional, integral, derivative] = self.gains;
        let moved = self.coordinate + proportional * error + integral * self.integral + derivative * change;
        self.coordinate = moved.max(low).min(high);
    }
}

impl Controller for Pid {
    fn descriptor() -> Descriptor {
        let any = f64::INFINITY;
        let slope = "Relative change of the loss asked of a block; default: minus the block's share of the episode";
        about::descriptor(
            "pid",
            ("Raises the value while the loss falls faster than a target slope, lowers it otherwise", "no canonical paper"),
            InformationClass::Scalar,
            &[],
            vec![
                Target::parameter(),
                about::initial_parameter(),
                Parameter::real("proportional", 0.5, -any, any, "Kp"),
                Parameter::real("integral", 0.02, -any, any, "Ki"),
                Parameter::real("derivative", 0.0, -any, any, "Kd"),
                Parameter::real_derived("target", -any, any, slope),
                Parameter::real("windup", 5.0, 0.0, any, "Largest magnitude of the integral"),
                Blocks::parameter(),
            ],
        )
    }

    fn new(config: &Config, spec: &EpisodeSpec, _seed: u64) -> Result<Self, ControllerError> {
        let target = Target::find(config, spec)?;
        let length = Blocks::length(config, spec.n_steps);
        let derived = -(length as f64) / spec.n_steps.max(1) as f64;
        let initial = target.clamp(config.real("initial").unwrap_or_else(|| target.initial()));
        let gain = |name: &str, default: f64| config.real(name).unwrap_or(default);
        Ok(Self {
            blocks: Blocks::new(length),
            gains: [gain("proportional", 0.5), gain("integral", 0.02), gain("derivative", 0.0)],
            slope: config.real("target").unwrap_or(derived),
            windup: config.real("windup").unwrap_or(5.0),
            coordinate: target.coordinate(initial),
            loss: f64::NAN,
            error: f64::NAN,
            integral: 0.0,
            target,
        })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if observation.step > 0
            && let Some(Some(y)) = self.blocks.see(observation.loss)
        {
            self.measure(y);
        }
        self.target.propose(observation, proposal, self.target.value_at(self.coordinate));
        Ok(())
    }

    fn save_state(&self, out: &mut Vec<u8>) -> bool {
        state::save(self, out)
    }

    fn load_state(&mut self, bytes: &[u8]) -> Result<(), ControllerError> {
        state::load(self, bytes)
    }
}

impl State for Pid {
    const TAG: &'static str = "pid/1";

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.reals([&mut self.coordinate, &mut self.loss, &mut self.error, &mut self.integral])?;
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
        let parameters = json!({"block": 1, "proportional": 1.0, "integral": 0.5, "derivative": 0.25, "target": -0.1});
        let found = trial::run::<Pid>(&parameters, &trial::spec(5, 1e-3, 10.0, 0.1), 0, &[f64::NAN, 2.0, 1.0, 1.0, 2.0]);
        // Decreases 1/2, 0, -1/2: errors 0.4, -0.1, -0.6, integrals 0.4, 0.3, -0.3.
        let moves = [0.4 + 0.2, -0.1 + 0.15 - 0.125, -0.6 - 0.15 - 0.125];
        let mut z = 0.0;
        for (value, expected) in found[2..].iter().zip(moves) {
            z += expected;
            assert!((libm::log(value / 0.1) - z).abs() < 1e-12, "{found:?}");
        }
        assert!(found[..2].iter().all(|x| (x - 0.1).abs() < 1e-15));
    }

    #[test]
    fn the_integral_does_not_wind_up_at_a_bound() {
        let parameters = json!({"block": 1, "proportional": 0.0, "integral": 1.0, "target": 0.0});
        let mut run = trial::Trial::<Pid>::new(&parameters, &trial::spec(99, 1e-3, 1.0, 0.5), 0);
        run.step(f64::NAN, &[]);
        let mut loss = 1.0;
        for _ in 0..60 {
            loss *= 0.5;
            run.step(loss, &[]);
        }
        assert_eq!(run.applied(), [1.0]);
        // One rise of the same size takes back what one fall added; two turn the integral.
        let back: Vec<f64> = (0..3).map(|i| run.step(loss * [2.0, 4.0, 8.0][i], &[])).collect();
        assert!(back[2] < 1.0, "{back:?}");
    }

    #[test]
    fn keeps_its_promises() {
        let mut spec = trial::spec(300, 1e-3, 1.0, 0.1);
        spec.hyperparameters.push(trial::momentum());
        for parameters in [json!({}), json!({"derivative": 1.0, "block": 3}), json!({"hyperparameter": "momentum"})] {
            trial::promises::<Pid>(&parameters, &spec);
        }
    }
}
