//! Any spectrum: multi-start L-BFGS on the adjoint gradient of the expected loss with exact coordinate sweeps, beside the best lower bound that is proven:
//! the concave dynamic programme for two curvatures, the losses of conjugate gradients without noise, a Kalman filter for each coordinate otherwise.
//!
//! The schedule spends evaluations of the expected loss, a thousandth of an episode's cost each: its own account, not the episodes of the budget.

use crate::sim::oracle::bound;
use crate::sim::oracle::moments::Moments;
use crate::sim::oracle::optimum::{self, Effort};
use crate::sim::oracle::plan::Plan;
use crate::sim::oracle::problem::Problem;
use crate::sim::oracle::quadratic;
use crate::sim::oracle::{Kind, Oracles, Rung, Solution, Status};

pub(in crate::sim::oracle) const RUNG: Rung = Rung {
    name: "adjoint",
    kind: Kind::Dynamic,
    summary: "multi-start L-BFGS on the adjoint gradient of the expected loss, with exact coordinate sweeps and a proven lower bound",
    solve,
};

/// Random starts beside the systematic ones.
const N_RANDOM: usize = 24;
/// Sum over steps and starts of (curvatures x evaluations) that the search may take: about a second.
const WORK: u64 = 200_000_000;
/// Grid points of the dynamic programme, all steps together.
const GRID_POINTS: usize = 200_000;
/// Nodes on each axis of its grid, at least (below, the bound is not worth its time) and at most.
const NODES: (usize, usize) = (16, 48);

fn solve(problem: &Problem<'_>, below: &Oracles) -> Option<Solution> {
    if !problem.is_expected() || problem.is_isotropic() || problem.exogenous().is_some() {
        return None;
    }
    let Some(m) = problem.moments() else {
        // Change times that differ by seed: the schedule of each seed is its own search.
        let upper = problem.score(&Plan::Optimal);
        let method = "coordinate sweeps and L-BFGS on the adjoint gradient, anew for the change times of each seed".to_owned();
        return Some(Solution { method, status: Status::BestKnown, plan: Plan::Optimal, upper, lower: None, n_restarts: 1 });
    };
    let constant = match below.best_constant().map(|s| &s.plan) {
        Some(Plan::Constant(row)) => row[0],
        _ => optimum::usual_rate(m),
    };
    let n_evaluations = WORK / (m.n_steps() * m.n_groups) as u64;
    let found = optimum::search(m, constant, Effort { n_random: N_RANDOM, n_evaluations });
    problem.spend(found.n_evaluations);
    let (lower, how) = lower(m, &found.rates);
    let status = if how == FLOOR { Status::BestKnown } else { Status::Certified };
    let method = format!("multi-start L-BFGS on the adjoint gradient with exact coordinate sweeps; lower bound: {how}");
    Some(Solution { method, status, plan: Plan::Steps(found.rates), upper: found.value, lower: Some(lower), n_restarts: found.n_restarts })
}

const FLOOR: &str = "a Kalman filter for each curvature";

fn lower(m: &Moments, rates: &[f64]) -> (f64, &'static str) {
    let mut best = (bound::floor(m), FLOOR);
    let better = |value: f64, how, best: (f64, &'static str)| if value > best.0 { (value, how) } else { best };
    if let Some((spectrum, squares)) = quadratic::deterministic(m) {
        let losses = quadratic::conjugate_gradient_losses(spectrum, squares, m.n_steps());
        let sum: f64 = losses.iter().zip(&m.weight).map(|(y, w)| w * y).sum();
        if sum <= m.ceiling {
            best = better(sum, "the losses of conjugate gradients", best);
        }
    }
    let n_nodes = ((GRID_POINTS / m.n_steps()) as f64).sqrt() as usize;
    if m.n_groups == 2
        && n_nodes >= NODES.0
        && let Some(value) = bound::certified(m, rates, n_nodes.min(NODES.1))
    {
        best = better(value, "concave dynamic programme over the moments", best);
    }
    best
}
