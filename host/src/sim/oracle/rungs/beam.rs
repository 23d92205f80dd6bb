//! Beam search over copies of the running states: every few steps each kept state is branched into every move, and the states with the least loss so far are
//! kept (Lowerre 1976). Ranked by the past alone it shares the short-sightedness of greedy, less so the wider it is.

use super::moves;
use crate::sim::oracle::plan::Plan;
use crate::sim::oracle::problem::Problem;
use crate::sim::oracle::rollout::Rollouts;
use crate::sim::oracle::{Kind, Oracles, Rung, Solution, Status};

pub(in crate::sim::oracle) const RUNG: Rung =
    Rung { name: "beam", kind: Kind::Dynamic, summary: "beam search over copies of the running states, ranked by the loss so far", solve };

/// Levels of the tree over the whole horizon.
const N_LEVELS: u64 = 64;
/// Widest beam: each state is a whole model for each seed.
const WIDTH_MAX: usize = 32;

struct Node {
    states: Rollouts,
    rows: Vec<Vec<f64>>,
}

fn solve(problem: &Problem<'_>, below: &Oracles) -> Option<Solution> {
    if problem.is_expected() {
        return None;
    }
    let constant = below.best_constant()?;
    let Plan::Constant(start) = &constant.plan else { return None };
    let width = (problem.n_affordable() / (moves::count(start.len()) + 1)).clamp(1, WIDTH_MAX);
    let stride = problem.scenario().n_steps.div_ceil(N_LEVELS);
    let rows = search(problem, start, width, stride);
    let upper = problem.score(&Plan::Steps(rows.clone()));
    let method = format!("beam search of width {width} over copies of the running states, a branching every {stride} steps");
    Some(Solution { method, status: Status::BestKnown, plan: Plan::Steps(rows), upper, lower: None, n_restarts: 1 })
}

fn search(problem: &Problem<'_>, start: &[f64], width: usize, stride: u64) -> Vec<f64> {
    let (scenario, specs) = (problem.scenario(), problem.controlled());
    let mut nodes = vec![Node { states: problem.rollouts(), rows: Vec::new() }];
    let mut step = 0;
    while step < scenario.n_steps {
        let n = stride.min(scenario.n_steps - step);
        let mut scored: Vec<(f64, usize, Vec<f64>)> = Vec::new();
        for (i, node) in nodes.iter().enumerate() {
            let candidates = moves::around(&specs, node.rows.last().map_or(start, Vec::as_slice));
            let sums = problem.try_rows(&node.states, &candidates, n);
            scored.extend(sums.into_iter().zip(candidates).map(|(sum, row)| (node.states.mean() + sum, i, row)));
        }
        // Stable: of equal sums the older state and the smaller move stay in front.
        scored.sort_by(|a, b| a.0.total_cmp(&b.0));
        scored.truncate(width);
        let grow = |(_, i, row): (f64, usize, Vec<f64>)| {
            let states = problem.advanced(&nodes[i].states, &row, n);
            Node { states, rows: nodes[i].rows.iter().cloned().chain([row]).collect() }
        };
        nodes = scored.into_iter().map(grow).collect();
        step += n;
    }
    let best = nodes.into_iter().reduce(|a, b| if b.states.mean() < a.states.mean() { b } else { a }).expect("a beam has a state");
    let mut rows = Vec::with_capacity(scenario.n_steps as usize * start.len());
    for t in 0..scenario.n_steps {
        rows.extend_from_slice(&best.rows[(t / stride) as usize]);
    }
    rows
}
