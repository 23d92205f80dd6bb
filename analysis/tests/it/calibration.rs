//! Calibration: how often intervals cover and tests reject, over simulated studies with fixed seeds. Tolerances are binomial.

use libm::log;
use oha_analysis::effect::{cliffs_delta_interval, hodges_lehmann};
use oha_analysis::input::{AnalysisOptions, Censored, Claim, EpisodeRow, ResultTable, Status};
use oha_analysis::interval::*;
use oha_analysis::many::{Adjustment, adjust, friedman, nemenyi_p};
use oha_analysis::resample::{Resampler, Statistic};
use oha_analysis::sample::{Blocks, Pairs, Sample, Strata};
use oha_analysis::sequential::{SequentialDesign, sign_betting, smallest_p, t_confidence_sequence};
use oha_analysis::test::*;
use oha_analysis::{Estimate, StatError, curve, look};
use rand::Rng as _;
use rand_pcg::Pcg64Mcg;
use std::collections::BTreeMap;

const LEVEL: f64 = 0.95;

/// Random numbers of one simulated study.
pub(crate) struct Draws(Pcg64Mcg);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::new((u128::from(seed) << 64) | 0xA02B_DBF7_BB3C_0A7A))
    }

    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    pub(crate) fn normal(&mut self) -> f64 {
        (-2.0 * log(self.uniform())).sqrt() * libm::cos(std::f64::consts::TAU * self.uniform())
    }

    /// Standard Laplace: symmetric, heavier tails than the normal.
    fn laplace(&mut self) -> f64 {
        let sign = if self.uniform() < 0.5 { -1.0 } else { 1.0 };
        -sign * log(self.uniform())
    }

    fn exponential(&mut self) -> f64 {
        -log(self.uniform())
    }

    pub(crate) fn normals(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.normal()).collect()
    }

    fn sample(&mut self, n: usize) -> Sample {
        Sample::new("x", self.normals(n)).unwrap()
    }

    fn pairs(&mut self, n: usize) -> Pairs {
        Pairs::new(&self.sample(n), &self.sample(n)).unwrap()
    }

    /// `k` strata of `n` values; the strata's means vary with this deviation.
    fn strata(&mut self, k: usize, n: usize, between: f64) -> Strata {
        let groups: Vec<Vec<f64>> = (0..k)
            .map(|_| {
                let centre = between * self.normal();
                (0..n).map(|_| centre + self.normal()).collect()
            })
            .collect();
        Strata::new("x", &groups).unwrap()
    }
}

/// Four standard errors of a frequency: exceeded by chance once in 16 000.
fn tolerance(p: f64, n: usize) -> f64 {
    4.0 * (p * (1.0 - p) / n as f64).sqrt()
}

fn frequency(n: usize, salt: u64, event: impl Fn(&mut Draws) -> bool) -> f64 {
    (0..n as u64).filter(|study| event(&mut Draws::new(study.wrapping_mul(0x9E37_79B9) ^ (salt << 40)))).count() as f64 / n as f64
}

fn covers(n: usize, salt: u64, truth: f64, interval: impl Fn(&mut Draws) -> Result<Estimate, StatError>) -> f64 {
    frequency(n, salt, |draws| interval(draws).unwrap().covers(truth))
}

fn few() -> Resampler {
    Resampler::new(400, 1).unwrap()
}

#[track_caller]
fn near(found: f64, wanted: f64, slack: f64, n: usize) {
    assert!(
        (found - wanted).abs() <= slack + tolerance(wanted, n),
        "covers {found}, wanted {wanted} within {slack} + {}",
        tolerance(wanted, n)
    );
}

#[test]
fn exact_intervals_cover_at_their_level() {
    let n = 3000;
    near(covers(n, 1, 0.0, |d| student_t_interval(&d.sample(3), LEVEL)), LEVEL, 0.0, n);
    near(covers(n, 2, 0.0, |d| stratified_t_interval(&d.strata(4, 5, 0.0), LEVEL)), LEVEL, 0.01, n);
    near(covers(n, 3, 0.0, |d| pooled_mean_interval(&d.strata(6, 4, 1.0), Claim::ScenariosLikeThese, LEVEL, few())), LEVEL, 0.0, n);
    for found in [
        covers(n, 4, 0.0, |d| median_interval(&d.sample(15), LEVEL)),
        covers(n, 5, 0.0, |d| hodges_lehmann(&d.pairs(12), LEVEL)),
        covers(n, 6, 0.3, |d| clopper_pearson((0..20).filter(|_| d.uniform() < 0.3).count(), 20, LEVEL)),
    ] {
        assert!(found >= LEVEL - tolerance(LEVEL, n) && found < 0.995, "a conservative interval covers {found}");
    }
}

#[test]
fn approximate_intervals_cover_nearly() {
    let n = 1200;
    near(covers(n, 11, 0.0, |d| studentized_interval(&d.sample(20), LEVEL, few())), LEVEL, 0.01, n);
    near(covers(n, 12, 0.0, |d| studentized_stratified_interval(&d.strata(3, 10, 0.0), LEVEL, few())), LEVEL, 0.01, n);
    let bootstrapped = |d: &mut Draws, statistic| {
        let sample = d.sample(50);
        (bootstrap(&sample, statistic, few()).unwrap(), sample)
    };
    near(covers(n, 13, 0.0, |d| bootstrapped(d, Statistic::Mean).0.percentile(LEVEL)), LEVEL, 0.02, n);
    near(covers(n, 14, 0.0, |d| bootstrapped(d, Statistic::Mean).0.basic(LEVEL)), LEVEL, 0.02, n);
    let bca = |d: &mut Draws| {
        let (replicates, sample) = bootstrapped(d, Statistic::InterquartileMean);
        replicates.bca(LEVEL, &sample, Statistic::InterquartileMean)
    };
    near(covers(n, 15, 0.0, bca), LEVEL, 0.02, n);
    near(covers(n, 16, 0.0, |d| cliffs_delta_interval(&d.sample(15), &d.sample(15), LEVEL)), LEVEL, 0.015, n);
    near(covers(n, 17, 0.3, |d| wilson((0..40).filter(|_| d.uniform() < 0.3).count(), 40, LEVEL)), LEVEL, 0.01, n);
    let hierarchical =
        |d: &mut Draws| pooled_interval(&d.strata(15, 5, 1.0), Statistic::MeanOfStrata, Claim::ScenariosLikeThese, LEVEL, few());
    near(covers(n, 18, 0.0, hierarchical), LEVEL, 0.03, n);
}

#[test]
fn intervals_for_two_samples_few_values_and_skew_cover_as_documented() {
    let n = 1200;
    let two = |d: &mut Draws| bootstrap_two_sample(&d.sample(40), &d.sample(40), Statistic::Mean, few()).unwrap().percentile(LEVEL);
    near(covers(n, 81, 0.0, two), LEVEL, 0.02, n);
    // What the verdict takes for a mean: Student's t below eight values, studentized from there.
    near(covers(n, 82, 0.0, |d| mean_interval(&d.sample(5), LEVEL, few())), LEVEL, 0.0, n);
    near(covers(n, 83, 0.0, |d| mean_interval(&d.sample(12), LEVEL, few())), LEVEL, 0.015, n);
    // Skewed values: BCa follows the skew, the basic interval leans the wrong way.
    let skewed = |d: &mut Draws| Sample::new("x", (0..40).map(|_| d.exponential()).collect::<Vec<_>>()).unwrap();
    let bca = |d: &mut Draws| {
        let sample = skewed(d);
        bootstrap(&sample, Statistic::Mean, few())?.bca(LEVEL, &sample, Statistic::Mean)
    };
    let (good, bad) = (covers(n, 84, 1.0, bca), covers(n, 84, 1.0, |d| bootstrap(&skewed(d), Statistic::Mean, few())?.basic(LEVEL)));
    near(good, LEVEL, 0.03, n);
    assert!(bad < good, "basic {bad}, BCa {good}");
    // The exact bootstrap of six values has no noise of simulation, and still covers too little: that is the method, not the resampling.
    let exact = covers(400, 85, 0.0, |d| exact_bootstrap(&d.sample(6), Statistic::Mean)?.percentile(LEVEL));
    assert!((0.82..0.93).contains(&exact), "{exact}");
    let better = |d: &mut Draws| probability_better(&d.pairs(30));
    near(covers(n, 86, 0.5, better), LEVEL, 0.02, n);
}

/// Share of pairs in which the first is better, with its interval as the verdict shows it.
fn probability_better(pairs: &Pairs) -> Result<Estimate, StatError> {
    clopper_pearson(pairs.differences().iter().filter(|d| **d > 0.0).count(), pairs.differences().len(), LEVEL)
}

/// Exponential recovery times, censored at one: the restricted mean is `1 - exp(-1)`, the median `ln 2`.
#[test]
fn survival_intervals_cover_nearly() {
    let n = 1200;
    let times = |d: &mut Draws| -> Vec<Censored> {
        let one = |t: f64| Censored { time: t.min(1.0), observed: t < 1.0 };
        (0..40).map(|_| one(d.exponential())).collect()
    };
    near(covers(n, 21, 1.0 - libm::exp(-1.0), |d| curve::restricted_mean(&times(d), 1.0, LEVEL)), LEVEL, 0.02, n);
    near(covers(n, 22, log(2.0), |d| Ok(curve::kaplan_meier(&times(d), LEVEL)?.median)), LEVEL, 0.02, n);
}

#[test]
fn bands_hold_for_the_whole_curve() {
    let n = 600;
    let inside = |band: &(Vec<f64>, Vec<f64>)| band.0.iter().zip(&band.1).all(|(low, high)| *low <= 0.0 && 0.0 <= *high);
    let walk = |d: &mut Draws| -> Vec<Vec<f64>> {
        (0..20)
            .map(|_| {
                let mut at = 0.0;
                (0..30)
                    .map(|_| {
                        at += d.normal();
                        at
                    })
                    .collect()
            })
            .collect()
    };
    let found = frequency(n, 31, |d| inside(&curve::mean_bands(&walk(d), LEVEL, few()).unwrap().simultaneous));
    near(found, LEVEL, 0.025, n);
    let positive = |d: &mut Draws| -> Vec<Vec<f64>> { (0..20).map(|_| (0..30).map(|_| d.exponential()).collect()).collect() };
    let at_one = |band: &(Vec<f64>, Vec<f64>)| band.0[7] <= 1.0 && 1.0 <= band.1[7];
    let covered =
        frequency(2000, 32, |d| at_one(&curve::mean_bands(&positive(d), LEVEL, Resampler::new(1, 0).unwrap()).unwrap().pointwise));
    near(covered, LEVEL, 0.025, 2000);
    let pointwise = frequency(n, 31, |d| inside(&curve::mean_bands(&walk(d), LEVEL, few()).unwrap().pointwise));
    assert!(pointwise < 0.9, "a pointwise band is no simultaneous one: {pointwise}");
}

#[track_caller]
fn honest(rate: f64, n: usize, powerless_below: f64) {
    assert!(rate <= 0.05 + tolerance(0.05, n) && rate >= powerless_below, "false-positive rate {rate}");
}

#[test]
fn tests_reject_a_true_null_no_more_often_than_stated() {
    let n = 4000;
    let rate = |salt, p: &dyn Fn(&mut Draws) -> f64| frequency(n, salt, |d| p(d) < 0.05);
    let exact = WilcoxonMethod::Exact;
    honest(rate(41, &|d| wilcoxon(&d.pairs(10), ZeroMethod::Wilcox, exact).unwrap().tails.p_two_sided), n, 0.035);
    honest(rate(42, &|d| sign_flip(&d.pairs(10), SignFlipMethod::Auto(few())).unwrap().tails.p_two_sided), n, 0.035);
    honest(rate(43, &|d| paired_t(&d.pairs(5)).unwrap().tails.p_two_sided), n, 0.035);
    honest(rate(44, &|d| sign_test(&d.pairs(15)).tails.p_two_sided), n, 0.02);
    honest(rate(45, &|d| mann_whitney(&d.sample(8), &d.sample(9), MannWhitneyMethod::Auto).unwrap().tails.p_two_sided), n, 0.035);
    let blocks = |d: &mut Draws| Blocks::new(&(0..12).map(|_| d.normals(4)).collect::<Vec<_>>()).unwrap();
    honest(rate(46, &|d| friedman(&blocks(d)).unwrap().p_f), n, 0.03);
    let least = |p: Vec<Vec<f64>>| p.iter().enumerate().flat_map(|(i, row)| row[..i].to_vec()).fold(1.0, f64::min);
    honest(rate(47, &|d| least(nemenyi_p(&blocks(d)))), n, 0.02);
    let family = |d: &mut Draws| {
        let p: Vec<f64> = (0..5).map(|_| paired_t(&d.pairs(6)).unwrap().tails.p_two_sided).collect();
        adjust(&p, Adjustment::Holm).unwrap().into_iter().fold(1.0, f64::min)
    };
    honest(rate(48, &family), n, 0.03);
    let asymptotic = WilcoxonMethod::Asymptotic { continuity_correction: true };
    honest(rate(91, &|d| wilcoxon(&d.pairs(25), ZeroMethod::Wilcox, asymptotic).unwrap().tails.p_two_sided), n, 0.03);
    // Rounded values: ties and zeros.
    let rounded =
        |d: &mut Draws| Pairs::from_differences(&Sample::new("d", (0..12).map(|_| d.normal().round()).collect::<Vec<_>>()).unwrap());
    for (salt, zeros) in [(92, ZeroMethod::Wilcox), (93, ZeroMethod::Pratt), (94, ZeroMethod::Split)] {
        honest(rate(salt, &|d| wilcoxon(&rounded(d), zeros, exact).map_or(1.0, |found| found.tails.p_two_sided)), n, 0.005);
    }
    let rank_sum = MannWhitneyMethod::Asymptotic { continuity_correction: true };
    honest(rate(95, &|d| mann_whitney(&d.sample(15), &d.sample(20), rank_sum).unwrap().tails.p_two_sided), n, 0.03);
    honest(rate(96, &|d| friedman(&blocks(d)).unwrap().p_chi2), n, 0.02);
    honest(rate(97, &|d| spearman(&d.pairs(20)).unwrap().p_two_sided), n, 0.03);
    honest(rate(98, &|d| kendall(&d.pairs(20)).unwrap().p_asymptotic), n, 0.03);
    honest(rate(99, &|d| permutation_two_sample(&d.sample(4), &d.sample(5), few()).unwrap().tails.p_two_sided), n, 0.02);
    for (salt, method) in
        [(101, Adjustment::Hochberg), (102, Adjustment::BenjaminiHochberg), (103, Adjustment::Sidak), (104, Adjustment::Bonferroni)]
    {
        let family = |d: &mut Draws| {
            let p: Vec<f64> = (0..5).map(|_| paired_t(&d.pairs(6)).unwrap().tails.p_two_sided).collect();
            adjust(&p, method).unwrap().into_iter().fold(1.0, f64::min)
        };
        honest(rate(salt, &family), n, 0.03);
    }
    let sampled = |d: &mut Draws| permutation_two_sample(&d.sample(16), &d.sample(16), Resampler::new(199, 3).unwrap()).unwrap();
    honest(frequency(1000, 49, |d| sampled(d).tails.p_two_sided < 0.05), 1000, 0.02);
}

const LOOKS: usize = 200;

/// The wrong answer refused: a fixed-size test looked at after every seed is wrong several times too often; the bet is not.
#[test]
fn continuous_looking_costs_the_bet_nothing() {
    let n = 1500;
    for (salt, draw) in [(51, Draws::normal as fn(&mut Draws) -> f64), (52, Draws::laplace)] {
        let sequence = |d: &mut Draws| (0..LOOKS).map(|_| draw(d)).collect::<Vec<f64>>();
        let bet = |values: &[f64]| sign_betting(&Pairs::from_differences(&Sample::new("d", values).unwrap()));
        let found = frequency(n, salt, |d| bet(&sequence(d)).p_two_sided <= 0.05);
        honest(found, n, 0.005);
        let naive = |values: &[f64]| {
            let p = |n: usize| paired_t(&Pairs::from_differences(&Sample::new("d", &values[..n]).unwrap())).unwrap().tails.p_two_sided;
            (10..=LOOKS).any(|n| p(n) < 0.05)
        };
        let wrong = frequency(300, salt, |d| naive(&sequence(d)));
        assert!(wrong > 0.2, "looking at a t test after every seed errs {wrong} of the time");
    }
}

#[test]
fn the_bet_finds_what_is_there() {
    let effect = |d: &mut Draws| Sample::new("d", (0..100).map(|_| 0.6 + d.normal()).collect::<Vec<_>>()).unwrap();
    let power = frequency(500, 55, |d| sign_betting(&Pairs::from_differences(&effect(d))).p_two_sided <= 0.05);
    assert!(power > 0.95, "power {power}");
    assert!(smallest_p(9) < 0.05, "nine wins in a row decide");
}

/// Whether the confidence sequence covers at every one of `LOOKS` sizes.
fn always_covers(values: &[f64], truth: f64) -> bool {
    (2..=LOOKS).step_by(2).all(|n| t_confidence_sequence(&Sample::new("d", &values[..n]).unwrap(), LEVEL).unwrap().covers(truth))
}

#[test]
fn the_confidence_sequence_covers_at_every_size_at_once() {
    let n = 800;
    let at_least = |found: f64, wanted: f64| assert!(found >= wanted - tolerance(wanted, n), "covers {found} at all sizes");
    at_least(frequency(n, 61, |d| always_covers(&d.normals(LOOKS), 0.0)), 0.95);
    at_least(frequency(n, 62, |d| always_covers(&(0..LOOKS).map(|_| d.laplace()).collect::<Vec<_>>(), 0.0)), 0.95);
    // Strong skewness costs a little, as it costs the t interval.
    at_least(frequency(n, 63, |d| always_covers(&(0..LOOKS).map(|_| d.exponential()).collect::<Vec<_>>(), 1.0)), 0.92);
}

/// Three equal controllers on two scenarios, looked at after every block, through the door that `compare --until-decided` uses: the
/// probability that anything is ever decided stays below the level.
#[test]
fn the_family_wise_error_of_a_growing_study_is_bounded() {
    let options = AnalysisOptions {
        sequential: Some(SequentialDesign { first: 10, block: 10, max: 60 }),
        n_resamples: 200,
        n_audit: 0,
        ..AnalysisOptions::default()
    };
    let rows = |d: &mut Draws| -> Vec<EpisodeRow> {
        let mut rows = Vec::new();
        for seed in 0..60 {
            for scenario in ["s", "t"] {
                let common = d.normal();
                for controller in ["a", "b", "c"] {
                    let metrics = BTreeMap::from([(String::from("value"), libm::exp(common + 0.5 * d.normal()))]);
                    let (controller, scenario) = (controller.to_owned(), scenario.to_owned());
                    rows.push(EpisodeRow { controller, scenario, seed, status: Status::Completed, metrics });
                }
            }
        }
        rows
    };
    let n = 400;
    let ever = frequency(n, 71, |d| {
        let rows = rows(d);
        (10..=60).step_by(10).any(|n_seeds| {
            let so_far = rows.iter().filter(|row| row.seed < n_seeds).cloned().collect();
            look(&ResultTable::new(Vec::new(), Vec::new(), so_far).unwrap(), &options).unwrap().n_decided > 0
        })
    });
    assert!(ever <= 0.05 + tolerance(0.05, n), "something is decided in {ever} of the studies without any difference");
}
