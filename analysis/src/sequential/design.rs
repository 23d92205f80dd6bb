//! How seeds are added.

use serde::{Deserialize, Serialize};

/// Seeds are added in blocks until every comparison of the main family is decided or the budget ends.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct SequentialDesign {
    /// Seeds before the first look, at least 2.
    pub first: u64,
    /// Seeds added between two looks, at least 1.
    pub block: u64,
    /// Most seeds, at least `first`.
    pub max: u64,
}

impl SequentialDesign {
    /// Seeds at the look after one with `n` seeds; `None` where the budget is used up.
    #[must_use]
    pub fn next(&self, n: u64) -> Option<u64> {
        (n < self.max).then(|| n.saturating_add(self.block).min(self.max))
    }

    /// Number of looks up to `n` seeds, the first included.
    #[must_use]
    pub fn n_looks(&self, n: u64) -> u64 {
        1 + n.saturating_sub(self.first).div_ceil(self.block)
    }
}
