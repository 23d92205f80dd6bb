//! Tests of two samples. All are two-sided unless asked, differences are `x - y`, and no p-value is 0.

mod mann_whitney;
mod paired_t;
mod permutation;
mod rank;
mod sign;
mod sign_flip;
mod stratified_flip;
mod tails;
mod wilcoxon;

pub use mann_whitney::{MannWhitney, MannWhitneyMethod, mann_whitney};
pub use paired_t::{PairedT, paired_t};
pub use permutation::{TwoSamplePermutation, permutation_two_sample};
pub use rank::{KendallTau, SpearmanRho, kendall, ranks, spearman};
pub(crate) use rank::{fair_sum_law, midranks};
pub(crate) use sign::binomial_half_tail;
pub use sign::{SignTest, sign_test};
pub use sign_flip::{FlipLaw, SignFlip, SignFlipMethod, sign_flip};
pub use stratified_flip::stratified_sign_flip;
pub use tails::Tails;
pub use wilcoxon::{WilcoxonMethod, WilcoxonResult, ZeroMethod, wilcoxon};
