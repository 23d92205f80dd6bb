//! What the claims are measured with: controllers from their libraries, episodes over threads, ratios of means with intervals.

use crate::plugin::SearchPath;
use crate::session::block;
use crate::sim::episode::{self, Episode, View};
use crate::sim::oracle::Mapper;
use crate::sim::policy::Schedule;
use crate::sim::rng::Streams;
use crate::sim::scenario::{Scenario, from_json};
use crate::study::{ControllerEntry, StudyError};
use oha_analysis::distribution::student_t_quantile;
use serde_json::Value;

/// Where controllers are found, and threads whose number reaches no result.
pub struct Bench<'a> {
    search: &'a SearchPath,
    mapper: Mapper<'a>,
}

/// Who sets the learning rate.
#[derive(Clone)]
pub(super) enum Player {
    /// A constant.
    Rate(f64),
    /// A controller.
    Controller(Box<ControllerEntry>),
}

impl<'a> Bench<'a> {
    /// A bench with the controllers of this path and the threads of this mapper.
    #[must_use]
    pub const fn new(search: &'a SearchPath, mapper: Mapper<'a>) -> Self {
        Self { search, mapper }
    }

    /// A controller as a study would find it.
    pub(super) fn controller(&self, spec: &str) -> Result<ControllerEntry, StudyError> {
        ControllerEntry::find(spec, self.search)
    }

    /// The same as a player.
    pub(super) fn player(&self, spec: &str) -> Result<Player, StudyError> {
        Ok(Player::Controller(Box::new(self.controller(spec)?)))
    }

    /// `work` of every index below `n`, in order.
    pub(super) fn map(&self, n: usize, work: impl Fn(usize) -> f64 + Sync) -> Vec<f64> {
        (self.mapper)(n, &work)
    }

    /// The score of each player (row) on each evaluation seed, all under the same random numbers.
    pub(super) fn scores(
        &self,
        scenario: &Scenario,
        players: &[Player],
        n_seeds: usize,
        score: impl Fn(&Episode) -> f64 + Sync,
    ) -> Vec<Vec<f64>> {
        let streams = |seed| Streams::new(0, &scenario.name, seed);
        self.scores_on(scenario, players, n_seeds, &streams, &score)
    }

    /// The best constant of a logarithmic grid of `n_rates` between the ends, on tuning seeds.
    pub(super) fn tuned_rate(
        &self,
        scenario: &Scenario,
        (low, high, n_rates): (f64, f64, usize),
        n_seeds: usize,
        score: impl Fn(&Episode) -> f64 + Sync,
    ) -> f64 {
        let rate = |i: usize| low * libm::pow(high / low, i as f64 / (n_rates - 1) as f64);
        let players: Vec<Player> = (0..n_rates).map(|i| Player::Rate(rate(i))).collect();
        let streams = |seed| Streams::tuning(0, &scenario.name, seed);
        let scores = self.scores_on(scenario, &players, n_seeds, &streams, &score);
        let best = (0..n_rates).min_by(|&a, &b| mean(&scores[a]).total_cmp(&mean(&scores[b]))).expect("there are rates");
        rate(best)
    }

    fn scores_on(
        &self,
        scenario: &Scenario,
        players: &[Player],
        n_seeds: usize,
        streams: &(dyn Fn(u64) -> Streams + Sync),
        score: &(dyn Fn(&Episode) -> f64 + Sync),
    ) -> Vec<Vec<f64>> {
        let work = |i: usize| score(&play(scenario, &players[i / n_seeds], &streams((i % n_seeds) as u64)));
        self.map(players.len() * n_seeds, work).chunks(n_seeds).map(<[f64]>::to_vec).collect()
    }
}

fn play(scenario: &Scenario, player: &Player, streams: &Streams) -> Episode {
    match player {
        Player::Rate(rate) => episode::run(scenario, streams, &View::open_loop(), &mut Schedule { values: vec![*rate] }),
        Player::Controller(entry) => block::run_controller(scenario, entry, streams),
    }
}

/// A scenario of a claim.
pub(super) fn scenario(value: &Value) -> Scenario {
    from_json(value).expect("the scenario of a claim is valid")
}

/// Mean loss from a step on.
pub(super) fn mean_from(episode: &Episode, from: usize) -> f64 {
    mean(&episode.trajectory.loss[from..])
}

/// The mean.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Ratio of the means of two paired samples, and half the width of its 95 % interval: Student's t about the jackknife's standard error (Miller 1974,
/// doi:10.1093/biomet/61.1.1). Infinite for a single pair.
pub(super) fn ratio_of_means(above: &[f64], below: &[f64]) -> (f64, f64) {
    let (n, a, b) = (above.len() as f64, above.iter().sum::<f64>(), below.iter().sum::<f64>());
    let left_out: Vec<f64> = above.iter().zip(below).map(|(x, y)| (a - x) / (b - y)).collect();
    let centre = mean(&left_out);
    let variance = left_out.iter().map(|r| (r - centre) * (r - centre)).sum::<f64>() * (n - 1.0) / n;
    let half = if n > 1.0 { student_t_quantile(0.975, n - 1.0) * variance.sqrt() } else { f64::INFINITY };
    (a / b, half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_has_the_interval_of_the_mean_where_the_denominator_is_constant() {
        let (ratio, half) = ratio_of_means(&[1.0, 2.0, 3.0, 4.0], &[2.0; 4]);
        // Mean 1.25, standard deviation of the quotients 0.645497, t(0.975; 3) = 3.182446.
        assert!((ratio - 1.25).abs() < 1e-15);
        assert!((half - 3.182_446_305 * 0.645_497_224 / 2.0).abs() < 1e-8, "{half}");
    }
}
