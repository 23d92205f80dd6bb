//! The reference cases of `tests/data/tasks.json`, and the recursions against simulation.
use super::covariance::Covariance;
use super::steady_state::SteadyState;
use crate::sim::episode::{View, run};
use crate::sim::objective::reference::{close, number, numbers};
use crate::sim::oracle::{Kind, Settings, Status, compute, serial};
use crate::sim::policy::Schedule;
use crate::sim::rng::Streams;
use crate::sim::scenario::{Scenario, from_json};
use serde_json::{Value, json};

/// Checks one case; false where it is none of this file's.
pub(in crate::sim::objective) fn check(case: &Value) -> bool {
    let id = case["id"].as_str().expect("a name");
    let (inputs, expected) = (&case["inputs"], &case["expected"]);
    if id.starts_with("lms.vector") {
        let steady = SteadyState {
            n: number(&inputs["n"]),
            feature_variance: number(&inputs["sx"]),
            noise_variance: number(&inputs["sv"]),
            walk: number(&inputs["trace_q"]),
        };
        let rate = steady.best_rate();
        let found = [rate, steady.best_small_rate(), steady.deviation(rate), steady.feature_variance * steady.deviation(rate)];
        let keys = ["mu", "mu_small_step", "msd", "excess_mse"];
        close(&found, &keys.map(|k| number(&expected[k])), 1e-12, id);
        let others: Vec<f64> = numbers(&inputs["other_mu"]).into_iter().map(|mu| steady.deviation(mu)).collect();
        close(&others, &numbers(&expected["msd_other"]), 1e-12, id);
    } else if id.starts_with("linreg.tracking_greedy") {
        let rows: Vec<Vec<f64>> = inputs["x"].as_array().expect("rows").iter().map(numbers).collect();
        let mut p = Covariance::scaled_identity(rows[0].len(), 1.0);
        let (mut rates, mut traces) = (Vec::new(), Vec::new());
        for (x, r) in rows.iter().zip(numbers(&inputs["s"])) {
            let rate = p.greedy_rate(x, r);
            p.update(rate, x, r);
            p.widen(number(&inputs["q"]));
            rates.push(rate);
            traces.push(p.trace());
        }
        close(&rates, &numbers(&expected["mu"]), 1e-12, id);
        close(&traces, &numbers(&expected["trace_P"]), 1e-12, id);
    } else {
        return false;
    }
    true
}

fn scenario(task: &Value) -> Scenario {
    from_json(&json!({ "name": "rt", "n_steps": 60, "task": task,
        "regime": [{ "kind": "noise-variance", "factor": 9.0, "start": 20, "end": 40 }, { "kind": "curvature", "factor": 2.0, "start": 30 },
                   { "kind": "target-jump", "start": 45 }] }))
    .expect("valid")
}

fn simulated(scenario: &Scenario, rates: &[f64], n: u64) -> (f64, f64) {
    let sum = |seed| {
        let mut policy = Schedule { values: rates.to_vec() };
        run(scenario, &Streams::new(3, "rt", seed), &View::open_loop(), &mut policy).trajectory.loss.iter().sum::<f64>()
    };
    let sums: Vec<f64> = (0..n).map(sum).collect();
    let mean = sums.iter().sum::<f64>() / n as f64;
    let variance = sums.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1) as f64;
    (mean, (variance / n as f64).sqrt())
}

/// Under noise, curvature and a jump that change, the recursion of normal features gives the mean of simulated losses, and its greedy schedule is exact.
#[test]
fn normal_features_have_the_exact_oracle() {
    let scenario = scenario(&json!({ "kind": "regression-tracking", "dimension": 4, "feature_variance": 2.0 }));
    let oracles = compute(&scenario, 0, Settings { n_tuning_seeds: 2, budget: 60, switches: 2 }, &serial);
    let best = oracles.best(Kind::Dynamic).expect("exact");
    assert_eq!(best.status, Status::Exact);
    let regime = scenario.regime(&Streams::new(3, "rt", 0));
    let (mean, error) = simulated(&scenario, &best.plan.rows(&scenario, &regime), 2000);
    assert!((mean - best.upper).abs() < 4.5 * error, "{mean} +- {error} against {}", best.upper);
}

/// On real rows the greedy gains come between the filter's floor and the best constant.
#[test]
fn real_features_have_gains_and_a_floor() {
    let scenario = scenario(&json!({ "kind": "regression-tracking", "features": "breast-cancer" }));
    let regime = scenario.regime(&Streams::new(3, "rt", 0));
    let gains = scenario.family.gains(60, (1e-6, 1.0), &regime).expect("real rows");
    let (mean, error) = simulated(&scenario, &gains.rates, 200);
    assert!(gains.lower.is_some_and(|floor| floor < mean + 4.5 * error), "{mean} {:?}", gains.lower);
    let oracles = compute(&scenario, 0, Settings { n_tuning_seeds: 8, budget: 400, switches: 2 }, &serial);
    let (constant, dynamic) = (oracles.best_constant().expect("one").upper, oracles.best_schedule().expect("one").upper);
    assert!(dynamic < constant && oracles.schedules.iter().any(|s| s.rung == "gains"), "{oracles:?}");
}
