//! How much a controller moves the hyperparameters.

use super::Measured;
use oha_plugin_api::Scale;

/// Changes of one controlled hyperparameter from each decision to the next, on its scale, before divergence.
fn changes(m: &Measured<'_>, slot: usize) -> Option<Vec<f64>> {
    let trajectory = &m.episode.trajectory;
    let n = trajectory.n_controlled;
    let log = m.scenario.space.controlled_specs().nth(slot)?.scale == Scale::Log;
    let values: Vec<f64> = trajectory.hyperparameters.chunks_exact(n).take(m.n_live()).map(|row| row[slot]).collect();
    let change = |pair: &[f64]| if log { libm::log(pair[1] / pair[0]) } else { pair[1] - pair[0] };
    (values.len() > 1).then(|| values.windows(2).map(change).collect())
}

pub(super) fn update_frequency(m: &Measured<'_>, slot: usize) -> Option<f64> {
    let changes = changes(m, slot)?;
    Some(changes.iter().filter(|&&c| c != 0.0).count() as f64 / changes.len() as f64)
}

pub(super) fn update_magnitude(m: &Measured<'_>, slot: usize) -> Option<f64> {
    let changes = changes(m, slot)?;
    Some(changes.iter().map(|c| c.abs()).sum::<f64>() / changes.len() as f64)
}
