//! What training on later tasks does to earlier ones; see [`crate::sim::retention`].

use super::Measured;
use crate::sim::retention::Retention;

fn retention<'a>(m: &Measured<'a>) -> Option<&'a Retention> {
    m.episode.retention.as_ref()
}

pub(super) fn average_accuracy(m: &Measured<'_>) -> Option<f64> {
    retention(m)?.average_accuracy()
}

pub(super) fn backward_transfer(m: &Measured<'_>) -> Option<f64> {
    retention(m)?.backward_transfer()
}

pub(super) fn forward_transfer(m: &Measured<'_>) -> Option<f64> {
    retention(m)?.forward_transfer()
}

pub(super) fn forgetting(m: &Measured<'_>) -> Option<f64> {
    retention(m)?.forgetting()
}
