//! CMA-ES on the knots of a schedule that is linear between them on the scale of each hyperparameter, from the best schedule found below.

use crate::sim::oracle::cma_es::CmaEs;
use crate::sim::oracle::plan::Plan;
use crate::sim::oracle::problem::{Problem, from_unit, to_unit};
use crate::sim::oracle::{Kind, Oracles, Rung, Solution, Status};
use crate::sim::rng::SeedKey;

pub(in crate::sim::oracle) const RUNG: Rung =
    Rung { name: "cma-es", kind: Kind::Dynamic, summary: "CMA-ES on the knots of a piecewise linear schedule", solve };

/// Knots of each hyperparameter.
const N_KNOTS: u64 = 10;
/// Step size at the start, on the unit scale.
const SIGMA: f64 = 0.1;

fn solve(problem: &Problem<'_>, below: &Oracles) -> Option<Solution> {
    if problem.is_expected() {
        return None;
    }
    let known = below.best_schedule()?;
    let scenario = problem.scenario();
    let n_knots = N_KNOTS.min(scenario.n_steps).max(2) as usize;
    let (specs, first) = (problem.controlled(), problem.first_rows(&known.plan));
    let n = specs.len();
    let at = |knot: usize| (knot as u64 * (scenario.n_steps - 1) / (n_knots as u64 - 1)) as usize;
    let row = |t: usize| &first[t.min(first.len() / n - 1) * n..][..n];
    let start: Vec<f64> =
        (0..n_knots).flat_map(|k| row(at(k)).iter().zip(&specs).map(|(&v, spec)| to_unit(spec, v)).collect::<Vec<f64>>()).collect();
    let plan = |x: &[f64]| {
        let mut rows = Vec::with_capacity(scenario.n_steps as usize * n);
        for t in 0..scenario.n_steps as usize {
            let place = (t * (n_knots - 1)) as f64 / (scenario.n_steps.max(2) - 1) as f64;
            let knot = (place as usize).min(n_knots - 2);
            let u = place - knot as f64;
            rows.extend((0..n).map(|slot| {
                let (a, b) = (x[knot * n + slot], x[(knot + 1) * n + slot]);
                from_unit(specs[slot], u.mul_add(b - a, a))
            }));
        }
        Plan::Steps(rows)
    };
    let mut search = CmaEs::new(start.clone(), SIGMA);
    let mut best = (start.clone(), problem.score(&plan(&start)));
    let key = SeedKey::study(0).named("knots of the oracle");
    while problem.n_affordable() >= search.population_size() {
        let points = search.ask(key);
        let plans: Vec<Plan> = points.iter().map(|x| plan(x)).collect();
        let mut values = problem.scores(&plans);
        for (x, value) in points.iter().zip(&values) {
            if *value < best.1 {
                best = (x.clone(), *value);
            }
        }
        // What lies outside the range is applied at its edge: the further out, the worse.
        let outside = |x: &f64| (x - x.clamp(0.0, 1.0)).abs();
        values.iter_mut().zip(&points).for_each(|(v, x)| *v += v.abs() * x.iter().map(outside).sum::<f64>());
        search.tell(&points, &values);
        if search.sigma < 1e-4 {
            break;
        }
    }
    let method = format!("CMA-ES on {n_knots} knots, from the schedule of `{}`", known.rung);
    Some(Solution { method, status: Status::BestKnown, plan: plan(&best.0), upper: best.1, lower: None, n_restarts: 1 })
}
