//! Every case of `tests/data/oracle.json`, computed apart from this code (NumPy recursions, SciPy optimisers, closed forms). A case without a check fails.

use super::bound;
use super::labels;
use super::moments::Moments;
use super::optimum::{self, Effort};
use super::quadratic;
use super::{adjoint, regret};
use crate::sim::objective::ClosedForm;
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("no number `{key}`"))
}

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1e-300), "{what}: {found} against {expected}");
}

fn all_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    found.iter().zip(expected).for_each(|(f, e)| close(*f, *e, tolerance, what));
}

fn moments(h: Vec<f64>, n: Vec<f64>, q: Vec<f64>, p: Vec<f64>, n_steps: usize, top: f64) -> Moments {
    let form = ClosedForm { curvature: h, noise_variance: n, drift_variance: q, initial_variance: p, multiplicative: 0.0 };
    Moments::stationary(&form, n_steps, (0.0, top))
}

/// The moments of a case with `h`, `n`, `P0` and perhaps `q`.
fn of(params: &Value, n_steps: usize, top: f64) -> Moments {
    let h = numbers(&params["h"]);
    let q = if params["q"].is_array() { numbers(&params["q"]) } else { vec![0.0; h.len()] };
    moments(h, numbers(&params["n"]), q, numbers(&params["P0"]), n_steps, top)
}

/// The best constant rate, by a fine scan and golden sections.
fn best_constant(m: &Moments, top: f64) -> (f64, f64) {
    let f = |a: f64| m.value(&[a]);
    let start = (1..4000).map(|i| top * f64::from(i) / 4000.0).min_by(|a, b| f(*a).total_cmp(&f(*b))).expect("rates");
    let (mut low, mut high) = (start - top / 4000.0, start + top / 4000.0);
    for _ in 0..100 {
        let (a, b) = (high - 0.618_033_988_75 * (high - low), low + 0.618_033_988_75 * (high - low));
        if f(a) < f(b) { high = b } else { low = a }
    }
    (0.5 * (low + high), f(0.5 * (low + high)))
}

const EFFORT: Effort = Effort { n_random: 60, n_evaluations: u64::MAX };

fn steady_state(case: &Value, tolerance: f64) {
    for e in case["expect"].as_array().expect("a list") {
        let (q, r) = (number(e, "q"), number(e, "r"));
        let m = moments(vec![1.0], vec![r], vec![q], vec![5.0], 2000, 2.0);
        let rates = m.greedy();
        let gain = rates[1999];
        close(gain, number(e, "gain"), tolerance, "gain");
        let mut p = m.initial.clone();
        rates.iter().enumerate().for_each(|(t, &a)| {
            m.advance(t, a, &mut p);
        });
        // The recursion's loss comes after the drift: its moment is the prior of the next step.
        close(p[0], number(e, "P_prior"), tolerance, "prior");
        close(p[0] - q, number(e, "P_posterior"), tolerance, "posterior");
    }
}

fn jump(case: &Value, tolerance: f64) {
    let params = &case["params"];
    let n_steps = number(params, "T") as usize;
    let mut m = moments(vec![1.0], vec![number(params, "r")], vec![number(params, "q")], vec![number(params, "P0")], n_steps, 2.0);
    m.jump[number(params, "jump_before_update") as usize] = number(params, "jump_variance");
    let rates = m.greedy();
    all_close(&rates, &numbers(&case["expect"]["gain"]), tolerance, "gain");
    let mut p = m.initial.clone();
    let mut prior = Vec::new();
    for (t, &a) in rates.iter().enumerate() {
        prior.push(p[0] + m.jump[t]);
        m.advance(t, a, &mut p);
    }
    all_close(&prior, &numbers(&case["expect"]["prior_mse"]), tolerance, "prior");
}

fn adjoint_gradient(case: &Value, tolerance: f64) {
    let (params, expect) = (&case["params"], &case["expect"]);
    let mut rates = numbers(&params["lr"]);
    let m = of(params, rates.len(), 10.0);
    let (value, slope) = adjoint::gradient(&m, &rates);
    close(value, number(expect, "J"), tolerance, "J");
    all_close(&slope, &numbers(&expect["dJ_dlr"]), tolerance, "dJ");
    adjoint::sweep(&m, &mut rates);
    all_close(&rates, &numbers(&expect["lr_after_one_backward_sweep"]), tolerance, "sweep");
    close(m.value(&rates), number(expect, "J_after_one_backward_sweep"), tolerance, "J after");
}

fn isotropic(case: &Value, tolerance: f64) {
    let params = &case["params"];
    let mut m = of(params, number(params, "T") as usize, 4.0);
    let greedy = m.greedy();
    close(m.value(&greedy), number(&case["expect"], "cumulative"), tolerance, "cumulative");
    let found = optimum::search(&m, 0.5, Effort { n_random: 4, ..EFFORT });
    close(found.value, m.value(&greedy), 1e-9, "the search finds greedy");
    m.weight.iter_mut().rev().skip(1).for_each(|w| *w = 0.0);
    close(m.value(&greedy), number(&case["expect"], "final"), tolerance, "final");
}

fn interval(case: &Value, tolerance: f64) {
    let (params, expect) = (&case["params"], &case["expect"]);
    // Without a cap no useful rate exceeds 1 / h_min = 10.
    let top = params["lr_cap"].as_f64().unwrap_or(20.0);
    let mut m = of(params, number(params, "T") as usize, top);
    m.weight = numbers(&params["weights"]);
    let greedy = m.greedy();
    all_close(&greedy, &numbers(&expect["greedy_lr"]), 1e-9, "greedy");
    close(m.value(&greedy), number(expect, "greedy"), 1e-9, "greedy's value");
    let (rate, value) = best_constant(&m, top.min(3.0));
    close(rate, number(expect, "best_constant_lr"), 1e-5, "best constant");
    close(value, number(expect, "best_constant"), 1e-9, "best constant's value");
    let free = Moments { range: (0.0, 20.0), ..m.clone() };
    close(bound::floor(&free), number(expect, "kalman_lower"), 1e-9, "Kalman floor without a cap");
    close(m.value(&numbers(&expect["lr"])), number(expect, "upper"), 1e-9, "their schedule in this recursion");
    let found = optimum::search(&m, rate, EFFORT);
    let (lower, upper) = (number(expect, "lower"), number(expect, "upper"));
    assert!(found.value >= lower && found.value <= upper * (1.0 + tolerance), "{} outside [{lower}, {upper}]", found.value);
    let certified = bound::certified(&m, &found.rates, 48).expect("two groups");
    assert!(certified <= found.value && certified > 0.98 * found.value, "{certified} {}", found.value);
}

fn quadratic_interval(case: &Value, tolerance: f64) {
    for e in case["expect"].as_array().expect("a list") {
        let (spectrum, errors) = (numbers(&e["spectrum"]), numbers(&e["e0"]));
        let n_steps = number(e, "T") as usize;
        let squares: Vec<f64> = errors.iter().map(|x| x * x).collect();
        let d = spectrum.len();
        let m = moments(spectrum.clone(), vec![0.0; d], vec![0.0; d], squares.clone(), n_steps, 2.0 / spectrum[0]);
        assert!(quadratic::deterministic(&m).is_some());
        let losses = quadratic::conjugate_gradient_losses(&spectrum, &squares, n_steps);
        close(losses.iter().sum(), number(e, "cg_lower"), 1e-9, "conjugate gradients");
        close(m.value(&numbers(&e["lr"])), number(e, "best_found"), 1e-9, "their schedule");
        close(m.value(&m.greedy()), number(e, "exact_line_search"), 1e-9, "greedy is the exact line search");
        let (rate, value) = best_constant(&m, 2.0 / spectrum[d - 1]);
        close(rate, number(e, "best_constant_lr"), 1e-5, "best constant");
        close(value, number(e, "best_constant"), 1e-9, "best constant's value");
        let found = optimum::search(&m, rate, EFFORT);
        let (lower, upper) = (number(e, "cg_lower"), number(e, "best_found"));
        assert!(found.value >= lower && found.value <= upper * (1.0 + tolerance), "{} outside [{lower}, {upper}]", found.value);
    }
}

fn best_constants(case: &Value, tolerance: f64) {
    for e in case["expect"].as_array().expect("a list") {
        let (mu, largest) = (number(e, "mu"), number(e, "L"));
        let (rate, convergence) = quadratic::best_constant(mu, largest);
        let (ball, momentum, fast) = quadratic::best_heavy_ball(mu, largest);
        let found = [rate, convergence, ball, momentum, fast];
        let keys = ["gd_lr", "gd_rate", "heavy_ball_lr", "heavy_ball_momentum", "heavy_ball_rate"];
        keys.iter().zip(found).for_each(|(key, found)| close(found, number(e, key), tolerance, key));
    }
}

fn policy_toy(case: &Value, tolerance: f64) {
    let (params, expect) = (&case["params"], &case["expect"]);
    let n_steps = number(params, "T") as usize;
    let play = |rate: f64| -> Vec<f64> {
        let mut theta = number(params, "theta0");
        let mut losses = Vec::new();
        for _ in 0..n_steps {
            losses.push(0.5 * theta * theta);
            theta -= rate * theta;
        }
        losses
    };
    let learner = play(0.0);
    close(learner.iter().sum(), number(expect, "learner"), tolerance, "learner");
    let mut best: Option<Vec<f64>> = None;
    for rate in numbers(&params["arms"]) {
        let losses = play(rate);
        if let Some(expected) = expect["resimulated"].get(format!("{rate:.1}")).and_then(Value::as_f64) {
            close(losses.iter().sum(), expected, tolerance, "re-simulated");
        }
        if best.as_ref().is_none_or(|b| losses.iter().sum::<f64>() < b.iter().sum()) {
            best = Some(losses);
        }
    }
    let policy = regret::total(&learner, &best.expect("arms")).expect("equal lengths");
    close(policy, number(expect, "policy_regret"), tolerance, "policy regret");
    // On the learner's own states every arm has the loss of the learner.
    assert_eq!(regret::total(&learner, &learner), expect["in_trajectory_regret"].as_f64());
}

fn greedy_and_beam(case: &Value, tolerance: f64) {
    let (params, expect) = (&case["params"], &case["expect"]);
    let grid = numbers(&params["grid"]);
    let m = moments(vec![1.0, 0.1], vec![1.0, 0.1], vec![0.0; 2], vec![1.0, 10.0], number(params, "T") as usize, 10.0);
    let greedy = labels::beam(&m, &grid, 1);
    close(greedy.value, number(expect, "greedy"), tolerance, "greedy");
    assert_eq!(greedy.arms, numbers(&expect["greedy_arms"]).iter().map(|&a| a as usize).collect::<Vec<_>>());
    for (width, value) in expect["beam_by_width"].as_object().expect("a table") {
        let found = labels::beam(&m, &grid, width.parse().expect("a width"));
        close(found.value, value.as_f64().expect("a number"), tolerance, width);
    }
    let exact = labels::set(&m, &grid, None, 1_000_000);
    assert!(exact.exact);
    close(exact.value, number(expect, "exact"), tolerance, "exact");
    let limited = labels::set(&m, &grid, Some(13), 1_000_000);
    close(limited.value, exact.value, tolerance, "as many switches as there are steps are no limit");
}

#[test]
fn every_reference_case_is_met() {
    let text = include_str!("../../../tests/data/oracle.json");
    let file: Value = serde_json::from_str(text).expect("valid JSON");
    for case in file["cases"].as_array().expect("a list") {
        let (id, tolerance) = (case["id"].as_str().expect("a name"), number(case, "rel_tol"));
        eprintln!("{id}");
        match id {
            "track1d.steady_state" => steady_state(case, tolerance),
            "track1d.jump" => jump(case, tolerance),
            "nqm.adjoint_gradient" => adjoint_gradient(case, tolerance),
            "nqm.isotropic_greedy_is_optimal" => isotropic(case, tolerance),
            "nqm2.optimal_cumulative" | "nqm2.optimal_final_safe" => interval(case, tolerance),
            "quad.cumulative_interval" => quadratic_interval(case, tolerance),
            "quad.best_constants" => best_constants(case, tolerance),
            "regret.policy_toy" => policy_toy(case, tolerance),
            "nqm2.greedy_and_beam" => greedy_and_beam(case, tolerance),
            other => panic!("no check of the reference case `{other}`"),
        }
    }
}
