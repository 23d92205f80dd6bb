//! Ranks of the controllers over the scenarios.

use serde::{Deserialize, Serialize};

use crate::verdict::Estimate;

/// One pair of a post-hoc family.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct PostHocPair {
    /// First controller.
    pub a: String,
    /// Second controller.
    pub b: String,
    /// Nemenyi p-value (studentized range of the mean ranks).
    pub p_nemenyi: f64,
    /// Wilcoxon signed-rank p-value over the scenarios' means, exact given the ties; 1 where all means are equal.
    pub p_wilcoxon: f64,
    /// The Wilcoxon p-value adjusted by Holm.
    pub p_wilcoxon_holm: f64,
}

/// Friedman's test with post-hoc comparisons; a block is a scenario (or, with one scenario, a seed).
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Ranking {
    /// What a block is: `scenario` or `seed`.
    pub block: String,
    /// Number of blocks.
    pub n_blocks: usize,
    /// Mean rank of each controller, in the order of the controllers; 1 is best; interval by bootstrap over the blocks.
    pub mean_ranks: Vec<Estimate>,
    /// Labels of the controllers, in the same order.
    pub controllers: Vec<String>,
    /// Friedman's chi-square, corrected for ties.
    pub friedman_chi2: f64,
    /// Its degrees of freedom.
    pub friedman_df: usize,
    /// Its p-value.
    pub friedman_p: f64,
    /// Iman and Davenport's F; infinite where all blocks agree.
    #[serde(with = "crate::float")]
    pub iman_davenport_f: f64,
    /// Its p-value; where F is infinite, the smallest that the blocks allow, `k!^(1 - blocks)`.
    pub iman_davenport_p: f64,
    /// Kendall's coefficient of concordance, in `[0, 1]`.
    pub kendall_w: f64,
    /// Significance level of the critical difference.
    pub alpha: f64,
    /// Nemenyi's critical difference of mean ranks.
    pub critical_difference: f64,
    /// Groups not separated by Nemenyi's test: members as indices into `controllers`, best first; singletons are left out.
    pub nemenyi_groups: Vec<Vec<usize>>,
    /// Maximal cliques not separated by Wilcoxon-Holm; may be non-contiguous in rank; singletons are left out.
    pub wilcoxon_groups: Vec<Vec<usize>>,
    /// All pairs.
    pub pairs: Vec<PostHocPair>,
}
