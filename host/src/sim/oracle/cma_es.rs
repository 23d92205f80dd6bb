//! Covariance matrix adaptation evolution strategy, for the knots of a schedule.
//!
//! `x ~ m + sigma N(0, C)`; the mean moves to the weighted mean of the better half, the path `p_s` adapts `sigma`, the path `p_c` and the better half adapt
//! `C` (Hansen 2016, "The CMA evolution strategy: a tutorial", arXiv:1604.00772, without negative weights). Our own because the crates at hand draw from
//! generators of their own and use the platform's math; the update is checked against DEAP's.

use crate::sim::kernel::normal;
use crate::sim::rng::SeedKey;

/// The state of a search in `n` dimensions.
#[derive(Clone, Debug)]
pub struct CmaEs {
    /// The mean, where the search stands.
    pub mean: Vec<f64>,
    /// The step size.
    pub sigma: f64,
    /// The covariance, `n x n`, row-major.
    pub covariance: Vec<f64>,
    path_sigma: Vec<f64>,
    path_covariance: Vec<f64>,
    weights: Vec<f64>,
    n_generations: u64,
    lambda: usize,
}

impl CmaEs {
    /// A search from `mean` with step size `sigma` and the default population.
    #[must_use]
    pub fn new(mean: Vec<f64>, sigma: f64) -> Self {
        let n = mean.len();
        let lambda = 4 + (3.0 * libm::log(n as f64)) as usize;
        let mu = lambda / 2;
        let raw: Vec<f64> = (0..mu).map(|i| libm::log(mu as f64 + 0.5) - libm::log(i as f64 + 1.0)).collect();
        let total: f64 = raw.iter().sum();
        let covariance = (0..n * n).map(|k| if k / n == k % n { 1.0 } else { 0.0 }).collect();
        let weights = raw.iter().map(|w| w / total).collect();
        let path = vec![0.0; n];
        Self { path_sigma: path.clone(), path_covariance: path, mean, sigma, covariance, weights, n_generations: 0, lambda }
    }

    /// Points of a generation.
    #[must_use]
    pub const fn population_size(&self) -> usize {
        self.lambda
    }

    /// The points of the next generation; the draws are a function of `key` and the generation.
    #[must_use]
    pub fn ask(&self, key: SeedKey) -> Vec<Vec<f64>> {
        let n = self.mean.len();
        let (values, vectors) = eigen(&self.covariance, n);
        let mut draws = key.at(self.n_generations);
        let mut point = |_| {
            let mut z = vec![0.0; n];
            normal::fill(&mut draws, &mut z);
            z.iter_mut().zip(&values).for_each(|(z, v)| *z *= v.max(0.0).sqrt());
            (0..n).map(|i| self.sigma.mul_add(dot(&vectors[i * n..(i + 1) * n], &z), self.mean[i])).collect()
        };
        (0..self.lambda).map(&mut point).collect()
    }

    /// Learns from a generation; ties keep the order of `points`.
    pub fn tell(&mut self, points: &[Vec<f64>], values: &[f64]) {
        let n = self.mean.len();
        let dimension = n as f64;
        let mut order: Vec<usize> = (0..points.len()).collect();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let mu_effective = 1.0 / dot(&self.weights, &self.weights);
        let cc = 4.0 / (dimension + 4.0);
        let cs = (mu_effective + 2.0) / (dimension + mu_effective + 3.0);
        let c1 = 2.0 / ((dimension + 1.3) * (dimension + 1.3) + mu_effective);
        let spread = (dimension + 2.0) * (dimension + 2.0) + mu_effective;
        let cmu = (2.0 * (mu_effective - 2.0 + 1.0 / mu_effective) / spread).min(1.0 - c1);
        let damping = 1.0 + 2.0 * (((mu_effective - 1.0) / (dimension + 1.0)).sqrt() - 1.0).max(0.0) + cs;
        let chi = dimension.sqrt() * (1.0 - 0.25 / dimension + 1.0 / (21.0 * dimension * dimension));

        let steps: Vec<Vec<f64>> = order[..self.weights.len()]
            .iter()
            .map(|&k| points[k].iter().zip(&self.mean).map(|(x, m)| (x - m) / self.sigma).collect())
            .collect();
        let mean_step: Vec<f64> = (0..n).map(|i| steps.iter().zip(&self.weights).fold(0.0, |s, (y, w)| w.mul_add(y[i], s))).collect();
        let whitened = inverse_square_root(&self.covariance, n, &mean_step);
        let gain = (cs * (2.0 - cs) * mu_effective).sqrt();
        self.path_sigma.iter_mut().zip(&whitened).for_each(|(p, z)| *p = gain.mul_add(*z, (1.0 - cs) * *p));
        self.n_generations += 1;
        let length = dot(&self.path_sigma, &self.path_sigma).sqrt();
        let settled = (1.0 - libm::pow(1.0 - cs, 2.0 * self.n_generations as f64)).sqrt();
        let moving = if length / settled / chi < 1.4 + 2.0 / (dimension + 1.0) { 1.0 } else { 0.0 };
        let gain = moving * (cc * (2.0 - cc) * mu_effective).sqrt();
        self.path_covariance.iter_mut().zip(&mean_step).for_each(|(p, y)| *p = gain.mul_add(*y, (1.0 - cc) * *p));

        let keep = 1.0 - c1 - cmu + (1.0 - moving) * c1 * cc * (2.0 - cc);
        for i in 0..n {
            for j in 0..n {
                let better = steps.iter().zip(&self.weights).fold(0.0, |s, (y, w)| (w * y[i]).mul_add(y[j], s));
                let path = self.path_covariance[i] * self.path_covariance[j];
                self.covariance[i * n + j] = keep * self.covariance[i * n + j] + c1 * path + cmu * better;
            }
        }
        self.mean.iter_mut().zip(&mean_step).for_each(|(m, y)| *m = self.sigma.mul_add(*y, *m));
        self.sigma *= libm::exp((length / chi - 1.0) * cs / damping);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |s, (a, b)| a.mul_add(*b, s))
}

fn inverse_square_root(matrix: &[f64], n: usize, v: &[f64]) -> Vec<f64> {
    let (values, vectors) = eigen(matrix, n);
    let along = |k: usize| {
        let projection = (0..n).fold(0.0, |s, i| vectors[i * n + k].mul_add(v[i], s));
        projection / values[k].max(1e-300).sqrt()
    };
    let scaled: Vec<f64> = (0..n).map(along).collect();
    (0..n).map(|i| dot(&vectors[i * n..(i + 1) * n], &scaled)).collect()
}

/// Eigenvalues and eigenvectors (columns) of a symmetric matrix by Jacobi's rotations in cyclic order (Golub, Van Loan 2013, section 8.5).
fn eigen(matrix: &[f64], n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut a = matrix.to_vec();
    let mut v: Vec<f64> = (0..n * n).map(|k| if k / n == k % n { 1.0 } else { 0.0 }).collect();
    for _ in 0..60 {
        let beside: f64 = (0..n * n).filter(|k| k / n != k % n).map(|k| a[k] * a[k]).sum();
        let all: f64 = a.iter().map(|x| x * x).sum();
        if beside <= 1e-30 * all {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut v, n, p, q);
            }
        }
    }
    ((0..n).map(|i| a[i * n + i]).collect(), v)
}

fn rotate(a: &mut [f64], v: &mut [f64], n: usize, p: usize, q: usize) {
    let apq = a[p * n + q];
    if apq == 0.0 {
        return;
    }
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + theta.mul_add(theta, 1.0).sqrt());
    let c = 1.0 / t.mul_add(t, 1.0).sqrt();
    let s = t * c;
    let turn = |m: &mut [f64], i: usize, j: usize| {
        let (x, y) = (m[i], m[j]);
        m[i] = c.mul_add(x, -(s * y));
        m[j] = s.mul_add(x, c * y);
    };
    for k in 0..n {
        turn(a, k * n + p, k * n + q);
        turn(v, k * n + p, k * n + q);
    }
    for k in 0..n {
        turn(a, p * n + k, q * n + k);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn numbers(value: &Value) -> Vec<f64> {
        value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
    }

    #[test]
    fn the_update_is_deap_s() {
        let file: Value = serde_json::from_str(include_str!("../../../tests/data/cma_es.json")).expect("valid JSON");
        let mut search = CmaEs::new(numbers(&file["start"]), file["sigma"].as_f64().expect("a number"));
        let close = |found: &[f64], expected: &[f64]| {
            found.iter().zip(expected).for_each(|(f, e)| assert!((f - e).abs() < 1e-10 * (1.0 + e.abs()), "{found:?} {expected:?}"));
        };
        for (population, state) in file["populations"].as_array().expect("a list").iter().zip(file["states"].as_array().expect("a list")) {
            let points: Vec<Vec<f64>> = population.as_array().expect("a list").iter().map(numbers).collect();
            let f = |x: &Vec<f64>| x.iter().enumerate().map(|(i, v)| (i as f64 + 1.0) * (v - 0.3 * i as f64).powi(2)).sum::<f64>();
            search.tell(&points, &points.iter().map(f).collect::<Vec<_>>());
            close(&search.mean, &numbers(&state["mean"]));
            close(&[search.sigma], &[state["sigma"].as_f64().expect("a number")]);
            let rows: Vec<f64> = state["covariance"].as_array().expect("rows").iter().flat_map(numbers).collect();
            close(&search.covariance, &rows);
            close(&search.path_sigma, &numbers(&state["ps"]));
            close(&search.path_covariance, &numbers(&state["pc"]));
        }
    }

    #[test]
    fn a_turned_ellipsoid_is_minimised() {
        let f = |x: &Vec<f64>| {
            let (a, b) = (x[0] + x[1] - 1.0, x[0] - x[1] + 0.5);
            a * a + 1e4 * b * b + (x[2] - 2.0).powi(2)
        };
        let mut search = CmaEs::new(vec![0.0; 3], 0.5);
        let key = SeedKey::study(1).named("test");
        for _ in 0..200 {
            let points = search.ask(key);
            let values: Vec<f64> = points.iter().map(f).collect();
            search.tell(&points, &values);
        }
        assert!(f(&search.mean) < 1e-12, "{:?}", search.mean);
    }
}
