//! The noisy quadratics that the claims share: 50 curvatures `h_i = 1 / i`, gradient noise of variance `h_i / 10`, 100 steps; and one with equal curvatures.

use crate::sim::objective::ClosedForm;
use crate::sim::oracle::moments::Moments;

/// Steps of the horizon.
pub(super) const N_STEPS: usize = 100;

/// `h_i = 1 / i` for i = 1 ... 50, the spectrum of Zhang et al. 2019 (arXiv:1907.04164).
pub(super) fn fifty() -> Moments {
    of((1..=50).map(|i| 1.0 / f64::from(i)).collect())
}

/// Fifty equal curvatures.
pub(super) fn isotropic() -> Moments {
    of(vec![0.5; 50])
}

fn of(curvature: Vec<f64>) -> Moments {
    let n = curvature.len();
    let form = ClosedForm {
        noise_variance: curvature.iter().map(|h| 0.1 * h).collect(),
        drift_variance: vec![0.0; n],
        initial_variance: vec![1.0; n],
        curvature,
        multiplicative: 0.0,
    };
    Moments::stationary(&form, N_STEPS, (0.0, 50.0))
}

/// The same with the last loss alone as the objective.
pub(super) fn final_only(mut m: Moments) -> Moments {
    let n = m.weight.len();
    m.weight[..n - 1].fill(0.0);
    m
}

/// The least value of `f` over 600 rates, even on a logarithmic scale from 0.001 to 3.
pub(super) fn tuned(f: impl Fn(f64) -> f64) -> (f64, f64) {
    let rate = |i: u32| 1e-3 * libm::pow(3e3, f64::from(i) / 599.0);
    (0..600).map(|i| (rate(i), f(rate(i)))).min_by(|a, b| a.1.total_cmp(&b.1)).expect("there are rates")
}
