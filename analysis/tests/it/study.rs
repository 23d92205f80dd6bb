use std::collections::BTreeMap;

use oha_analysis::input::{
    AnalysisOptions, ChangePoint, Claim, ControllerInfo, CurveSet, EpisodeRow, MissingPolicy, RecoveryRow, References, ResultTable, Rope,
    ScenarioInfo, SensitivityRow, Status, Supplement,
};
use oha_analysis::verdict::{Decision, Verdict};
use oha_analysis::{AnalysisError, analyze};

/// A small deterministic noise in [-1, 1), so that the tests need no generator.
pub(crate) fn noise(a: u64, b: u64, c: u64) -> f64 {
    let mut z = a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b.wrapping_mul(0xBF58_476D_1CE4_E5B9) ^ c.wrapping_mul(0x94D0_49BB_1331_11EB);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

const CONTROLLERS: [&str; 4] = ["constant", "cosine", "hypergradient", "reset"];
const SCENARIOS: [(&str, f64); 5] = [("quadratic", 1.0), ("rosenbrock", 100.0), ("mlp-shift", 0.3), ("walk", 5.0), ("bandit", 40.0)];

pub(crate) fn rows(n_seeds: u64) -> Vec<EpisodeRow> {
    let mut rows = Vec::new();
    for (s, (scenario, scale)) in SCENARIOS.iter().enumerate() {
        for (c, controller) in CONTROLLERS.iter().enumerate() {
            for seed in 0..n_seeds {
                let common = noise(s as u64, 77, seed);
                let own = noise(s as u64, c as u64, seed + 1000);
                let value = scale * (2.0 - 0.25 * c as f64 + 0.2 * common + 0.1 * own);
                let metrics = BTreeMap::from([(String::from("cumulative_loss"), value), (String::from("spikes"), (value * 3.0).floor())]);
                let (controller, scenario) = ((*controller).to_owned(), (*scenario).to_owned());
                rows.push(EpisodeRow { controller, scenario, seed, status: Status::Completed, metrics });
            }
        }
    }
    rows
}

pub(crate) fn table(n_seeds: u64) -> ResultTable {
    let controllers = CONTROLLERS.iter().map(|label| ControllerInfo::from_label(*label)).collect();
    let scenarios = SCENARIOS.iter().map(|(name, scale)| ScenarioInfo {
        name: (*name).to_owned(),
        n_steps: 100,
        change_points: vec![ChangePoint { step: 50, end: None, label: String::from("shift") }],
        references: References { best_constant: Some(1.9 * scale), oracle_upper: Some(1.0 * scale), ..References::default() },
        ceiling: Some(10.0 * scale),
    });
    ResultTable::new(controllers, scenarios.collect(), rows(n_seeds)).unwrap()
}

pub(crate) fn options() -> AnalysisOptions {
    AnalysisOptions {
        primary_metric: String::from("cumulative_loss"),
        n_resamples: 1000,
        n_audit: 100,
        rope: Some(Rope::Relative(0.01)),
        ..AnalysisOptions::default()
    }
}

pub(crate) fn supplement(n_seeds: u64) -> Supplement {
    let steps: Vec<u64> = (0..20).map(|i| i * 5).collect();
    let mut supplement = Supplement::default();
    for (s, (scenario, scale)) in SCENARIOS.iter().enumerate() {
        let curve = |c: usize, seed: u64| {
            let at = |step: &u64| scale * (2.0 / (1.0 + 0.1 * (c + 1) as f64 * *step as f64) + 0.02 * noise(seed, *step, c as u64));
            steps.iter().map(at).collect::<Vec<f64>>()
        };
        let curves =
            CONTROLLERS.iter().enumerate().map(|(c, label)| ((*label).to_owned(), (0..n_seeds).map(|seed| curve(c, seed)).collect()));
        let (scenario, quantity) = ((*scenario).to_owned(), String::from("loss"));
        supplement.curves.push(CurveSet { scenario: scenario.clone(), quantity, steps: steps.clone(), curves: curves.collect() });
        for (c, controller) in CONTROLLERS.iter().enumerate() {
            for seed in 0..n_seeds {
                supplement.recoveries.push(RecoveryRow {
                    controller: (*controller).to_owned(),
                    scenario: scenario.clone(),
                    seed,
                    change: 0,
                    recovery_steps: (20.0 + 10.0 * noise(s as u64, c as u64, seed)).floor(),
                    observed: seed % 4 != 0,
                    degradation_depth: 1.0 + noise(3, c as u64, seed).abs(),
                    degradation_area: 10.0,
                    normalised_recovery: Some(2.0),
                });
                for (i, initial) in [0.001, 0.01, 0.1, 1.0].into_iter().enumerate() {
                    supplement.sensitivities.push(SensitivityRow {
                        controller: (*controller).to_owned(),
                        scenario: scenario.clone(),
                        hyperparameter: String::from("learning_rate"),
                        initial,
                        seed,
                        score: scale * (1.0 + (i as f64 - 1.5).powi(2) * 0.1 + 0.01 * noise(9, i as u64, seed)),
                    });
                }
            }
        }
    }
    supplement
}

#[test]
fn a_whole_study_gives_every_part_of_the_verdict() {
    let verdict = analyze(&table(12), &supplement(12), &options()).unwrap();
    assert_eq!(verdict.cells.len(), 20);
    assert_eq!(verdict.secondary.len(), 20);
    assert_eq!(verdict.comparisons.len(), 30);
    assert_eq!(verdict.pooled.len(), 6);
    assert_eq!(verdict.normalisation.method, "oracle-gap");
    assert_eq!(verdict.aggregates.len(), 4);
    assert_eq!(verdict.recovery.len(), 40);
    assert_eq!(verdict.divergence.len(), 24);
    assert_eq!(verdict.profiles.len(), 4);
    assert_eq!(verdict.target_ecdf.len(), 20);
    assert_eq!(verdict.running_times.len(), 80);
    assert_eq!(verdict.curves.len(), 40);
    assert_eq!(verdict.sensitivity.len(), 20);
    assert_eq!(verdict.power.len(), 6);
    assert!(verdict.policies.is_empty());
    assert!(verdict.pooled.iter().all(|pooled| pooled.decision == Decision::SecondBetter));
    let ranking = verdict.ranking.as_ref().unwrap();
    assert_eq!(ranking.mean_ranks.iter().map(|rank| rank.value).collect::<Vec<_>>(), [4.0, 3.0, 2.0, 1.0]);
    assert!(ranking.iman_davenport_p > 0.0);
    for scenario in verdict.cells.chunks(4) {
        assert_eq!(scenario.iter().map(|cell| cell.is_best).collect::<Vec<_>>(), [false, false, false, true]);
    }
    let text = serde_json::to_string(&verdict).unwrap();
    assert!(!text.contains("null,\"lower\""), "no number may be lost in JSON");
    assert_eq!(serde_json::from_str::<Verdict>(&text).unwrap(), verdict);
}

#[test]
fn the_verdict_does_not_depend_on_threads_or_on_the_order_of_rows() {
    let reversed = {
        let original = table(9);
        let mut rows = original.rows().unwrap();
        rows.reverse();
        ResultTable::new(original.controllers().to_vec(), original.scenarios().to_vec(), rows).unwrap()
    };
    let run = |threads, table: &ResultTable| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let verdict = pool.install(|| analyze(table, &supplement(9), &options())).unwrap();
        serde_json::to_string(&verdict).unwrap()
    };
    let one = run(1, &table(9));
    assert_eq!(one, run(3, &table(9)));
    assert_eq!(one, run(2, &reversed));
}

#[test]
fn few_seeds_give_unbounded_or_honest_answers_but_no_error() {
    for n_seeds in [1, 2, 3] {
        for claim in [Claim::TheseScenarios, Claim::ScenariosLikeThese] {
            let verdict = analyze(&table(n_seeds), &supplement(n_seeds), &AnalysisOptions { claim, ..options() }).unwrap();
            assert!(verdict.comparisons.iter().all(|comparison| comparison.decision != Decision::FirstBetter));
            assert!(verdict.power.iter().any(|line| !line.can_decide), "{n_seeds} seeds decide nothing in a scenario");
            let text = serde_json::to_string(&verdict).unwrap();
            assert_eq!(serde_json::from_str::<Verdict>(&text).unwrap(), verdict);
        }
    }
}

#[test]
fn missing_episodes_follow_the_policy_and_show_the_bracket() {
    let original = table(8);
    let mut rows = original.rows().unwrap();
    rows[3].status = Status::Diverged;
    rows[5].status = Status::Faulted;
    rows[5].metrics.clear();
    let table = ResultTable::new(original.controllers().to_vec(), original.scenarios().to_vec(), rows).unwrap();
    let run = |missing_policy| analyze(&table, &Supplement::default(), &AnalysisOptions { missing_policy, ..options() });
    let ceiling = run(MissingPolicy::CeilingScore).unwrap();
    assert_eq!(ceiling.cells[0].n_substituted, 2);
    assert_eq!(ceiling.cells[0].values[5], 10.0);
    assert_eq!(ceiling.policies.len(), 3);
    let worst = run(MissingPolicy::WorstRank).unwrap();
    assert!(worst.cells[0].values[5] < 3.0);
    assert_eq!(worst.policies.iter().filter(|policy| policy.in_force).count(), 1);
    assert!(matches!(run(MissingPolicy::Error), Err(AnalysisError::Row { seed: 3, .. })));
}

#[test]
fn bad_tables_are_refused_by_name() {
    let make = |change: fn(&mut Vec<EpisodeRow>)| {
        let mut rows = rows(3);
        change(&mut rows);
        ResultTable::new(Vec::new(), Vec::new(), rows).unwrap_err().to_string()
    };
    let nan = make(|rows| *rows[4].metrics.get_mut("spikes").unwrap() = f64::NAN);
    assert_eq!(
        nan,
        "row (controller `cosine`, scenario `quadratic`, seed 1): metric `spikes` is NaN; a completed episode has only finite metrics"
    );
    let twice = make(|rows| rows.push(rows[7].clone()));
    assert_eq!(twice, "row (controller `hypergradient`, scenario `quadratic`, seed 1): it stands in the table twice");
    let gap = make(|rows| drop(rows.remove(7)));
    assert!(gap.starts_with("row (controller `hypergradient`, scenario `quadratic`, seed 1): there is no such row"), "{gap}");
    assert_eq!(make(Vec::clear), "the result table has no rows");
}
