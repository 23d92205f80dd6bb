//! A verdict made by hand, of any size: the numbers are plausible and fixed, and no statistic is computed from data.

use oha_analysis::input::{AnalysisOptions, ChangePoint, ControllerInfo, References, ScenarioInfo};
use oha_analysis::verdict::*;

/// Size and names of a made verdict.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) n_controllers: usize,
    pub(crate) n_scenarios: usize,
    pub(crate) n_seeds: usize,
    pub(crate) long: bool,
}

const SHORT: [&str; 8] = ["cosine", "constant", "hypergradient", "plateau", "D-Adaptation", "SW-UCB", "PBT", "Kalman"];
const LONG: [&str; 8] = [
    "cosine annealing with warm restarts (T_0 = 200)",
    "constant, tuned over seeds",
    "hypergradient descent, multiplicative rule & <escaped>",
    "reduce_on_plateau_with_a_very_long_identifier",
    "D-Adaptation",
    "sliding-window UCB over 12 arms",
    "population-based training",
    "Kalman gain recursion (exact oracle)",
];
const SCENARIOS: [&str; 12] = [
    "tracking-1d/shift",
    "quadratic/stationary",
    "noisy-quadratic/drift",
    "logistic/label-shift",
    "mlp/covariate-drift",
    "mlp/permuted",
    "autoencoder/shift",
    "linear/recurring",
    "noisy-quadratic/shift",
    "tracking-1d/drift",
    "bandit/switching",
    "plasticity/online-permuted-labels-with-a-long-name",
];

/// A small generator of numbers in [0, 1), fixed for ever.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / (1_u64 << 24) as f64
    }
}

fn estimate(value: f64, half: f64, method: &str, n: usize) -> Estimate {
    Estimate { value, lower: value - half, upper: value + 1.1 * half, level: 0.95, method: method.to_owned(), n }
}

fn test(p: f64, n: usize) -> TestResult {
    TestResult {
        method: "Wilcoxon signed rank, exact".to_owned(),
        statistic: 3.0,
        p_two_sided: p,
        p_first_better: p / 2.0,
        p_second_better: 1.0 - p / 2.0,
        n,
    }
}

/// Cost of a controller in a scenario.
fn level(controller: usize, scenario: usize) -> f64 {
    let scale = [0.02, 1.5, 40.0, 0.7, 2.2, 1.1, 0.3, 5.0, 12.0, 0.05, 300.0, 1.9][scenario % 12];
    scale * (0.6 + 0.22 * ((controller * 5 + scenario * 3) % 7) as f64 + 0.1 * controller as f64)
}

impl Size {
    fn controllers(self) -> Vec<ControllerInfo> {
        let classes = ["open-loop", "open-loop", "current", "scalar", "signals", "scalar", "evaluations", "signals"];
        let names = if self.long { LONG } else { SHORT };
        let info = |i: usize| ControllerInfo {
            label: if i < 8 { names[i].to_owned() } else { format!("controller-{i}") },
            information_class: classes[i % 8].to_owned(),
            kind: if i == 7 { "oracle" } else { "controller" }.to_owned(),
            source: "Author et al. (2020)".to_owned(),
            description: "A controller.".to_owned(),
        };
        (0..self.n_controllers).map(info).collect()
    }

    fn scenarios(self) -> Vec<ScenarioInfo> {
        let change = |i: usize| match i % 3 {
            0 => vec![
                ChangePoint { step: 400, end: None, label: "shift".to_owned() },
                ChangePoint { step: 700, end: None, label: "shift".to_owned() },
            ],
            1 => Vec::new(),
            _ => vec![ChangePoint { step: 300, end: Some(600), label: "drift".to_owned() }],
        };
        let info = |i: usize| ScenarioInfo {
            name: SCENARIOS[i % 12].to_owned(),
            n_steps: 1000,
            change_points: change(i),
            references: References { oracle_status: Some("best known".to_owned()), ..References::default() },
            ceiling: Some(1e6),
        };
        (0..self.n_scenarios).map(info).collect()
    }

    fn pairs(self) -> Vec<(usize, usize)> {
        (0..self.n_controllers).flat_map(|a| (a + 1..self.n_controllers).map(move |b| (a, b))).collect()
    }

    /// The verdict.
    pub(crate) fn verdict(self) -> Verdict {
        let (controllers, scenarios) = (self.controllers(), self.scenarios());
        let mut verdict = Verdict {
            format: VERDICT_FORMAT,
            study: "made by hand".to_owned(),
            options: AnalysisOptions {
                study: "made by hand".to_owned(),
                primary_metric: "cumulative_loss".to_owned(),
                ..AnalysisOptions::default()
            },
            n_episodes: self.n_controllers * self.n_scenarios * self.n_seeds,
            cells: self.cells(&controllers, &scenarios),
            secondary: Vec::new(),
            comparisons: Vec::new(),
            normalisation: NormalisationInfo {
                method: "log-ratio".to_owned(),
                formula: "ln(value / value of constant under the same seed)".to_owned(),
                reason: "`auto`: all values are positive".to_owned(),
                reference: Some(controllers[1.min(controllers.len() - 1)].label.clone()),
                target: 0.0,
            },
            aggregates: Vec::new(),
            pooled: Vec::new(),
            ranking: None,
            recovery: Vec::new(),
            divergence: Vec::new(),
            profiles: Vec::new(),
            target_ecdf: Vec::new(),
            running_times: Vec::new(),
            curves: Vec::new(),
            sensitivity: Vec::new(),
            policies: Vec::new(),
            power: Vec::new(),
            sequential: None,
            audit: Vec::new(),
            notes: Vec::new(),
            controllers,
            scenarios,
        };
        self.add_comparisons(&mut verdict);
        self.add_aggregates(&mut verdict);
        self.add_ranking(&mut verdict);
        self.add_curves(&mut verdict);
        self.add_recovery(&mut verdict);
        self.add_remarks(&mut verdict);
        verdict
    }

    fn cells(self, controllers: &[ControllerInfo], scenarios: &[ScenarioInfo]) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (s, scenario) in scenarios.iter().enumerate() {
            let best = (0..controllers.len()).map(|c| level(c, s)).fold(f64::INFINITY, f64::min);
            for (c, controller) in controllers.iter().enumerate() {
                let mean = level(c, s);
                cells.push(Cell {
                    metric: "cumulative_loss".to_owned(),
                    controller: controller.label.clone(),
                    scenario: scenario.name.clone(),
                    n: self.n_seeds,
                    n_diverged: usize::from(c == 3 && s == 2),
                    n_faulted: usize::from(c == 4 && s == 1),
                    n_missing: 0,
                    n_substituted: usize::from(c == 4 && s == 1),
                    mean: estimate(mean, mean * 0.06, "mean, studentized bootstrap over seeds", self.n_seeds),
                    median: estimate(mean * 0.98, mean * 0.07, "median, BCa bootstrap over seeds", self.n_seeds),
                    iqm: estimate(mean * 0.99, mean * 0.06, "interquartile mean, BCa bootstrap over seeds", self.n_seeds),
                    standard_deviation: mean * 0.1,
                    min: mean * 0.8,
                    max: mean * 1.3,
                    values: vec![mean; self.n_seeds],
                    is_best: mean == best,
                });
            }
        }
        cells
    }

    fn add_comparisons(self, verdict: &mut Verdict) {
        for s in 0..self.n_scenarios {
            for (a, b) in self.pairs() {
                let (first, second) = (level(a, s), level(b, s));
                let gap = second - first;
                let half = 0.18 * first.max(second);
                let decision = match gap {
                    _ if gap > half => Decision::FirstBetter,
                    _ if gap < -1.1 * half => Decision::SecondBetter,
                    _ if (a + b + s) % 5 == 0 => Decision::Equivalent,
                    _ => Decision::Undecided,
                };
                let p = if matches!(decision, Decision::Undecided | Decision::Equivalent) { 0.31 } else { 0.000_061 };
                verdict.comparisons.push(PairedComparison {
                    scenario: verdict.scenarios[s].name.clone(),
                    a: verdict.controllers[a].label.clone(),
                    b: verdict.controllers[b].label.clone(),
                    n: self.n_seeds,
                    advantage: estimate(gap, half, "mean, studentized bootstrap over pairs", self.n_seeds),
                    alternatives: vec![estimate(gap, half * 0.9, "mean, BCa bootstrap over pairs", self.n_seeds)],
                    wilcoxon: test(p, self.n_seeds),
                    permutation: test(p, self.n_seeds),
                    sequential: None,
                    p_adjusted: (p * 6.0).min(1.0),
                    effect: effect(gap, half, self.n_seeds),
                    bayes: None,
                    rope: None,
                    decision,
                    words: words(decision),
                    advantages: vec![gap; self.n_seeds],
                });
            }
        }
    }

    fn add_aggregates(self, verdict: &mut Verdict) {
        let mean = |c: usize| (0..self.n_scenarios).map(|s| libm::log(level(c, s) / level(1, s))).sum::<f64>() / self.n_scenarios as f64;
        let claims = |value: f64| TwoClaims {
            these_scenarios: estimate(value, 0.05, "stratified bootstrap, percentile", self.n_seeds * self.n_scenarios),
            scenarios_like_these: estimate(value, 0.12, "hierarchical bootstrap, percentile", self.n_seeds * self.n_scenarios),
        };
        for (c, controller) in verdict.controllers.iter().enumerate() {
            verdict.aggregates.push(Aggregate {
                controller: controller.label.clone(),
                mean: claims(mean(c)),
                median: claims(mean(c) * 0.9),
                iqm: claims(mean(c) * 0.95),
                optimality_gap: claims(mean(c).max(0.0) + 0.2),
                by_scenario: (0..self.n_scenarios).map(|s| libm::log(level(c, s) / level(1, s))).collect(),
            });
        }
        for (a, b) in self.pairs() {
            let both = claims(mean(b) - mean(a));
            let gap = both.these_scenarios.value;
            let decision = if gap > 0.06 {
                Decision::FirstBetter
            } else if gap < -0.06 {
                Decision::SecondBetter
            } else {
                Decision::Undecided
            };
            verdict.pooled.push(PooledComparison {
                a: verdict.controllers[a].label.clone(),
                b: verdict.controllers[b].label.clone(),
                n_scenarios: self.n_scenarios,
                n: self.n_scenarios * self.n_seeds,
                advantage: both.these_scenarios.clone(),
                these_scenarios: both.these_scenarios.clone(),
                scenarios_like_these: both.scenarios_like_these.clone(),
                iqm: both.these_scenarios.clone(),
                probability_of_improvement: estimate(0.5 + gap.clamp(-0.4, 0.4), 0.04, "stratified bootstrap, percentile", self.n_seeds),
                test: test(if decision == Decision::Undecided { 0.4 } else { 1e-17 }, self.n_seeds * self.n_scenarios),
                sequential: None,
                p_adjusted: if decision == Decision::Undecided { 1.0 } else { 2.8e-16 },
                bayes: None,
                rope: None,
                n_scenarios_won: (0..self.n_scenarios).filter(|s| level(a, *s) < level(b, *s)).count(),
                n_scenarios_lost: (0..self.n_scenarios).filter(|s| level(a, *s) > level(b, *s)).count(),
                decision,
                words: words(decision),
            });
        }
    }

    fn add_ranking(self, verdict: &mut Verdict) {
        let k = self.n_controllers;
        let rank = |c: usize| -> f64 {
            let rank_in = |s: usize| 1.0 + (0..k).filter(|o| level(*o, s) < level(c, s)).count() as f64;
            (0..self.n_scenarios).map(rank_in).sum::<f64>() / self.n_scenarios as f64
        };
        let ranks: Vec<f64> = (0..k).map(rank).collect();
        let mut order: Vec<usize> = (0..k).collect();
        order.sort_by(|a, b| ranks[*a].total_cmp(&ranks[*b]));
        let groups = match k {
            0 | 1 => return,
            2 | 3 => vec![],
            _ => vec![order[0..3].to_vec(), order[1..k].to_vec()],
        };
        verdict.ranking = Some(Ranking {
            block: "scenario".to_owned(),
            n_blocks: self.n_scenarios,
            mean_ranks: ranks.iter().map(|rank| estimate(*rank, 0.3, "mean rank, bootstrap over blocks", self.n_scenarios)).collect(),
            controllers: verdict.controllers.iter().map(|info| info.label.clone()).collect(),
            friedman_chi2: 12.0,
            friedman_df: k - 1,
            friedman_p: 0.0123,
            iman_davenport_f: 5.0,
            iman_davenport_p: 0.004,
            kendall_w: 0.41,
            alpha: 0.05,
            critical_difference: 1.31,
            nemenyi_groups: groups,
            wilcoxon_groups: if k > 3 { vec![vec![order[0], order[2], order[3]]] } else { vec![] },
            pairs: self
                .pairs()
                .iter()
                .map(|(a, b)| PostHocPair {
                    a: verdict.controllers[*a].label.clone(),
                    b: verdict.controllers[*b].label.clone(),
                    p_nemenyi: 0.2,
                    p_wilcoxon: 0.03,
                    p_wilcoxon_holm: 0.18,
                })
                .collect(),
        });
    }

    fn add_curves(self, verdict: &mut Verdict) {
        let mut numbers = Numbers(7);
        let steps: Vec<u64> = (0..=200).map(|i| i * 5).collect();
        for s in 0..self.n_scenarios {
            let changes: Vec<u64> = verdict.scenarios[s].change_points.iter().map(|change| change.step).collect();
            for c in 0..self.n_controllers {
                let (scenario, controller) = (verdict.scenarios[s].name.clone(), verdict.controllers[c].label.clone());
                let loss: Vec<f64> = steps.iter().map(|step| loss_at(*step, c, s, &changes) * (0.93 + 0.14 * numbers.next())).collect();
                let mut total = 0.0;
                let regret: Vec<f64> =
                    loss.iter().map(|value| (total += (value / level(0, s) - 0.12 - 0.02 * c as f64) * 5.0, total).1).collect();
                let rate: Vec<f64> = steps
                    .iter()
                    .map(|step| 0.3 / (1.0 + c as f64) * libm::exp(-(*step as f64) / (150.0 + 60.0 * c as f64)) + 1e-3)
                    .collect();
                let mut push = |quantity: &str, centre: Vec<f64>, kind: BandKind, part: f64| {
                    verdict.curves.push(CurveBand {
                        scenario: scenario.clone(),
                        quantity: quantity.to_owned(),
                        controller: controller.clone(),
                        steps: steps.clone(),
                        lower: centre.iter().map(|value| value - part * value.abs()).collect(),
                        upper: centre.iter().map(|value| value + part * value.abs()).collect(),
                        centre,
                        kind,
                        level: 0.95,
                        n: self.n_seeds,
                        method: "Student t over seeds".to_owned(),
                    });
                };
                push("loss", loss, BandKind::Pointwise, 0.12);
                push("regret", regret, BandKind::Simultaneous, 0.1);
                push("learning_rate", rate, BandKind::Pointwise, 0.08);
                verdict.target_ecdf.push(TargetEcdf {
                    scenario,
                    quantity: "loss".to_owned(),
                    controller,
                    targets: vec![1.0, 0.5, 0.2],
                    steps: steps.clone(),
                    fraction: steps
                        .iter()
                        .map(|step| (libm::floor(12.0 * (1.0 - libm::exp(-(*step as f64) / (90.0 + 70.0 * c as f64)))) / 12.0).min(1.0))
                        .collect(),
                });
            }
        }
        let taus: Vec<f64> = (0..=100).map(|i| f64::from(i) * 0.02 - 1.0).collect();
        for (c, controller) in verdict.controllers.iter().enumerate() {
            let fraction: Vec<f64> = taus.iter().map(|tau| 1.0 / (1.0 + libm::exp(-6.0 * (tau + 0.5 - 0.13 * c as f64)))).collect();
            verdict.profiles.push(Profile {
                controller: controller.label.clone(),
                taus: taus.clone(),
                lower: fraction.iter().map(|f| (f - 0.06).max(0.0)).collect(),
                upper: fraction.iter().map(|f| (f + 0.06).min(1.0)).collect(),
                fraction,
                level: 0.95,
                method: "stratified bootstrap, sup norm".to_owned(),
            });
        }
    }

    fn add_recovery(self, verdict: &mut Verdict) {
        for scenario in verdict.scenarios.iter().filter(|scenario| !scenario.change_points.is_empty()) {
            for (c, controller) in verdict.controllers.iter().enumerate() {
                let times: Vec<f64> = (0..8).map(|i| f64::from(i) * (12.0 + 5.0 * c as f64)).collect();
                let survival: Vec<f64> = (0..8).map(|i| 1.0 - 0.11 * f64::from(i)).collect();
                verdict.recovery.push(RecoverySummary {
                    controller: controller.label.clone(),
                    scenario: scenario.name.clone(),
                    change: None,
                    n: 2 * self.n_seeds,
                    n_censored: 3,
                    curve: SurvivalCurve {
                        lower: survival.iter().map(|s| (s - 0.15).max(0.0)).collect(),
                        upper: survival.iter().map(|s| (s + 0.12).min(1.0)).collect(),
                        n_at_risk: (0..8).map(|i| 20 - 2 * i).collect(),
                        censored_times: vec![times[2] + 5.0, times[5] + 4.0, 300.0],
                        times,
                        survival,
                    },
                    median: estimate(60.0 + 20.0 * c as f64, 15.0, "Kaplan-Meier median, log-log", 2 * self.n_seeds),
                    restricted_mean: estimate(80.0 + 20.0 * c as f64, 12.0, "restricted mean", 2 * self.n_seeds),
                    restriction_steps: 300.0,
                    degradation_depth: estimate(1.4, 0.2, "mean, studentized bootstrap", 2 * self.n_seeds),
                    degradation_area: estimate(51.0, 6.0, "mean, studentized bootstrap", 2 * self.n_seeds),
                    normalised_recovery: Some(Estimate { upper: f64::INFINITY, ..estimate(1.8, 0.3, "median", 2 * self.n_seeds) }),
                });
            }
        }
        for (s, scenario) in verdict.scenarios.iter().enumerate().take(4) {
            for (c, controller) in verdict.controllers.iter().enumerate() {
                let initial: Vec<f64> = (0..7).map(|i| libm::exp10(f64::from(i) * 0.5 - 4.0)).collect();
                let score = |x: &f64| {
                    let distance = libm::log10(*x) + 2.0 + 0.15 * c as f64;
                    let value = level(c, s) * (1.0 + (0.2 + 0.5 * (c % 3) as f64) * distance * distance);
                    estimate(value, value * 0.05, "mean, Student t over seeds", self.n_seeds)
                };
                verdict.sensitivity.push(SensitivityCurve {
                    controller: controller.label.clone(),
                    scenario: scenario.name.clone(),
                    hyperparameter: "learning_rate".to_owned(),
                    score: initial.iter().map(score).collect(),
                    best_initial: initial[4],
                    best_score: score(&initial[4]).value,
                    area: estimate(level(c, s) * 1.4, 0.1, "area, percentile bootstrap", self.n_seeds),
                    good_width: estimate(1.2, 0.2, "width, percentile bootstrap", self.n_seeds),
                    good_threshold: level(c, s) * 1.2,
                    good_rule: "score within 20 % of the best".to_owned(),
                    scale: "decades".to_owned(),
                    initial,
                });
            }
        }
        for controller in &verdict.controllers {
            verdict.divergence.push(DivergenceRate {
                controller: controller.label.clone(),
                scenario: None,
                n: self.n_scenarios * self.n_seeds,
                n_diverged: 1,
                n_failed: 0,
                diverged: estimate(0.02, 0.015, "Clopper-Pearson", self.n_scenarios * self.n_seeds),
                failed: estimate(0.0, 0.0, "Clopper-Pearson", self.n_scenarios * self.n_seeds),
            });
        }
    }

    fn add_remarks(self, verdict: &mut Verdict) {
        verdict.power.push(PowerLine {
            family: "pooled over scenarios".to_owned(),
            n: self.n_seeds,
            n_comparisons: self.pairs().len(),
            smallest_p: 0.001_95,
            smallest_p_adjusted: 0.011_7,
            can_decide: true,
            n_needed_to_decide: 8,
            power: 0.8,
            detectable_d_z: 1.21,
            detectable_advantage: 0.34,
            needed: vec![SeedsNeeded {
                a: verdict.controllers[0].label.clone(),
                b: verdict.controllers[self.n_controllers - 1].label.clone(),
                n_total: Some(34),
                n_more: Some(24),
            }],
        });
        for (interval, in_use, coverage) in [("studentized bootstrap", true, 0.947), ("percentile bootstrap", false, 0.902)] {
            verdict.audit.push(CoverageAudit {
                interval: interval.to_owned(),
                in_use,
                n_scenarios: self.n_scenarios,
                n_seeds: self.n_seeds,
                level: 0.95,
                coverage,
                coverage_lower: coverage - 0.02,
                coverage_upper: coverage + 0.02,
                n_studies: 1000,
                population: "smoothed resamples of the data".to_owned(),
            });
        }
        verdict.notes.push(Note { kind: NoteKind::Warning, text: "1 of 10 episodes of `D-Adaptation` faulted <here>.".to_owned() });
        verdict.notes.push(Note { kind: NoteKind::Information, text: "Values were pooled as log ratios.".to_owned() });
    }
}

fn loss_at(step: u64, c: usize, s: usize, changes: &[u64]) -> f64 {
    let since = changes.iter().rev().find(|change| step >= **change).map_or(step, |change| step - change) as f64;
    let rate = 30.0 + 15.0 * c as f64;
    level(c, s) * (0.15 + 1.2 * libm::exp(-since / rate))
}

fn effect(gap: f64, half: f64, n: usize) -> EffectSizes {
    let delta = (gap / (3.0 * half)).clamp(-1.0, 1.0);
    EffectSizes {
        cliffs_delta: estimate(delta, 0.1, "Cliff's delta, BCa", n),
        a12: (delta + 1.0) / 2.0,
        d_z: gap / half,
        hodges_lehmann: estimate(gap, half, "Hodges-Lehmann, signed rank", n),
        rank_biserial: delta,
        probability_of_improvement: estimate(0.5 + delta / 2.0, 0.08, "Clopper-Pearson", n),
    }
}

fn words(decision: Decision) -> String {
    match decision {
        Decision::FirstBetter => "the first is better",
        Decision::SecondBetter => "the second is better",
        Decision::Equivalent => "practically equivalent",
        Decision::Undecided => "undecided at this number of seeds; this is no evidence of equality",
    }
    .to_owned()
}
