//! The controller around a policy.

use crate::arms::{self, Arms, Rewards};
use crate::policy::Policy;
use controller_common::{Blocks, Draws, Port, State, Target, about, state};
use oha_plugin_api::{Config, Controller, ControllerError, Descriptor, EpisodeSpec, InformationClass, Observation, Proposal, Report};

/// Plays an arm of `P` for each block. The first block, which only gives the reward of the next something to compare with, keeps the initial value.
#[derive(Clone, Debug)]
pub struct Bandit<P> {
    target: Target,
    arms: Arms,
    blocks: Blocks,
    rewards: Rewards,
    policy: P,
    draws: Draws,
    arm: usize,
    playing: bool,
    value: f64,
}

impl<P: Policy> Bandit<P> {
    fn end_block(&mut self, mean: Option<f64>) -> bool {
        let reward = mean.and_then(|y| self.rewards.of(y));
        let changed = match reward {
            Some(reward) if self.playing => self.policy.update(self.arm, reward),
            _ => false,
        };
        self.arm = self.policy.select(&mut self.draws);
        self.value = self.target.clamp(self.arms.play(self.arm, self.value));
        self.playing = true;
        changed
    }
}

impl<P: Policy> Controller for Bandit<P> {
    fn descriptor() -> Descriptor {
        let mut parameters = vec![Target::parameter()];
        parameters.extend(arms::parameters());
        parameters.push(Blocks::parameter());
        parameters.extend(P::parameters());
        about::descriptor(P::ID, P::about(), InformationClass::Scalar, &[], parameters)
    }

    fn new(config: &Config, spec: &EpisodeSpec, seed: u64) -> Result<Self, ControllerError> {
        let target = Target::find(config, spec)?;
        let arms = Arms::new(config, &target)?;
        let length = Blocks::length(config, spec.n_steps);
        Ok(Self {
            policy: P::new(config, arms.count(), spec.n_steps / length.max(1)),
            arms,
            blocks: Blocks::new(length),
            rewards: Rewards::new(config),
            draws: Draws::new(seed),
            arm: 0,
            playing: false,
            value: target.initial(),
            target,
        })
    }

    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), ControllerError> {
        if observation.step > 0
            && let Some(mean) = self.blocks.see(observation.loss)
            && self.end_block(mean)
        {
            proposal.report(Report::DRIFT_DETECTED);
            proposal.report(Report::RESTART);
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

impl<P: Policy> State for Bandit<P> {
    const TAG: &'static str = P::ID;

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.index(&mut self.arm, self.arms.count())?;
        port.flag(&mut self.playing)?;
        port.real(&mut self.value)?;
        self.blocks.fields(port)?;
        self.rewards.fields(port)?;
        self.policy.fields(port)?;
        self.draws.fields(port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BanditDUcb, BanditExp3s, BanditMUcb, BanditSwUcb, BanditThompson, BanditUcb};
    use controller_common::trial::{self, Trial};
    use serde_json::{Value, json};

    /// Mean loss over the last half when the loss is the squared distance (in decades) to a best value, with noise.
    fn mean_loss<C: Controller>(parameters: &Value, best: impl Fn(u64) -> f64) -> f64 {
        let mut run = Trial::<C>::new(parameters, &trial::spec(2000, 1e-4, 1.0, 0.01), 5);
        let (mut draws, mut loss, mut total) = (Draws::new(1), f64::NAN, 0.0);
        for t in 0..2000 {
            let value = run.step(loss, &[]);
            let gap = libm::log10(value / best(t));
            loss = 1.0 + gap * gap + 0.1 * draws.normal();
            total += if t >= 1000 { gap * gap / 1000.0 } else { 0.0 };
        }
        total
    }

    #[test]
    fn every_bandit_finds_the_best_value() {
        // The arms are 0, 1/2, 1, 3/2 and 2 decades from the best: a random choice costs 1.5.
        let parameters = json!({"reward": "level", "block": 4});
        for (name, cost) in [
            ("ucb", mean_loss::<BanditUcb>(&parameters, |_| 0.1)),
            ("sw-ucb", mean_loss::<BanditSwUcb>(&parameters, |_| 0.1)),
            ("d-ucb", mean_loss::<BanditDUcb>(&parameters, |_| 0.1)),
            ("exp3s", mean_loss::<BanditExp3s>(&parameters, |_| 0.1)),
            ("thompson", mean_loss::<BanditThompson>(&parameters, |_| 0.1)),
            ("m-ucb", mean_loss::<BanditMUcb>(&parameters, |_| 0.1)),
        ] {
            assert!(cost < 1.2, "{name}: {cost}");
        }
    }

    #[test]
    fn keeps_its_promises() {
        let spec = trial::spec(600, 1e-3, 1.0, 0.1);
        for parameters in [json!({}), json!({"mode": "factors", "block": 1}), json!({"reward": "level", "arms": 9, "block": 3})] {
            trial::promises::<BanditUcb>(&parameters, &spec);
            trial::promises::<BanditSwUcb>(&parameters, &spec);
            trial::promises::<BanditDUcb>(&parameters, &spec);
            trial::promises::<BanditExp3s>(&parameters, &spec);
            trial::promises::<BanditThompson>(&parameters, &spec);
            trial::promises::<BanditMUcb>(&parameters, &spec);
        }
    }
}
