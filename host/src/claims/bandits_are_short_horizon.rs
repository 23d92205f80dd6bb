//! Bandits over learning rates whose reward is the decrease of the loss prefer rates that decrease it at once: the short-horizon bias of Wu et al. 2018.

use super::bench::{Player, mean_from, scenario};
use super::{Bench, Check, Claim, Relation};
use crate::study::StudyError;
use serde_json::json;

pub(super) const CLAIM: Claim = Claim {
    name: "bandits-are-short-horizon",
    statement: "learning-rate bandits rewarded by the decrease of the loss have at least 1.5 times the cumulative loss of the best constant",
    source: "the bias: Wu, Ren, Liao, Grosse 2018, arXiv:1803.02021; policy regret of bandits: Arora, Dekel, Tewari 2012, arXiv:1206.6400",
    instance: "the noisy quadratic of Zhang et al. 2019 (50 curvatures 1 / i, noise of variance h), 2000 steps, bandits with their defaults",
    deviation: None,
    quick: true,
    plays: true,
    check,
};

const BANDITS: [&str; 5] = ["ucb", "sw-ucb", "d-ucb", "exp3s", "thompson"];

fn check(bench: &Bench<'_>) -> Result<Vec<Check>, StudyError> {
    let scenario = scenario(&json!({ "name": "bandits", "n_steps": 2000, "task": { "kind": "noisy-quadratic" } }));
    let score = |e: &crate::sim::episode::Episode| mean_from(e, 0);
    let rate = bench.tuned_rate(&scenario, (0.01, 1.0, 16), 4, score);
    let mut players = BANDITS.iter().map(|b| bench.player(b)).collect::<Result<Vec<_>, _>>()?;
    players.push(Player::Rate(rate));
    let scores = bench.scores(&scenario, &players, 8, score);
    let constant = &scores[BANDITS.len()];
    let one = |(name, own): (&&str, &Vec<f64>)| {
        Check::of_ratio(&format!("{name} over the best constant, cumulative loss"), Relation::AtLeast, 1.5, own, constant)
    };
    Ok(BANDITS.iter().zip(&scores).map(one).collect())
}
