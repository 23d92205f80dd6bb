//! Where no choice alters a later loss the best schedule takes the best value at each step, exactly; and the best one of few switches over a grid of values is
//! found by dynamic programming over (step, switches, value) (Herbster, Warmuth 1998, doi:10.1023/A:1007424614876).

use crate::sim::oracle::plan::Plan;
use crate::sim::oracle::problem::{Problem, from_unit};
use crate::sim::oracle::table::best_sequence;
use crate::sim::oracle::{Kind, Oracles, Rung, Solution, Status};

pub(in crate::sim::oracle) const BEST: Rung = Rung {
    name: "exogenous",
    kind: Kind::Dynamic,
    summary: "the best value of each step: exact where no choice alters a later loss",
    solve: best,
};

pub(in crate::sim::oracle) const SWITCHES: Rung = Rung {
    name: "exogenous-switches",
    kind: Kind::Switches,
    summary: "dynamic programming over a grid of values where no choice alters a later loss",
    solve: switches,
};

/// Values of the grid.
const N_VALUES: usize = 129;

fn best(problem: &Problem<'_>, _: &Oracles) -> Option<Solution> {
    let law = problem.exogenous()?;
    let plan = Plan::Steps((0..problem.scenario().n_steps).map(|t| law.best_value(t)).collect());
    let upper = problem.score(&plan);
    let method = "the best value of each step, in closed form".to_owned();
    Some(Solution { method, status: Status::Exact, plan, upper, lower: Some(upper), n_restarts: 1 })
}

fn switches(problem: &Problem<'_>, _: &Oracles) -> Option<Solution> {
    let law = problem.exogenous()?;
    let spec = problem.controlled()[0];
    let grid: Vec<f64> = (0..N_VALUES).map(|i| from_unit(spec, i as f64 / (N_VALUES - 1) as f64)).collect();
    let n_steps = problem.scenario().n_steps;
    let table: Vec<f64> = (0..n_steps).flat_map(|t| grid.iter().map(move |&v| law.expected_loss(t, v))).collect();
    problem.spend(N_VALUES as u64);
    let k = problem.switches_max();
    let (arms, _) = best_sequence(&table, N_VALUES, Some(usize::try_from(k).unwrap_or(usize::MAX)));
    let (mut starts, mut rows) = (vec![0], vec![grid[arms[0]]]);
    for (t, pair) in arms.windows(2).enumerate() {
        if pair[0] != pair[1] {
            starts.push(t as u64 + 1);
            rows.push(grid[pair[1]]);
        }
    }
    let plan = Plan::Switches { starts, rows };
    let upper = problem.score(&plan);
    let method = format!("dynamic programming, exact for at most {k} switches over a grid of {N_VALUES} values");
    Some(Solution { method, status: Status::BestKnown, plan, upper, lower: None, n_restarts: 1 })
}
