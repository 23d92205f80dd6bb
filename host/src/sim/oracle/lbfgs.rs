//! Minimum of a smooth function in a box: projected L-BFGS.
//!
//! Limited-memory quasi-Newton directions (Nocedal 1980, doi:10.1090/S0025-5718-1980-0572855-7) on the variables that no bound holds, and a backtracking search
//! along the projected path (Bertsekas 1982, doi:10.1137/0320018). Our own because the libraries at hand either have no bounds (`argmin`) or wrap Fortran
//! and the platform's math; here every operation is in a fixed order.

/// Pairs of differences kept.
const MEMORY: usize = 12;
/// Share of the predicted decrease that a step must reach.
const ARMIJO: f64 = 1e-4;

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// Iterations at most.
    pub n_iterations: usize,
    /// Relative decrease of the value over one iteration below which the search ends.
    pub tolerance: f64,
}

/// A function that gives its value and gradient.
pub type Smooth<'a> = dyn FnMut(&[f64]) -> (f64, Vec<f64>) + 'a;

/// Descends from `x` (inside `range`); `f` gives value and gradient. Returns the value reached and the number of calls of `f`.
pub fn minimize(f: &mut Smooth<'_>, x: &mut Vec<f64>, range: (f64, f64), stop: Stop) -> (f64, u64) {
    let (mut value, mut gradient) = f(x);
    let mut n_calls = 1;
    let mut pairs: std::collections::VecDeque<(Vec<f64>, Vec<f64>)> = std::collections::VecDeque::new();
    let mut n_small = 0;
    for _ in 0..stop.n_iterations {
        let held: Vec<bool> = x.iter().zip(&gradient).map(|(&x, &g)| (x <= range.0 && g > 0.0) || (x >= range.1 && g < 0.0)).collect();
        let mut direction = direction(&gradient, &held, &pairs);
        let mut slope = dot(&direction, &gradient);
        if !(slope < 0.0) {
            pairs.clear();
            direction = gradient.iter().zip(&held).map(|(g, &held)| if held { 0.0 } else { -g }).collect();
            slope = dot(&direction, &gradient);
            if !(slope < 0.0) {
                break;
            }
        }
        let longest = direction.iter().fold(0.0, |m: f64, d| m.max(d.abs()));
        // Without a memory the scale of the gradient means nothing: begin with a small move.
        let mut length = if pairs.is_empty() { (0.1 / longest).min(1.0) } else { 1.0 };
        let accepted = loop {
            let trial: Vec<f64> = x.iter().zip(&direction).map(|(x, d)| length.mul_add(*d, *x).clamp(range.0, range.1)).collect();
            let moved: f64 = trial.iter().zip(x.iter()).zip(&gradient).map(|((a, b), g)| (a - b) * g).sum();
            let (trial_value, trial_gradient) = f(&trial);
            n_calls += 1;
            if trial_value <= ARMIJO.mul_add(moved.min(0.0), value) {
                break Some((trial, trial_value, trial_gradient));
            }
            length *= 0.5;
            if length * longest < 1e-14 {
                break None;
            }
        };
        let Some((trial, trial_value, trial_gradient)) = accepted else {
            if pairs.is_empty() {
                break;
            }
            pairs.clear();
            continue;
        };
        let s: Vec<f64> = trial.iter().zip(x.iter()).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = trial_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        if dot(&s, &y) > 1e-12 * (dot(&s, &s) * dot(&y, &y)).sqrt() {
            pairs.push_back((s, y));
            if pairs.len() > MEMORY {
                pairs.pop_front();
            }
        }
        let gain = value - trial_value;
        n_small = if gain <= stop.tolerance * value.abs() { n_small + 1 } else { 0 };
        (*x, value, gradient) = (trial, trial_value, trial_gradient);
        if n_small >= 3 {
            break;
        }
    }
    (value, n_calls)
}

/// Two-loop recursion on the free variables.
fn direction(gradient: &[f64], held: &[bool], pairs: &std::collections::VecDeque<(Vec<f64>, Vec<f64>)>) -> Vec<f64> {
    let free = |v: &[f64]| -> Vec<f64> { v.iter().zip(held).map(|(v, &held)| if held { 0.0 } else { *v }).collect() };
    let mut q = free(gradient);
    let masked: Vec<(Vec<f64>, Vec<f64>)> = pairs.iter().map(|(s, y)| (free(s), free(y))).filter(|(s, y)| dot(s, y) > 0.0).collect();
    let mut alphas = Vec::with_capacity(masked.len());
    for (s, y) in masked.iter().rev() {
        let alpha = dot(s, &q) / dot(s, y);
        add(&mut q, -alpha, y);
        alphas.push(alpha);
    }
    if let Some((s, y)) = masked.last() {
        let scale = dot(s, y) / dot(y, y);
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for ((s, y), alpha) in masked.iter().zip(alphas.iter().rev()) {
        let beta = dot(y, &q) / dot(s, y);
        add(&mut q, alpha - beta, s);
    }
    q.iter_mut().for_each(|q| *q = -*q);
    q
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| a.mul_add(*b, sum))
}

fn add(to: &mut [f64], factor: f64, from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t = factor.mul_add(*f, *t));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minimum at (1, 1); with the first variable at most 0.5 it is at (0.5, 0.25), value 0.25.
    fn rosenbrock(x: &[f64]) -> (f64, Vec<f64>) {
        let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
        (100.0 * b * b + a * a, vec![-400.0 * x[0] * b - 2.0 * a, 200.0 * b])
    }

    #[test]
    fn rosenbrock_s_valley_is_followed_free_and_against_a_bound() {
        let stop = Stop { n_iterations: 500, tolerance: 1e-15 };
        let mut x = vec![-1.2, 1.0];
        let (value, n_calls) = minimize(&mut rosenbrock, &mut x, (-5.0, 5.0), stop);
        assert!(value < 1e-12 && (x[0] - 1.0).abs() < 1e-5 && n_calls < 300, "{x:?} {value} {n_calls}");
        let mut x = vec![-1.2, 0.4];
        let (value, _) = minimize(&mut rosenbrock, &mut x, (-5.0, 0.5), stop);
        assert!((value - 0.25).abs() < 1e-9 && (x[1] - 0.25).abs() < 1e-5, "{x:?} {value}");
    }
}
