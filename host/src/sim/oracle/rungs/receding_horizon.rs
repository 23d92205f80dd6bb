//! Receding horizon: at each decision every move is tried on copies of the running seeds, held over a horizon; the best is kept for a few steps, then the
//! next decision is made (model predictive control with the simulator as its model; Mayne et al. 2000, doi:10.1016/S0005-1098(99)00214-9). A short horizon is
//! greedy and too cautious (Wu et al. 2018, arXiv:1803.02021); as long a one as the budget pays for is taken, beside a shorter one.

use super::moves;
use crate::sim::oracle::plan::Plan;
use crate::sim::oracle::problem::Problem;
use crate::sim::oracle::{Kind, Oracles, Rung, Solution, Status};

pub(in crate::sim::oracle) const RUNG: Rung = Rung {
    name: "receding-horizon",
    kind: Kind::Dynamic,
    summary: "the best constant of the next steps, found on copies of the running states, again and again",
    solve,
};

/// Decisions of the search over the whole horizon.
const N_DECISIONS: u64 = 64;

fn solve(problem: &Problem<'_>, below: &Oracles) -> Option<Solution> {
    if problem.is_expected() {
        return None;
    }
    let constant = below.best_constant()?;
    let Plan::Constant(start) = &constant.plan else { return None };
    let scenario = problem.scenario();
    let stride = scenario.n_steps.div_ceil(N_DECISIONS);
    let n_moves = moves::count(start.len()) as u64;
    // Episodes of one pass with a horizon of one stride, on all seeds.
    let affordable = problem.n_affordable() as u64 / (n_moves + 1);
    let long = (affordable * 4 / 5).max(1);
    let short = (affordable - long.min(affordable)).max(1);
    let mut best: Option<(Vec<f64>, f64, u64)> = None;
    let mut n_restarts = 0;
    for strides in [long, short] {
        let horizon = (strides * stride).min(scenario.n_steps);
        if n_restarts > 0 && best.as_ref().is_some_and(|b| b.2 == horizon) {
            break;
        }
        let rows = plan(problem, start, stride, horizon);
        n_restarts += 1;
        let upper = problem.score(&Plan::Steps(rows.clone()));
        if best.as_ref().is_none_or(|b| upper < b.1) {
            best = Some((rows, upper, horizon));
        }
    }
    let (rows, upper, horizon) = best?;
    let method = format!("receding horizon of {horizon} steps over copies of the running states, a decision every {stride}");
    Some(Solution { method, status: Status::BestKnown, plan: Plan::Steps(rows), upper, lower: None, n_restarts })
}

fn plan(problem: &Problem<'_>, start: &[f64], stride: u64, horizon: u64) -> Vec<f64> {
    let (scenario, specs) = (problem.scenario(), problem.controlled());
    let mut states = problem.rollouts();
    let mut row = start.to_vec();
    let mut rows = Vec::with_capacity(scenario.n_steps as usize * row.len());
    let mut step = 0;
    while step < scenario.n_steps {
        let candidates = moves::around(&specs, &row);
        let ahead = horizon.min(scenario.n_steps - step);
        let sums = problem.try_rows(&states, &candidates, ahead);
        let best = (1..sums.len()).fold(0, |b, i| if sums[i] < sums[b] { i } else { b });
        row.clone_from(&candidates[best]);
        states = problem.advanced(&states, &row, stride);
        for _ in 0..stride.min(scenario.n_steps - step) {
            rows.extend_from_slice(&row);
        }
        step += stride;
    }
    rows
}
