//! Episodes of controllers in worker processes: the same bytes as in a thread, and a fault costs one episode.

use super::block::{self, Runner};
use crate::plugin::isolation::{Confinement, Handler, Limits, Progress, Role, Setup, Supervisor, WorkerCommand, WorkerFault};
use crate::plugin::{FaultKind, Plugin};
use crate::sim::agreement::Agreement;
use crate::sim::episode::{self, End, Episode};
use crate::sim::kernel::{self, Width};
use crate::sim::policy::{Policy, PolicyFault};
use crate::sim::retention::Retention;
use crate::sim::rng::Streams;
use crate::sim::scenario::{Scenario, ScenarioSpec};
use crate::sim::trajectory::Trajectory;
use crate::study::{ControllerEntry, Study, UserData};
use oha_plugin_api::{Config, Observation, Proposal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The worker role that runs episodes.
pub const ROLE: Role = Role { name: "episodes", init };

/// Last words of workers that are passed on.
const PRINTED_MAX: usize = 8;

/// What a worker is prepared with: one controller, every scenario of the study.
#[derive(Serialize, Deserialize)]
struct Preparation {
    study_seed: u64,
    scenarios: Vec<ScenarioSpec>,
    /// Data of the user's own, which the worker may read and registers before it builds the scenarios.
    data: Vec<UserData>,
    library: PathBuf,
    digest: String,
    id: String,
    label: String,
    config: Value,
    width: String,
}

/// One episode to run.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Job {
    scenario: usize,
    seed: u64,
    /// The step at which a worker died in this episode before: it is run again up to there, for the record.
    until: Option<u64>,
}

/// Runs controllers in worker processes.
pub struct Isolated<'a> {
    scenarios: &'a [Scenario],
    study_seed: u64,
    setups: Vec<Setup>,
    supervisor: Supervisor,
    /// Last words of workers.
    printed: Mutex<BTreeSet<String>>,
}

impl<'a> Isolated<'a> {
    /// Workers for each controller, started when needed; of idle ones, which hold the scenarios' data, two for each controller and for each thread are kept.
    #[must_use]
    pub fn new(command: WorkerCommand, study: &'a Study, n_threads: usize, limits: Limits) -> Self {
        let (scenarios, study_seed) = (&study.scenarios, study.file.seed);
        let setup = |c: &ControllerEntry| {
            let preparation = Preparation {
                study_seed,
                data: study.data.clone(),
                scenarios: scenarios.iter().map(|s| s.spec.clone()).collect(),
                library: c.plugin.path().to_owned(),
                digest: c.plugin.digest().to_owned(),
                id: c.descriptor.id.clone(),
                label: c.label.clone(),
                config: c.config.to_json(),
                width: kernel::current().name().to_owned(),
            };
            let bytes = serde_json::to_vec(&preparation).expect("a preparation is plain data");
            let mut setup = Setup::of_library(&ROLE, c.plugin.path(), bytes);
            setup.readable.extend(study.data.iter().flat_map(|d| d.file.paths()));
            setup
        };
        let setups: Vec<Setup> = study.controllers.iter().map(setup).collect();
        let idle_max = 2 * (setups.len() + n_threads);
        Self { scenarios, study_seed, setups, supervisor: Supervisor::new(command, limits, idle_max), printed: Mutex::default() }
    }

    /// Threads with which workers keep all of `n_processors` busy: a thread that waits for its worker uses none, and with as many threads as processors some
    /// stand idle between the end of an episode and the next worker's start.
    #[must_use]
    pub const fn n_threads(n_processors: usize) -> usize {
        2 * n_processors
    }

    /// What the workers said about their confinement, and printed before they died.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        let printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        let printed = printed.iter().take(PRINTED_MAX).map(|text| format!("a worker printed before it ended: {text}"));
        self.supervisor.notices().into_iter().chain(printed).collect()
    }

    /// How far the workers are confined on this machine: tried with the first controller, whose worker then waits for its first episode.
    #[must_use]
    pub fn confinement(&self) -> Option<Confinement> {
        // A controller that cannot be prepared is a fault of its episodes.
        let _ = self.setups.first().map(|setup| self.supervisor.prepare(setup));
        self.supervisor.confinement()
    }

    fn call(&self, controller: usize, job: &Job) -> Result<Option<Reply>, WorkerFault> {
        let job = serde_json::to_vec(job).expect("a job is plain data");
        self.supervisor.call(&self.setups[controller], &job).map(|bytes| Reply::decode(&bytes))
    }

    /// The record of an episode before the step at which its worker died. It is lost with the worker, but it is a function of the study: another
    /// worker runs the episode up to that step. Of a controller that does not repeat itself, or dies earlier, nothing is recorded.
    fn before(&self, controller: usize, job: &Job, fault: &WorkerFault) -> Option<Reply> {
        let step = fault.step.filter(|step| *step > 0)?;
        let reply = self.call(controller, &Job { until: Some(step), ..*job }).ok().flatten()?;
        (reply.trajectory.len() as u64 == step).then_some(reply)
    }

    /// What is recorded of a fault. What the worker printed may hold addresses and process numbers, so it is told and not recorded.
    fn recorded(&self, fault: &WorkerFault) -> String {
        if fault.kind == FaultKind::Error || fault.message.is_empty() {
            return fault.to_string();
        }
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).insert(fault.message.clone());
        WorkerFault { message: String::new(), ..fault.clone() }.to_string()
    }
}

impl Runner for Isolated<'_> {
    fn run(&self, scenario: usize, controller: usize, seed: u64) -> Episode {
        let job = Job { scenario, seed, until: None };
        let scenario = &self.scenarios[scenario];
        let regime = scenario.regime(&Streams::new(self.study_seed, &scenario.name, seed));
        match self.call(controller, &job) {
            Ok(Some(reply)) => Episode {
                end: reply.end(),
                trajectory: reply.trajectory,
                n_evaluations: reply.head.n_evaluations,
                regime,
                agreement: reply.head.agreement,
                retention: reply.head.retention,
            },
            Ok(None) => block::faulted(regime, scenario, 0, PolicyFault { message: "the worker's answer is not understood".to_owned() }),
            Err(fault) => {
                let (step, message) = (fault.step.unwrap_or(0), self.recorded(&fault));
                let episode = block::faulted(regime, scenario, step, PolicyFault { message });
                match self.before(controller, &job, &fault) {
                    Some(Reply { head, trajectory }) => Episode { trajectory, n_evaluations: head.n_evaluations, ..episode },
                    None => episode,
                }
            }
        }
    }
}

/// Loads the controller and builds the scenarios; the handler runs one episode a job.
fn init(bytes: &[u8]) -> Result<Handler, String> {
    let p: Preparation = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let width: Width = p.width.parse().map_err(|e: kernel::WidthError| e.to_string())?;
    kernel::force(width).map_err(|e| e.to_string())?;
    for data in &p.data {
        let found = data.file.load().map_err(|e| e.to_string())?;
        if found.name != data.name {
            return Err(format!("`{}` changed while the study was running", data.file.paths()[0].display()));
        }
    }
    let scenarios: Vec<Scenario> = p.scenarios.into_iter().map(Scenario::new).collect::<Result<_, _>>().map_err(|e| e.to_string())?;
    let plugin = Plugin::load(&p.library).map_err(|e| e.to_string())?;
    if plugin.digest() != p.digest {
        return Err(format!("`{}` changed while the study was running", p.library.display()));
    }
    let descriptor = plugin.select(Some(&p.id)).map_err(|e| e.to_string())?.clone();
    let config = Config::check(&descriptor, &p.config).map_err(|e| e.to_string())?;
    let entry = ControllerEntry { label: p.label, plugin, descriptor, config };
    let study_seed = p.study_seed;
    Ok(Box::new(move |job, progress| {
        let job: Job = serde_json::from_slice(job).expect("the supervisor sends jobs");
        let scenario = &scenarios[job.scenario];
        let streams = Streams::new(study_seed, &scenario.name, job.seed);
        let episode = match block::create(scenario, &entry, &streams) {
            Ok(mut instance) => {
                let mut watched = Watched { policy: &mut instance, progress, until: job.until };
                episode::run(scenario, &streams, &entry.view(), &mut watched)
            }
            Err(fault) => block::faulted(scenario.regime(&streams), scenario, 0, fault),
        };
        Reply::encode(&episode)
    }))
}

/// Announces each step before the controller is called, so that a fault can name it.
struct Watched<'a> {
    policy: &'a mut dyn Policy,
    progress: &'a Progress,
    until: Option<u64>,
}

impl Policy for Watched<'_> {
    fn propose(&mut self, observation: &mut Observation<'_>, proposal: &mut Proposal<'_>) -> Result<(), PolicyFault> {
        self.progress.step(observation.step);
        if self.until == Some(observation.step) {
            return Err(PolicyFault { message: String::new() });
        }
        self.policy.propose(observation, proposal)
    }
}

/// The small part of a reply.
#[derive(Serialize, Deserialize)]
struct Head {
    /// `None`: completed or diverged.
    fault: Option<String>,
    /// Step of divergence or fault.
    end_step: Option<u64>,
    n_evaluations: u64,
    n_controlled: usize,
    n_losses: usize,
    n_accuracies: usize,
    agreement: Option<Agreement>,
    retention: Option<Retention>,
}

/// An episode as bytes: length of the head, head as JSON, then the columns in little-endian order.
struct Reply {
    head: Head,
    trajectory: Trajectory,
}

impl Reply {
    fn encode(episode: &Episode) -> Vec<u8> {
        let t = &episode.trajectory;
        let (fault, end_step) = match &episode.end {
            End::Completed => (None, None),
            End::Diverged { step } => (None, Some(*step)),
            End::Faulted { step, fault } => (Some(fault.message.clone()), Some(*step)),
        };
        let (n_losses, n_accuracies) = (t.loss.len(), t.accuracy.len());
        let head = Head {
            fault,
            end_step,
            n_evaluations: episode.n_evaluations,
            n_controlled: t.n_controlled,
            n_losses,
            n_accuracies,
            agreement: episode.agreement.clone(),
            retention: episode.retention.clone(),
        };
        let head = serde_json::to_vec(&head).expect("a head is plain data");
        let mut bytes = Vec::with_capacity(8 + head.len() + 8 * (n_losses * (1 + t.n_controlled) + n_accuracies) + 5 * n_losses);
        bytes.extend((head.len() as u64).to_le_bytes());
        bytes.extend(head);
        for column in [&t.loss, &t.accuracy, &t.hyperparameters] {
            bytes.extend(column.iter().flat_map(|x| x.to_bits().to_le_bytes()));
        }
        bytes.extend(&t.guard);
        bytes.extend(t.report.iter().flat_map(|x| x.to_le_bytes()));
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<8>()?;
        let (head, mut rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let head: Head = serde_json::from_slice(head).ok()?;
        let mut take = |n: usize| {
            let (column, after) = rest.split_at_checked(n)?;
            rest = after;
            Some(column)
        };
        let reals = |bytes: &[u8]| bytes.as_chunks::<8>().0.iter().map(|c| f64::from_bits(u64::from_le_bytes(*c))).collect::<Vec<f64>>();
        let trajectory = Trajectory {
            loss: reals(take(8 * head.n_losses)?),
            accuracy: reals(take(8 * head.n_accuracies)?),
            hyperparameters: reals(take(8 * head.n_losses * head.n_controlled)?),
            guard: take(head.n_losses)?.to_vec(),
            report: take(4 * head.n_losses)?.as_chunks::<4>().0.iter().map(|c| u32::from_le_bytes(*c)).collect(),
            n_controlled: head.n_controlled,
        };
        rest.is_empty().then_some(Self { head, trajectory })
    }

    fn end(&self) -> End {
        match (&self.head.fault, self.head.end_step) {
            (Some(message), step) => End::Faulted { step: step.unwrap_or(0), fault: PolicyFault { message: message.clone() } },
            (None, Some(step)) => End::Diverged { step },
            (None, None) => End::Completed,
        }
    }
}
