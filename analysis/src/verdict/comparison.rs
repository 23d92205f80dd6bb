//! Paired comparisons of two controllers.
//!
//! One orientation everywhere: an *advantage* of `a` over `b` is positive where `a` is better, whatever the direction of the
//! metric. It is `b - a` where lower values are better and `a - b` where higher ones are. Effect sizes, probabilities and one-sided
//! p-values follow the same orientation.

use serde::{Deserialize, Serialize};

use crate::verdict::Estimate;

/// What may be said of a comparison.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// The first controller is better (adjusted p below 1 - level).
    FirstBetter,
    /// The second controller is better (adjusted p below 1 - level).
    SecondBetter,
    /// Practically equivalent: the interval of the advantage lies inside the region of practical equivalence.
    Equivalent,
    /// Undecided at this number of seeds. This is not evidence of equality.
    Undecided,
}

/// A two-sided test with its two one-sided tails.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct TestResult {
    /// Name of the test, for example `Wilcoxon signed rank, exact`.
    pub method: String,
    /// Value of the test statistic.
    #[serde(with = "crate::float")]
    pub statistic: f64,
    /// Two-sided p-value, in `(0, 1]`.
    pub p_two_sided: f64,
    /// p-value against the alternative that the first controller is better.
    pub p_first_better: f64,
    /// p-value against the alternative that the second controller is better.
    pub p_second_better: f64,
    /// Number of pairs that entered.
    pub n: usize,
}

/// Effect sizes of `a` against `b`; positive (or above one half) where `a` is better.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct EffectSizes {
    /// Probability that a run of `a` is better than a run of `b`, minus the reverse; in `[-1, 1]`.
    pub cliffs_delta: Estimate,
    /// Vargha-Delaney A12 = (delta + 1) / 2; in `[0, 1]`.
    pub a12: f64,
    /// Mean advantage over its standard deviation; infinite where all advantages are equal and not 0, 0 where all are 0.
    #[serde(with = "crate::float")]
    pub d_z: f64,
    /// Hodges-Lehmann shift: median of the Walsh averages of the advantages, with the interval of the signed rank test.
    pub hodges_lehmann: Estimate,
    /// Matched-pairs rank-biserial correlation; in `[-1, 1]`.
    pub rank_biserial: f64,
    /// Probability that `a` is better under the same seed, ties counted as one half.
    pub probability_of_improvement: Estimate,
}

/// Posterior probabilities of the Bayesian signed-rank test; they add up to 1.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct BayesResult {
    /// Name of the test.
    pub method: String,
    /// Half-width of the region of practical equivalence, in the unit of the advantage.
    pub rope: f64,
    /// Probability that the first controller is practically better.
    pub p_first_better: f64,
    /// Probability of practical equivalence; 0 without a region.
    pub p_equivalent: f64,
    /// Probability that the second controller is practically better.
    pub p_second_better: f64,
}

/// Controllers `a` and `b` in one scenario, paired by seed.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct PairedComparison {
    /// Name of the scenario.
    pub scenario: String,
    /// First controller.
    pub a: String,
    /// Second controller.
    pub b: String,
    /// Number of pairs.
    pub n: usize,
    /// Mean advantage of `a` over `b` in the unit of the metric, with the interval that the verdict relies on.
    pub advantage: Estimate,
    /// The same mean with the other intervals (studentized, BCa, percentile, Student t), for the sensitivity to that choice.
    pub alternatives: Vec<Estimate>,
    /// Wilcoxon signed-rank test, exact given the ties.
    pub wilcoxon: TestResult,
    /// Sign-flip permutation test of the mean advantage.
    pub permutation: TestResult,
    /// Bet on the signs, valid at any time; present where seeds were added until decided, and then the decision relies on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequential: Option<TestResult>,
    /// Wilcoxon p-value (or that of `sequential`) adjusted by Holm over the comparisons of this scenario.
    pub p_adjusted: f64,
    /// Effect sizes.
    pub effect: EffectSizes,
    /// Bayesian signed-rank test.
    pub bayes: Option<BayesResult>,
    /// Half-width of the region of practical equivalence in the unit of the metric, where one was given.
    pub rope: Option<f64>,
    /// Decision by test and interval.
    pub decision: Decision,
    /// The decision in a sentence.
    pub words: String,
    /// Advantages in the order of the seeds; none where there are more than [`LARGE`](crate::resample::LARGE).
    pub advantages: Vec<f64>,
}

/// Controllers `a` and `b` over all scenarios, on the normalised scale.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct PooledComparison {
    /// First controller.
    pub a: String,
    /// Second controller.
    pub b: String,
    /// Number of scenarios.
    pub n_scenarios: usize,
    /// Number of pairs in all.
    pub n: usize,
    /// Mean over scenarios of the mean normalised advantage, with the interval of the claim made.
    pub advantage: Estimate,
    /// The same for *these scenarios*: seeds resampled within each scenario.
    pub these_scenarios: Estimate,
    /// The same for *scenarios like these*: scenarios resampled, and seeds within each.
    pub scenarios_like_these: Estimate,
    /// Interquartile mean of the normalised advantages, interval of the claim made.
    pub iqm: Estimate,
    /// Probability that `a` is better under a random seed of a random scenario, interval of the claim made.
    pub probability_of_improvement: Estimate,
    /// Sign-flip test of the claim made: of all pairs within scenarios, or of the scenarios' means.
    pub test: TestResult,
    /// Bet on the seeds, valid at any time; present where seeds were added until decided, and then the decision relies on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequential: Option<TestResult>,
    /// p-value of `test` (or of `sequential`) adjusted by Holm over the pooled comparisons.
    pub p_adjusted: f64,
    /// Bayesian signed-rank test of the scenarios' mean advantages; absent below 3 scenarios.
    pub bayes: Option<BayesResult>,
    /// Half-width of the region of practical equivalence on the normalised scale, where one was given.
    pub rope: Option<f64>,
    /// Scenarios in which the mean advantage favours `a`.
    pub n_scenarios_won: usize,
    /// Scenarios in which it favours `b`.
    pub n_scenarios_lost: usize,
    /// Decision by test and interval.
    pub decision: Decision,
    /// The decision in a sentence.
    pub words: String,
}
