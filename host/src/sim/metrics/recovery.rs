//! What a change does to the loss, and how long until it is mended.
//!
//! For a change that begins at step `c` and is complete at step `e`, watched until the next change or the end of the episode, `u`:
//!
//! - the level before is the median (for the area: the mean) of the losses of the `window` steps before `c`, fewer where another change is nearer;
//! - the level to reach is that median or, where it is higher because the world became harder, the median of the best known schedule's losses over the
//!   second half of `[e, u)`; recovery allows `tolerance` more, as a share of it;
//! - recovery is the first step `t >= e` such that the median of the `window` losses from `t` on is no higher than that; the time is `t - e`. When
//!   there is none before `u - window`, the time is censored at `u - window - e`: it is at least that, never infinite and never dropped;
//! - the depth is the largest loss in `[c, t + window)` less the level before; the area is the sum of (loss less mean before) over `[c, t)`.
//!
//! What is scored at the ceiling after a divergence recovers from nothing, and is no level before a change: that is the last one that was measured.
//!
//! Changes with less than two windows to watch, or with no step before them, are left out: they show nothing either way.

use super::Measured;
use crate::sim::oracle::Kind;
use serde::{Deserialize, Serialize};

/// The constants of the definition.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecoveryRule {
    /// Number of losses that a median is taken over.
    pub window: usize,
    /// How far above the level still counts as recovered, as a share of the level.
    pub tolerance: f64,
}

impl Default for RecoveryRule {
    fn default() -> Self {
        Self { window: 20, tolerance: 0.1 }
    }
}

/// What was seen after one change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AfterChange {
    /// First step of the change.
    pub step: u64,
    /// What changed; several names where several changes begin together.
    pub label: String,
    /// Median loss before the change.
    pub level_before: f64,
    /// Loss at or below which the episode has recovered.
    pub level_to_reach: f64,
    /// Largest loss less the level before; negative where the change made the task easier.
    pub depth: f64,
    /// Sum of the losses above the mean before, until recovery.
    pub area: f64,
    /// Decisions until recovery, or those observed without one.
    pub time: u64,
    /// Whether there was no recovery in the time observed.
    pub censored: bool,
    /// Time of the best known schedule under the same rule and level; `None` without one or where it is censored.
    pub time_best: Option<u64>,
}

/// A change and the steps in which it can be watched.
struct Watched {
    previous: usize,
    begin: usize,
    complete: usize,
    until: usize,
    label: String,
}

/// The changes of an episode that can be watched.
fn watched(m: &Measured<'_>, window: usize) -> Vec<Watched> {
    let mut merged: Vec<(usize, usize, String)> = Vec::new();
    for point in m.episode.regime.points() {
        let (step, end) = (point.step as usize, point.end as usize);
        match merged.last_mut() {
            Some((last, complete, label)) if *last == step => {
                *complete = (*complete).max(end);
                label.push_str(", ");
                label.push_str(&point.label);
            }
            _ => merged.push((step, end, point.label.clone())),
        }
    }
    let n = m.scenario.n_steps as usize;
    let starts: Vec<usize> = merged.iter().map(|c| c.0).collect();
    let all = merged.into_iter().enumerate().map(|(i, (begin, complete, label))| Watched {
        previous: if i == 0 { 0 } else { starts[i - 1] },
        begin,
        complete,
        until: starts.get(i + 1).copied().unwrap_or(n),
        label,
    });
    all.filter(|w| w.begin > w.previous && w.until >= w.complete + 2 * window).collect()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    0.5 * (sorted[(n - 1) / 2] + sorted[n / 2])
}

/// Time until recovery in `[complete, until)` among the first `n_live` losses, or `None`.
fn time_to(loss: &[f64], n_live: usize, level: f64, w: &Watched, window: usize) -> Option<usize> {
    let last = w.until.min(n_live).checked_sub(window)?;
    (w.complete..=last).find(|&t| median(&loss[t..t + window]) <= level).map(|t| t - w.complete)
}

/// What was seen after each change of an episode; nothing for an episode whose controller faulted.
#[must_use]
pub fn after_changes(m: &Measured<'_>, rule: RecoveryRule) -> Vec<AfterChange> {
    let (Some(loss), window) = (m.complete(), rule.window.max(1)) else { return Vec::new() };
    let best = m.comparator(Kind::Dynamic);
    let one = |w: Watched| {
        let end = w.begin.min(m.n_live()).max(1);
        let before = &loss[w.previous.min(end - 1).max(end.saturating_sub(window))..end];
        let (level_before, mean_before) = (median(before), before.iter().sum::<f64>() / before.len() as f64);
        let settled = best.map_or(level_before, |b| median(&b[w.complete.midpoint(w.until)..w.until]));
        let level = level_before.max(settled);
        let level_to_reach = rule.tolerance.mul_add(level.abs(), level);
        let time = time_to(loss, m.n_live(), level_to_reach, &w, window);
        let observed = time.unwrap_or(w.until - window - w.complete);
        let recovery = w.complete + observed;
        let largest = loss[w.begin..recovery + window].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        AfterChange {
            step: w.begin as u64,
            level_before,
            level_to_reach,
            depth: largest - level_before,
            area: loss[w.begin..recovery].iter().map(|y| y - mean_before).sum(),
            time: observed as u64,
            censored: time.is_none(),
            time_best: best.and_then(|b| time_to(b, b.len(), level_to_reach, &w, window)).map(|t| t as u64),
            label: w.label,
        }
    };
    watched(m, window).into_iter().map(one).collect()
}

fn mean_over_changes(m: &Measured<'_>, value: impl Fn(&AfterChange) -> f64) -> Option<f64> {
    let changes = after_changes(m, RecoveryRule::default());
    (!changes.is_empty()).then(|| changes.iter().map(value).sum::<f64>() / changes.len() as f64)
}

pub(super) fn mean_depth(m: &Measured<'_>) -> Option<f64> {
    mean_over_changes(m, |c| c.depth)
}

pub(super) fn mean_area(m: &Measured<'_>) -> Option<f64> {
    mean_over_changes(m, |c| c.area)
}

pub(super) fn restricted_mean_time(m: &Measured<'_>) -> Option<f64> {
    mean_over_changes(m, |c| c.time as f64)
}

pub(super) fn n_unrecovered(m: &Measured<'_>) -> Option<f64> {
    let changes = after_changes(m, RecoveryRule::default());
    (!changes.is_empty()).then(|| changes.iter().filter(|c| c.censored).count() as f64)
}

pub(super) fn relative_time(m: &Measured<'_>) -> Option<f64> {
    let logs: Vec<f64> = after_changes(m, RecoveryRule::default())
        .iter()
        .filter_map(|c| c.time_best.map(|best| libm::log((c.time as f64 + 1.0) / (best as f64 + 1.0))))
        .collect();
    (!logs.is_empty()).then(|| libm::exp(logs.iter().sum::<f64>() / logs.len() as f64))
}

/// Absolute recovery of one change: with `b_1, ..., b_p` the best loss so far since the change and `f*` the least that there can be, the mean over j of
/// `(b_1 - b_j) / (b_1 - f*)`; 1 where it begins at the floor (Nguyen, Yang, Branke 2012, doi:10.1016/j.swevo.2012.05.001, for losses).
pub(super) fn absolute_recovery(best_so_far: &[f64], floor: f64) -> Option<f64> {
    let first = *best_so_far.first()?;
    if first <= floor {
        return Some(1.0);
    }
    let gained: f64 = best_so_far.iter().map(|b| first - b).sum();
    Some(gained / (best_so_far.len() as f64 * (first - floor)))
}

/// [`absolute_recovery`] of the stretch from each change to the next one, mean over changes. The floor is the task's own, else the least loss of the best known
/// schedule in that stretch; nothing without either.
pub(super) fn absolute_rate(m: &Measured<'_>) -> Option<f64> {
    let loss = m.complete()?;
    let (own, best) = (m.scenario.loss_floor(), m.comparator(Kind::Dynamic));
    let mut starts: Vec<usize> = m.episode.regime.points().iter().map(|p| p.step as usize).filter(|&s| s > 0).collect();
    starts.dedup();
    let mut rates = Vec::new();
    for (i, &from) in starts.iter().enumerate() {
        let stretch = from..starts.get(i + 1).copied().unwrap_or(loss.len());
        let floor = own.or_else(|| best.map(|b| b[stretch.clone()].iter().copied().fold(f64::INFINITY, f64::min)))?;
        let mut least = f64::INFINITY;
        let best_so_far: Vec<f64> = loss[stretch]
            .iter()
            .map(|&y| {
                least = least.min(y).max(floor);
                least
            })
            .collect();
        rates.extend(absolute_recovery(&best_so_far, floor));
    }
    (!rates.is_empty()).then(|| rates.iter().sum::<f64>() / rates.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::episode::{Episode, View, run};
    use crate::sim::metrics::Comparator;
    use crate::sim::policy::Schedule;
    use crate::sim::rng::Streams;
    use crate::sim::scenario::{Scenario, from_json};
    use serde_json::json;

    fn jump() -> (Scenario, Episode) {
        let scenario = from_json(&json!({ "name": "r", "task": { "kind": "tracking" }, "n_steps": 200,
            "regime": [{ "kind": "target-jump", "start": 100 }] }))
        .expect("valid");
        let episode = run(&scenario, &Streams::new(0, "r", 0), &View::open_loop(), &mut Schedule { values: vec![0.1] });
        (scenario, episode)
    }

    /// Loss 1 before the change, `10 - k` at the k-th step after it, never below `floor`.
    fn with_loss(floor: f64) -> (Scenario, Episode) {
        let (scenario, mut episode) = jump();
        for (t, y) in episode.trajectory.loss.iter_mut().enumerate() {
            *y = if t < 100 { 1.0 } else { (10.0 - (t as f64 - 100.0)).max(floor) };
        }
        (scenario, episode)
    }

    #[test]
    fn recovery_depth_and_area_are_those_by_hand() {
        let (scenario, episode) = with_loss(1.0);
        let rule = RecoveryRule { window: 1, tolerance: 0.1 };
        let measured = Measured { scenario: &scenario, episode: &episode, comparators: &[] };
        let seen = after_changes(&measured, rule);
        assert_eq!(seen.len(), 1);
        // Losses 10, 9, ..., 1: recovered 9 steps after the change; area 9 + 8 + ... + 1.
        assert_eq!((seen[0].step, seen[0].time, seen[0].censored), (100, 9, false));
        assert_eq!((seen[0].depth, seen[0].area), (9.0, 45.0));
    }

    #[test]
    fn what_diverged_does_not_recover_and_fell_from_where_it_was_alive() {
        let rule = RecoveryRule { window: 2, tolerance: 0.1 };
        for (at, depth, area) in [(50, 9.0, 98.0 * 9.0), (103, 9.0, 95.0 * 9.0 + 3.0 * 4.0), (0, 0.0, 0.0)] {
            let (scenario, mut episode) = with_loss(1.0);
            let loss = &mut episode.trajectory.loss;
            // Alive at 1, and at 5 after the change; from the divergence on at the ceiling.
            loss.iter_mut().enumerate().for_each(|(t, y)| {
                *y = if t >= at {
                    10.0
                } else if t >= 100 {
                    5.0
                } else {
                    1.0
                }
            });
            episode.end = crate::sim::episode::End::Diverged { step: at as u64 };
            let measured = Measured { scenario: &scenario, episode: &episode, comparators: &[] };
            let seen = after_changes(&measured, rule);
            assert_eq!((seen[0].time, seen[0].censored), (98, true), "diverged at {at}");
            assert_eq!((seen[0].depth, seen[0].area), (depth, area), "diverged at {at}");
        }
    }

    #[test]
    fn without_recovery_the_time_is_censored_and_a_harder_world_moves_the_level() {
        let (scenario, episode) = with_loss(2.0);
        let rule = RecoveryRule { window: 1, tolerance: 0.1 };
        let mut measured = Measured { scenario: &scenario, episode: &episode, comparators: &[] };
        let alone = after_changes(&measured, rule);
        assert_eq!((alone[0].time, alone[0].censored), (99, true));
        // The best schedule settles at 2 at once: 10, 9, ..., 2 is then recovered 8 steps after the change.
        let best: Vec<f64> = (0..200).map(|t| if t < 100 { 1.0 } else { 2.0 }).collect();
        let comparators = [Comparator { kind: Kind::Dynamic, loss: &best }];
        measured.comparators = &comparators;
        let seen = after_changes(&measured, rule);
        assert_eq!((seen[0].time, seen[0].censored, seen[0].time_best), (8, false, Some(0)));
    }
}
