//! Greedy rates, each the best for the next loss alone, are far from the best schedule where curvatures differ, and the best where they are equal.

use super::noisy_quadratic::{fifty, final_only, isotropic, tuned};
use super::{Bench, Check, Claim, Relation};
use crate::sim::oracle::bound;
use crate::sim::oracle::moments::Moments;
use crate::sim::oracle::optimum::{self, Effort};
use crate::study::StudyError;

pub(super) const CLAIM: Claim = Claim {
    name: "short-horizon-bias",
    statement: "greedy learning rates are at least 3 times the best final and 1.4 times the best cumulative loss of a noisy quadratic; equal curvatures: 1",
    source: "Wu, Ren, Liao, Grosse 2018, arXiv:1803.02021",
    instance: "noisy quadratic of 50 curvatures 1 / i (Zhang et al. 2019), noise h / 10, 100 steps; the same with equal curvatures; expected loss",
    deviation: None,
    quick: true,
    plays: false,
    check,
};

fn check(_: &Bench<'_>) -> Result<Vec<Check>, StudyError> {
    let of = |what: &str, threshold, m: &Moments| {
        let (greedy, best) = (m.value(&m.greedy()), best(m));
        // The best schedule is at most the one found and at least the floor: the ratio lies between.
        Check::new(what, Relation::AtLeast, threshold, greedy / best).within(greedy / best, greedy / bound::floor(m))
    };
    let m = isotropic();
    let ratio = m.value(&m.greedy()) / best(&m);
    Ok(vec![
        of("greedy over best, final loss", 3.0, &final_only(fifty())),
        of("greedy over best, cumulative loss", 1.4, &fifty()),
        Check::new("greedy over best, cumulative loss, equal curvatures", Relation::AtMost, 1.0 + 1e-9, ratio),
    ])
}

fn best(m: &Moments) -> f64 {
    let (constant, _) = tuned(|a| m.value(&[a]));
    optimum::search(m, constant, Effort { n_random: 2, n_evaluations: 8000 }).value
}
