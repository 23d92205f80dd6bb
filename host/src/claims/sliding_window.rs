//! Forgetting pays where the best arm changes and costs where it does not: UCB with and without a sliding window (Garivier, Moulines 2008).
//!
//! The bandits play through their libraries. An arm is a value 0, 1 or 2 of one hyperparameter, the loss of a decision is 1 less a Bernoulli reward, and the
//! reward `level` among the last 20 losses, which are 0 and 1, is that reward. The regret is the pseudo-regret: means, not draws.

use super::{Bench, Check, Claim, Relation};
use crate::session::block::create_for;
use crate::sim::rng::{SeedKey, uniform};
use crate::study::{ControllerEntry, StudyError};
use oha_plugin_api::{EpisodeSpec, HyperparameterSpec, Observation, Proposal, Report, Scale};

pub(super) const CLAIM: Claim = Claim {
    name: "sliding-window",
    statement: "SW-UCB has at most .65 times the regret of UCB on a switching bandit, and at least 5 times on a stationary one",
    source: "Garivier, Moulines 2008, arXiv:0805.3415",
    instance: "their abrupt one: 3 Bernoulli arms .5, .3, .4, the third .9 from 3000 to 5000, 10 000 plays, xi 1/2, window 2 sqrt(n ln n / 2); stationary: .5, .3, .4",
    deviation: None,
    quick: true,
    plays: true,
    check,
};

const N_PLAYS: u64 = 10_000;
const N_SEEDS: usize = 8;

type Means = fn(u64) -> [f64; 3];

fn check(bench: &Bench<'_>) -> Result<Vec<Check>, StudyError> {
    let arms = "mode=values&arms=3&low=0&high=2&reward=level&block=1&exploration=0.5";
    let plain = bench.controller(&format!("ucb?{arms}"))?;
    let window = bench.controller(&format!("sw-ucb?{arms}&changes=2"))?;
    let switching: Means = |t| if (3000..5000).contains(&t) { [0.5, 0.3, 0.9] } else { [0.5, 0.3, 0.4] };
    let stationary: Means = |_| [0.5, 0.3, 0.4];
    let regrets = |entry: &ControllerEntry, means: Means| bench.map(N_SEEDS, |seed| regret(entry, means, seed as u64));
    let [switching, stationary] = [switching, stationary].map(|means| (regrets(&window, means), regrets(&plain, means)));
    Ok(vec![
        Check::of_ratio("regret over UCB's, switching", Relation::AtMost, 0.65, &switching.0, &switching.1),
        Check::of_ratio("regret over UCB's, stationary", Relation::AtLeast, 5.0, &stationary.0, &stationary.1),
    ])
}

fn regret(entry: &ControllerEntry, means: Means, seed: u64) -> f64 {
    let arm = HyperparameterSpec { name: "learning_rate".into(), min: 0.0, max: 2.0, scale: Scale::Linear, integer: false, initial: 0.0 };
    let spec = EpisodeSpec { n_steps: N_PLAYS, optimizer_steps_per_decision: 1, steps_per_epoch: 0, hyperparameters: vec![arm] };
    let mut player = create_for(entry, &spec, seed).expect("a bandit plays three arms");
    let key = SeedKey::study(0).named("bandit").indexed(seed);
    let (mut value, mut loss, mut sum) = ([0.0], f64::NAN, 0.0);
    for t in 0..N_PLAYS {
        let mut next = [f64::NAN];
        let mut proposal = Proposal { values: &mut next, report: Report::NONE };
        player.propose(&mut Observation::new(t, loss, &value, &[]), &mut proposal).expect("a bandit has no reason to fail");
        value = next;
        let means = means(t);
        let mean = means[value[0].round().clamp(0.0, 2.0) as usize];
        sum += means.iter().fold(0.0_f64, |a, &b| a.max(b)) - mean;
        loss = if uniform(&mut key.at(t)) < mean { 0.0 } else { 1.0 };
    }
    sum
}
