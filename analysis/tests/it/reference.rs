//! Reference cases of `tests/data/stats.json`: exact rational arithmetic or mpmath, agreeing with SciPy, statsmodels, scikit-posthocs,
//! rliable, baycomp and arch where those have the function. Every case is dispatched by its function; an unknown one fails the test.

use std::collections::BTreeMap;

use oha_analysis::StatError;
use oha_analysis::bayes::correlated_t;
use oha_analysis::curve::{expected_running_time, regret, score_profile};
use oha_analysis::distribution::student_t_sf;
use oha_analysis::effect::{cliffs_delta, cohens_d, cohens_dz, probability_of_improvement};
use oha_analysis::estimate::{QuantileType, aggregate_scores, mean, optimality_gap, quantiles};
use oha_analysis::interval::{Bootstrap, acceleration, bootstrap, bootstrap_two_sample, exact_bootstrap, jackknife};
use oha_analysis::many::{Adjustment, adjust, bonferroni_dunn_cd, friedman, nemenyi_cd, nemenyi_p, rank_groups};
use oha_analysis::resample::{Plan, Resampler, Statistic};
use oha_analysis::sample::{Blocks, Pairs, Sample, Strata};
use oha_analysis::test::{
    MannWhitneyMethod, SignFlipMethod, WilcoxonMethod, ZeroMethod, kendall, mann_whitney, paired_t, permutation_two_sample, sign_flip,
    sign_test, spearman, wilcoxon,
};
use serde_json::{Value, json};

const RESAMPLES: usize = 100_000;

type Found = Result<BTreeMap<&'static str, Value>, String>;

struct Case<'a>(&'a Value);

fn number(value: &Value) -> f64 {
    match value {
        Value::String(word) => match word.as_str() {
            "nan" => f64::NAN,
            "inf" => f64::INFINITY,
            "-inf" => f64::NEG_INFINITY,
            _ => panic!("`{word}` is no number"),
        },
        _ => value.as_f64().unwrap(),
    }
}

fn plain(value: f64) -> Value {
    if value.is_finite() { json!(value) } else { json!(value.to_string()) }
}

impl Case<'_> {
    fn list(&self, key: &str) -> Vec<f64> {
        self.0["inputs"][key].as_array().unwrap().iter().map(number).collect()
    }
    fn matrix(&self, key: &str) -> Vec<Vec<f64>> {
        self.0["inputs"][key].as_array().unwrap().iter().map(|row| row.as_array().unwrap().iter().map(number).collect()).collect()
    }
    fn sample(&self, key: &str) -> Result<Sample, StatError> {
        Sample::new(key, self.list(key))
    }
    fn pairs(&self) -> Result<Pairs, StatError> {
        Pairs::new(&self.sample("x")?, &self.sample("y")?)
    }
    fn strata(&self, key: &str) -> Result<Strata, StatError> {
        Strata::new(key, &self.matrix(key))
    }
    fn param(&self, key: &str) -> &Value {
        &self.0["params"][key]
    }
    fn statistic(&self) -> Statistic {
        match self.param("statistic").as_str().unwrap() {
            "mean" => Statistic::Mean,
            "median" | "median of x - y" => Statistic::Median,
            "iqm" => Statistic::InterquartileMean,
            "sd_ddof1" => Statistic::StandardDeviation,
            other => panic!("unknown statistic `{other}`"),
        }
    }
}

fn resampler() -> Resampler {
    Resampler::new(RESAMPLES, 20_240_501).unwrap()
}

fn map(entries: &[(&'static str, Value)]) -> BTreeMap<&'static str, Value> {
    entries.iter().cloned().collect()
}

fn compute(case: &Case) -> Result<BTreeMap<&'static str, Value>, StatError> {
    let function = case.0["function"].as_str().unwrap();
    match function {
        "wilcoxon_signed_rank" => wilcoxon_case(case),
        "friedman" => friedman_case(case),
        "nemenyi_cd" => {
            let points = case.0["inputs"]["points"].as_array().unwrap();
            let cd = |p: &Value| nemenyi_cd(number(&p["alpha"]), p["k"].as_u64().unwrap() as usize, p["n"].as_u64().unwrap() as usize);
            Ok(map(&[("cd", json!(points.iter().map(cd).collect::<Result<Vec<_>, _>>()?))]))
        }
        "nemenyi_pairwise_p" => Ok(map(&[("p_matrix", json!(nemenyi_p(&Blocks::new(&case.matrix("rows_are_blocks"))?)))])),
        "bonferroni_dunn_cd" => {
            let input = |key: &str| number(&case.0["inputs"][key]);
            Ok(map(&[("cd", json!(bonferroni_dunn_cd(input("alpha"), input("k") as usize, input("n") as usize)?))]))
        }
        "cd_groups" => Ok(map(&[("groups", json!(rank_groups(&case.list("average_ranks"), number(&case.0["inputs"]["cd"]))?))])),
        "p_adjust" => adjust_case(case),
        "cliffs_delta" => {
            let found = cliffs_delta(&case.sample("x")?, &case.sample("y")?);
            Ok(map(&[("delta", json!(found.delta)), ("a12", json!(found.a12))]))
        }
        "cohens_d" => {
            let d = cohens_d(&case.sample("x")?, &case.sample("y")?)?;
            let glass = d.glass_delta_y_sd.map_or(Value::Null, |value| json!(value));
            let corrected = [("hedges_g_exact", json!(d.hedges_g_exact)), ("hedges_g_approx", json!(d.hedges_g_approx))];
            let mut found = map(&[("cohens_d", json!(d.cohens_d)), ("df", json!(d.df)), ("glass_delta_y_sd", glass)]);
            found.extend(corrected);
            Ok(found)
        }
        "cohens_dz" => Ok(map(&[("dz", json!(cohens_dz(&case.pairs()?)?))])),
        "paired_t" => {
            let t = paired_t(&case.pairs()?)?;
            let p =
                [("p_two_sided", json!(t.tails.p_two_sided)), ("p_greater", json!(t.tails.p_greater)), ("p_less", json!(t.tails.p_less))];
            let mut found = map(&[("t", json!(t.t)), ("df", json!(t.df)), ("mean_difference", json!(t.mean_difference))]);
            found.extend(p);
            Ok(found)
        }
        "sign_test" => {
            let found = sign_test(&case.pairs()?);
            let counts = [("n_pos", json!(found.n_pos)), ("n_neg", json!(found.n_neg)), ("n_zero", json!(found.n_zero))];
            let mut found = map(&[("p_two_sided", json!(found.tails.p_two_sided))]);
            found.extend(counts);
            Ok(found)
        }
        "mann_whitney" => {
            let found = mann_whitney(&case.sample("x")?, &case.sample("y")?, MannWhitneyMethod::Auto)?;
            Ok(map(&[("u", json!(found.u_x)), ("p_two_sided", json!(found.tails.p_two_sided))]))
        }
        "permutation_paired" => {
            let found = sign_flip(&case.pairs()?, SignFlipMethod::Exact)?;
            let p = found.tails;
            let mut entries = map(&[("p_two_sided", json!(p.p_two_sided)), ("p_greater", json!(p.p_greater)), ("p_less", json!(p.p_less))]);
            entries.extend([("mean_difference", json!(found.mean_difference)), ("n_arrangements", json!(found.n_arrangements))]);
            Ok(entries)
        }
        "permutation_two_sample" => {
            let found = permutation_two_sample(&case.sample("x")?, &case.sample("y")?, resampler())?;
            let p = found.tails;
            let mut entries = map(&[("p_greater", json!(p.p_greater)), ("p_less", json!(p.p_less))]);
            entries.extend([("p_two_sided_doubled", json!(p.p_two_sided)), ("p_two_sided_abs", json!(found.p_two_sided_abs))]);
            entries.extend([("mean_difference", json!(found.mean_difference)), ("n_arrangements", json!(found.n_arrangements))]);
            Ok(entries)
        }
        _ => compute_more(function, case),
    }
}

fn compute_more(function: &str, case: &Case) -> Result<BTreeMap<&'static str, Value>, StatError> {
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
        "bayes_correlated_t" => {
            // These cases take differences y - x.
            let pairs = Pairs::new(&case.sample("y")?, &case.sample("x")?)?;
            let found = correlated_t(&pairs, number(case.param("rope")), case.param("runs").as_u64().unwrap() as usize)?;
            let p = found.posterior;
            let mut entries = map(&[("mean", json!(found.mean)), ("variance", json!(found.variance)), ("df", json!(found.df))]);
            entries.extend([("p_left", json!(p.p_left)), ("p_rope", json!(p.p_rope)), ("p_right", json!(p.p_right))]);
            Ok(entries)
        }
        "rank_correlation" => {
            let (rho, tau) = (spearman(&case.pairs()?)?, kendall(&case.pairs()?)?);
            let mut entries = map(&[("spearman_rho", json!(rho.rho)), ("spearman_p_t", json!(rho.p_two_sided))]);
            entries.extend([("kendall_tau_b", json!(tau.tau_b)), ("kendall_p_asymptotic", json!(tau.p_asymptotic))]);
            Ok(entries)
        }
        "student_t_sf" => {
            let sf: Vec<f64> = case.matrix("t_df").iter().map(|pair| student_t_sf(pair[0], pair[1])).collect();
            Ok(map(&[("sf", json!(sf))]))
        }
        other => panic!("function `{other}` of the reference cases has no counterpart here"),
    }
}

fn wilcoxon_case(case: &Case) -> Result<BTreeMap<&'static str, Value>, StatError> {
    let zeros = match case.param("zero_method").as_str().unwrap() {
        "wilcox" => ZeroMethod::Wilcox,
        "pratt" => ZeroMethod::Pratt,
        "zsplit" => ZeroMethod::Split,
        other => panic!("unknown zero method `{other}`"),
    };
    let method = match case.param("method").as_str().unwrap() {
        "exact" | "exact_conditional" => WilcoxonMethod::Exact,
        "asymptotic" => WilcoxonMethod::Asymptotic { continuity_correction: case.param("continuity_correction").as_bool().unwrap() },
        other => panic!("unknown method `{other}`"),
    };
    let found = wilcoxon(&case.pairs()?, zeros, method)?;
    let p = found.tails;
    let mut entries = map(&[("w_plus", json!(found.w_plus)), ("w_minus", json!(found.w_minus)), ("t_min", json!(found.t_min))]);
    entries.extend([("n_used", json!(found.n_used)), ("z", found.z.map_or(Value::Null, |z| json!(z)))]);
    entries.extend([("p_two_sided", json!(p.p_two_sided)), ("p_greater", json!(p.p_greater)), ("p_less", json!(p.p_less))]);
    Ok(entries)
}

fn friedman_case(case: &Case) -> Result<BTreeMap<&'static str, Value>, StatError> {
    let found = friedman(&Blocks::new(&case.matrix("rows_are_blocks"))?)?;
    let mut entries = map(&[("average_ranks", json!(found.average_ranks)), ("chi2", json!(found.chi2)), ("df", json!(found.df))]);
    entries.extend([("chi2_uncorrected", json!(found.chi2_uncorrected)), ("df1", json!(found.df)), ("df2", json!(found.df2))]);
    entries.extend([("iman_davenport_f", plain(found.f)), ("iman_davenport_f_uncorrected", plain(found.f_uncorrected))]);
    entries.extend([("kendall_w", json!(found.kendall_w)), ("p_chi2", json!(found.p_chi2)), ("p_f", json!(found.p_f))]);
    entries.extend([("p_chi2_uncorrected", json!(found.p_chi2_uncorrected)), ("p_f_uncorrected", json!(found.p_f_uncorrected))]);
    Ok(entries)
}

fn adjust_case(case: &Case) -> Result<BTreeMap<&'static str, Value>, StatError> {
    let method = match case.param("method").as_str().unwrap() {
        "bonferroni" => Adjustment::Bonferroni,
        "sidak" => Adjustment::Sidak,
        "holm" => Adjustment::Holm,
        "holm-sidak" | "holm_sidak" => Adjustment::HolmSidak,
        "hochberg" | "simes-hochberg" => Adjustment::Hochberg,
        "bh" | "fdr_bh" => Adjustment::BenjaminiHochberg,
        "by" | "fdr_by" => Adjustment::BenjaminiYekutieli,
        other => panic!("unknown method `{other}`"),
    };
    Ok(map(&[("adjusted", json!(adjust(&case.list("p"), method)?))]))
}

fn exact_case(case: &Case) -> Result<BTreeMap<&'static str, Value>, StatError> {
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

fn intervals(found: &Bootstrap) -> Result<BTreeMap<&'static str, Value>, StatError> {
    let (percentile, basic) = (found.percentile(0.95)?, found.basic(0.95)?);
    let mut entries = map(&[("theta_hat", json!(found.theta())), ("standard_error", json!(found.standard_error()))]);
    entries.extend([("percentile", json!([percentile.lower, percentile.upper])), ("basic", json!([basic.lower, basic.upper]))]);
    Ok(entries)
}

fn bootstrap_case(sample: &Sample, statistic: Statistic) -> Result<BTreeMap<&'static str, Value>, StatError> {
    let found = bootstrap(sample, statistic, resampler())?;
    let bca = found.bca(0.95, sample, statistic)?;
    let mut entries = intervals(&found)?;
    entries.extend([("bca", json!([bca.lower, bca.upper])), ("acceleration", json!(acceleration(sample, statistic)?))]);
    Ok(entries)
}

/// Compares numbers, lists and matrices.
fn close(want: &Value, got: &Value, abs: f64, rel: f64) -> bool {
    match (want, got) {
        (Value::Array(want), Value::Array(got)) => want.len() == got.len() && want.iter().zip(got).all(|(w, g)| close(w, g, abs, rel)),
        (Value::Bool(_) | Value::Null, _) | (_, Value::Bool(_) | Value::Null) => want == got,
        _ => {
            let (want, got) = (number(want), number(got));
            want == got || (got - want).abs() <= abs + rel * want.abs()
        }
    }
}

/// Sets of sets, in any order.
fn same_groups(want: &Value, got: &Value) -> bool {
    let sets = |value: &Value| {
        let set = |group: &Value| group.as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect::<std::collections::BTreeSet<_>>();
        value.as_array().unwrap().iter().map(set).collect::<std::collections::BTreeSet<_>>()
    };
    sets(want) == sets(got)
}

/// Keys of simulated cases that are checked otherwise or are informative.
const INFORMATIVE: [&str; 6] = ["bca_levels_midp", "bca_levels_strict", "bca_midp", "bca_strict", "z0_midp", "z0_strict"];

fn matches(case: &Value, want: &Value, found: &Found) -> Result<(), String> {
    if want.get("error").is_some() {
        return if found.is_err() { Ok(()) } else { Err(String::from("an error was wanted")) };
    }
    let found = found.as_ref().map_err(|error| format!("refused: {error}"))?;
    let tolerance = &case["tolerance"];
    let simulated = tolerance["kind"] == "monte_carlo" && case["function"] != "bootstrap_ci_exact";
    for (key, want) in want.as_object().unwrap() {
        if simulated && INFORMATIVE.contains(&key.as_str()) {
            continue;
        }
        let Some(got) = found.get(key.as_str()) else { return Err(format!("`{key}` is not computed")) };
        let fine = match key.as_str() {
            "groups" => same_groups(want, got),
            "percentile" | "basic" if simulated => bracketed(tolerance, key, got),
            "standard_error" if simulated => close(want, got, 0.0, 10.0 / (2.0 * RESAMPLES as f64).sqrt()),
            _ if tolerance["kind"] == "monte_carlo" => close(want, got, 1e-12, 1e-9),
            // The document lets a p of 0 stand for the smallest positive number.
            "p_f" | "p_f_uncorrected" if number(want) == 0.0 => number(got) == 0.0,
            _ => close(want, got, number(&tolerance["abs"]), number(&tolerance["rel"])),
        };
        if !fine {
            return Err(format!("`{key}`: want {want}, got {got}"));
        }
    }
    if simulated && tolerance["accept_at_B"][RESAMPLES.to_string()].get("bca").is_some() && !bracketed(tolerance, "bca", &found["bca"]) {
        return Err(format!("`bca`: got {}", found["bca"]));
    }
    Ok(())
}

/// Whether both ends lie in their brackets, to rounding.
fn bracketed(tolerance: &Value, key: &str, got: &Value) -> bool {
    let brackets = tolerance["accept_at_B"][RESAMPLES.to_string()][key].as_array().unwrap();
    brackets.iter().zip(got.as_array().unwrap()).all(|(bracket, end)| {
        let slack = 1e-12 * number(end).abs();
        number(&bracket[0]) - slack <= number(end) && number(end) <= number(&bracket[1]) + slack
    })
}

#[test]
fn every_reference_case_agrees() {
    let document: Value = serde_json::from_str(include_str!("../data/stats.json")).unwrap();
    let mut failures = Vec::new();
    let cases = document["cases"].as_array().unwrap();
    assert!(cases.len() >= 57);
    for case in cases {
        let found: Found = compute(&Case(case)).map_err(|error| error.to_string());
        let alternatives: Vec<&Value> = match case.get("expected") {
            Some(expected) => vec![expected],
            None => case["accept"].as_array().unwrap().iter().collect(),
        };
        let verdicts: Vec<String> = alternatives.iter().filter_map(|want| matches(case, want, &found).err()).collect();
        if verdicts.len() == alternatives.len() {
            failures.push(format!("{}: {}", case["id"], verdicts.join(" | ")));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
