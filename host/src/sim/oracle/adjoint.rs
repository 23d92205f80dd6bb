//! Derivative of the expected loss by every learning rate, and exact coordinate sweeps, both by the adjoint of the moment recursion.
//!
//! With `J = sum_t c_t sum_i h_i P_i(t) / 2` and `mu_t = dJ / dP(t)` after step `t`: `mu_t = c_t h_t / 2 + mu_{t+1} (1 - a_{t+1} h_{t+1})^2`, and
//! `dJ / da_t = sum_i mu_{t,i} (-2 h_i (1 - a_t h_i) P_i + 2 a_t n_i)`, where `P` is the moment that the update finds. For fixed other rates `J` is a
//! parabola in `a_t`, so its minimum `sum mu h P / sum mu (h^2 P + n)`, inside the range, is exact; a sweep takes it from the last step to the first and
//! never makes `J` worse (Bryson, Ho 1975, "Applied optimal control", chapter 2; the recursion: Zhang et al. 2019, arXiv:1907.04164).
//!
//! The ceiling is left out here: `J` is smooth without it. [`Moments::value`] has it.

use super::moments::Moments;

/// The smooth objective and its derivative by every rate.
#[must_use]
pub fn gradient(m: &Moments, rates: &[f64]) -> (f64, Vec<f64>) {
    let (value, met) = forward(m, rates);
    let g = m.n_groups;
    let mut mu = vec![0.0; g];
    let mut slope = vec![0.0; m.n_steps()];
    for t in (0..m.n_steps()).rev() {
        let a = rates[t];
        let mut sum = 0.0;
        for (i, mu) in mu.iter_mut().enumerate() {
            let at = t * g + i;
            let h = m.curvature[at];
            let keep = (-a).mul_add(h, 1.0);
            *mu = (0.5 * m.weight[t]).mul_add(h, *mu);
            sum = (2.0 * *mu).mul_add(a.mul_add(m.noise[at], -h * keep * met[at]), sum);
            *mu *= keep * keep;
        }
        slope[t] = sum;
    }
    (value, slope)
}

/// One sweep from the last step to the first, each rate at its exact minimum given the others. Returns the objective before the sweep.
pub fn sweep(m: &Moments, rates: &mut [f64]) -> f64 {
    let (value, met) = forward(m, rates);
    let g = m.n_groups;
    let mut mu = vec![0.0; g];
    for t in (0..m.n_steps()).rev() {
        let (mut above, mut below) = (0.0, 0.0);
        for (i, mu) in mu.iter_mut().enumerate() {
            let at = t * g + i;
            let h = m.curvature[at];
            *mu = (0.5 * m.weight[t]).mul_add(h, *mu);
            above = (*mu * h).mul_add(met[at], above);
            below = mu.mul_add((h * h).mul_add(met[at], m.noise[at]), below);
        }
        if below > 0.0 {
            rates[t] = (above / below).clamp(m.range.0, m.range.1);
        }
        for (i, mu) in mu.iter_mut().enumerate() {
            let keep = (-rates[t]).mul_add(m.curvature[t * g + i], 1.0);
            *mu *= keep * keep;
        }
    }
    value
}

/// The objective, and the moments that each update finds (after the jump), `n_steps x n_groups`.
fn forward(m: &Moments, rates: &[f64]) -> (f64, Vec<f64>) {
    let mut p = m.initial.clone();
    let mut met = Vec::with_capacity(m.n_steps() * m.n_groups);
    let mut value = 0.0;
    for (t, &a) in rates.iter().enumerate().take(m.n_steps()) {
        met.extend(p.iter().zip(&m.jump[t * m.n_groups..]).map(|(p, j)| p + j));
        value = m.weight[t].mul_add(m.advance(t, a, &mut p), value);
    }
    (value, met)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::objective::ClosedForm;

    #[test]
    fn the_gradient_is_that_of_finite_differences_and_sweeps_descend() {
        let form = ClosedForm {
            curvature: vec![1.0, 0.2, 0.05],
            noise_variance: vec![0.5, 0.1, 0.3],
            drift_variance: vec![0.01, 0.0, 0.02],
            initial_variance: vec![1.0, 3.0, 2.0],
            multiplicative: 0.0,
        };
        let mut m = Moments::stationary(&form, 7, (0.0, 5.0));
        m.jump[4 * 3 + 1] = 2.0;
        m.weight = (0..7).map(|t| 0.5 + f64::from(t)).collect();
        let rates: Vec<f64> = (0..7).map(|t| 1.3 / (1.0 + f64::from(t))).collect();
        let (value, slope) = gradient(&m, &rates);
        assert!((value / m.value(&rates) - 1.0).abs() < 1e-14);
        for t in 0..7 {
            let at = |d: f64| {
                let mut r = rates.clone();
                r[t] += d;
                m.value(&r)
            };
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((slope[t] - difference).abs() < 1e-7 * (1.0 + difference.abs()), "{t}: {} {difference}", slope[t]);
        }
        let mut swept = rates;
        let mut last = value;
        for _ in 0..20 {
            sweep(&m, &mut swept);
            let now = m.value(&swept);
            assert!(now <= last * (1.0 + 1e-14));
            last = now;
        }
        assert!(last < 0.99 * value, "{last} {value}");
    }
}
