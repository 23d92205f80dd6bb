//! Gradient descent on a deterministic quadratic: what is known in closed form.
//!
//! After `T` steps the error along eigenvalue `h` is `e_0 prod_t (1 - a_t h)`: a polynomial of degree `T` that is 1 at 0. The final loss is smallest for the
//! residual polynomial of conjugate gradients, whose roots are the Ritz values: the best rates are their inverses, and no schedule, whatever its order,
//! is below the loss of conjugate gradients (Hestenes, Stiefel 1952, doi:10.6028/jres.049.044; Saad 2003, chapter 6). In the worst case over a spectrum in
//! `[mu, L]` the best polynomial is Chebyshev's (Young 1953). The best constants are Polyak's (1964, doi:10.1016/0041-5553(64)90137-5).

use super::moments::Moments;

/// Losses `sum h e^2 / 2` of conjugate gradients after 1 ... `n_steps` steps on a diagonal quadratic with errors of these squares; computed with
/// re-orthogonalised polynomials on the spectrum, so that rounding does not delay convergence.
#[must_use]
pub fn conjugate_gradient_losses(spectrum: &[f64], squares: &[f64], n_steps: usize) -> Vec<f64> {
    // The residual is h e p(h); its best polynomial is found by projection of the first residual.
    let mut error: Vec<f64> = squares.iter().map(|s| s.max(0.0).sqrt()).collect();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let mut losses = Vec::with_capacity(n_steps);
    let mut direction: Vec<f64> = error.iter().zip(spectrum).map(|(e, h)| h * e).collect();
    for _ in 0..n_steps {
        let energy = |a: &[f64], b: &[f64]| a.iter().zip(b).zip(spectrum).fold(0.0, |s, ((a, b), h)| (h * a).mul_add(*b, s));
        let before = energy(&direction, &direction);
        for _ in 0..2 {
            for b in &basis {
                let along = energy(&direction, b);
                direction.iter_mut().zip(b).for_each(|(d, b)| *d = (-along).mul_add(*b, *d));
            }
        }
        let length = energy(&direction, &direction).sqrt();
        // A direction that is nothing but rounding: the Krylov space is exhausted.
        if length * length > 1e-24 * before && length > 0.0 {
            direction.iter_mut().for_each(|d| *d /= length);
            let along = energy(&error, &direction);
            error.iter_mut().zip(&direction).for_each(|(e, d)| *e = (-along).mul_add(*d, *e));
            basis.push(direction.clone());
        }
        losses.push(0.5 * energy(&error, &error));
        direction = basis.last().map_or_else(Vec::new, |b| b.iter().zip(spectrum).map(|(b, h)| h * b).collect());
        direction.resize(spectrum.len(), 0.0);
    }
    losses
}

/// The rates with the smallest final loss, inverses of the Ritz values, in Leja's order (which keeps products in range); at most as many as there are
/// distinct eigenvalues with an error.
#[must_use]
pub fn ritz_rates(spectrum: &[f64], squares: &[f64], n_steps: usize) -> Vec<f64> {
    let start: Vec<f64> = spectrum.iter().zip(squares).map(|(h, s)| h * s.max(0.0).sqrt()).collect();
    let (diagonal, beside) = lanczos(spectrum, &start, n_steps);
    let values = eigenvalues(&diagonal, &beside);
    leja(values).into_iter().map(|v| 1.0 / v).collect()
}

/// The rates with the smallest worst case over spectra in `[mu, largest]`: inverses of the Chebyshev nodes, in Leja's order.
#[must_use]
pub fn chebyshev_rates(mu: f64, largest: f64, n_steps: usize) -> Vec<f64> {
    let node = |k: usize| {
        let angle = core::f64::consts::PI * (k as f64 + 0.5) / n_steps as f64;
        (0.5 * (largest - mu)).mul_add(libm::cos(angle), 0.5 * (largest + mu))
    };
    leja((0..n_steps).map(node).collect()).into_iter().map(|v| 1.0 / v).collect()
}

/// The best constant of gradient descent in the worst case and its rate of convergence: `2 / (mu + L)` and `(kappa - 1) / (kappa + 1)`.
#[must_use]
pub fn best_constant(mu: f64, largest: f64) -> (f64, f64) {
    (2.0 / (mu + largest), (largest - mu) / (largest + mu))
}

/// The best constants of the heavy ball (learning rate, momentum) and its asymptotic rate: `4 / (sqrt L + sqrt mu)^2` and the square of the rate
/// `(sqrt kappa - 1) / (sqrt kappa + 1)`.
#[must_use]
pub fn best_heavy_ball(mu: f64, largest: f64) -> (f64, f64, f64) {
    let (low, high) = (mu.sqrt(), largest.sqrt());
    let rate = (high - low) / (high + low);
    (4.0 / ((high + low) * (high + low)), rate * rate, rate)
}

/// The spectrum and the squared errors where the recursion is a stationary quadratic without noise, drift and jumps.
#[must_use]
pub fn deterministic(m: &Moments) -> Option<(&[f64], &[f64])> {
    let still = [&m.noise, &m.drift, &m.jump].iter().all(|v| v.iter().all(|&x| x == 0.0));
    let first = &m.curvature[..m.n_groups];
    let same = m.curvature.chunks_exact(m.n_groups).all(|row| row == first);
    (still && same && first.iter().all(|&h| h > 0.0)).then_some((first, m.initial.as_slice()))
}

/// The Jacobi matrix of `diag(spectrum)` on the Krylov space of `start`: diagonal and off-diagonal, with full re-orthogonalisation.
fn lanczos(spectrum: &[f64], start: &[f64], n_steps: usize) -> (Vec<f64>, Vec<f64>) {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0, |s, (a, b)| a.mul_add(*b, s));
    let largest = spectrum.iter().fold(0.0, |m: f64, h| m.max(h.abs()));
    let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let mut next = start.to_vec();
    while diagonal.len() < n_steps.min(spectrum.len()) {
        let norm = dot(&next, &next).sqrt();
        if !(norm > if basis.is_empty() { 0.0 } else { 1e-12 * largest }) {
            break;
        }
        if !basis.is_empty() {
            beside.push(norm);
        }
        let q: Vec<f64> = next.iter().map(|x| x / norm).collect();
        next = q.iter().zip(spectrum).map(|(q, h)| h * q).collect();
        diagonal.push(dot(&q, &next));
        basis.push(q);
        for _ in 0..2 {
            for b in &basis {
                let along = dot(&next, b);
                next.iter_mut().zip(b).for_each(|(x, b)| *x = (-along).mul_add(*b, *x));
            }
        }
    }
    (diagonal, beside)
}

/// Eigenvalues of a symmetric tridiagonal matrix, ascending, by bisection on Sturm counts (Givens 1954).
fn eigenvalues(diagonal: &[f64], beside: &[f64]) -> Vec<f64> {
    let n = diagonal.len();
    let radius = |i: usize| {
        let left = if i > 0 { beside[i - 1].abs() } else { 0.0 };
        left + beside.get(i).map_or(0.0, |b| b.abs())
    };
    let low = (0..n).map(|i| diagonal[i] - radius(i)).fold(f64::INFINITY, f64::min);
    let high = (0..n).map(|i| diagonal[i] + radius(i)).fold(f64::NEG_INFINITY, f64::max);
    let n_below = |x: f64| {
        let (mut count, mut d) = (0, 1.0);
        for i in 0..n {
            let off = if i > 0 { beside[i - 1] * beside[i - 1] / d } else { 0.0 };
            d = diagonal[i] - x - off;
            if d == 0.0 {
                d = -f64::MIN_POSITIVE.sqrt();
            }
            count += usize::from(d < 0.0);
        }
        count
    };
    let find = |k: usize| {
        let (mut low, mut high) = (low, high);
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if n_below(middle) > k { high = middle } else { low = middle }
        }
        0.5 * (low + high)
    };
    (0..n).map(find).collect()
}

/// Leja's order: each node is the one with the largest product of distances to those before (Calvetti, Reichel 1996, doi:10.1007/BF01733786).
fn leja(mut nodes: Vec<f64>) -> Vec<f64> {
    let mut ordered: Vec<f64> = Vec::with_capacity(nodes.len());
    while !nodes.is_empty() {
        let score = |x: f64| {
            if ordered.is_empty() { libm::log(x.abs()) } else { ordered.iter().map(|o| libm::log((x - o).abs())).sum() }
        };
        let mut best = 0;
        for i in 1..nodes.len() {
            if score(nodes[i]) > score(nodes[best]) {
                best = i;
            }
        }
        ordered.push(nodes.remove(best));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::objective::ClosedForm;

    #[test]
    fn inverse_ritz_values_reach_the_loss_of_conjugate_gradients() {
        let spectrum: Vec<f64> = (0..12).map(|i| libm::pow(10.0, -2.0 + 2.0 * f64::from(i) / 11.0)).collect();
        let squares = vec![1.0; 12];
        let losses = conjugate_gradient_losses(&spectrum, &squares, 8);
        for n in 1..=8 {
            let rates = ritz_rates(&spectrum, &squares, n);
            let form = ClosedForm {
                curvature: spectrum.clone(),
                noise_variance: vec![0.0; 12],
                drift_variance: vec![0.0; 12],
                initial_variance: squares.clone(),
                multiplicative: 0.0,
            };
            let m = Moments::stationary(&form, n, (0.0, 1e6));
            let last = m.losses(&rates)[n - 1];
            assert!((last / losses[n - 1] - 1.0).abs() < 1e-8, "{n}: {last} {}", losses[n - 1]);
        }
    }

    #[test]
    fn chebyshev_is_the_minimax() {
        // The largest |p| on [mu, L] is 1 / T_n((L + mu) / (L - mu)), reached at both ends.
        let (mu, largest, n) = (0.1, 1.0, 5);
        let rates = chebyshev_rates(mu, largest, n);
        let p = |h: f64| rates.iter().map(|a| 1.0 - a * h).product::<f64>().abs();
        let z: f64 = (largest + mu) / (largest - mu);
        let bound = 1.0 / (f64::from(n as u32) * z.acosh()).cosh();
        assert!((p(mu) / bound - 1.0).abs() < 1e-12 && (p(largest) / bound - 1.0).abs() < 1e-12);
        assert!((0..1000).all(|i| p(mu + (largest - mu) * f64::from(i) / 999.0) <= bound * (1.0 + 1e-12)));
    }
}
