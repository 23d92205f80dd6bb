//! Answers beside labels, over all evaluations of an episode that came to its end without divergence: an answer after that is none.

use super::Measured;
use crate::sim::agreement::Agreement;
use crate::sim::episode::End;

fn agreement<'a>(m: &Measured<'a>) -> Option<&'a Agreement> {
    m.episode.agreement.as_ref().filter(|_| m.episode.end == End::Completed)
}

pub(super) fn kappa(m: &Measured<'_>) -> Option<f64> {
    agreement(m)?.kappa()
}

pub(super) fn kappa_majority(m: &Measured<'_>) -> Option<f64> {
    agreement(m)?.kappa_majority()
}

pub(super) fn kappa_temporal(m: &Measured<'_>) -> Option<f64> {
    agreement(m)?.kappa_temporal()
}
