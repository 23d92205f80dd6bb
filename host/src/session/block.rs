//! The unit of work: one scenario, one seed, every comparator and every controller under the same random numbers.

use crate::plugin::Instance;
use crate::sim::episode::{self, End, Episode};
use crate::sim::metrics::{self, AfterChange, Comparator, Measured, RecoveryRule};
use crate::sim::oracle::OracleSchedule;
use crate::sim::policy::PolicyFault;
use crate::sim::regime::Regime;
use crate::sim::rng::Streams;
use crate::sim::scenario::Scenario;
use crate::sim::trajectory::Trajectory;
use crate::study::ControllerEntry;
use oha_plugin_api::EpisodeSpec;
use std::sync::Arc;

/// A finished and measured episode.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// How it ended.
    pub end: End,
    /// The record of every step.
    pub trajectory: Trajectory,
    /// XXH3 of the record, hexadecimal.
    pub digest: String,
    /// Every metric with its name, `None` where it does not apply.
    pub metrics: Vec<(String, Option<f64>)>,
    /// What was seen after each change.
    pub after_changes: Vec<AfterChange>,
}

/// Something that runs the episode of a controller: in this thread, or in a worker process.
pub trait Runner: Sync {
    /// Runs one episode.
    fn run(&self, scenario: usize, controller: usize, seed: u64) -> Episode;
}

/// Runs controllers in the calling thread.
pub struct InThread<'a> {
    /// The scenarios of the study.
    pub scenarios: &'a [Scenario],
    /// Its controllers.
    pub controllers: &'a [ControllerEntry],
    /// The study's seed.
    pub study_seed: u64,
}

impl Runner for InThread<'_> {
    fn run(&self, scenario: usize, controller: usize, seed: u64) -> Episode {
        let (scenario, controller) = (&self.scenarios[scenario], &self.controllers[controller]);
        let streams = Streams::new(self.study_seed, &scenario.name, seed);
        run_controller(scenario, controller, &streams)
    }
}

/// Runs one controller; one that cannot be made faults at step 0.
#[must_use]
pub fn run_controller(scenario: &Scenario, controller: &ControllerEntry, streams: &Streams) -> Episode {
    match create(scenario, controller, streams) {
        Ok(mut instance) => episode::run(scenario, streams, &controller.view(), &mut instance),
        Err(fault) => faulted(scenario.regime(streams), scenario, 0, fault),
    }
}

pub(super) fn create(scenario: &Scenario, controller: &ControllerEntry, streams: &Streams) -> Result<Instance, PolicyFault> {
    create_for(controller, &scenario.episode_spec(), streams.controller(&controller.label))
}

/// An instance of a controller for an episode.
///
/// # Errors
/// The controller's own words.
pub fn create_for(controller: &ControllerEntry, spec: &EpisodeSpec, seed: u64) -> Result<Instance, PolicyFault> {
    let made = controller.plugin.create(&controller.descriptor.id, &controller.config.to_json(), spec, seed);
    made.map_err(|fault| PolicyFault { message: fault.to_string() })
}

/// An episode without any record, for a controller that failed before or outside its steps.
#[must_use]
pub fn faulted(regime: Arc<Regime>, scenario: &Scenario, step: u64, fault: PolicyFault) -> Episode {
    let trajectory = Trajectory { n_controlled: scenario.space.controlled().len(), ..Trajectory::default() };
    Episode { end: End::Faulted { step, fault }, trajectory, n_evaluations: 0, regime, agreement: None, retention: None }
}

/// What a block is made from, besides its scenario and seed.
pub struct BlockSetting<'a> {
    /// The study's seed.
    pub study_seed: u64,
    /// The scenarios of the study.
    pub scenarios: &'a [Scenario],
    /// The comparators of each scenario.
    pub comparators: &'a [Vec<OracleSchedule>],
    /// Number of controllers.
    pub n_controllers: usize,
    /// Runs their episodes.
    pub runner: &'a dyn Runner,
}

/// Runs a block: the scenario's comparators first, then the controllers, in the order given.
#[must_use]
pub fn run(setting: &BlockSetting<'_>, scenario: usize, seed: u64) -> Vec<Measurement> {
    let comparators = &setting.comparators[scenario];
    let index = scenario;
    let scenario = &setting.scenarios[index];
    let streams = Streams::new(setting.study_seed, &scenario.name, seed);
    let mut episodes: Vec<Episode> = comparators.iter().map(|c| c.replay(scenario, &streams)).collect();
    episodes.extend((0..setting.n_controllers).map(|controller| setting.runner.run(index, controller, seed)));
    let known: Vec<Comparator<'_>> =
        comparators.iter().zip(&episodes).map(|(c, e)| Comparator { kind: c.kind, loss: &e.trajectory.loss }).collect();
    let measured: Vec<_> = episodes
        .iter()
        .map(|episode| {
            let measured = Measured { scenario, episode, comparators: &known };
            (metrics::measure(&measured), metrics::after_changes(&measured, RecoveryRule::default()))
        })
        .collect();
    let finish = |(episode, (metrics, after_changes)): (Episode, _)| Measurement {
        digest: episode.trajectory.digest(),
        end: episode.end,
        trajectory: episode.trajectory,
        metrics,
        after_changes,
    };
    episodes.into_iter().zip(measured).map(finish).collect()
}
