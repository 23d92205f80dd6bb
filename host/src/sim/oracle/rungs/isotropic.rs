//! The exact schedule where all curvatures are equal: greedy, which is the Kalman gain over the curvature; also with curvature, noise and drift that
//! vary over time, with jumps, and inside a range: the expected loss grows with `P`, and the clamped greedy rate makes `P` smallest at every step.

use crate::sim::oracle::plan::Plan;
use crate::sim::oracle::problem::Problem;
use crate::sim::oracle::{Kind, Oracles, Rung, Solution, Status};

pub(in crate::sim::oracle) const RUNG: Rung = Rung {
    name: "kalman",
    kind: Kind::Dynamic,
    summary: "gain of a Kalman filter over the curvature: exact where all curvatures are equal",
    solve,
};

fn solve(problem: &Problem<'_>, _: &Oracles) -> Option<Solution> {
    if !problem.is_isotropic() {
        return None;
    }
    // Change times that differ by seed need the recursion of each seed.
    let plan = problem.moments().map_or(Plan::Greedy, |m| Plan::Steps(m.greedy()));
    let upper = problem.score(&plan);
    let method = "Kalman gain over curvature, by recursion of the expected squared error".to_owned();
    Some(Solution { method, status: Status::Exact, plan, upper, lower: Some(upper), n_restarts: 1 })
}
