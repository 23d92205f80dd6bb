//! Where the values of metrics come from: a column at a time, so that a study of millions of episodes holds one metric in memory, not all.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// What stands for a value that an episode lacks: a NaN with bits of its own, told from one that was measured.
pub const ABSENT: f64 = f64::from_bits(0x7FF8_0000_0000_0AB5);

/// Whether a value is the one that stands for none.
#[must_use]
pub const fn is_absent(value: f64) -> bool {
    value.to_bits() == ABSENT.to_bits()
}

/// The metrics of a table, read as they are needed.
pub trait MetricSource: Send + Sync {
    /// Names of the metrics that at least one episode has, ordered.
    fn names(&self) -> Vec<String>;

    /// The values of some rows, in the order of the table's rows; [`ABSENT`] where the episode lacks it.
    ///
    /// # Errors
    /// What keeps the values from being read, in words.
    fn read(&self, metric: &str, rows: Range<usize>) -> Result<Cow<'_, [f64]>, String>;
}

/// Columns that are in memory; each as long as the table.
impl MetricSource for BTreeMap<String, Vec<f64>> {
    fn names(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }

    fn read(&self, metric: &str, rows: Range<usize>) -> Result<Cow<'_, [f64]>, String> {
        let column = self.get(metric).ok_or_else(|| format!("there is no column `{metric}`"))?;
        let n = column.len();
        column.get(rows).map(Cow::from).ok_or_else(|| format!("it has {n} values, fewer than the table has rows"))
    }
}
