//! The best constants between the change points: coordinate descent over the segments, from the best constant; each value by grid and refinement, first
//! on the whole range, then nearby, until a sweep gains nothing. Where nothing changes it is the best constant itself.

use crate::sim::oracle::plan::Plan;
use crate::sim::oracle::problem::{Problem, from_unit, to_unit};
use crate::sim::oracle::search::{Axis, minimize};
use crate::sim::oracle::{Kind, Oracles, Rung, Solution, Status};

pub(in crate::sim::oracle) const RUNG: Rung = Rung {
    name: "best-constant-per-segment",
    kind: Kind::Segments,
    summary: "coordinate descent over the constants between the change points",
    solve,
};

const TOLERANCE: (f64, f64) = (1e-3, 1e-8);
const GAIN: f64 = 1e-5;
const NEAR: f64 = 0.1;

fn solve(problem: &Problem<'_>, below: &Oracles) -> Option<Solution> {
    let constant = below.best_constant()?;
    let Plan::Constant(row) = &constant.plan else { return None };
    let (specs, n_segments) = (problem.controlled(), problem.n_segments());
    let mut rows = row.repeat(n_segments);
    let mut upper = constant.upper;
    let tolerance = if problem.is_expected() { TOLERANCE.1 } else { TOLERANCE.0 };
    for sweep in 0.. {
        let before = upper;
        // The last segment does not disturb the others, the first one disturbs all: backwards first.
        for place in (0..if n_segments > 1 { rows.len() } else { 0 }).rev() {
            let spec = specs[place % specs.len()];
            let centre = to_unit(spec, rows[place]);
            let near = Axis { low: (centre - NEAR).max(0.0), high: (centre + NEAR).min(1.0), tolerance };
            let axis = if sweep == 0 { Axis::whole(tolerance) } else { near };
            let found = minimize(axis, |points| {
                let candidate = |&u: &f64| {
                    let mut rows = rows.clone();
                    rows[place] = from_unit(spec, u);
                    Plan::Segments(rows)
                };
                let plans: Vec<Plan> = points.iter().take(problem.n_affordable()).map(candidate).collect();
                problem.scores(&plans)
            });
            if let Some((u, value)) = found
                && value < upper
            {
                rows[place] = from_unit(spec, u);
                upper = value;
            }
        }
        if problem.n_affordable() == 0 || !(before - upper > GAIN * before.abs()) {
            break;
        }
    }
    let method = format!("coordinate descent over {n_segments} segments, from the best constant");
    Some(Solution { method, status: Status::BestKnown, plan: Plan::Segments(rows), upper, lower: None, n_restarts: 1 })
}
