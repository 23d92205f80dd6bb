//! What the caller chooses: level, claim, policies, scale. Checked before any number is computed.

use serde::{Deserialize, Serialize};

use crate::error::AnalysisError;
use crate::sequential::SequentialDesign;

/// Which source of variation the intervals are to cover.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// About exactly these scenarios: seeds are resampled within each scenario.
    TheseScenarios,
    /// About scenarios like these: scenarios are resampled, and seeds within each.
    ScenariosLikeThese,
}

/// Whether small or large values of the primary metric are better.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Small values are better (losses, regrets, times).
    LowerIsBetter,
    /// Large values are better (accuracies, scores).
    HigherIsBetter,
}

/// What stands in for the value of an episode that diverged, faulted or is missing.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum MissingPolicy {
    /// Any episode that did not complete is an error that names it.
    Error,
    /// It takes the worst value that any completed episode has in its scenario, so it shares the worst rank.
    WorstRank,
    /// It keeps its own finite value (scored at the ceiling by the simulator); without one, it takes the scenario's ceiling.
    CeilingScore,
}

impl MissingPolicy {
    /// The word of study files and options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::WorstRank => "worst-rank",
            Self::CeilingScore => "ceiling-score",
        }
    }
}

/// How values of scenarios on different scales are made comparable before they are pooled.
///
/// Every normalised value is a *cost*: lower is better, whatever the direction of the metric.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Normalisation {
    /// The first of `OracleGap`, `LogRatio` and `MinMax` that the data allow; `OracleGap` only where no scenario's gap is below 5 % of its best constant.
    Auto,
    /// The metric as it is (negated where higher is better).
    Raw,
    /// `(value - oracle) / (best constant - oracle)`: 0 is the oracle, 1 the best constant.
    OracleGap,
    /// `ln(value / value of the reference controller under the same seed)`: 0 is the reference controller; values must be positive.
    LogRatio,
    /// `(value - best) / (worst - best)` over the controllers' means in the scenario; depends on which controllers take part.
    MinMax,
    /// Rank among the controllers under the same seed, scaled to `[0, 1]`.
    Rank,
}

/// Region of practical equivalence: differences inside it do not matter in practice.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Rope {
    /// Half-width in the unit of the metric; pooled, only where the metric is pooled as it is.
    Absolute(f64),
    /// Half-width as a fraction of the second controller's mean magnitude; pooled, only where the metric is pooled as it is or as log-ratio.
    Relative(f64),
}

/// Everything the caller chooses.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct AnalysisOptions {
    /// Name of the study, shown as the title.
    pub study: String,
    /// Confidence level of every interval, inside `(0, 1)`.
    pub level: f64,
    /// Number of bootstrap resamples, at least 200.
    pub n_resamples: usize,
    /// Seed of every resampling.
    pub seed: u64,
    /// What the pooled intervals speak about.
    pub claim: Claim,
    /// What stands in for the value of an episode that did not complete.
    pub missing_policy: MissingPolicy,
    /// Metric that the verdict is about.
    pub primary_metric: String,
    /// Whether small or large values of the primary metric are better.
    pub direction: Direction,
    /// Other metrics to summarise; none means all that the table has.
    pub secondary_metrics: Vec<String>,
    /// Region of practical equivalence; without one, equivalence is never claimed.
    pub rope: Option<Rope>,
    /// Label of the controller that all others are compared with; without one, all pairs are compared.
    pub reference: Option<String>,
    /// Scale on which scenarios are pooled.
    pub normalisation: Normalisation,
    /// Number of simulated studies in the coverage self-audit; 0 switches it off.
    pub n_audit: usize,
    /// How seeds were added until decided; without a design, the number of seeds was fixed beforehand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequential: Option<SequentialDesign>,
}

impl Default for AnalysisOptions {
    fn default() -> Self {
        Self {
            study: String::from("study"),
            level: 0.95,
            n_resamples: 10_000,
            seed: 0,
            claim: Claim::TheseScenarios,
            missing_policy: MissingPolicy::CeilingScore,
            primary_metric: String::from("value"),
            direction: Direction::LowerIsBetter,
            secondary_metrics: Vec::new(),
            rope: None,
            reference: None,
            normalisation: Normalisation::Auto,
            n_audit: 1000,
            sequential: None,
        }
    }
}

impl AnalysisOptions {
    /// Checks every range.
    ///
    /// # Errors
    /// [`AnalysisError::Option`] names the first option that is out of range.
    pub fn check(&self) -> Result<(), AnalysisError> {
        let refuse = |option: &'static str, found: String, allowed: &'static str| Err(AnalysisError::Option { option, found, allowed });
        if !(self.level > 0.0 && self.level < 1.0) {
            return refuse("level", self.level.to_string(), "a number strictly between 0 and 1");
        }
        if self.n_resamples < 200 {
            return refuse("n_resamples", self.n_resamples.to_string(), "at least 200");
        }
        if self.primary_metric.is_empty() {
            return refuse("primary_metric", String::from("an empty name"), "the name of a metric of the table");
        }
        if let Some(design) = self.sequential
            && !(design.first >= 2 && design.block >= 1 && design.max >= design.first)
        {
            return refuse("sequential", format!("{design:?}"), "`first` at least 2, `block` at least 1, `max` at least `first`");
        }
        if let Some(Rope::Absolute(half_width) | Rope::Relative(half_width)) = self.rope
            && !(half_width.is_finite() && half_width > 0.0)
        {
            return refuse("rope", half_width.to_string(), "a finite half-width above 0");
        }
        Ok(())
    }
}
