//! A learning rate that decays to 0 ends far below the best constant one, both tuned.

use super::noisy_quadratic::{N_STEPS, fifty, final_only, tuned};
use super::{Bench, Check, Claim, Relation};
use crate::study::StudyError;

pub(super) const CLAIM: Claim = Claim {
    name: "decay-beats-constant",
    statement: "tuned linear decay ends at no more than 0.55 times the final loss of the tuned constant",
    source: "Zhang et al. 2019, arXiv:1907.04164; Wu et al. 2018, arXiv:1803.02021",
    instance: "noisy quadratic of 50 curvatures 1 / i (Zhang et al. 2019), noise h / 10, 100 steps; expected final loss",
    deviation: None,
    quick: true,
    plays: false,
    check,
};

fn check(_: &Bench<'_>) -> Result<Vec<Check>, StudyError> {
    let m = final_only(fifty());
    let (_, constant) = tuned(|a| m.value(&[a]));
    let linear = |a: f64| (0..N_STEPS).map(|t| a * (1.0 - t as f64 / N_STEPS as f64)).collect::<Vec<f64>>();
    let (_, decayed) = tuned(|a| m.value(&linear(a)));
    Ok(vec![Check::new("linear decay over constant, final loss", Relation::AtMost, 0.55, decayed / constant)])
}
