//! Permutation test of the difference of the means of two independent samples.

use super::Tails;
use crate::error::StatError;
use crate::estimate::mean_of;
use crate::resample::{Resampler, Stream};
use crate::sample::Sample;
use crate::sum::exact_sum;

/// Result of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoSamplePermutation {
    /// `mean(x) - mean(y)`.
    pub mean_difference: f64,
    /// Number of splits counted: `C(n + m, n)` where exact.
    pub n_arrangements: f64,
    /// Whether all splits were counted.
    pub exact: bool,
    /// p-values; the two-sided one is twice the smaller tail.
    pub tails: Tails,
    /// Two-sided p-value that counts splits with at least the observed absolute difference.
    pub p_two_sided_abs: f64,
}

/// Most splits that are enumerated.
const EXACT_MAX: f64 = 5e6;

/// Enumerates all splits where there are at most five million, otherwise samples them and counts the observed one.
///
/// # Errors
/// None for checked samples; the result leaves room for a sum that overflows.
pub fn permutation_two_sample(x: &Sample, y: &Sample, resampler: Resampler) -> Result<TwoSamplePermutation, StatError> {
    let all: Vec<f64> = x.values().iter().chain(y.values()).copied().collect();
    let (n, m) = (x.len() as f64, y.len() as f64);
    let total = exact_sum(all.iter().copied());
    let mean_difference = mean_of(x.values()) - mean_of(y.values());
    if !total.is_finite() || !mean_difference.is_finite() {
        return Err(StatError::Undefined { method: "the permutation test", reason: "the sum of the values overflows" });
    }
    let slack = 1e-13 * all.iter().map(|value| value.abs()).sum::<f64>() * (1.0 / n + 1.0 / m);
    let difference = |sum: f64| sum / n - (total - sum) / m;
    let mut tally = Tally { observed: mean_difference, slack, greater: 0.0, less: 0.0, extreme: 0.0, all: 0.0 };
    let exact = n_splits(x.len(), y.len()) <= EXACT_MAX;
    if exact {
        splits(&all, 0, x.len(), 0.0, &mut |sum| tally.add(difference(sum)));
    } else {
        tally.add(mean_difference);
        let sums = resampler.run(|| all.clone(), |scratch, seed, resample| random_split(scratch, &all, x.len(), seed, resample));
        sums.into_iter().for_each(|sum| tally.add(difference(sum)));
    }
    let tails = Tails::doubled(tally.greater / tally.all, tally.less / tally.all);
    Ok(TwoSamplePermutation { mean_difference, n_arrangements: tally.all, exact, tails, p_two_sided_abs: tally.extreme / tally.all })
}

struct Tally {
    observed: f64,
    slack: f64,
    greater: f64,
    less: f64,
    extreme: f64,
    all: f64,
}

impl Tally {
    fn add(&mut self, difference: f64) {
        let hit = |is: bool| f64::from(u8::from(is));
        self.greater += hit(difference >= self.observed - self.slack);
        self.less += hit(difference <= self.observed + self.slack);
        self.extreme += hit(difference.abs() >= self.observed.abs() - self.slack);
        self.all += 1.0;
    }
}

fn n_splits(n: usize, m: usize) -> f64 {
    (1..=n.min(m)).fold(1.0, |ways, i| ways * (n.max(m) + i) as f64 / i as f64)
}

fn splits(all: &[f64], from: usize, left: usize, sum: f64, visit: &mut impl FnMut(f64)) {
    if left == 0 {
        visit(sum);
        return;
    }
    for index in from..=all.len() - left {
        splits(all, index + 1, left - 1, sum + all[index], visit);
    }
}

fn random_split(scratch: &mut [f64], all: &[f64], size: usize, seed: u64, resample: u64) -> f64 {
    scratch.copy_from_slice(all);
    let mut stream = Stream::new(seed, resample, 0);
    let mut sum = 0.0;
    for index in 0..size {
        let chosen = index + stream.index(all.len() - index);
        scratch.swap(index, chosen);
        sum += scratch[index];
    }
    sum
}
