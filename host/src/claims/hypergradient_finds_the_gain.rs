//! On one-dimensional tracking the innovations are white at the Kalman gain, `E[g_t g_{t-1}] = 0`: the fixed point of hypergradient descent is the best gain.

use super::bench::{mean_from, scenario};
use super::{Bench, Check, Claim, Relation};
use crate::sim::oracle::moments::Moments;
use crate::sim::rng::Streams;
use crate::study::StudyError;
use serde_json::json;

pub(super) const CLAIM: Claim = Claim {
    name: "hypergradient-finds-the-gain",
    statement: "after its transient, hypergradient descent tracks with at most 1.05 times the mean squared error of the Kalman gain, drift 0.01 ... 10",
    source: "innovations are white: Kalman 1960, doi:10.1115/1.3662552; the rule: Baydin et al. 2018, arXiv:1703.04782",
    instance: "tracking with unit curvature and noise (refs `track1d.steady_state`: drift .01, .1, 1, 10), beta 1e-4, second half of 40 000 steps",
    deviation: None,
    quick: true,
    plays: true,
    check,
};

const N_STEPS: usize = 40_000;
const N_SEEDS: usize = 4;

fn check(bench: &Bench<'_>) -> Result<Vec<Check>, StudyError> {
    let rule = bench.player("hypergradient?beta=0.0001&initial=0.3")?;
    let one = |drift: f64| {
        let scenario = scenario(&json!({
            "name": format!("gain-{drift}"), "n_steps": N_STEPS, "task": { "kind": "tracking", "drift_variance": drift },
        }));
        let moments = Moments::of(&scenario, &scenario.regime(&Streams::tuning(0, "gain", 0))).expect("linear and Gaussian");
        let gain = moments.greedy()[N_STEPS - 1];
        let scores = bench.scores(&scenario, &[rule.clone(), super::bench::Player::Rate(gain)], N_SEEDS, |e| mean_from(e, N_STEPS / 2));
        Check::of_ratio(&format!("squared error over that of the gain, drift {drift}"), Relation::AtMost, 1.05, &scores[0], &scores[1])
    };
    Ok([0.01, 0.1, 1.0, 10.0].into_iter().map(one).collect())
}
