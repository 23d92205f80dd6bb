//! What a rung searches on: a scenario, the seeds it is scored on, and a budget.

use super::moments::Moments;
use super::plan::Plan;
use super::rollout::{Rollout, Rollouts};
use super::{Kind, OracleSchedule, Settings, Solution};
use crate::sim::episode::{self, View};
use crate::sim::guard;
use crate::sim::objective::Exogenous;
use crate::sim::policy::Schedule;
use crate::sim::regime::Regime;
use crate::sim::rng::Streams;
use crate::sim::scenario::Scenario;
use oha_plugin_api::{HyperparameterSpec, Scale};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::sync::{Arc, Mutex};

/// Computes `work(0), ..., work(n - 1)` in any order, over any number of threads, and gives the results in order.
pub type Mapper<'a> = &'a dyn Fn(usize, &(dyn Fn(usize) -> f64 + Sync)) -> Vec<f64>;

/// The mapper of a single thread.
#[must_use]
pub fn serial(n: usize, work: &(dyn Fn(usize) -> f64 + Sync)) -> Vec<f64> {
    (0..n).map(work).collect()
}

/// What the loss of a comparator was measured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoredOn {
    /// The expected loss, exactly.
    Expectation,
    /// The mean over this many tuning seeds.
    TuningSeeds(u64),
    /// One evaluation seed, in hindsight.
    EvaluationSeed,
}

/// One seed that plans are scored on.
struct World {
    streams: Streams,
    regime: Arc<Regime>,
    moments: Option<Moments>,
}

/// A scenario to find comparators for.
pub struct Problem<'a> {
    scenario: &'a Scenario,
    worlds: Vec<World>,
    scored_on: ScoredOn,
    budget: u64,
    switches_max: u64,
    spent: Cell<u64>,
    mapper: Mapper<'a>,
}

impl<'a> Problem<'a> {
    /// Scored on the expected loss where it is known, otherwise on tuning seeds, which are apart from every evaluation seed.
    #[must_use]
    pub fn tuning(scenario: &'a Scenario, study_seed: u64, settings: Settings, mapper: Mapper<'a>) -> Self {
        let world = |seed| {
            let streams = Streams::tuning(study_seed, &scenario.name, seed);
            let regime = scenario.regime(&streams);
            World { moments: Moments::of(scenario, &regime), streams, regime }
        };
        let mut worlds: Vec<World> = (0..settings.n_tuning_seeds.max(1)).map(world).collect();
        let mut scored_on = ScoredOn::TuningSeeds(worlds.len() as u64);
        if exogenous(scenario).is_some() {
            scored_on = ScoredOn::Expectation;
            worlds.truncate(1);
        } else if worlds.iter().all(|w| w.moments.is_some()) {
            scored_on = ScoredOn::Expectation;
            if !scenario.changes.iter().any(|c| c.shape.is_random()) {
                worlds.truncate(1);
            }
        }
        let Settings { budget, switches: switches_max, .. } = settings;
        Self { scenario, worlds, scored_on, budget, switches_max, spent: Cell::new(0), mapper }
    }

    /// Scored on tuning seeds by simulation even where the expected loss is known: to hold searches against exact values.
    #[must_use]
    pub(super) fn simulated(scenario: &'a Scenario, study_seed: u64, settings: Settings, mapper: Mapper<'a>) -> Self {
        let mut problem = Self::tuning(scenario, study_seed, settings, mapper);
        problem.worlds = (0..settings.n_tuning_seeds.max(1))
            .map(|seed| {
                let streams = Streams::tuning(study_seed, &scenario.name, seed);
                World { regime: scenario.regime(&streams), streams, moments: None }
            })
            .collect();
        problem.scored_on = ScoredOn::TuningSeeds(problem.worlds.len() as u64);
        problem
    }

    /// Scored on one evaluation seed by simulation.
    #[must_use]
    pub fn hindsight(scenario: &'a Scenario, streams: &Streams, budget: u64, mapper: Mapper<'a>) -> Self {
        let worlds = vec![World { streams: *streams, regime: scenario.regime(streams), moments: None }];
        Self { scenario, worlds, scored_on: ScoredOn::EvaluationSeed, budget, switches_max: 0, spent: Cell::new(0), mapper }
    }

    /// The scenario.
    #[must_use]
    pub fn scenario(&self) -> &'a Scenario {
        self.scenario
    }

    /// The recursion of the expected loss, where one covers every seed.
    #[must_use]
    pub fn moments(&self) -> Option<&Moments> {
        match self.worlds.as_slice() {
            [World { moments, .. }] => moments.as_ref(),
            _ => None,
        }
    }

    /// The law of the losses, where no choice alters a later one and the problem is scored on it.
    #[must_use]
    pub fn exogenous(&self) -> Option<&'a dyn Exogenous> {
        exogenous(self.scenario).filter(|_| self.is_expected())
    }

    /// Counts evaluations that were not made through [`Self::scores`].
    pub fn spend(&self, n: u64) {
        self.spent.set(self.spent.get() + n);
    }

    /// Whether the expected loss is known on every seed, each with its own change times.
    #[must_use]
    pub fn is_expected(&self) -> bool {
        self.scored_on == ScoredOn::Expectation
    }

    /// Whether the expected loss is known and its coordinates are alike.
    #[must_use]
    pub fn is_isotropic(&self) -> bool {
        self.is_expected() && self.worlds.iter().all(|w| w.moments.as_ref().is_some_and(|m| m.n_groups == 1))
    }

    /// Most segments that the changes of any seed make.
    #[must_use]
    pub fn n_segments(&self) -> usize {
        self.worlds.iter().map(|w| super::boundaries(&w.regime, self.scenario.n_steps).len()).max().unwrap_or(1)
    }

    /// Most switches of a schedule of [`Kind::Switches`].
    #[must_use]
    pub const fn switches_max(&self) -> u64 {
        self.switches_max
    }

    /// Starts of the segments of the first seed: where switches are likely to gain.
    #[must_use]
    pub fn change_points(&self) -> Vec<u64> {
        super::boundaries(&self.worlds[0].regime, self.scenario.n_steps)
    }

    /// The changes of the first seed.
    #[must_use]
    pub fn regime(&self) -> &Regime {
        &self.worlds[0].regime
    }

    /// The rows of a plan on the first seed.
    #[must_use]
    pub fn first_rows(&self, plan: &Plan) -> Vec<f64> {
        plan.rows(self.scenario, &self.worlds[0].regime)
    }

    /// Every seed at its start, as states that can be copied.
    pub(super) fn rollouts(&self) -> Rollouts {
        let start = |w: &World| Mutex::new(Rollout::new(self.scenario.start_under(&w.streams, Arc::clone(&w.regime)), self.scenario));
        Rollouts(self.worlds.iter().map(start).collect())
    }

    /// Loss of the next `n` decisions of copies of the states under each row, the mean over the seeds.
    pub(super) fn try_rows(&self, states: &Rollouts, rows: &[Vec<f64>], n: u64) -> Vec<f64> {
        let n_seeds = states.0.len();
        let scenario = self.scenario;
        self.spend((rows.len() * n_seeds) as u64 * n / scenario.n_steps);
        let work = |i: usize| {
            let mut copy = states.copy(i % n_seeds);
            let before = copy.sum;
            copy.advance(scenario, &rows[i / n_seeds], n);
            copy.sum - before
        };
        let sums = (self.mapper)(rows.len() * n_seeds, &work);
        sums.chunks_exact(n_seeds).map(|part| part.iter().sum::<f64>() / n_seeds as f64).collect()
    }

    /// The states after `n` more decisions with `row` in force.
    pub(super) fn advanced(&self, states: &Rollouts, row: &[f64], n: u64) -> Rollouts {
        let scenario = self.scenario;
        let copies = Rollouts((0..states.0.len()).map(|seed| Mutex::new(states.copy(seed))).collect());
        let work = |seed: usize| {
            let mut state = copies.0[seed].lock().expect("no holder of this lock panics");
            state.advance(scenario, row, n);
            0.0
        };
        (self.mapper)(copies.0.len(), &work);
        copies
    }

    /// Cumulative loss of each plan, the mean over the seeds.
    #[must_use]
    pub fn scores(&self, plans: &[Plan]) -> Vec<f64> {
        let n = self.worlds.len();
        self.spent.set(self.spent.get() + (plans.len() * n) as u64);
        let (scenario, worlds) = (self.scenario, &self.worlds);
        let law = self.exogenous().is_some();
        let work = |i: usize| score_on(scenario, &plans[i / n], &worlds[i % n], law);
        let losses = (self.mapper)(plans.len() * n, &work);
        losses.chunks_exact(n).map(|part| part.iter().sum::<f64>() / n as f64).collect()
    }

    /// Cumulative loss of one plan.
    #[must_use]
    pub fn score(&self, plan: &Plan) -> f64 {
        self.scores(std::slice::from_ref(plan))[0]
    }

    /// How many plans the budget still pays for.
    #[must_use]
    pub fn n_affordable(&self) -> usize {
        (self.budget.saturating_sub(self.spent.get()) / self.worlds.len() as u64) as usize
    }

    /// Begins a new account of the budget.
    pub fn reset(&self) {
        self.spent.set(0);
    }

    /// A rung's solution as a schedule of this scenario.
    #[must_use]
    pub fn schedule(&self, rung: &str, kind: Kind, found: Solution) -> OracleSchedule {
        OracleSchedule {
            scenario_digest: self.scenario.digest(),
            kind,
            rung: rung.to_owned(),
            method: found.method,
            status: found.status,
            plan: found.plan,
            scored_on: self.scored_on,
            upper: found.upper,
            lower: found.lower,
            n_evaluations: self.spent.get(),
            n_restarts: found.n_restarts,
            above_exact: None,
        }
    }

    /// Specifications of the controlled hyperparameters, in order.
    #[must_use]
    pub fn controlled(&self) -> Vec<&'a HyperparameterSpec> {
        self.scenario.space.controlled_specs().collect()
    }
}

/// The law of exogenous losses of a scenario whose controllers set what they depend on, and nothing else.
fn exogenous(scenario: &Scenario) -> Option<&dyn Exogenous> {
    let law = scenario.family.exogenous()?;
    let is_it = |h: &HyperparameterSpec| h.name == law.hyperparameter();
    (scenario.space.controlled().len() == 1 && scenario.space.controlled_specs().all(is_it)).then_some(law)
}

fn score_on(scenario: &Scenario, plan: &Plan, world: &World, is_exogenous: bool) -> f64 {
    let values = plan.rows(scenario, &world.regime);
    if let Some(law) = scenario.family.exogenous().filter(|_| is_exogenous) {
        let at = |t: u64| law.expected_loss(t, values[(t as usize).min(values.len() - 1)]);
        return (0..scenario.n_steps).map(at).sum();
    }
    if let Some(moments) = &world.moments {
        return moments.value(&values);
    }
    let episode = episode::run(scenario, &world.streams, &View::open_loop(), &mut Schedule { values });
    episode.trajectory.loss.iter().sum()
}

/// The value at `u` in [0, 1] of a hyperparameter's range, even on its scale; outside [0, 1] the nearest end.
#[must_use]
pub(super) fn from_unit(spec: &HyperparameterSpec, u: f64) -> f64 {
    let value = match spec.scale {
        Scale::Linear => u.mul_add(spec.max - spec.min, spec.min),
        Scale::Log => {
            let (low, high) = (libm::log(spec.min), libm::log(spec.max));
            libm::exp(u.mul_add(high - low, low))
        }
    };
    let end = if u <= 0.0 {
        spec.min
    } else if u >= 1.0 {
        spec.max
    } else {
        value
    };
    guard::check(spec, end, spec.initial).0
}

/// The place in [0, 1] of a value in a hyperparameter's range.
#[must_use]
pub(super) fn to_unit(spec: &HyperparameterSpec, value: f64) -> f64 {
    let u = match spec.scale {
        Scale::Linear => (value - spec.min) / (spec.max - spec.min),
        Scale::Log => libm::log(value / spec.min) / libm::log(spec.max / spec.min),
    };
    u.clamp(0.0, 1.0)
}
