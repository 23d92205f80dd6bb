//! The best constant: a grid on each hyperparameter's scale and finer grids around the best point, one hyperparameter after the other until a sweep
//! gains nothing.

use crate::sim::oracle::plan::Plan;
use crate::sim::oracle::problem::{Problem, from_unit, to_unit};
use crate::sim::oracle::search::{Axis, minimize};
use crate::sim::oracle::{Kind, Rung, Solution, Status};

pub(in crate::sim::oracle) const RUNG: Rung = Rung {
    name: "best-constant",
    kind: Kind::Constant,
    summary: "grid on the scale of each hyperparameter with refinement",
    solve: |problem, _| Some(solve(problem)),
};

/// Spacing on the unit scale at which the search stops, for simulated and for exactly known losses.
const TOLERANCE: (f64, f64) = (1e-4, 1e-10);
/// A sweep over several hyperparameters that gains less than this share ends the search.
const GAIN: f64 = 1e-4;
/// Half width, on the unit scale, of the second and later sweeps.
const NEAR: f64 = 0.15;

pub(in crate::sim::oracle) fn solve(problem: &Problem<'_>) -> Solution {
    let specs = problem.controlled();
    let mut row: Vec<f64> = specs.iter().map(|h| h.initial).collect();
    let mut upper = problem.score(&Plan::Constant(row.clone()));
    let tolerance = if problem.is_expected() { TOLERANCE.1 } else { TOLERANCE.0 };
    for sweep in 0.. {
        let before = upper;
        for (slot, spec) in specs.iter().enumerate() {
            let axis = if sweep == 0 {
                Axis::whole(tolerance)
            } else {
                let centre = to_unit(spec, row[slot]);
                Axis { low: (centre - NEAR).max(0.0), high: (centre + NEAR).min(1.0), tolerance }
            };
            let found = minimize(axis, |points| {
                let candidate = |&u: &f64| {
                    let mut row = row.clone();
                    row[slot] = from_unit(spec, u);
                    Plan::Constant(row)
                };
                let plans: Vec<Plan> = points.iter().take(problem.n_affordable()).map(candidate).collect();
                problem.scores(&plans)
            });
            if let Some((u, value)) = found
                && value < upper
            {
                row[slot] = from_unit(spec, u);
                upper = value;
            }
        }
        if specs.len() < 2 || problem.n_affordable() == 0 || !(before - upper > GAIN * before.abs()) {
            break;
        }
    }
    let method = "grid with refinement on the scale of each hyperparameter".to_owned();
    Solution { method, status: Status::BestKnown, plan: Plan::Constant(row), upper, lower: None, n_restarts: 1 }
}
