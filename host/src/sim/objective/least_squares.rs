//! Linear least squares on a finite data set, `L(w) = sum_i (x_i . w - y_i)^2 / 2 N`: its minimum, and what one step of stochastic gradient descent does to it in
//! expectation. With `g` and `H` the gradient and the Hessian of `L`, `S = mean e_i^2 x_i x_i' - g g'` the covariance of one example's gradient, and a batch of B:
//!
//! `E L(w - a g_B) = L - a |g|^2 + a^2 (g' H g + k tr(H S)) / 2`, `k = 1 / B` with replacement and `(N - B) / (B (N - 1))` without; so the best rate of this step is
//! `a* = |g|^2 / (g' H g + k tr(H S))` (the quadratic of Wu et al. 2018, arXiv:1803.02021, with the noise of the data).

use crate::sim::real::Real as _;

/// Rows with their targets.
#[derive(Clone, Debug)]
pub(super) struct LeastSquares {
    n_features: usize,
    /// `N x n_features`, row-major.
    rows: Vec<f64>,
    targets: Vec<f64>,
    /// `H = mean x x'`, row-major.
    hessian: Vec<f64>,
}

/// The expected effect of a step: `E L(w - a g_B) = loss - a slope + a^2 bend / 2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OneStep {
    /// Loss before it.
    pub loss: f64,
    /// `|g|^2`.
    pub slope: f64,
    /// `g' H g + k tr(H S)`.
    pub bend: f64,
}

impl OneStep {
    /// Expected loss after a step with this rate.
    #[cfg(test)]
    pub(super) fn expected_loss(&self, rate: f64) -> f64 {
        self.loss - rate * self.slope + 0.5 * rate * rate * self.bend
    }

    /// The rate with the smallest expected loss; 0 at the minimum.
    pub(super) fn best_rate(&self) -> f64 {
        if self.bend > 0.0 { self.slope / self.bend } else { 0.0 }
    }
}

/// How much of one example's variance a batch of `size` out of `n`, drawn without replacement, keeps.
pub(super) fn share_without_replacement(size: f64, n: f64) -> f64 {
    if n > 1.0 { (n - size) / (size * (n - 1.0)) } else { 0.0 }
}

/// The product of two n x n matrices, row-major.
fn product(a: &[f64], b: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * n];
    for (row, target) in a.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
        for (x, b_row) in row.iter().zip(b.chunks_exact(n)) {
            target.iter_mut().zip(b_row).for_each(|(t, y)| *t = x.mul_add(*y, *t));
        }
    }
    out
}

impl LeastSquares {
    pub(super) fn new(n_features: usize, rows: Vec<f64>, targets: Vec<f64>) -> Self {
        let mut hessian = vec![0.0; n_features * n_features];
        let scale = 1.0 / targets.len() as f64;
        for x in rows.chunks_exact(n_features) {
            for (row, &x_i) in hessian.chunks_exact_mut(n_features).zip(x) {
                row.iter_mut().zip(x).for_each(|(h, &x_j)| *h += scale * x_i * x_j);
            }
        }
        Self { n_features, rows, targets, hessian }
    }

    /// These examples with a constant feature after the others: what a linear layer with a bias sees.
    pub(super) fn with_bias(data: &crate::sim::data::Dataset, examples: impl Iterator<Item = usize>) -> Self {
        let (mut rows, mut targets) = (Vec::new(), Vec::new());
        for i in examples {
            rows.extend(data.row(i).iter().map(|&x| f64::from(x)).chain(std::iter::once(1.0)));
            targets.push(f64::from(data.targets[i]));
        }
        Self::new(data.n_features + 1, rows, targets)
    }

    fn residuals<'a>(&'a self, w: &'a [f64]) -> impl Iterator<Item = (&'a [f64], f64)> + 'a {
        self.rows.chunks_exact(self.n_features).zip(&self.targets).map(|(x, y)| (x, f64::dot(x, w) - y))
    }

    pub(super) fn loss(&self, w: &[f64]) -> f64 {
        0.5 * self.residuals(w).map(|(_, e)| e * e).sum::<f64>() / self.targets.len() as f64
    }

    pub(super) fn gradient(&self, w: &[f64]) -> Vec<f64> {
        let scale = 1.0 / self.targets.len() as f64;
        let mut gradient = vec![0.0; self.n_features];
        for (x, e) in self.residuals(w) {
            gradient.iter_mut().zip(x).for_each(|(g, &x)| *g += scale * e * x);
        }
        gradient
    }

    /// The effect of a step from `w` that keeps the share `k` of one example's variance.
    #[cfg(test)]
    pub(super) fn one_step(&self, w: &[f64], k: f64) -> OneStep {
        self.one_step_of_error(w, &vec![0.0; self.hessian.len()], k)
    }

    /// Likewise on average over parameters with mean `w` and covariance `p`, row-major.
    pub(super) fn one_step_of_error(&self, w: &[f64], p: &[f64], k: f64) -> OneStep {
        let n = self.n_features;
        let noise = self.noise(w, p);
        let squares = self.expected_squares(w, p);
        let trace = |m: &[f64]| m.iter().step_by(n + 1).sum::<f64>();
        let with_hessian = |m: &[f64]| f64::dot(&self.hessian, m);
        let loss = self.loss(w) + 0.5 * with_hessian(p);
        OneStep { loss, slope: trace(&squares), bend: k.mul_add(with_hessian(&noise), with_hessian(&squares)) }
    }

    /// `E g g' = g g' + H P H`.
    fn expected_squares(&self, w: &[f64], p: &[f64]) -> Vec<f64> {
        let n = self.n_features;
        let g = self.gradient(w);
        let mut squares = product(&product(&self.hessian, p, n), &self.hessian, n);
        squares.chunks_exact_mut(n).zip(&g).for_each(|(row, a)| row.iter_mut().zip(&g).for_each(|(s, b)| *s += a * b));
        squares
    }

    /// `E S = mean (e_i^2 + x_i' P x_i) x_i x_i' - E g g'`.
    fn noise(&self, w: &[f64], p: &[f64]) -> Vec<f64> {
        let n = self.n_features;
        let mut noise: Vec<f64> = self.expected_squares(w, p).iter().map(|s| -s).collect();
        let scale = 1.0 / self.targets.len() as f64;
        for (x, e) in self.residuals(w) {
            let spread: f64 = p.chunks_exact(n).zip(x).map(|(row, x_i)| x_i * f64::dot(row, x)).sum();
            let weight = scale * e.mul_add(e, spread);
            for (row, x_i) in noise.chunks_exact_mut(n).zip(x) {
                row.iter_mut().zip(x).for_each(|(s, x_j)| *s = (weight * x_i).mul_add(*x_j, *s));
            }
        }
        noise
    }

    /// The best rate of each of `n_steps` steps from 0, inside `range`, each in force for the steps after it.
    pub(super) fn greedy_rates(&self, k: f64, n_steps: u64, range: (f64, f64)) -> Vec<f64> {
        let n = self.n_features;
        let (mut w, mut p) = (vec![0.0; n], vec![0.0; n * n]);
        let mut rates = Vec::with_capacity(n_steps as usize);
        for _ in 0..n_steps {
            let rate = self.one_step_of_error(&w, &p, k).best_rate().clamp(range.0, range.1);
            let noise = self.noise(&w, &p);
            let mut keep: Vec<f64> = self.hessian.iter().map(|h| -rate * h).collect();
            keep.iter_mut().step_by(n + 1).for_each(|d| *d += 1.0);
            p = product(&product(&keep, &p, n), &keep, n);
            p.iter_mut().zip(&noise).for_each(|(p, s)| *p = (rate * rate * k).mul_add(*s, *p));
            self.gradient(&w).iter().zip(&mut w).for_each(|(g, w)| *w -= rate * g);
            rates.push(rate);
        }
        rates
    }

    /// A minimiser: Gaussian elimination of `H w = mean x y` with pivots on the diagonal; directions that the data do not see stay 0.
    pub(super) fn minimiser(&self) -> Vec<f64> {
        let n = self.n_features;
        let mut matrix = self.hessian.clone();
        let mut right: Vec<f64> = self.gradient(&vec![0.0; n]).iter().map(|g| -g).collect();
        let largest = (0..n).map(|i| matrix[i * n + i]).fold(0.0, f64::max);
        let mut used = vec![false; n];
        let mut order = Vec::new();
        for _ in 0..n {
            let free = (0..n).filter(|&i| !used[i]).max_by(|&a, &b| matrix[a * n + a].total_cmp(&matrix[b * n + b]));
            let Some(k) = free.filter(|&k| matrix[k * n + k] > 1e-12 * largest) else { break };
            used[k] = true;
            order.push(k);
            let pivot = matrix[k * n..(k + 1) * n].to_vec();
            for i in (0..n).filter(|&i| !used[i]) {
                let factor = matrix[i * n + k] / pivot[k];
                matrix[i * n..(i + 1) * n].iter_mut().zip(&pivot).for_each(|(m, p)| *m -= factor * p);
                right[i] -= factor * right[k];
            }
        }
        let mut w = vec![0.0; n];
        for &k in order.iter().rev() {
            w[k] = (right[k] - f64::dot(&matrix[k * n..(k + 1) * n], &w)) / matrix[k * n + k];
        }
        w
    }
}

#[cfg(test)]
pub(super) mod reference {
    //! The reference case of `tests/data/tasks.json`.
    use super::*;
    use crate::sim::objective::reference::{close, number, numbers};
    use serde_json::Value;

    /// Checks one case; false where it is none of this file's.
    pub(in crate::sim::objective) fn check(case: &Value) -> bool {
        let id = case["id"].as_str().expect("a name");
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        if !id.starts_with("linreg.one_step") {
            return false;
        }
        let rows: Vec<Vec<f64>> = inputs["X"].as_array().expect("rows").iter().map(numbers).collect();
        let problem = LeastSquares::new(rows[0].len(), rows.concat(), numbers(&inputs["y"]));
        let (w, rate) = (numbers(&inputs["w"]), number(&inputs["a"]));
        let flat = |v: &Value| -> Vec<f64> { v.as_array().expect("rows").iter().flat_map(numbers).collect() };
        close(&problem.gradient(&w), &numbers(&expected["grad"]), 1e-12, id);
        close(&problem.hessian, &flat(&expected["H"]), 1e-12, id);
        close(&[problem.loss(&w)], &[number(&expected["loss"])], 1e-12, id);
        let best = problem.minimiser();
        close(&best, &numbers(&expected["minimiser"]), 1e-12, id);
        close(&[problem.loss(&best)], &[number(&expected["min_loss"])], 1e-12, id);
        for (name, values) in expected["batches"].as_object().expect("batches") {
            let (kind, size) = name.rsplit_once("_B").expect("a batch size");
            let size: f64 = size.parse().expect("a number");
            let k = if kind == "with" { 1.0 / size } else { share_without_replacement(size, rows.len() as f64) };
            let step = problem.one_step(&w, k);
            let found = [step.expected_loss(rate), step.best_rate(), step.expected_loss(step.best_rate())];
            let keys = ["expected_loss", "lr_star", "loss_at_lr_star"];
            close(&found, &keys.map(|key| number(&values[key])), 1e-12, &format!("{id}, {name}"));
        }
        true
    }

    /// The effect averaged over parameters is the mean of the effects at parameters of that mean and covariance.
    #[test]
    fn an_error_of_the_parameters_adds_its_moments() {
        let rows = vec![1.0, 0.5, 0.2, -1.5, -0.7, 2.0, 1.5, 1.0];
        let problem = LeastSquares::new(2, rows, vec![1.2, -0.8, 0.5, 2.0]);
        let (w, d) = ([0.1, -0.3], [0.4, 0.7]);
        let p: Vec<f64> = d.iter().flat_map(|a| d.iter().map(move |b| a * b)).collect();
        let average = problem.one_step_of_error(&w, &p, 0.5);
        let [plus, minus] = [1.0, -1.0].map(|s| problem.one_step(&[w[0] + s * d[0], w[1] + s * d[1]], 0.5));
        let mean = |f: fn(&OneStep) -> f64| 0.5 * (f(&plus) + f(&minus));
        let expected = [mean(|s| s.loss), mean(|s| s.slope), mean(|s| s.bend)];
        close(&[average.loss, average.slope, average.bend], &expected, 1e-12, "moments");
    }
}
