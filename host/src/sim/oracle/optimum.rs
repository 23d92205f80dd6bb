//! The best open-loop schedule of the expected loss for any spectrum: L-BFGS on the adjoint gradient from many starts, then exact coordinate sweeps.
//!
//! The problem is not convex: starts are constants, decays, the greedy schedule, the Ritz and Chebyshev rates in several orders, and random ones from a
//! fixed generator. Schedules that the ceiling would end are scored as the ceiling says, and starts that stay stable are among the starts.

use super::adjoint;
use super::lbfgs::{self, Stop};
use super::moments::Moments;
use super::quadratic;
use crate::sim::rng::{SeedKey, below, uniform};

/// How hard to search.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Random starts beside the systematic ones.
    pub n_random: usize,
    /// Evaluations of the expected loss (a gradient or a sweep counts two) that the search may spend.
    pub n_evaluations: u64,
}

/// A schedule with what it took to find it.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// Learning rate of each step.
    pub rates: Vec<f64>,
    /// Its expected loss, under the ceiling.
    pub value: f64,
    /// Starts made.
    pub n_restarts: u64,
    /// Evaluations spent.
    pub n_evaluations: u64,
}

/// Searches from every start that the effort pays for, the systematic ones first.
#[must_use]
pub fn search(m: &Moments, constant: f64, effort: Effort) -> Optimum {
    let starts = starts(m, constant, effort.n_random);
    let mut best = Optimum { value: m.value(&starts[0]), rates: starts[0].clone(), n_restarts: 0, n_evaluations: 1 };
    for start in starts {
        if best.n_restarts > 0 && best.n_evaluations >= effort.n_evaluations {
            break;
        }
        let (rates, n) = descend(m, start, Stop { n_iterations: 300, tolerance: 1e-12 });
        best.n_restarts += 1;
        best.n_evaluations += n + 1;
        let value = m.value(&rates);
        if value < best.value {
            (best.rates, best.value) = (rates, value);
        }
    }
    hop(m, &mut best, effort);
    let (rates, n) = descend(m, best.rates.clone(), Stop { n_iterations: 2000, tolerance: 1e-15 });
    let value = m.value(&rates);
    if value <= best.value {
        (best.rates, best.value) = (rates, value);
    }
    best.n_evaluations += n + 1;
    best
}

/// Basin hopping (Wales, Doye 1997, doi:10.1021/jp970984n): from the best schedule, two rates exchanged or one redrawn, then downhill; the loss of a product
/// of steps depends on their order, which no descent alters.
fn hop(m: &Moments, best: &mut Optimum, effort: Effort) {
    let n = m.n_steps() as u64;
    let mut draws = SeedKey::study(0).named("hops of the oracle").at(0);
    for k in 0..effort.n_random {
        if n < 2 || best.n_evaluations >= effort.n_evaluations {
            break;
        }
        let mut rates = best.rates.clone();
        let (i, j) = (below(&mut draws, n) as usize, below(&mut draws, n) as usize);
        if k % 3 == 2 {
            let factor = libm::exp(3.0 * (uniform(&mut draws) - 0.5));
            rates[i] = (rates[i] * factor).clamp(m.range.0, m.range.1);
        } else {
            rates.swap(i, j);
        }
        let (rates, spent) = descend(m, rates, Stop { n_iterations: 300, tolerance: 1e-12 });
        best.n_restarts += 1;
        best.n_evaluations += spent + 1;
        let value = m.value(&rates);
        if value < best.value * (1.0 - 1e-12) {
            (best.rates, best.value) = (rates, value);
        }
    }
}

/// Sweeps, L-BFGS, sweeps until one gains nothing.
fn descend(m: &Moments, mut rates: Vec<f64>, stop: Stop) -> (Vec<f64>, u64) {
    let mut n_calls = 0;
    let mut sweeps = |rates: &mut Vec<f64>, n: usize| {
        let mut last = f64::INFINITY;
        for _ in 0..n {
            let value = adjoint::sweep(m, rates);
            n_calls += 2;
            if !(last - value > stop.tolerance * value.abs()) {
                break;
            }
            last = value;
        }
    };
    sweeps(&mut rates, 10);
    let (_, n) = lbfgs::minimize(&mut |x| adjoint::gradient(m, x), &mut rates, m.range, stop);
    sweeps(&mut rates, 30);
    (rates, n_calls + 2 * n)
}

/// A constant to start from where the best one is not known: the median of the greedy rates.
#[must_use]
pub fn usual_rate(m: &Moments) -> f64 {
    let mut rates = m.greedy();
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn starts(m: &Moments, constant: f64, n_random: usize) -> Vec<Vec<f64>> {
    let n = m.n_steps();
    let clamp = |x: f64| x.clamp(m.range.0, m.range.1);
    let of = |f: &dyn Fn(f64) -> f64| -> Vec<f64> { (0..n).map(|t| clamp(f(t as f64 / n as f64))).collect() };
    let mut all = vec![of(&|_| constant), m.greedy()];
    for factor in [2.0, 5.0] {
        all.push(of(&|u| factor * constant * (1.0 - u)));
        all.push(of(&|u| factor * constant * libm::exp(-4.0 * u)));
        all.push(of(&|u| factor * constant / (1.0 + 9.0 * u)));
    }
    let curvatures = &m.curvature[..m.n_groups];
    let (low, high) = curvatures.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), &h| (a.min(h), b.max(h)));
    if low > 0.0 && high > low && n <= 64 {
        for mut rates in [quadratic::ritz_rates(curvatures, &m.initial, n), quadratic::chebyshev_rates(low, high, n)] {
            rates.resize(n, 1.0 / high);
            all.push(rates.iter().map(|&a| clamp(a)).collect());
            rates.sort_by(f64::total_cmp);
            all.push(rates.iter().map(|&a| clamp(a)).collect());
            rates.reverse();
            all.push(rates.iter().map(|&a| clamp(a)).collect());
        }
    }
    let mut draws = SeedKey::study(0).named("starts of the oracle").at(0);
    let (bottom, top) = (0.5 / high.max(1e-300), 2.0 / low.max(high * 1e-4).max(1e-300));
    for k in 0..n_random {
        let log = libm::log(top / bottom);
        let draw: Vec<f64> = (0..n).map(|_| clamp(bottom * libm::exp(log * uniform(&mut draws)))).collect();
        // Every other one is the best constant with a random step up or down, which stays stable more often.
        let cut = below(&mut draws, n as u64) as usize;
        all.push(if k % 2 == 0 { draw } else { (0..n).map(|t| clamp(constant * if t < cut { draw[0] / bottom } else { 0.5 })).collect() });
    }
    all
}
