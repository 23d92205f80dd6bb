//! Estimates, curves and aggregates.

use oha_analysis::StatError;
use oha_analysis::bayes::correlated_t;
use oha_analysis::curve::{expected_running_time, regret, score_profile};
use oha_analysis::effect::probability_of_improvement;
use oha_analysis::estimate::{QuantileType, aggregate_scores, mean, optimality_gap, quantiles};
use oha_analysis::sample::Pairs;
use serde_json::json;

use super::{Case, Entries, map, number, plain};

pub(super) fn compute(function: &str, case: &Case) -> Option<Result<Entries, StatError>> {
    FUNCTIONS.contains(&function).then(|| known(function, case))
}

const FUNCTIONS: &[&str] = &[
    "quantile",
    "mean",
    "expected_running_time",
    "performance_profile_score",
    "dynamic_regret",
    "aggregate_scores",
    "probability_of_improvement",
    "bayes_correlated_t",
];

fn known(function: &str, case: &Case) -> Result<Entries, StatError> {
    match function {
        "quantile" => {
            const NAMES: [&str; 9] = ["type1", "type2", "type3", "type4", "type5", "type6", "type7", "type8", "type9"];
            let sample = case.sample("x")?;
            NAMES.iter().zip(QuantileType::ALL).map(|(name, kind)| Ok((*name, json!(quantiles(&sample, &case.list("p"), kind)?)))).collect()
        }
        "mean" => Ok(map(&[("mean", json!(mean(&case.sample("x")?)))])),
        "expected_running_time" => {
            let success: Vec<bool> = case.0["inputs"]["success"].as_array().unwrap().iter().map(|value| value.as_bool().unwrap()).collect();
            let found = expected_running_time(&case.sample("evaluations")?, &success)?;
            let rate = json!(found.success_rate);
            Ok(map(&[("ert", plain(found.ert)), ("n_success", json!(found.n_success)), ("success_rate", rate)]))
        }
        "performance_profile_score" => {
            let found = score_profile(&case.strata("scores_by_task")?, &case.list("taus"))?;
            Ok(map(&[("run_score_distribution", json!(found.run_score)), ("mean_score_distribution", json!(found.mean_score))]))
        }
        "dynamic_regret" => {
            let chosen: Vec<usize> = case.list("chosen").into_iter().map(|choice| choice as usize).collect();
            let found = regret(&case.matrix("loss_by_step_and_arm"), &chosen)?;
            let mut entries = map(&[("instant", json!(found.instant)), ("cumulative", json!(found.cumulative))]);
            entries.extend([("dynamic_regret", json!(found.dynamic_regret)), ("static_regret", json!(found.static_regret))]);
            Ok(entries)
        }
        "aggregate_scores" => {
            let scores = case.strata("scores_by_task")?;
            let found = aggregate_scores(&scores);
            let gap = |gamma| optimality_gap(&scores.pooled(), gamma);
            let mut entries = map(&[("mean", json!(found.mean)), ("iqm", json!(found.iqm))]);
            entries.extend([("median_of_task_means", json!(found.median_of_task_means))]);
            entries.extend([("optimality_gap_gamma1", json!(gap(1.0)?)), ("optimality_gap_gamma_half", json!(gap(0.5)?))]);
            Ok(entries)
        }
        "probability_of_improvement" => {
            let found = probability_of_improvement(&case.strata("x_by_task")?, &case.strata("y_by_task")?)?;
            Ok(map(&[("p", json!(found.p)), ("per_task", json!(found.per_task))]))
        }
        "bayes_correlated_t" => {
            // These cases take differences y - x.
            let pairs = Pairs::new(&case.sample("y")?, &case.sample("x")?)?;
            let found = correlated_t(&pairs, number(case.param("rope")), case.param("runs").as_u64().unwrap() as usize)?;
            let p = found.posterior;
            let mut entries = map(&[("mean", json!(found.mean)), ("variance", json!(found.variance)), ("df", json!(found.df))]);
            entries.extend([("p_left", json!(p.p_left)), ("p_rope", json!(p.p_rope)), ("p_right", json!(p.p_right))]);
            Ok(entries)
        }
        _ => unreachable!("listed above"),
    }
}
