//! Bootstrap resampling that gives the same bytes on any number of threads.
//!
//! The generator of each draw is derived from (seed, resample, stratum) alone, so resamples may be computed in any order. A
//! [`Plan`] says which source of variation is resampled; a [`Statistic`] is prepared once into a kernel that allocates nothing for
//! a resample: means are gathered, order statistics are read off counts over the sorted values.

mod counts;
mod few;
mod index;
mod kernel;
mod plan;
mod random;
mod statistic;

pub(crate) use kernel::moments;
pub use plan::{Layout, Plan};
pub(crate) use random::{Stream, mix};
pub use statistic::Statistic;

use rayon::prelude::*;

use crate::error::StatError;
use index::Index;
use kernel::Kernel;

/// Number of resamples and their seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resampler {
    n_resamples: usize,
    seed: u64,
}

/// Most values of a sample for which resampling is worth its time: beyond, the laws that it approximates are normal for every purpose here, and intervals and
/// tests follow from normal theory. Every method says in its name which one it is.
pub const LARGE: usize = 4096;

/// Resamples of a large sample: enough for a standard error within 4 % (Efron and Tibshirani 1993, section 6.4), not for a quantile in a tail.
const FEW: usize = 400;

/// Least number of resamples handed to a thread at once.
const CHUNK: usize = 256;

impl Resampler {
    /// Checks the number of resamples.
    ///
    /// # Errors
    /// No resample at all.
    pub fn new(n_resamples: usize, seed: u64) -> Result<Self, StatError> {
        if n_resamples == 0 {
            return Err(StatError::Parameter { parameter: "n_resamples", found: 0.0, allowed: "at least 1" });
        }
        Ok(Self { n_resamples, seed })
    }

    /// Number of resamples.
    #[must_use]
    pub fn n_resamples(&self) -> usize {
        self.n_resamples
    }

    /// The same number of resamples with a seed of its own for one purpose.
    #[must_use]
    pub fn branch(&self, purpose: u64) -> Self {
        Self { n_resamples: self.n_resamples, seed: mix(self.seed ^ mix(purpose.wrapping_add(0x51_7C_C1_B7))) }
    }

    /// The same seed with at most this many resamples.
    #[must_use]
    pub fn at_most(&self, n_resamples: usize) -> Self {
        Self { n_resamples: self.n_resamples.min(n_resamples.max(1)), seed: self.seed }
    }

    /// The resamples of a sample of this size, of which a large one is given few.
    pub(crate) fn for_size(&self, n_values: usize) -> Self {
        if n_values > LARGE { self.at_most(FEW) } else { *self }
    }

    /// A stream of random numbers of its own, apart from every resample.
    pub(crate) fn stream(&self) -> Stream {
        Stream::new(self.seed, u64::MAX, 0)
    }

    /// Values of the statistic over the resamples, in the order of the resamples.
    ///
    /// # Panics
    /// If `values` is not as long as the plan's pool; both come from the same sample.
    #[must_use]
    pub fn replicates(&self, plan: &Plan, values: &[f64], statistic: Statistic) -> Vec<f64> {
        assert_eq!(values.len(), plan.pool_len(), "a plan is made for its values");
        match values.len() {
            0..=0x100 => self.replicates_by::<u8>(plan, values, statistic),
            0x101..=0x1_0000 => self.replicates_by::<u16>(plan, values, statistic),
            _ => self.replicates_by::<u32>(plan, values, statistic),
        }
    }

    /// The same with indices of this type, which the pool fits.
    fn replicates_by<I: Index>(&self, plan: &Plan, values: &[f64], statistic: Statistic) -> Vec<f64> {
        let kernel = Kernel::<I>::prepare(plan, values, statistic);
        self.run(|| kernel.scratch(), |scratch, seed, resample| kernel.evaluate(plan, seed, resample, scratch))
    }

    /// Pairs (mean, variance with divisor `n - 1`) over the resamples of a simple plan.
    #[must_use]
    pub(crate) fn moments(&self, plan: &Plan, values: &[f64]) -> Vec<(f64, f64)> {
        let centre = crate::estimate::mean_of(values);
        let centred: Vec<f64> = values.iter().map(|value| value - centre).collect();
        self.run(Vec::<u32>::new, |buffer, seed, resample| {
            let drawn = plan.draw(seed, resample, buffer);
            let ((sum, squares), n) = (moments(&centred, drawn), drawn.len() as f64);
            (centre + sum / n, ((squares - sum * sum / n) / (n - 1.0)).max(0.0))
        })
    }

    /// Any function of the drawn indices. The function receives the indices of one resample, stratum after stratum.
    #[must_use]
    pub fn map_indices<T: Send>(&self, plan: &Plan, function: impl Fn(&[u32]) -> T + Sync) -> Vec<T> {
        self.run(Vec::new, |buffer, seed, resample| function(plan.draw(seed, resample, buffer)))
    }

    pub(crate) fn run<S, T: Send>(
        &self,
        scratch: impl Fn() -> S + Sync + Send,
        one: impl Fn(&mut S, u64, u64) -> T + Sync + Send,
    ) -> Vec<T> {
        let seed = self.seed;
        (0..self.n_resamples)
            .into_par_iter()
            .with_min_len(CHUNK)
            .map_init(scratch, |scratch, resample| one(scratch, seed, resample as u64))
            .collect()
    }
}

pub(crate) fn fold(lanes: [f64; 4]) -> f64 {
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}
