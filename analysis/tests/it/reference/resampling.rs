//! Bootstrap and jackknife.

use oha_analysis::StatError;
use oha_analysis::estimate::mean;
use oha_analysis::interval::{Bootstrap, acceleration, bootstrap, bootstrap_two_sample, exact_bootstrap, jackknife};
use oha_analysis::resample::{Plan, Resampler, Statistic};
use oha_analysis::sample::Sample;
use serde_json::json;

use super::{Case, Entries, map, number, resampler};

pub(super) fn compute(function: &str, case: &Case) -> Option<Result<Entries, StatError>> {
    FUNCTIONS.contains(&function).then(|| known(function, case))
}

const FUNCTIONS: &[&str] = &[
    "bootstrap_acceleration",
    "bootstrap_ci_exact",
    "bootstrap_ci",
    "bootstrap_ci_paired",
    "bootstrap_ci_two_sample",
    "bootstrap_ci_hierarchical",
];

fn known(function: &str, case: &Case) -> Result<Entries, StatError> {
    match function {
        "bootstrap_acceleration" => {
            let (sample, statistic) = (case.sample("x")?, case.statistic());
            let left_out = jackknife(&sample, statistic)?;
            let theta = bootstrap(&sample, statistic, Resampler::new(1, 0)?)?.theta();
            let found = acceleration(&sample, statistic)?;
            Ok(map(&[("acceleration", json!(found)), ("jackknife", json!(left_out)), ("theta_hat", json!(theta))]))
        }
        "bootstrap_ci_exact" => exact_case(case),
        "bootstrap_ci" => bootstrap_case(&case.sample("x")?, case.statistic()),
        "bootstrap_ci_paired" => bootstrap_case(&case.pairs()?.to_sample(), case.statistic()),
        "bootstrap_ci_two_sample" => {
            let found = bootstrap_two_sample(&case.sample("x")?, &case.sample("y")?, Statistic::Mean, resampler())?;
            intervals(&found)
        }
        "bootstrap_ci_hierarchical" => {
            let scores = case.strata("scores_by_task")?;
            let replicates = resampler().replicates(&Plan::hierarchical(&scores), scores.values(), Statistic::Mean);
            intervals(&Bootstrap::from_replicates(mean(&scores.pooled()), replicates, String::from("mean"), scores.values().len()))
        }
        _ => unreachable!("listed above"),
    }
}

fn exact_case(case: &Case) -> Result<Entries, StatError> {
    let found = exact_bootstrap(&case.sample("x")?, case.statistic())?;
    let level = number(case.param("confidence"));
    let ends = |estimate: oha_analysis::Estimate| json!([estimate.lower, estimate.upper]);
    let levels = |(low, high): (f64, f64)| json!([low, high]);
    let (p_below, p_equal) = found.probabilities();
    let mut entries = map(&[("theta_hat", json!(found.theta())), ("acceleration", json!(found.acceleration()))]);
    entries.extend([("n_atoms", json!(found.n_atoms())), ("p_below", json!(p_below)), ("p_equal", json!(p_equal))]);
    entries.extend([("percentile", ends(found.percentile(level)?)), ("basic", ends(found.basic(level)?))]);
    entries.extend([("bca_midp", ends(found.bca(level, true)?)), ("bca_strict", ends(found.bca(level, false)?))]);
    entries.extend([("bca_levels_midp", levels(found.bca_levels(level, true)?))]);
    entries.extend([("bca_levels_strict", levels(found.bca_levels(level, false)?))]);
    entries.extend([("z0_midp", json!(found.bias(true))), ("z0_strict", json!(found.bias(false)))]);
    entries.extend([("standard_error", json!(found.standard_error()))]);
    Ok(entries)
}

fn intervals(found: &Bootstrap) -> Result<Entries, StatError> {
    let (percentile, basic) = (found.percentile(0.95)?, found.basic(0.95)?);
    let mut entries = map(&[("theta_hat", json!(found.theta())), ("standard_error", json!(found.standard_error()))]);
    entries.extend([("percentile", json!([percentile.lower, percentile.upper])), ("basic", json!([basic.lower, basic.upper]))]);
    Ok(entries)
}

fn bootstrap_case(sample: &Sample, statistic: Statistic) -> Result<Entries, StatError> {
    let found = bootstrap(sample, statistic, resampler())?;
    let bca = found.bca(0.95, sample, statistic)?;
    let mut entries = intervals(&found)?;
    entries.extend([("bca", json!([bca.lower, bca.upper])), ("acceleration", json!(acceleration(sample, statistic)?))]);
    Ok(entries)
}
