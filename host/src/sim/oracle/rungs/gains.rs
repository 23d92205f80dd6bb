//! Greedy learning rates in closed form ([`crate::sim::objective::Family::gains`]): what minimises the expected loss of each step alone. Greedy is too cautious where
//! curvatures differ (Wu et al. 2018, arXiv:1803.02021), so it is one candidate among others; its lower bound, where it has one, holds for every plan.

use crate::sim::oracle::moments::is_plain;
use crate::sim::oracle::plan::Plan;
use crate::sim::oracle::problem::Problem;
use crate::sim::oracle::{Kind, Oracles, Rung, Solution, Status};

pub(in crate::sim::oracle) const RUNG: Rung =
    Rung { name: "gains", kind: Kind::Dynamic, summary: "the rate in closed form that is best for each step alone", solve };

fn solve(problem: &Problem<'_>, _: &Oracles) -> Option<Solution> {
    let scenario = problem.scenario();
    // Change times that differ by seed would need the rates of each seed.
    if !is_plain(scenario) || problem.is_expected() || scenario.changes.iter().any(|c| c.shape.is_random()) {
        return None;
    }
    let spec = problem.controlled()[0];
    let gains = scenario.family.gains(scenario.n_steps, (spec.min, spec.max), problem.regime())?;
    let plan = Plan::Steps(gains.rates);
    let upper = problem.score(&plan);
    // A bound on the expected loss is none on the mean of a few seeds, unless it lies below that.
    let lower = gains.lower.filter(|l| *l <= upper);
    Some(Solution { method: gains.how.to_owned(), status: Status::BestKnown, plan, upper, lower, n_restarts: 1 })
}
