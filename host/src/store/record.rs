//! A finished episode as rows of tables.

use super::frame::{Frame, Values};
use super::layout::{Layout, Part};
use crate::sim::metrics::AfterChange;
use crate::sim::trajectory::Trajectory;
use serde::{Deserialize, Serialize};

/// What an episode was run for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A controller under test.
    Controller,
    /// A schedule that regret is measured against.
    Comparator,
}

/// How an episode ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// All steps were taken.
    Completed,
    /// Scored at the ceiling from this step on.
    Diverged(u64),
    /// The controller failed at this step, with this message.
    Faulted(u64, String),
}

impl Status {
    /// What the controller died of; `None` where it did not.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        match self {
            Self::Faulted(_, message) => Some(message),
            Self::Completed | Self::Diverged(_) => None,
        }
    }
}

/// A finished episode.
#[derive(Clone, Debug)]
pub struct EpisodeRecord {
    /// What it was run for.
    pub role: Role,
    /// Label of the controller or comparator.
    pub controller: String,
    /// The seed.
    pub seed: u64,
    /// How it ended.
    pub status: Status,
    /// Digest of the trajectory.
    pub digest: String,
    /// One value for each metric of the layout.
    pub metrics: Vec<Option<f64>>,
    /// The record of every step.
    pub trajectory: Trajectory,
    /// What was seen after each change.
    pub after_changes: Vec<AfterChange>,
}

/// The episodes of a part as a table: one row an episode.
pub(super) fn episodes(layout: &Layout, part: &Part, records: &[EpisodeRecord]) -> Frame {
    let scenario = &layout.scenarios[part.scenario].name;
    let words = |f: &dyn Fn(&EpisodeRecord) -> String| Values::Words(records.iter().map(f).collect());
    let mut columns = vec![
        ("scenario".to_owned(), words(&|_| scenario.clone())),
        ("controller".to_owned(), words(&|r| r.controller.clone())),
        ("seed".to_owned(), Values::Integers(records.iter().map(|r| r.seed.cast_signed()).collect())),
        ("role".to_owned(), words(&|r| if r.role == Role::Controller { "controller".into() } else { "comparator".into() })),
        (
            "status".to_owned(),
            words(&|r| {
                let word = match r.status {
                    Status::Completed => "completed",
                    Status::Diverged(_) => "diverged",
                    Status::Faulted(..) => "faulted",
                };
                word.to_owned()
            }),
        ),
        (
            "end_step".to_owned(),
            Values::Integers(
                records
                    .iter()
                    .map(|r| match r.status {
                        Status::Completed => layout.scenarios[part.scenario].n_steps.cast_signed(),
                        Status::Diverged(step) | Status::Faulted(step, _) => step.cast_signed(),
                    })
                    .collect(),
            ),
        ),
        ("fault".to_owned(), words(&|r| if let Status::Faulted(_, text) = &r.status { text.clone() } else { String::new() })),
    ];
    for (i, name) in layout.metrics.iter().enumerate() {
        columns.push((name.clone(), Values::OptionalReals(records.iter().map(|r| r.metrics[i]).collect())));
    }
    columns.push(("digest".to_owned(), words(&|r| r.digest.clone())));
    Frame { columns }
}

/// The trajectories of a part as a table: one row a recorded step.
pub(super) fn trajectories(layout: &Layout, part: &Part, records: &[EpisodeRecord]) -> Frame {
    let scenario = &layout.scenarios[part.scenario];
    let every = layout.every as usize;
    let rows: Vec<(&EpisodeRecord, usize)> = records
        .iter()
        .flat_map(|r| {
            let n = if every == 0 { 0 } else { r.trajectory.len() };
            // The last step is always kept.
            (0..n).filter(move |t| t % every.max(1) == 0 || t + 1 == n).map(move |t| (r, t))
        })
        .collect();
    let words = |f: &dyn Fn(&EpisodeRecord) -> String| Values::Words(rows.iter().map(|(r, _)| f(r)).collect());
    let reals = |f: &dyn Fn(&Trajectory, usize) -> f64| Values::Reals(rows.iter().map(|(r, t)| f(&r.trajectory, *t)).collect());
    let integers = |f: &dyn Fn(&EpisodeRecord, usize) -> i64| Values::Integers(rows.iter().map(|(r, t)| f(r, *t)).collect());
    let mut columns = vec![
        ("scenario".to_owned(), words(&|_| scenario.name.clone())),
        ("controller".to_owned(), words(&|r| r.controller.clone())),
        ("seed".to_owned(), integers(&|r, _| r.seed.cast_signed())),
        ("step".to_owned(), integers(&|_, t| t as i64)),
        ("loss".to_owned(), reals(&|x, t| x.loss[t])),
    ];
    columns.push(("accuracy".to_owned(), reals(&|x, t| x.accuracy.get(t).copied().unwrap_or(f64::NAN))));
    for (i, name) in scenario.hyperparameters.iter().enumerate() {
        columns.push((name.clone(), reals(&|x, t| x.hyperparameters[t * x.n_controlled + i])));
    }
    columns.push(("guard".to_owned(), integers(&|r, t| i64::from(r.trajectory.guard[t]))));
    columns.push(("report".to_owned(), integers(&|r, t| i64::from(r.trajectory.report[t]))));
    Frame { columns }
}

/// What was seen after each change: one row an (episode, change).
pub(super) fn changes(layout: &Layout, part: &Part, records: &[EpisodeRecord]) -> Frame {
    let scenario = &layout.scenarios[part.scenario].name;
    let rows: Vec<(&EpisodeRecord, usize, &AfterChange)> =
        records.iter().flat_map(|r| r.after_changes.iter().enumerate().map(move |(i, a)| (r, i, a))).collect();
    let words = |f: &dyn Fn(&EpisodeRecord, &AfterChange) -> String| Values::Words(rows.iter().map(|(r, _, a)| f(r, a)).collect());
    let reals = |f: &dyn Fn(&AfterChange) -> f64| Values::Reals(rows.iter().map(|(_, _, a)| f(a)).collect());
    let integers =
        |f: &dyn Fn(&EpisodeRecord, usize, &AfterChange) -> i64| Values::Integers(rows.iter().map(|(r, i, a)| f(r, *i, a)).collect());
    let columns = vec![
        ("scenario".to_owned(), words(&|_, _| scenario.clone())),
        ("controller".to_owned(), words(&|r, _| r.controller.clone())),
        ("seed".to_owned(), integers(&|r, _, _| r.seed.cast_signed())),
        ("change".to_owned(), integers(&|_, i, _| i as i64)),
        ("step".to_owned(), integers(&|_, _, a| a.step.cast_signed())),
        ("label".to_owned(), words(&|_, a| a.label.clone())),
        ("level_before".to_owned(), reals(&|a| a.level_before)),
        ("level_to_reach".to_owned(), reals(&|a| a.level_to_reach)),
        ("depth".to_owned(), reals(&|a| a.depth)),
        ("area".to_owned(), reals(&|a| a.area)),
        ("time".to_owned(), integers(&|_, _, a| a.time.cast_signed())),
        ("censored".to_owned(), integers(&|_, _, a| i64::from(a.censored))),
        ("time_best".to_owned(), Values::OptionalReals(rows.iter().map(|(_, _, a)| a.time_best.map(|t| t as f64)).collect())),
    ];
    Frame { columns }
}

/// The rows of some episodes as the store writes them.
pub struct Tables {
    /// One row a recorded step; no column where none is kept.
    pub trajectories: Frame,
    /// One row an (episode, change).
    pub changes: Frame,
    /// One row an episode.
    pub episodes: Frame,
}

impl Tables {
    /// The rows of a part, or of one of its blocks.
    #[must_use]
    pub fn new(layout: &Layout, part: &Part, records: &[EpisodeRecord]) -> Self {
        let trajectories = if layout.every == 0 { Frame::default() } else { trajectories(layout, part, records) };
        Self { trajectories, changes: changes(layout, part, records), episodes: episodes(layout, part, records) }
    }
}
