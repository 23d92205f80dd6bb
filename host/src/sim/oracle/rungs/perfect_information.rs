//! Perfect information: what the drift alone costs, which bounds controllers of every information class, also those that see the realised noise before they act.
//! A schedule cannot attain it where there is gradient noise.

use crate::sim::oracle::plan::Plan;
use crate::sim::oracle::problem::Problem;
use crate::sim::oracle::{Kind, Oracles, Rung, Solution, Status};

pub(in crate::sim::oracle) const RUNG: Rung = Rung {
    name: "perfect-information",
    kind: Kind::Dynamic,
    summary: "what the drift alone costs: no controller of any information class is below it in expectation",
    solve,
};

fn solve(problem: &Problem<'_>, _: &Oracles) -> Option<Solution> {
    let floor = problem.moments()?.drift_floor();
    if !(floor > 0.0) {
        return None;
    }
    let method =
        "the expected cost of the drift, which nobody can see before it comes: a bound for every information class, no schedule".to_owned();
    let plan = Plan::Constant(problem.controlled().iter().map(|h| h.initial).collect());
    Some(Solution { method, status: Status::Bound, plan, upper: floor, lower: None, n_restarts: 0 })
}
