//! Whether training stayed in hand.

use super::Measured;
use crate::sim::episode::End;
use crate::sim::guard::flag;
use oha_plugin_api::Report;

/// Losses that a spike is judged against.
const SPIKE_WINDOW: usize = 20;
/// A spike exceeds the median by this many times the largest excess in the window ...
const SPIKE_FACTOR: f64 = 2.0;
/// ... and by this share of the median, so that a flat window is no trap.
const SPIKE_SHARE: f64 = 1e-3;

/// The definition, for the registry.
pub(super) const SPIKE_SUMMARY: &str =
    "loss spikes: y - m > 2 (M - m) + |m| / 1000 with m the median and M the maximum of the 20 losses before; neighbours count once";

pub(super) fn diverged(m: &Measured<'_>) -> Option<f64> {
    Some(f64::from(u8::from(matches!(m.episode.end, End::Diverged { .. }))))
}

pub(super) fn divergence_step(m: &Measured<'_>) -> Option<f64> {
    match m.episode.end {
        End::Diverged { step } => Some(step as f64),
        _ => None,
    }
}

pub(super) fn n_violations(m: &Measured<'_>) -> Option<f64> {
    let corrected = flag::NON_FINITE | flag::CLAMPED;
    Some(m.episode.trajectory.guard.iter().filter(|&&g| g & corrected != 0).count() as f64)
}

fn n_reports(m: &Measured<'_>, report: Report) -> Option<f64> {
    Some(m.episode.trajectory.report.iter().filter(|&&r| r & report.0 != 0).count() as f64)
}

pub(super) fn n_rollbacks(m: &Measured<'_>) -> Option<f64> {
    n_reports(m, Report::ROLLBACK)
}

pub(super) fn n_restarts(m: &Measured<'_>) -> Option<f64> {
    n_reports(m, Report::RESTART)
}

pub(super) fn n_drift_detections(m: &Measured<'_>) -> Option<f64> {
    n_reports(m, Report::DRIFT_DETECTED)
}

pub(super) fn n_loss_spikes(m: &Measured<'_>) -> Option<f64> {
    Some(count_spikes(&m.episode.trajectory.loss[..m.n_live()]) as f64)
}

fn count_spikes(loss: &[f64]) -> usize {
    let mut window = Vec::with_capacity(SPIKE_WINDOW);
    let (mut n, mut before) = (0, false);
    for t in SPIKE_WINDOW..loss.len() {
        window.clear();
        window.extend_from_slice(&loss[t - SPIKE_WINDOW..t]);
        window.sort_unstable_by(f64::total_cmp);
        let median = 0.5 * (window[SPIKE_WINDOW / 2 - 1] + window[SPIKE_WINDOW / 2]);
        let largest = window[SPIKE_WINDOW - 1];
        let is_spike = loss[t] - median > SPIKE_FACTOR.mul_add(largest - median, SPIKE_SHARE * median.abs());
        n += usize::from(is_spike && !before);
        before = is_spike;
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_is_counted_once_whatever_the_offset_and_scale() {
        let mut loss: Vec<f64> = (0..100).map(|t| 1.0 + 0.1 * f64::from(t % 3)).collect();
        assert_eq!(count_spikes(&loss), 0);
        loss[50] = 3.0;
        loss[51] = 30.0;
        loss[90] = 5.0;
        assert_eq!(count_spikes(&loss), 2);
        let moved: Vec<f64> = loss.iter().map(|y| 7.0 * y - 20.0).collect();
        assert_eq!(count_spikes(&moved), 2);
    }

    #[test]
    fn squared_normal_noise_seldom_looks_like_a_spike() {
        let mut draws = crate::sim::rng::SeedKey::study(5).at(0);
        let loss: Vec<f64> = (0..20_000)
            .map(|_| {
                let z = crate::sim::kernel::normal::one(&mut draws);
                z * z
            })
            .collect();
        let rate = count_spikes(&loss) as f64 / loss.len() as f64;
        assert!(rate < 0.015, "{rate}");
    }
}
