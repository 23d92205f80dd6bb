//! Distance over gradients, which has no learning rate, ends about where gradient descent with the best constant does (Ivgi, Hinder, Carmon 2023).

use super::bench::{Player, mean_from, scenario};
use super::{Bench, Check, Claim, Relation};
use crate::study::StudyError;
use serde_json::{Value, json};

pub(super) const CLAIM: Claim = Claim {
    name: "dog-matches-tuned-sgd",
    statement: "without tuning, DoG ends with at most 1.12 times the held-out loss of gradient descent with its best constant rate",
    source: "Ivgi, Hinder, Carmon 2023, arXiv:2302.12022",
    instance: "two convex problems: softmax regression of digits, linear regression of wine quality; batches of 32, 2000 steps, last tenth; no averaging",
    deviation: None,
    quick: true,
    plays: true,
    check,
};

const N_STEPS: usize = 2000;

fn check(bench: &Bench<'_>) -> Result<Vec<Check>, StudyError> {
    let dog = bench.player("dog")?;
    let one = |name: &str, rates: (f64, f64, usize), task: Value| {
        let scenario = scenario(&json!({ "name": name, "n_steps": N_STEPS, "task": task }));
        let score = |e: &crate::sim::episode::Episode| mean_from(e, N_STEPS - N_STEPS / 10);
        let rate = bench.tuned_rate(&scenario, rates, 1, score);
        let scores = bench.scores(&scenario, &[dog.clone(), Player::Rate(rate)], 3, score);
        Check::of_ratio(&format!("{name}, final loss over the tuned constant's"), Relation::AtMost, 1.12, &scores[0], &scores[1])
    };
    Ok(vec![
        one(
            "digits",
            (0.01, 10.0, 13),
            json!({ "kind": "softmax-regression", "data": "digits", "batch_size": 32, "evaluation_size": 128 }),
        ),
        one("wine", (0.001, 1.0, 13), json!({ "kind": "linear-regression", "data": "wine-quality-red", "batch_size": 32 })),
    ])
}
