//! Comparators that know the future: what regret is measured against.
//!
//! A comparator is an open-loop plan that is re-simulated from step 0 under the same random numbers, the same guard and the same ceiling as the
//! controllers. It is chosen on the expected loss where that is known ([`moments`]), otherwise on tuning seeds that no controller is judged on: an
//! oracle that sees the realised noise of a random walk has loss 0 and means nothing. Without a certified lower bound it is called *best known*, never
//! optimal.
//!
//! [`compute`] climbs the ladder of [`registry`]; a new rung is one file and one line there. Threads come from the caller as a [`Mapper`], and their
//! number reaches no result.

pub mod adjoint;
pub mod bound;
pub mod cma_es;
pub mod labels;
pub mod lbfgs;
pub mod moments;
pub mod optimum;
mod plan;
mod problem;
pub mod quadratic;
pub mod regret;
mod rollout;
mod rungs;
mod search;
pub mod table;

pub use plan::{Plan, boundaries};
pub use problem::{Mapper, Problem, ScoredOn, serial};

use crate::sim::episode::{self, Episode, View};
use crate::sim::policy::Schedule;
use crate::sim::rng::Streams;
use crate::sim::scenario::Scenario;
use serde::{Deserialize, Serialize};

/// Which regret a comparator gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The best constant, tuned over seeds: what a practitioner reaches (static regret).
    Constant,
    /// The constant that is best on one evaluation seed, in hindsight (static regret of theory).
    HindsightConstant,
    /// The best constants between the change points (switching regret).
    Segments,
    /// The best piecewise-constant schedule with at most as many switches as [`Settings::switches`] says (K-switch regret).
    Switches,
    /// The best schedule found or known (dynamic regret).
    Dynamic,
}

impl Kind {
    /// Every kind, in the order of the tables.
    pub const ALL: [Self; 5] = [Self::Constant, Self::HindsightConstant, Self::Segments, Self::Switches, Self::Dynamic];

    /// The name in files and tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::HindsightConstant => "hindsight_constant",
            Self::Segments => "segments",
            Self::Switches => "switches",
            Self::Dynamic => "dynamic",
        }
    }
}

/// What is known about how good a comparator is among open-loop plans of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// No open-loop schedule has a lower expected loss.
    Exact,
    /// The lower bound is proven, the gap to it stated.
    Certified,
    /// The best that was found; nothing is proven.
    BestKnown,
    /// No schedule at all: the number is a bound that need not be attainable.
    Bound,
}

/// A comparator with the evidence for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OracleSchedule {
    /// Digest of the scenario that it belongs to.
    pub scenario_digest: String,
    /// Which regret it gives.
    pub kind: Kind,
    /// Name of the rung that found it, or of the controller whose own schedule it is.
    pub rung: String,
    /// How it was found, in words.
    pub method: String,
    /// How good it is known to be.
    pub status: Status,
    /// The hyperparameters it applies.
    pub plan: Plan,
    /// What `upper` was measured on.
    pub scored_on: ScoredOn,
    /// Its cumulative loss: expected, or the mean over the tuning seeds.
    pub upper: f64,
    /// No open-loop plan is below this; `None` where nothing is known.
    pub lower: Option<f64>,
    /// Episodes (or evaluations of the expected loss) that the search spent.
    pub n_evaluations: u64,
    /// Independent starts of the search.
    pub n_restarts: u64,
    /// Share by which its expected loss is above that of the exact schedule, where there is one: 0 for the exact one itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above_exact: Option<f64>,
}

impl OracleSchedule {
    /// Runs the comparator on one seed, as any controller is run.
    #[must_use]
    pub fn replay(&self, scenario: &Scenario, streams: &Streams) -> Episode {
        let regime = scenario.regime(streams);
        let values = self.plan.rows(scenario, &regime);
        episode::run(scenario, streams, &View::open_loop(), &mut Schedule { values })
    }
}

/// How hard to look for comparators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Seeds, apart from every evaluation seed, on which comparators are tuned.
    pub n_tuning_seeds: u64,
    /// Episodes that one rung may spend, on all tuning seeds together.
    pub budget: u64,
    /// Most switches of the schedules of [`Kind::Switches`].
    pub switches: u64,
}

/// The comparators of one scenario.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Oracles {
    /// Digest of the scenario.
    pub scenario_digest: String,
    /// What every rung found, in the order of the ladder.
    pub schedules: Vec<OracleSchedule>,
}

impl Oracles {
    /// The best comparator of a kind. For [`Kind::Dynamic`] every kind competes, and an exact one wins over any search.
    #[must_use]
    pub fn best(&self, kind: Kind) -> Option<&OracleSchedule> {
        let candidates = self.schedules.iter().filter(|s| s.status != Status::Bound && (s.kind == kind || kind == Kind::Dynamic));
        candidates.min_by(|a, b| (a.status != Status::Exact).cmp(&(b.status != Status::Exact)).then(a.upper.total_cmp(&b.upper)))
    }

    /// The best constant, tuned over seeds.
    #[must_use]
    pub fn best_constant(&self) -> Option<&OracleSchedule> {
        self.best(Kind::Constant)
    }

    /// The best constants between the change points.
    #[must_use]
    pub fn best_constant_per_segment(&self) -> Option<&OracleSchedule> {
        self.best(Kind::Segments)
    }

    /// The exact schedule where there is one, otherwise the best known.
    #[must_use]
    pub fn best_schedule(&self) -> Option<&OracleSchedule> {
        self.best(Kind::Dynamic)
    }

    /// The largest lower bound on the expected cumulative loss of open-loop plans.
    #[must_use]
    pub fn lower(&self) -> Option<f64> {
        self.schedules.iter().filter(|s| s.kind == Kind::Dynamic).filter_map(|s| s.lower).max_by(f64::total_cmp)
    }

    /// Share of the best constant's loss that the best schedule saves: what adaptation can gain at most here, as far as is known.
    #[must_use]
    pub fn gap(&self) -> Option<f64> {
        let (constant, best) = (self.best_constant()?, self.best_schedule()?);
        Some((constant.upper - best.upper) / constant.upper.abs().max(f64::MIN_POSITIVE))
    }
}

/// One method of finding a comparator.
pub struct Rung {
    /// Name in files and tables.
    pub name: &'static str,
    /// Which regret its comparator gives.
    pub kind: Kind,
    /// One sentence.
    pub summary: &'static str,
    /// Finds the comparator, knowing what the rungs below found; `None` where the method does not apply.
    pub solve: fn(&Problem<'_>, &Oracles) -> Option<Solution>,
}

/// What a rung found.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// How, in words.
    pub method: String,
    /// How good it is known to be.
    pub status: Status,
    /// The hyperparameters it applies.
    pub plan: Plan,
    /// Its cumulative loss on what the problem is scored on.
    pub upper: f64,
    /// A proven lower bound.
    pub lower: Option<f64>,
    /// Independent starts.
    pub n_restarts: u64,
}

/// The ladder, from what anyone can do to what only the future knows.
#[must_use]
pub const fn registry() -> &'static [Rung] {
    &[
        rungs::constant::RUNG,
        rungs::segments::RUNG,
        rungs::switches::RUNG,
        rungs::exogenous::SWITCHES,
        rungs::exogenous::BEST,
        rungs::isotropic::RUNG,
        rungs::noisy_quadratic::RUNG,
        rungs::gains::RUNG,
        rungs::receding_horizon::RUNG,
        rungs::beam::RUNG,
        rungs::knots::RUNG,
    ]
}

/// Version of the ladder: a change of any rung's results changes it, so that no cache holds what this version would not find.
pub const LADDER_VERSION: u32 = 3;

/// Climbs the ladder for one scenario. A pure function of its arguments, whatever the mapper does in parallel.
#[must_use]
pub fn compute(scenario: &Scenario, study_seed: u64, settings: Settings, mapper: Mapper<'_>) -> Oracles {
    let problem = Problem::tuning(scenario, study_seed, settings, mapper);
    let mut oracles = climb(&problem);
    // Without a proven bound the floor of the loss itself is one.
    if let Some(floor) = scenario.loss_floor() {
        let floor = floor * scenario.n_steps as f64;
        let unbounded = oracles.schedules.iter_mut().filter(|s| s.kind == Kind::Dynamic && s.lower.is_none() && floor <= s.upper);
        unbounded.for_each(|s| s.lower = Some(floor));
    }
    let exact = oracles.schedules.iter().find(|s| s.status == Status::Exact && s.kind == Kind::Dynamic).map(|s| s.upper);
    for schedule in &mut oracles.schedules {
        schedule.above_exact = exact.filter(|e| *e > 0.0 && schedule.scored_on == ScoredOn::Expectation).map(|e| schedule.upper / e - 1.0);
    }
    oracles
}

/// What every search of the ladder finds by simulation on a scenario whose exact schedule is known, beside that schedule: how good the searches are where nothing
/// better is known. Empty where no exact schedule is known.
#[must_use]
pub fn searches_beside_exact(scenario: &Scenario, study_seed: u64, settings: Settings, mapper: Mapper<'_>) -> Vec<OracleSchedule> {
    let known = Problem::tuning(scenario, study_seed, settings, mapper);
    if !known.is_isotropic() {
        return Vec::new();
    }
    let exact = known.score(&Plan::Greedy);
    let mut found = climb(&Problem::simulated(scenario, study_seed, settings, mapper)).schedules;
    for schedule in &mut found {
        schedule.above_exact = Some(known.score(&schedule.plan) / exact - 1.0);
    }
    found
}

fn climb(problem: &Problem<'_>) -> Oracles {
    let mut oracles = Oracles { scenario_digest: problem.scenario().digest(), schedules: Vec::new() };
    for rung in registry() {
        problem.reset();
        if let Some(found) = (rung.solve)(problem, &oracles) {
            oracles.schedules.push(problem.schedule(rung.name, rung.kind, found));
        }
    }
    oracles
}

/// The constant that is best on one seed in hindsight, found on that very seed by simulation with at most `budget` episodes.
#[must_use]
pub fn hindsight_constant(scenario: &Scenario, streams: &Streams, budget: u64, mapper: Mapper<'_>) -> OracleSchedule {
    let problem = Problem::hindsight(scenario, streams, budget, mapper);
    let found = rungs::constant::solve(&problem);
    problem.schedule(rungs::constant::RUNG.name, Kind::HindsightConstant, found)
}

#[cfg(test)]
mod references;
#[cfg(test)]
mod tests;
