//! Which source of variation a resample draws anew.

use super::random::Stream;
use crate::sample::Strata;

/// What is drawn with replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// All values of one sample of this size.
    Simple(usize),
    /// The values within each stratum: the claim is about exactly these strata (scenarios).
    Stratified(Layout),
    /// Strata, and then values within each stratum drawn: the claim is about strata like these.
    Hierarchical(Layout),
    /// Whole strata, whose values stay as they are.
    Clustered(Layout),
}

/// Where each stratum lies in the pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    offsets: Vec<usize>,
}

impl Layout {
    /// The layout of strata of these sizes, one after the other.
    #[must_use]
    pub fn of(strata: &Strata) -> Self {
        let mut offsets = vec![0];
        for size in strata.sizes() {
            offsets.push(offsets[offsets.len() - 1] + size);
        }
        Self { offsets }
    }

    pub(crate) fn n_strata(&self) -> usize {
        self.offsets.len() - 1
    }

    pub(crate) fn bounds(&self, stratum: usize) -> (usize, usize) {
        (self.offsets[stratum], self.offsets[stratum + 1] - self.offsets[stratum])
    }
}

/// Stratum number under which the strata themselves are drawn.
const STRATA: u64 = u64::MAX;

impl Plan {
    /// Seeds within each scenario.
    #[must_use]
    pub fn stratified(strata: &Strata) -> Self {
        Self::Stratified(Layout::of(strata))
    }

    /// Scenarios, and seeds within each.
    #[must_use]
    pub fn hierarchical(strata: &Strata) -> Self {
        Self::Hierarchical(Layout::of(strata))
    }

    /// Whole scenarios.
    #[must_use]
    pub fn clustered(strata: &Strata) -> Self {
        Self::Clustered(Layout::of(strata))
    }

    /// Number of values that are drawn from.
    #[must_use]
    pub fn pool_len(&self) -> usize {
        match self {
            Self::Simple(n) => *n,
            Self::Stratified(layout) | Self::Hierarchical(layout) | Self::Clustered(layout) => layout.offsets[layout.n_strata()],
        }
    }

    /// Weight of each value in the mean of the strata's means, times the number of strata.
    pub(crate) fn weights(&self) -> (Vec<f64>, f64) {
        match self {
            Self::Simple(n) => (vec![1.0 / *n as f64; *n], 1.0),
            Self::Stratified(layout) | Self::Hierarchical(layout) | Self::Clustered(layout) => {
                let n_strata = layout.n_strata();
                let weights = (0..n_strata).flat_map(|stratum| {
                    let (_, size) = layout.bounds(stratum);
                    std::iter::repeat_n(1.0 / size as f64, size)
                });
                (weights.collect(), n_strata as f64)
            }
        }
    }

    /// Draws one resample: hands each drawn index to `visit` with a lane number 0 to 3; returns how many were drawn.
    #[inline]
    pub(crate) fn draw(&self, seed: u64, resample: u64, mut visit: impl FnMut(usize, usize)) -> usize {
        match self {
            Self::Simple(n) => {
                Stream::new(seed, resample, 0).indices(*n, *n, visit);
                *n
            }
            Self::Stratified(layout) => {
                for stratum in 0..layout.n_strata() {
                    let (start, size) = layout.bounds(stratum);
                    Stream::new(seed, resample, stratum as u64).indices(size, size, |lane, index| visit(lane, start + index));
                }
                self.pool_len()
            }
            Self::Hierarchical(layout) => {
                let mut strata = Stream::new(seed, resample, STRATA);
                let mut n = 0;
                for place in 0..layout.n_strata() {
                    let (start, size) = layout.bounds(strata.index(layout.n_strata()));
                    Stream::new(seed, resample, place as u64).indices(size, size, |lane, index| visit(lane, start + index));
                    n += size;
                }
                n
            }
            Self::Clustered(layout) => {
                let mut strata = Stream::new(seed, resample, STRATA);
                let mut n = 0;
                for _ in 0..layout.n_strata() {
                    let (start, size) = layout.bounds(strata.index(layout.n_strata()));
                    (start..start + size).for_each(|index| visit(index % 4, index));
                    n += size;
                }
                n
            }
        }
    }
}
