//! Which source of variation a resample draws anew.

use super::index::Index;
use super::random::{Bound, Key, SPARE, Stratum};
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
    /// Where each stratum begins, how many values it has, its key.
    strata: Vec<(usize, Bound, Stratum)>,
    /// The bound of all strata where they have one size, of indices of 16 bits.
    common: Option<Bound>,
    pool_len: usize,
}

impl Layout {
    /// The layout of strata of these sizes, one after the other.
    #[must_use]
    pub fn of(strata: &Strata) -> Self {
        let mut pool_len = 0;
        let mut place = |(number, size)| {
            let start = pool_len;
            pool_len += size;
            (start, Bound::new(size), Stratum::new(number))
        };
        let strata: Vec<_> = (0..).zip(strata.sizes()).map(&mut place).collect();
        let first = strata.first().map(|(_, bound, _)| *bound);
        let common = first.filter(|first| first.is_narrow() && strata.iter().all(|(_, bound, _)| bound == first));
        Self { strata, common, pool_len }
    }

    pub(crate) fn n_strata(&self) -> usize {
        self.strata.len()
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
            Self::Stratified(layout) | Self::Hierarchical(layout) | Self::Clustered(layout) => layout.pool_len,
        }
    }

    /// Weight of each value in the mean of the strata's means, times the number of strata.
    pub(crate) fn weights(&self) -> (Vec<f64>, f64) {
        match self {
            Self::Simple(n) => (vec![1.0 / *n as f64; *n], 1.0),
            Self::Stratified(layout) | Self::Hierarchical(layout) | Self::Clustered(layout) => {
                let n_strata = layout.n_strata();
                let weights = layout.strata.iter().flat_map(|(_, bound, _)| std::iter::repeat_n(1.0 / bound.size() as f64, bound.size()));
                (weights.collect(), n_strata as f64)
            }
        }
    }

    /// Draws one resample into `buffer` and returns the drawn indices, stratum after stratum. The buffer is kept between resamples.
    #[inline]
    pub(crate) fn draw<'a, I: Index>(&self, seed: u64, resample: u64, buffer: &'a mut Vec<I>) -> &'a [I] {
        let key = Key::new(seed, resample);
        let n = match self {
            Self::Simple(n) => {
                grow(buffer, *n);
                key.stream(Stratum::new(0)).fill(Bound::new(*n), 0, &mut buffer[..n + SPARE]);
                *n
            }
            Self::Stratified(layout) => {
                grow(buffer, layout.pool_len);
                if let Some(bound) = layout.common {
                    for &(start, _, stratum) in &layout.strata {
                        key.stream(stratum).fill_16(bound, start as u32, &mut buffer[start..start + bound.size() + SPARE]);
                    }
                    return &buffer[..layout.pool_len];
                }
                for &(start, bound, stratum) in &layout.strata {
                    key.stream(stratum).fill(bound, start as u32, &mut buffer[start..start + bound.size() + SPARE]);
                }
                layout.pool_len
            }
            Self::Hierarchical(layout) => {
                let mut strata = key.stream(Stratum::new(STRATA));
                let mut n = 0;
                for place in 0..layout.n_strata() {
                    let (start, bound, _) = layout.strata[strata.index(layout.n_strata())];
                    grow(buffer, n + bound.size());
                    key.stream(layout.strata[place].2).fill(bound, start as u32, &mut buffer[n..n + bound.size() + SPARE]);
                    n += bound.size();
                }
                n
            }
            Self::Clustered(layout) => {
                let mut strata = key.stream(Stratum::new(STRATA));
                let mut n = 0;
                for _ in 0..layout.n_strata() {
                    let (start, bound, _) = layout.strata[strata.index(layout.n_strata())];
                    grow(buffer, n + bound.size());
                    buffer[n..].iter_mut().zip(start..start + bound.size()).for_each(|(place, index)| *place = I::of(index as u32));
                    n += bound.size();
                }
                n
            }
        };
        &buffer[..n]
    }
}

/// Room for `n` indices and the spare places.
#[inline]
fn grow<I: Index>(buffer: &mut Vec<I>, n: usize) {
    if buffer.len() < n + SPARE {
        buffer.resize(n + SPARE, I::default());
    }
}
