//! A decay that starts again when a jump of the loss is detected beats every constant learning rate where the target jumps.

use super::bench::{Player, mean_from, scenario};
use super::{Bench, Check, Claim, Relation};
use crate::study::StudyError;
use serde_json::json;

pub(super) const CLAIM: Claim = Claim {
    name: "reset-on-jump",
    statement: "a decaying rate that restarts on a detected jump has at most .8 times the cumulative loss of the best constant",
    source: "restarts: Besbes, Gur, Zeevi 2015, doi:10.1287/opre.2015.1408; the detector: Page 1954, doi:10.1093/biomet/41.1-2.100",
    instance: "`track1d.jump` of the reference values (drift 0, noise 1, first error 1, a jump of variance 4 half way) over 2000 steps; rate .5 / sqrt(t + 1)",
    deviation: None,
    quick: true,
    plays: true,
    check,
};

fn check(bench: &Bench<'_>) -> Result<Vec<Check>, StudyError> {
    let scenario = scenario(&json!({
        "name": "reset", "n_steps": 2000, "task": { "kind": "tracking", "drift_variance": 0.0 },
        "regime": [{ "kind": "target-jump", "start": 0.5 }],
    }));
    let score = |e: &crate::sim::episode::Episode| mean_from(e, 0);
    let rate = bench.tuned_rate(&scenario, (0.01, 0.3, 16), 60, score);
    let decay = "schedule=inverse-sqrt&initial=0.5&timescale=0.0005";
    let players =
        [bench.player(&format!("reset-page-hinkley?{decay}"))?, bench.player(&format!("reset-cusum?{decay}"))?, Player::Rate(rate)];
    let scores = bench.scores(&scenario, &players, 60, score);
    Ok(vec![
        Check::of_ratio("Page-Hinkley over the best constant", Relation::AtMost, 0.8, &scores[0], &scores[2]),
        Check::of_ratio("CUSUM over the best constant", Relation::AtMost, 0.8, &scores[1], &scores[2]),
    ])
}
