//! What the numbers can and cannot show: power, coverage, warnings.

use serde::{Deserialize, Serialize};

use crate::sequential::SequentialDesign;

/// What a family of comparisons can detect with the seeds there are.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct PowerLine {
    /// Which family, for example `pairs in scenario X` or `pooled over scenarios`.
    pub family: String,
    /// Number of pairs (or blocks) of one comparison.
    pub n: usize,
    /// Number of comparisons in the family.
    pub n_comparisons: usize,
    /// Smallest two-sided p-value that the test can give before correction.
    pub smallest_p: f64,
    /// The same after Holm's correction at its strictest step.
    pub smallest_p_adjusted: f64,
    /// Whether any comparison of the family can be decided at all at this level.
    pub can_decide: bool,
    /// Smallest number of pairs at which it could.
    pub n_needed_to_decide: usize,
    /// Power at which the minimum detectable effect is stated.
    pub power: f64,
    /// Smallest standardised mean advantage (d_z) found with that power at the corrected level; infinite where none can be.
    #[serde(with = "crate::float")]
    pub detectable_d_z: f64,
    /// The same in the unit of the advantage, at the median standard deviation of the family.
    #[serde(with = "crate::float")]
    pub detectable_advantage: f64,
    /// For each undecided comparison: seeds in all that would be needed if the advantage seen is the true one.
    pub needed: Vec<SeedsNeeded>,
}

/// Seeds that an undecided comparison would need.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct SeedsNeeded {
    /// First controller.
    pub a: String,
    /// Second controller.
    pub b: String,
    /// Pairs in all; absent where the advantage seen is 0 or more than a million would be needed.
    pub n_total: Option<u64>,
    /// Pairs beside those there are.
    pub n_more: Option<u64>,
}

/// State of a sequential design at the last look.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct SequentialSummary {
    /// How seeds were added.
    pub design: SequentialDesign,
    /// Seeds of each scenario at the last look.
    pub n_seeds: usize,
    /// Looks at the data, the last included.
    pub n_looks: u64,
    /// Comparisons of the main family: over all scenarios, or in the one there is.
    pub n_comparisons: usize,
    /// Those that were decided.
    pub n_decided: usize,
}

/// Coverage of one interval method at the sizes of this study, by simulation from the data themselves.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct CoverageAudit {
    /// Which interval.
    pub interval: String,
    /// Whether the verdict uses it.
    pub in_use: bool,
    /// Number of scenarios simulated.
    pub n_scenarios: usize,
    /// Number of seeds simulated.
    pub n_seeds: usize,
    /// Level claimed.
    pub level: f64,
    /// Fraction of simulated studies whose interval covered the truth.
    pub coverage: f64,
    /// Lower end of its Clopper-Pearson interval (99 %).
    pub coverage_lower: f64,
    /// Upper end of its Clopper-Pearson interval (99 %).
    pub coverage_upper: f64,
    /// Number of simulated studies.
    pub n_studies: usize,
    /// How the studies were simulated.
    pub population: String,
}

/// How grave a note is.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// Something that a reader should know.
    Information,
    /// Something that limits what may be concluded.
    Warning,
}

/// A remark on the analysis.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Note {
    /// How grave it is.
    pub kind: NoteKind,
    /// The remark, a sentence.
    pub text: String,
}
