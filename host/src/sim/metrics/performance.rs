//! How low the loss was.

use super::Measured;

/// The share of the decisions that is called final.
const FINAL_SHARE: f64 = 0.1;

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn last_part(values: &[f64]) -> &[f64] {
    let n = libm::ceil(FINAL_SHARE * values.len() as f64) as usize;
    &values[values.len() - n.min(values.len())..]
}

pub(super) fn cumulative_loss(m: &Measured<'_>) -> Option<f64> {
    m.complete().map(|loss| loss.iter().sum())
}

pub(super) fn mean_loss(m: &Measured<'_>) -> Option<f64> {
    m.complete().and_then(mean)
}

pub(super) fn final_loss(m: &Measured<'_>) -> Option<f64> {
    m.complete().and_then(|loss| mean(last_part(loss)))
}

pub(super) fn loss_area(m: &Measured<'_>) -> Option<f64> {
    let loss = m.complete()?;
    Some(loss.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).sum())
}

/// Accuracies before divergence; `None` where the task has none.
fn accuracies<'a>(m: &Measured<'a>) -> Option<&'a [f64]> {
    m.complete()?;
    let accuracy = &m.episode.trajectory.accuracy;
    (!accuracy.is_empty()).then(|| &accuracy[..m.n_live()])
}

pub(super) fn mean_accuracy(m: &Measured<'_>) -> Option<f64> {
    accuracies(m).and_then(mean)
}

/// A diverged model answers nothing: its final accuracy is 0.
pub(super) fn final_accuracy(m: &Measured<'_>) -> Option<f64> {
    let live = accuracies(m)?;
    let all = m.episode.trajectory.accuracy.len();
    if live.len() < all { Some(0.0) } else { mean(last_part(live)) }
}
