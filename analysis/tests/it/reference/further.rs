//! Statistics that only the further cases have.

use oha_analysis::StatError;
use oha_analysis::bayes::{Posterior, PriorPlace, bayes_sign, bayes_signed_rank};
use oha_analysis::curve::{kaplan_meier, restricted_mean};
use oha_analysis::input::Censored;
use oha_analysis::interval::{clopper_pearson, wilson};
use oha_analysis::sample::Pairs;
use oha_analysis::test::{MannWhitneyMethod, mann_whitney};
use serde_json::json;

use super::{Case, Entries, map, number, plain, resampler};

pub(super) fn compute(function: &str, case: &Case) -> Option<Result<Entries, StatError>> {
    match function {
        "mann_whitney" => Some(rank_sum(case)),
        "proportion_interval" => Some(proportion(case)),
        "bayes_signed_rank" | "bayes_sign" => Some(bayes(function, case)),
        "kaplan_meier" => Some(survival(case)),
        _ => None,
    }
}

fn rank_sum(case: &Case) -> Result<Entries, StatError> {
    let method = match case.param("method").as_str().unwrap() {
        "exact" => MannWhitneyMethod::Exact,
        _ => MannWhitneyMethod::Asymptotic { continuity_correction: case.param("continuity_correction").as_bool().unwrap() },
    };
    let found = mann_whitney(&case.sample("x")?, &case.sample("y")?, method)?;
    let p = found.tails;
    let mut entries = map(&[("u", json!(found.u_x)), ("p_two_sided", json!(p.p_two_sided))]);
    entries.extend([("p_greater", json!(p.p_greater)), ("p_less", json!(p.p_less))]);
    Ok(entries)
}

fn proportion(case: &Case) -> Result<Entries, StatError> {
    let method = if case.param("method") == "wilson" { wilson } else { clopper_pearson };
    let ends = case.matrix("points").into_iter().map(|p| {
        let interval = method(p[0] as usize, p[1] as usize, p[2])?;
        Ok([interval.lower, interval.upper])
    });
    Ok(map(&[("ends", json!(ends.collect::<Result<Vec<_>, StatError>>()?))]))
}

/// These cases take differences y - x.
fn bayes(function: &str, case: &Case) -> Result<Entries, StatError> {
    let pairs = Pairs::new(&case.sample("y")?, &case.sample("x")?)?;
    let (rope, strength) = (number(case.param("rope")), number(case.param("strength")));
    let Posterior { p_left, p_rope, p_right } = if function == "bayes_sign" {
        bayes_sign(&pairs, rope, strength, resampler())?
    } else {
        bayes_signed_rank(&pairs, rope, strength, PriorPlace::Rope, resampler())?
    };
    Ok(map(&[("p", json!([p_left, p_rope, p_right]))]))
}

fn survival(case: &Case) -> Result<Entries, StatError> {
    let observed = case.0["inputs"]["observed"].as_array().unwrap().iter().map(|flag| flag.as_bool().unwrap());
    let times: Vec<Censored> = case.list("time").into_iter().zip(observed).map(|(time, observed)| Censored { time, observed }).collect();
    let found = kaplan_meier(&times, 0.95)?;
    let kept: Vec<usize> =
        (0..found.curve.times.len()).filter(|&i| found.curve.survival[i] > 0.0 && found.curve.survival[i] < 1.0).collect();
    let edge = |edge: &[f64]| json!(kept.iter().map(|&i| edge[i]).collect::<Vec<f64>>());
    let mut entries = map(&[("times", json!(found.curve.times)), ("survival", json!(found.curve.survival))]);
    entries.extend([("n_at_risk", json!(found.curve.n_at_risk)), ("median", plain(found.median.value))]);
    entries.extend([("lower", edge(&found.curve.lower)), ("upper", edge(&found.curve.upper)), ("kept", json!(kept))]);
    entries.extend([("rmst", json!(restricted_mean(&times, 40.0, 0.95)?.value))]);
    Ok(entries)
}
