//! Step sizes of each input's own, learned while the target moves, beat the best common step size (Sutton 1992).

use super::bench::{Player, mean_from, scenario};
use super::{Bench, Check, Claim, Relation};
use crate::study::StudyError;
use serde_json::{Value, json};

pub(super) const CLAIM: Claim = Claim {
    name: "idbd-beats-lms",
    statement: "IDBD tracks with at most .55 times the mean squared error of LMS with its best step size",
    source: "Sutton 1992, Adapting Bias by Gradient Descent: An Incremental Version of Delta-Bar-Delta, AAAI-92",
    instance: "his: 20 normal inputs, 5 relevant with weights +-1, one of which changes sign every 20 examples; examples 20 000 ... 30 000; theta and step size tuned",
    deviation: None,
    quick: true,
    plays: false,
    check,
};

const N_STEPS: usize = 30_000;
const N_SEEDS: usize = 8;

fn check(bench: &Bench<'_>) -> Result<Vec<Check>, StudyError> {
    let with = |optimizer: Value, controlled: &str| {
        scenario(&json!({
            "name": "idbd", "n_steps": N_STEPS, "task": { "kind": "moving-regression" }, "optimizer": optimizer,
            "controlled": [controlled], "ceiling": 1e6,
        }))
    };
    let lms = with(json!({ "kind": "sgd" }), "learning_rate");
    let idbd = with(json!({ "kind": "idbd" }), "meta_step");
    let score = |e: &crate::sim::episode::Episode| 2.0 * mean_from(e, 20_000);
    // The grids of his figures: step sizes to .08, theta to .02, where a seed in some diverges for a while.
    let rate = bench.tuned_rate(&lms, (0.01, 0.08, 10), 2, score);
    let theta = bench.tuned_rate(&idbd, (0.001, 0.02, 7), 8, score);
    let errors = |scenario, value| bench.scores(scenario, &[Player::Rate(value)], N_SEEDS, score).remove(0);
    let (above, below) = (errors(&idbd, theta), errors(&lms, rate));
    let what =
        format!("error of IDBD (theta {theta:.3}) over that of LMS (step size {rate:.3}), which is {:.2}", super::bench::mean(&below));
    Ok(vec![Check::of_ratio(&what, Relation::AtMost, 0.55, &above, &below)])
}
