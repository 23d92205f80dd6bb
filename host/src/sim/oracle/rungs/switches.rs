//! The best piecewise-constant schedule with at most `K` switches: from the best constant (or the constants between the change points, where these are few
//! enough) switches are inserted where they gain most; then times and values are moved in turn until a sweep gains nothing.
//!
//! Where the expected loss is known, the horizon short and the spectrum small, Pareto label setting over a grid of rates gives a second start.

use crate::sim::oracle::labels;
use crate::sim::oracle::plan::Plan;
use crate::sim::oracle::problem::{Problem, from_unit, to_unit};
use crate::sim::oracle::search::{Axis, minimize};
use crate::sim::oracle::{Kind, Oracles, Rung, Solution, Status};

pub(in crate::sim::oracle) const RUNG: Rung = Rung {
    name: "switches",
    kind: Kind::Switches,
    summary: "insertion of switches, then coordinate descent over their times and values",
    solve,
};

/// Places tried for a new switch.
const N_PLACES: u64 = 12;
/// Shifts on the unit scale tried for the values after it.
const SHIFTS: [f64; 4] = [-0.3, -0.1, 0.1, 0.3];
/// Half width of the search of a value, on the unit scale.
const NEAR: f64 = 0.1;
const GAIN: f64 = 1e-4;
/// Longest horizon, most curvatures, most labels of a step and rates of the grid of the exact start.
const LABELS: (usize, usize, usize, usize) = (64, 4, 400, 12);

#[derive(Clone)]
struct State {
    starts: Vec<u64>,
    rows: Vec<f64>,
    upper: f64,
}

impl State {
    fn plan(&self) -> Plan {
        Plan::Switches { starts: self.starts.clone(), rows: self.rows.clone() }
    }

    fn n_switches(&self) -> u64 {
        self.starts.len() as u64 - 1
    }
}

fn solve(problem: &Problem<'_>, below: &Oracles) -> Option<Solution> {
    let constant = below.best_constant()?;
    let Plan::Constant(row) = &constant.plan else { return None };
    let k = problem.switches_max();
    let mut starts = vec![State { starts: vec![0], rows: row.clone(), upper: constant.upper }];
    starts.extend(exact_on_grid(problem, k));
    let n_restarts = starts.len() as u64;
    let grown = starts.into_iter().map(|s| grow(problem, s, k));
    let best = grown.reduce(|a, b| if b.upper < a.upper { b } else { a }).expect("the constant is a start");
    let segments = below.best_constant_per_segment().filter(|s| problem.n_segments() as u64 <= k + 1 && s.upper < best.upper);
    if let Some(segments) = segments {
        let method = format!("the constants between the change points, which switch no more than {k} times");
        let plan = segments.plan.clone();
        return Some(Solution { method, status: Status::BestKnown, plan, upper: segments.upper, lower: None, n_restarts });
    }
    let method = format!("{} of at most {k} switches by insertion and coordinate descent over times and values", best.n_switches());
    Some(Solution { method, status: Status::BestKnown, plan: best.plan(), upper: best.upper, lower: None, n_restarts })
}

/// Inserts switches while they gain, with a sweep after each.
fn grow(problem: &Problem<'_>, mut state: State, k: u64) -> State {
    state = polish(problem, state);
    while state.n_switches() < k {
        let Some(inserted) = insert(problem, &state) else { break };
        let polished = polish(problem, inserted);
        if !(state.upper - polished.upper > GAIN * state.upper.abs()) {
            break;
        }
        state = polished;
    }
    state
}

fn insert(problem: &Problem<'_>, state: &State) -> Option<State> {
    let (specs, n_steps) = (problem.controlled(), problem.scenario().n_steps);
    let n = specs.len();
    let mut places: Vec<u64> = (1..=N_PLACES).map(|i| i * n_steps / (N_PLACES + 1)).chain(problem.change_points()).collect();
    places.sort_unstable();
    places.dedup();
    let mut candidates = Vec::new();
    for place in places.into_iter().filter(|p| *p > 0 && *p < n_steps && !state.starts.contains(p)) {
        let at = state.starts.partition_point(|&s| s < place);
        for (slot, spec) in specs.iter().enumerate() {
            for shift in SHIFTS {
                let mut new = state.clone();
                new.starts.insert(at, place);
                let mut row = state.rows[(at - 1) * n..at * n].to_vec();
                row[slot] = from_unit(spec, to_unit(spec, row[slot]) + shift);
                new.rows.splice(at * n..at * n, row);
                candidates.push(new);
            }
        }
    }
    candidates.truncate(problem.n_affordable());
    let scores = problem.scores(&candidates.iter().map(State::plan).collect::<Vec<_>>());
    let least = scores.iter().zip(candidates).min_by(|a, b| a.0.total_cmp(b.0))?;
    Some(State { upper: *least.0, ..least.1 })
}

/// Values and times in turn, until a sweep gains nothing or the budget is spent.
fn polish(problem: &Problem<'_>, mut state: State) -> State {
    let specs = problem.controlled();
    let tolerance = if problem.is_expected() { 1e-6 } else { 3e-3 };
    for _ in 0..6 {
        let before = state.upper;
        for place in (0..state.rows.len()).rev() {
            let spec = specs[place % specs.len()];
            let centre = to_unit(spec, state.rows[place]);
            let axis = Axis { low: (centre - NEAR).max(0.0), high: (centre + NEAR).min(1.0), tolerance };
            let found = minimize(axis, |points| {
                let candidate = |&u: &f64| {
                    let mut new = state.clone();
                    new.rows[place] = from_unit(spec, u);
                    new.plan()
                };
                problem.scores(&points.iter().take(problem.n_affordable()).map(candidate).collect::<Vec<_>>())
            });
            if let Some((u, value)) = found
                && value < state.upper
            {
                state.rows[place] = from_unit(spec, u);
                state.upper = value;
            }
        }
        for switch in 1..state.starts.len() {
            shift_time(problem, &mut state, switch);
        }
        if problem.n_affordable() == 0 || !(before - state.upper > GAIN * before.abs()) {
            break;
        }
    }
    state
}

/// Moves one switch by steps that are halved down to one decision.
fn shift_time(problem: &Problem<'_>, state: &mut State, switch: usize) {
    let n_steps = problem.scenario().n_steps;
    let mut width = (n_steps / (2 * (N_PLACES + 1))).max(1);
    while width > 0 && problem.n_affordable() >= 2 {
        let low = state.starts[switch - 1] + 1;
        let high = state.starts.get(switch + 1).map_or(n_steps, |&s| s) - 1;
        let now = state.starts[switch];
        let moved: Vec<State> = [now.saturating_sub(width), now + width]
            .into_iter()
            .filter(|t| (low..=high).contains(t))
            .map(|t| {
                let mut new = state.clone();
                new.starts[switch] = t;
                new
            })
            .collect();
        let scores = problem.scores(&moved.iter().map(State::plan).collect::<Vec<_>>());
        let least = scores.into_iter().zip(moved).min_by(|a, b| a.0.total_cmp(&b.0));
        match least {
            Some((upper, new)) if upper < state.upper => *state = State { upper, ..new },
            _ => width /= 2,
        }
    }
}

/// The best over a grid of rates by label setting, where that is cheap.
fn exact_on_grid(problem: &Problem<'_>, k: u64) -> Option<State> {
    let m = problem.moments()?;
    let (steps_max, groups_max, labels_max, n_rates) = LABELS;
    if m.n_steps() > steps_max || m.n_groups > groups_max {
        return None;
    }
    let greedy = m.greedy();
    let (low, high) = greedy.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), &x| (a.min(x), b.max(x)));
    let (low, high) = ((0.3 * low).max(m.range.0), (4.0 * high).min(m.range.1));
    if !(low > 0.0 && high > low) {
        return None;
    }
    let rate = |i: usize| low * libm::pow(high / low, i as f64 / (n_rates - 1) as f64);
    let grid: Vec<f64> = (0..n_rates).map(rate).collect();
    let found = labels::set(m, &grid, Some(usize::try_from(k).unwrap_or(usize::MAX)), labels_max);
    problem.spend(found.n_labels / m.n_steps() as u64);
    let mut state = State { starts: Vec::new(), rows: Vec::new(), upper: found.value };
    for (t, &arm) in found.arms.iter().enumerate() {
        if t == 0 || found.arms[t - 1] != arm {
            state.starts.push(t as u64);
            state.rows.push(grid[arm]);
        }
    }
    state.upper = problem.score(&state.plan());
    Some(state)
}
