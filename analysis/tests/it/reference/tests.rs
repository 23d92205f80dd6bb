//! Tests, ranks and effect sizes.

use oha_analysis::StatError;
use oha_analysis::effect::{cliffs_delta, cohens_d, cohens_dz};
use oha_analysis::many::{Adjustment, adjust, bonferroni_dunn_cd, friedman, nemenyi_cd, nemenyi_p, rank_groups};
use oha_analysis::sample::Blocks;
use oha_analysis::test::{
    SignFlipMethod, WilcoxonMethod, ZeroMethod, kendall, paired_t, permutation_two_sample, sign_flip, sign_test, spearman, wilcoxon,
};
use serde_json::{Value, json};

use super::{Case, Entries, map, number, plain, resampler};

pub(super) fn compute(function: &str, case: &Case) -> Option<Result<Entries, StatError>> {
    FUNCTIONS.contains(&function).then(|| known(function, case))
}

const FUNCTIONS: &[&str] = &[
    "wilcoxon_signed_rank",
    "friedman",
    "nemenyi_cd",
    "nemenyi_pairwise_p",
    "bonferroni_dunn_cd",
    "cd_groups",
    "p_adjust",
    "cliffs_delta",
    "cohens_d",
    "cohens_dz",
    "paired_t",
    "sign_test",
    "permutation_paired",
    "permutation_two_sample",
    "rank_correlation",
];

fn known(function: &str, case: &Case) -> Result<Entries, StatError> {
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
        "rank_correlation" => {
            let (rho, tau) = (spearman(&case.pairs()?)?, kendall(&case.pairs()?)?);
            let mut entries = map(&[("spearman_rho", json!(rho.rho)), ("spearman_p_t", json!(rho.p_two_sided))]);
            entries.extend([("kendall_tau_b", json!(tau.tau_b)), ("kendall_p_asymptotic", json!(tau.p_asymptotic))]);
            Ok(entries)
        }
        _ => unreachable!("listed above"),
    }
}

fn wilcoxon_case(case: &Case) -> Result<Entries, StatError> {
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

fn friedman_case(case: &Case) -> Result<Entries, StatError> {
    let found = friedman(&Blocks::new(&case.matrix("rows_are_blocks"))?)?;
    let mut entries = map(&[("average_ranks", json!(found.average_ranks)), ("chi2", json!(found.chi2)), ("df", json!(found.df))]);
    entries.extend([("chi2_uncorrected", json!(found.chi2_uncorrected)), ("df1", json!(found.df)), ("df2", json!(found.df2))]);
    entries.extend([("iman_davenport_f", plain(found.f)), ("iman_davenport_f_uncorrected", plain(found.f_uncorrected))]);
    entries.extend([("kendall_w", json!(found.kendall_w)), ("p_chi2", json!(found.p_chi2)), ("p_f", json!(found.p_f))]);
    entries.extend([("p_chi2_uncorrected", json!(found.p_chi2_uncorrected)), ("p_f_uncorrected", json!(found.p_f_uncorrected))]);
    Ok(entries)
}

fn adjust_case(case: &Case) -> Result<Entries, StatError> {
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
