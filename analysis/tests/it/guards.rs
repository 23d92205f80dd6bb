//! Guards against misuse: for each, the wrong answer that a known tool gives, refused.

use oha_analysis::bayes::{PriorPlace, bayes_signed_rank};
use oha_analysis::figure::{Theme, figures};
use oha_analysis::input::*;
use oha_analysis::interval::{bootstrap, student_t_interval};
use oha_analysis::many::{Adjustment, adjust};
use oha_analysis::report::{headlines, html, terminal};
use oha_analysis::resample::{Resampler, Statistic};
use oha_analysis::sample::{Pairs, Sample, Strata};
use oha_analysis::test::*;
use oha_analysis::verdict::{Decision, Verdict};
use oha_analysis::{AnalysisError, StatError, analyze};
use proptest::prelude::*;
use std::collections::BTreeMap;

use crate::calibration::Draws;

fn options() -> AnalysisOptions {
    AnalysisOptions { n_resamples: 500, n_audit: 0, ..AnalysisOptions::default() }
}

/// Controllers with these effects on scenarios whose effects vary with `between`.
fn study(effects: &[f64], n_scenarios: usize, n_seeds: u64, between: f64) -> Vec<EpisodeRow> {
    let mut draws = Draws::new(7);
    let mut rows = Vec::new();
    for s in 0..n_scenarios {
        let own: Vec<f64> = effects.iter().map(|effect| effect + between * draws.normal()).collect();
        for seed in 0..n_seeds {
            let common = draws.normal();
            for (c, effect) in own.iter().enumerate() {
                let metrics = BTreeMap::from([(String::from("value"), 20.0 + common + effect + 0.3 * draws.normal())]);
                let (controller, scenario) = (format!("c{c}"), format!("s{s}"));
                rows.push(EpisodeRow { controller, scenario, seed, status: Status::Completed, metrics });
            }
        }
    }
    rows
}

fn verdict(rows: Vec<EpisodeRow>, options: &AnalysisOptions) -> Verdict {
    analyze(&ResultTable::new(Vec::new(), Vec::new(), rows).unwrap(), &Supplement::default(), options).unwrap()
}

#[test]
fn nan_infinity_and_emptiness_never_enter_a_statistic() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(matches!(Sample::new("x", [0.0, bad]), Err(StatError::NotFinite { index: 1, .. })));
        assert!(matches!(Strata::new("x", &[vec![0.0], vec![bad]]), Err(StatError::NotFinite { index: 0, .. })));
    }
    assert!(Strata::new("x", &[vec![]]).is_err() && Strata::new("x", &[]).is_err());
    // A difference that overflows is no difference either (baycomp counts NaN as practically equivalent).
    let (x, y) = (Sample::new("x", [f64::MAX]).unwrap(), Sample::new("y", [f64::MIN]).unwrap());
    assert!(matches!(Pairs::new(&x, &y), Err(StatError::NotFinite { .. })));
    let one = Sample::new("x", [1.0]).unwrap();
    assert!(matches!(student_t_interval(&one, 0.95), Err(StatError::TooFew { allowed: 2, .. })));
    assert!(matches!(bootstrap(&one, Statistic::Mean, Resampler::new(10, 0).unwrap()), Err(StatError::TooFew { .. })));
    let two = Sample::new("x", [1.0, 2.0]).unwrap();
    for level in [0.0, 1.0, -0.1, 95.0, f64::NAN] {
        assert!(matches!(student_t_interval(&two, level), Err(StatError::Parameter { parameter: "level", .. })), "{level}");
        let refused = AnalysisOptions { level, ..options() }.check().unwrap_err();
        assert!(matches!(refused, AnalysisError::Option { option: "level", .. }));
    }
}

#[test]
fn no_p_value_is_zero() {
    let wins: Vec<f64> = (1..=60).map(f64::from).collect();
    let pairs = Pairs::from_differences(&Sample::new("d", wins).unwrap());
    let exact = wilcoxon(&pairs, ZeroMethod::Wilcox, WilcoxonMethod::Exact).unwrap().tails.p_two_sided;
    assert_eq!(exact, libm::ldexp(1.0, -59), "an exact tail keeps its relative accuracy");
    let sampled = sign_flip(&pairs, SignFlipMethod::Auto(Resampler::new(999, 0).unwrap())).unwrap();
    assert_eq!(sampled.law, FlipLaw::Sampled);
    assert!(sampled.tails.p_greater >= 1.0 / 1000.0, "the observed case is one of those counted");
    let text = terminal(&verdict(study(&[0.0, 9.0], 3, 40, 0.0), &options()));
    assert!(!text.contains(" 0.000 ") && !text.contains("p = 0)"), "{text}");
}

/// Monte Carlo on one side cannot fall below `1 / (B + 1)` whatever the data; a two-sample split neither.
#[test]
fn sampled_splits_count_the_observed_one() {
    let (x, y) = (Sample::new("x", vec![0.0; 20]).unwrap(), Sample::new("y", (1..=20).map(f64::from).collect::<Vec<_>>()).unwrap());
    let found = permutation_two_sample(&x, &y, Resampler::new(99, 0).unwrap()).unwrap();
    assert!(!found.exact && found.tails.p_less >= 0.01);
}

#[test]
fn the_claim_decides_the_width_and_both_are_shown() {
    let run = |claim| verdict(study(&[0.0, 0.4], 8, 10, 0.5), &AnalysisOptions { claim, n_audit: 300, ..options() });
    let these = run(Claim::TheseScenarios);
    let pair = &these.pooled[0];
    assert!(pair.scenarios_like_these.width() > 1.5 * pair.these_scenarios.width(), "{pair:?}");
    assert_eq!(pair.advantage, pair.these_scenarios);
    assert_eq!(run(Claim::ScenariosLikeThese).pooled[0].advantage, pair.scenarios_like_these);
    let misread = these.audit.iter().find(|row| row.interval.contains("read as if")).unwrap();
    assert!(misread.coverage < 0.8, "the narrow interval read as the wide one covers {}", misread.coverage);
}

#[test]
fn percentile_intervals_of_few_seeds_are_audited_and_not_relied_on() {
    let found = verdict(study(&[0.0, 0.1], 4, 3, 0.1), &AnalysisOptions { n_audit: 2000, ..options() });
    let row = |kind: &str| {
        found.audit.iter().find(|row| row.interval.starts_with("mean in one scenario") && row.interval.contains(kind)).unwrap()
    };
    assert!(row("percentile").coverage < 0.9 && !row("percentile").in_use, "{:?}", row("percentile"));
    assert!((row("Student").coverage - 0.95).abs() < 0.025 && row("Student").in_use, "{:?}", row("Student"));
    assert!(found.comparisons.iter().all(|pair| pair.advantage.method.contains("Student t")));
}

#[test]
fn one_direction_everywhere_and_two_sides_unless_asked() {
    let rows = study(&[0.0, 1.0], 2, 12, 0.1);
    let mut negated = rows.clone();
    negated.iter_mut().for_each(|row| row.metrics.values_mut().for_each(|value| *value = -*value));
    let raw = AnalysisOptions { normalisation: Normalisation::Raw, ..options() };
    let lower = verdict(rows, &raw);
    let higher = verdict(negated, &AnalysisOptions { direction: Direction::HigherIsBetter, ..raw });
    for (a, b) in lower.comparisons.iter().zip(&higher.comparisons) {
        assert_eq!((a.decision, a.advantage.value, a.effect.a12), (Decision::FirstBetter, b.advantage.value, b.effect.a12));
        assert!(a.advantage.value > 0.0 && a.effect.cliffs_delta.value > 0.0 && a.effect.rank_biserial > 0.0 && a.effect.d_z > 0.0);
        assert!(a.wilcoxon.p_first_better < a.wilcoxon.p_second_better);
        assert!((a.wilcoxon.p_two_sided - 2.0 * a.wilcoxon.p_first_better).abs() < 1e-15);
    }
    assert_eq!(lower.pooled[0].decision, higher.pooled[0].decision);
}

/// Equal controllers are undecided, never "not different"; only a region of practical equivalence can make them equivalent.
#[test]
fn no_difference_is_never_said_without_a_region_of_equivalence() {
    let rows = study(&[0.0, 0.0, 0.0], 3, 20, 0.0);
    let without = verdict(rows.clone(), &options());
    assert!(without.pooled.iter().all(|pair| pair.decision == Decision::Undecided));
    let prose = format!(
        "{} {} {}",
        headlines(&without).join(" "),
        terminal(&without),
        without.pooled.iter().map(|pair| pair.words.as_str()).collect::<String>()
    );
    for claim in ["no difference between", "no significant difference", "are equal", "equivalent", "the same as", "as good as"] {
        assert!(!prose.contains(claim), "`{claim}` is said: {prose}");
    }
    assert!(prose.contains("no evidence of equality"));
    let with = verdict(rows, &AnalysisOptions { rope: Some(Rope::Absolute(1.0)), normalisation: Normalisation::Raw, ..options() });
    assert!(with.pooled.iter().all(|pair| pair.decision == Decision::Equivalent), "{:?}", with.pooled[0]);
}

#[test]
fn what_these_seeds_cannot_show_is_said() {
    let found = verdict(study(&[0.0, 5.0, 9.0], 1, 4, 0.0), &options());
    let line = &found.power[0];
    assert!(!line.can_decide && line.smallest_p == 0.125 && line.smallest_p_adjusted == 0.375 && line.n_needed_to_decide == 7);
    assert!(found.comparisons.iter().all(|pair| pair.decision == Decision::Undecided), "a large effect on 4 seeds is still undecided");
    let page = html(&found, &Default::default());
    assert!(page.contains("at least 7 are needed") && terminal(&found).contains("at least 7 are needed"));
    assert!(!line.needed.is_empty());
}

#[test]
fn a_missing_value_follows_a_stated_policy_and_the_others_are_shown() {
    let mut rows = study(&[0.0, 0.2], 2, 8, 0.0);
    rows[0].status = Status::Diverged;
    rows[0].metrics.clear();
    let table = ResultTable::new(Vec::new(), Vec::new(), rows).unwrap();
    let run = |missing_policy| analyze(&table, &Supplement::default(), &AnalysisOptions { missing_policy, ..options() });
    let refused = run(MissingPolicy::Error).unwrap_err().to_string();
    assert!(refused.starts_with("row (controller `c0`, scenario `s0`, seed 0)"), "{refused}");
    let worst = run(MissingPolicy::WorstRank).unwrap();
    assert_eq!(worst.cells[0].n, 8, "nothing is dropped");
    assert_eq!((worst.cells[0].n_substituted, worst.policies.len()), (1, 3));
}

/// A pair of NaN-free but equal samples has no p of NaN (autorank prints one, and a diagram).
#[test]
fn ties_everywhere_give_one_and_no_bar() {
    let mut rows = study(&[0.0, 0.0, 0.0], 4, 6, 0.0);
    rows.iter_mut().for_each(|row| row.metrics.values_mut().for_each(|value| *value = 1.0));
    let found = verdict(rows, &options());
    assert!(found.comparisons.iter().all(|pair| pair.wilcoxon.p_two_sided == 1.0 && pair.decision == Decision::Undecided));
    assert_eq!(found.ranking.unwrap().friedman_p, 1.0);
}

/// A critical-difference diagram draws no bar where all differ.
#[test]
fn no_bar_where_all_differ() {
    let found = verdict(study(&[0.0, 3.0, 6.0], 14, 3, 0.1), &options());
    let ranking = found.ranking.as_ref().unwrap();
    assert!(ranking.nemenyi_groups.is_empty() && ranking.wilcoxon_groups.is_empty(), "{ranking:?}");
    assert!(figures(&found, &Theme::default()).iter().any(|figure| figure.name == "critical-difference"));
}

/// Blocks stay blocks: breaking the pairing of seeds between controllers costs the evidence.
#[test]
fn post_hoc_tests_are_paired() {
    let rows = study(&[0.0, 0.3], 1, 14, 0.0);
    let mut broken = rows.clone();
    let mut other: Vec<f64> = broken.iter().filter(|row| row.controller == "c1").map(|row| row.metrics["value"]).collect();
    other.rotate_left(5);
    let mut values = other.into_iter();
    broken.iter_mut().filter(|row| row.controller == "c1").for_each(|row| {
        row.metrics.insert(String::from("value"), values.next().unwrap());
    });
    let p = |rows| verdict(rows, &options()).ranking.unwrap().pairs[0].p_wilcoxon;
    let (paired, unpaired) = (p(rows), p(broken));
    assert!(paired < 0.05 && unpaired > 4.0 * paired, "{paired} {unpaired}");
}

#[test]
fn a_growing_study_makes_no_claim_about_other_scenarios() {
    let sequential = Some(oha_analysis::sequential::SequentialDesign { first: 5, block: 5, max: 50 });
    let table = ResultTable::new(Vec::new(), Vec::new(), study(&[0.0, 2.0], 3, 20, 0.1)).unwrap();
    let run = |claim| analyze(&table, &Supplement::default(), &AnalysisOptions { claim, sequential, ..options() });
    assert!(matches!(run(Claim::ScenariosLikeThese), Err(AnalysisError::Option { option: "claim", .. })));
    let found = run(Claim::TheseScenarios).unwrap();
    let pair = &found.pooled[0];
    let (bet, in_scenario) = (pair.sequential.as_ref().unwrap(), &found.comparisons[0]);
    assert_eq!((pair.p_adjusted, pair.decision), (bet.p_two_sided, Decision::FirstBetter));
    let price = in_scenario.sequential.as_ref().unwrap().p_two_sided / in_scenario.wilcoxon.p_two_sided;
    assert!(price > 1.0, "holding at any time has a price, and it is {price}");
    let summary = found.sequential.as_ref().unwrap();
    assert_eq!((summary.n_looks, summary.n_seeds, summary.n_decided), (4, 20, 1));
}

proptest! {
    #[test]
    fn adjusted_p_values_are_monotone(p in prop::collection::vec(1e-12..1.0_f64, 1..12)) {
        for method in [Adjustment::Bonferroni, Adjustment::Holm, Adjustment::Hochberg, Adjustment::BenjaminiHochberg, Adjustment::Sidak] {
            let adjusted = adjust(&p, method).unwrap();
            for (i, a) in p.iter().enumerate() {
                prop_assert!(adjusted[i] >= *a && adjusted[i] <= 1.0);
                for (j, b) in p.iter().enumerate() {
                    prop_assert!(a > b || adjusted[i] <= adjusted[j]);
                }
            }
        }
    }

    #[test]
    fn tests_ignore_order_and_scale(mut values in prop::collection::vec(-5.0..5.0_f64, 5..12), scale in 0.5..4.0_f64) {
        let p = |values: &[f64]| {
            let pairs = Pairs::from_differences(&Sample::new("d", values).unwrap());
            let signed = wilcoxon(&pairs, ZeroMethod::Wilcox, WilcoxonMethod::Exact).map_or(1.0, |found| found.tails.p_two_sided);
            (signed, sign_test(&pairs).tails.p_two_sided)
        };
        let before = p(&values);
        values.reverse();
        values.iter_mut().for_each(|value| *value *= scale);
        prop_assert_eq!(before, p(&values));
    }

    #[test]
    fn posterior_probabilities_add_up(values in prop::collection::vec(-2.0..2.0_f64, 3..15), rope in 0.0..1.0_f64) {
        let pairs = Pairs::from_differences(&Sample::new("d", values).unwrap());
        let found = bayes_signed_rank(&pairs, rope, 0.5, PriorPlace::Rope, Resampler::new(300, 0).unwrap()).unwrap();
        prop_assert!((found.p_left + found.p_rope + found.p_right - 1.0).abs() < 1e-9);
    }
}
