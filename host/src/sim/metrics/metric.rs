//! What a metric is and what it is computed from.

use crate::sim::episode::{End, Episode};
use crate::sim::oracle::Kind;
use crate::sim::scenario::Scenario;
use serde::{Deserialize, Serialize};

/// Which way a metric is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Smaller is better.
    Lower,
    /// Larger is better.
    Higher,
    /// A description, neither good nor bad.
    Neutral,
}

/// An episode with what is needed to measure it.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    /// The scenario of the episode.
    pub scenario: &'a Scenario,
    /// The episode.
    pub episode: &'a Episode,
    /// Losses of the comparators re-simulated on the same seed, one of each kind that there is.
    pub comparators: &'a [Comparator<'a>],
}

/// The losses of a comparator, re-simulated from step 0 on the episode's own seed.
#[derive(Clone, Copy, Debug)]
pub struct Comparator<'a> {
    /// Which regret it gives.
    pub kind: Kind,
    /// Loss at every step, `n_steps`.
    pub loss: &'a [f64],
}

impl<'a> Measured<'a> {
    /// Losses of every step; `None` when the controller faulted before the end.
    #[must_use]
    pub fn complete(&self) -> Option<&'a [f64]> {
        (!matches!(self.episode.end, End::Faulted { .. })).then_some(self.episode.trajectory.loss.as_slice())
    }

    /// Number of decisions whose loss was measured, not scored at the ceiling.
    #[must_use]
    pub fn n_live(&self) -> usize {
        match self.episode.end {
            End::Diverged { step } => step as usize,
            _ => self.episode.trajectory.len(),
        }
    }

    /// The losses of the comparator of this kind.
    #[must_use]
    pub fn comparator(&self, kind: Kind) -> Option<&'a [f64]> {
        self.comparators.iter().find(|c| c.kind == kind).map(|c| c.loss)
    }
}

/// How a metric is computed.
#[derive(Clone, Copy)]
pub enum Compute {
    /// One number an episode.
    Episode(fn(&Measured<'_>) -> Option<f64>),
    /// One number for each controlled hyperparameter, by its position among them.
    Hyperparameter(fn(&Measured<'_>, usize) -> Option<f64>),
}

/// A metric as tables and `oha-host list metrics` know it.
pub struct Metric {
    /// Name; a metric of each hyperparameter is followed by `.` and the hyperparameter's name.
    pub name: &'static str,
    /// Definition in one sentence.
    pub summary: &'static str,
    /// Which way is better.
    pub direction: Direction,
    /// Unit, for axes and tables: `loss`, `loss x step`, `step`, `1` ...
    pub unit: &'static str,
    /// How it is computed.
    pub compute: Compute,
}

pub(super) const fn metric(
    name: &'static str,
    direction: Direction,
    unit: &'static str,
    compute: fn(&Measured<'_>) -> Option<f64>,
    summary: &'static str,
) -> Metric {
    Metric { name, summary, direction, unit, compute: Compute::Episode(compute) }
}

pub(super) const fn of_each(
    name: &'static str,
    unit: &'static str,
    compute: fn(&Measured<'_>, usize) -> Option<f64>,
    summary: &'static str,
) -> Metric {
    Metric { name, summary, direction: Direction::Neutral, unit, compute: Compute::Hyperparameter(compute) }
}
