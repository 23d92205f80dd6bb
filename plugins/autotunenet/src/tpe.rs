//! Tree-structured Parzen estimator in one dimension.
//!
//! Trials `(z_i, s_i)` are split into the best `min(ceil(n / 10), 25)` and the rest; a density is fitted to each, `l` and `g`; of 24 draws from `l` the one with
//! the largest `ln l - ln g` is suggested. The first `startup` suggestions are uniform.
//!
//! A density is a mixture of normal distributions truncated to the range: one at each trial, of weight 1 (the oldest less, once there are more than 25), and a
//! prior at the middle of the range with the width of the range and weight 1. The width of a trial's component is the larger of the distances to its neighbours
//! (an outermost one has only one; a single one has the ends of the range), at least the range divided by `min(100, 2 + n)`.
//!
//! Source: Bergstra, Bardenet, Bengio & Kegl 2011 (NeurIPS 24); Optuna 5 `TPESampler`, whose univariate defaults these are.

use controller_common::Draws;
use core::f64::consts::{PI, SQRT_2};

const N_CANDIDATES: usize = 24;
const MOST_GOOD: usize = 25;
/// Trials of full weight.
const N_FULL: usize = 25;

/// A density on a range.
#[derive(Clone, Debug)]
pub struct Parzen {
    low: f64,
    high: f64,
    /// Weight, mean and width of each component; weights sum to 1.
    components: Vec<(f64, f64, f64)>,
}

fn weights(n: usize) -> Vec<f64> {
    if n < N_FULL {
        return vec![1.0; n];
    }
    let n_ramp = n - N_FULL;
    // Evenly spaced from 1 / n to 1, both ends included.
    let ramp = |i: usize| 1.0 / n as f64 + (1.0 - 1.0 / n as f64) * i as f64 / (n_ramp.max(2) - 1) as f64;
    (0..n_ramp).map(ramp).chain(core::iter::repeat_n(1.0, N_FULL)).collect()
}

/// Probability that a standard normal variable is below `x`.
fn normal_below(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

impl Parzen {
    /// Fits the density to `values`, in the order of the trials, on `[low, high]`.
    #[must_use]
    pub fn fit(values: &[f64], low: f64, high: f64) -> Self {
        let n = values.len();
        let range = high - low;
        let middle = 0.5 * (low + high);
        let mut sorted: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let narrowest = range / 100.0_f64.min(2.0 + n as f64);
        let mut widths = vec![range; n + 1];
        for (place, (mean, i)) in sorted.iter().enumerate() {
            let left = if place > 0 { mean - sorted[place - 1].0 } else { 0.0 };
            let right = sorted.get(place + 1).map_or(0.0, |next| next.0 - mean);
            let gap = if n == 1 { (mean - low).max(high - mean) } else { left.max(right) };
            widths[*i] = gap.max(narrowest).min(range);
        }
        let weights: Vec<f64> = weights(n).into_iter().chain([1.0]).collect();
        let total: f64 = weights.iter().sum();
        let means = values.iter().copied().chain([middle]);
        let components = weights.iter().zip(means).zip(widths).map(|((w, mean), width)| (w / total, mean, width)).collect();
        Self { low, high, components }
    }

    /// Logarithm of the density at `z`.
    #[must_use]
    pub fn log_density(&self, z: f64) -> f64 {
        let density = |(weight, mean, width): &(f64, f64, f64)| {
            let x = (z - mean) / width;
            let inside = normal_below((self.high - mean) / width) - normal_below((self.low - mean) / width);
            weight * libm::exp(-0.5 * x * x) / ((2.0 * PI).sqrt() * width * inside)
        };
        libm::log(self.components.iter().map(density).sum())
    }

    /// A draw.
    pub fn draw(&self, draws: &mut Draws) -> f64 {
        let mut left = draws.uniform();
        let component = self.components.iter().find(|(weight, ..)| {
            left -= weight;
            left < 0.0
        });
        let (_, mean, width) = component.or(self.components.last()).expect("the prior is always there");
        // Means lie in the range and widths do not exceed it, so that at least a third of the draws is inside.
        loop {
            let z = mean + width * draws.normal();
            if (self.low..=self.high).contains(&z) {
                return z;
            }
        }
    }
}

/// Suggests a value in `[low, high]` after the trials `values` with `scores` (larger is better).
pub fn suggest(values: &[f64], scores: &[f64], startup: usize, (low, high): (f64, f64), draws: &mut Draws) -> f64 {
    let n = values.len();
    if n < startup.max(1) || high <= low {
        return low + (high - low) * draws.uniform();
    }
    let n_good = n.div_ceil(10).min(MOST_GOOD);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    let of = |mut which: Vec<usize>| {
        which.sort_unstable();
        Parzen::fit(&which.iter().map(|i| values[*i]).collect::<Vec<_>>(), low, high)
    };
    let (good, rest) = (of(order[..n_good].to_vec()), of(order[n_good..].to_vec()));
    let mut best = (f64::NEG_INFINITY, 0.5 * (low + high));
    for _ in 0..N_CANDIDATES {
        let z = good.draw(draws);
        let gain = good.log_density(z) - rest.log_density(z);
        if gain > best.0 {
            best = (gain, z);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn densities_agree_with_optuna() {
        let table: Value = serde_json::from_str(include_str!("../tests/data/tpe.json")).expect("JSON");
        let numbers = |v: &Value| -> Vec<f64> { serde_json::from_value(v.clone()).expect("numbers") };
        for case in table["cases"].as_array().expect("array") {
            let density =
                Parzen::fit(&numbers(&case["values"]), table["low"].as_f64().expect("low"), table["high"].as_f64().expect("high"));
            for (z, expected) in numbers(&table["at"]).iter().zip(numbers(&case["log_density"])) {
                let found = density.log_density(*z);
                assert!((found - expected).abs() < 1e-9, "{} values, at {z}: {found}, {expected}", case["values"]);
            }
        }
    }

    #[test]
    fn draws_follow_the_density() {
        let density = Parzen::fit(&[0.1, 0.15, 0.9], 0.0, 1.0);
        let (mut draws, n) = (Draws::new(4), 20_000);
        let mut counts = [0.0; 10];
        for _ in 0..n {
            counts[(density.draw(&mut draws) * 10.0) as usize] += 1.0 / f64::from(n);
        }
        for (i, count) in counts.iter().enumerate() {
            let p: f64 = (0..100).map(|j| libm::exp(density.log_density((i as f64 + (f64::from(j) + 0.5) / 100.0) / 10.0)) / 1000.0).sum();
            assert!((count - p).abs() < 5.0 * (p * (1.0 - p) / f64::from(n)).sqrt(), "cell {i}: {count}, {p}");
        }
    }

    #[test]
    fn suggestions_gather_at_the_optimum() {
        let (mut draws, mut values, mut scores) = (Draws::new(2), vec![], vec![]);
        for _ in 0..80 {
            let z = suggest(&values, &scores, 10, (0.0, 1.0), &mut draws);
            values.push(z);
            scores.push(-(z - 0.3) * (z - 0.3));
        }
        let late = values[40..].iter().map(|z| (z - 0.3).abs()).sum::<f64>() / 40.0;
        assert!(late < 0.1, "{late}: uniform draws would give 0.29");
    }
}
