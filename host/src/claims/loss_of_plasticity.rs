//! A small network that tracks a slowly changing target by gradient descent gets worse at it; a linear model does not (Dohare et al. 2024).

use super::bench::{Player, mean, scenario};
use super::{Bench, Check, Claim, Relation};
use crate::study::StudyError;
use serde_json::json;

pub(super) const CLAIM: Claim = Claim {
    name: "loss-of-plasticity",
    statement: "at learning rate .01 the error of the last tenth of a million examples is at least 1.4 times that of the first tenth; of a linear model at most 1.1",
    source: "Dohare, Hernandez-Garcia, Lan, Rahman, Mahmood, Sutton 2024, doi:10.1038/s41586-024-07711-7; arXiv:2306.13812",
    instance: "their slowly-changing regression: 20 bits, 15 of them flip, one every 10 000 examples; 100 threshold units, beta .7; learner of 5 units, step size .01",
    deviation: None,
    quick: false,
    plays: false,
    check,
};

const N_STEPS: usize = 1_000_000;
const N_SEEDS: usize = 10;

fn check(bench: &Bench<'_>) -> Result<Vec<Check>, StudyError> {
    let tenths = |hidden: usize, activation: &str| {
        // Seeds are keyed by the name: each learner sees the same targets and examples.
        let scenario = scenario(&json!({
            "name": "plasticity", "n_steps": N_STEPS, "ceiling": 1e6,
            "task": { "kind": "bit-flipping", "hidden": hidden, "activation": activation },
        }));
        let part = |from: usize| {
            bench.scores(&scenario, &[Player::Rate(0.01)], N_SEEDS, |e| mean(&e.trajectory.loss[from..from + N_STEPS / 10])).remove(0)
        };
        (part(N_STEPS - N_STEPS / 10), part(0))
    };
    let check = |what: &str, relation, threshold, (late, early): (Vec<f64>, Vec<f64>)| {
        Check::of_ratio(&format!("error of the last tenth over the first, {what}"), relation, threshold, &late, &early)
    };
    Ok(vec![check("5 units of tanh", Relation::AtLeast, 1.4, tenths(5, "tanh")), check("linear", Relation::AtMost, 1.1, tenths(0, "tanh"))])
}
